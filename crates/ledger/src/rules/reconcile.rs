//! Reconciliation (对账): which line of a statement is which payment, and which account the rest belongs to.
//!
//! A line that nothing explains stays unmatched, is listed with its age, and keeps its month open.

#[cfg(test)]
mod tests;

use super::payment::{Payment, PaymentState, REMARK_CHARS_MAX, four_eyes, remark_needed};
use super::statement::StatementLine;
use kernel::input::{line as text_line, needed};
use kernel::{By, Date, Fen, Refusal, codes};
use std::collections::{BTreeMap, BTreeSet};

/// How long after it left a payment is looked for by its payee, in days.
pub const PAYEE_DAYS_MAX: i64 = 30;

codes! {
    /// How a line found what it is.
    MatchRule {
        /// The line carries the number of the instruction.
        Number = "number",
        /// Amount and payee are those of exactly one payment.
        Payee = "payee",
        /// Somebody said so.
        Manual = "manual",
        /// It was entered to an account.
        Entered = "entered",
    }
}

codes! {
    /// Where the proposal stands to enter a line to an account.
    EntryState {
        /// Before a checker.
        Proposed = "proposed",
        /// In the book.
        Approved = "approved",
        /// A checker said no.
        Rejected = "rejected",
        /// It was in the book and has been taken back.
        Undone = "undone",
    }
}

/// A line as reconciliation sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    /// Opaque id.
    pub id: String,
    /// The day it was booked.
    pub day: Date,
    /// Positive for what came in, negative for what went out.
    pub amount: Fen,
    /// Account number of the other side; may be empty.
    pub counterparty_account: String,
    /// Name of the other side; may be empty.
    pub counterparty: String,
    /// What went with it.
    pub words: String,
}

impl OpenLine {
    /// A line of a statement under an id.
    pub fn of(id: &str, line: &StatementLine) -> OpenLine {
        OpenLine {
            id: id.to_owned(),
            day: line.day,
            amount: line.amount,
            counterparty_account: line.counterparty_account.clone(),
            counterparty: line.counterparty.clone(),
            words: format!("{} {}", line.reference, line.summary),
        }
    }

    /// Days since it was booked.
    pub fn age_days(&self, today: Date) -> i64 {
        today.epoch_day() - self.day.epoch_day()
    }
}

/// A line and the payment it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Id of the line.
    pub line: String,
    /// Id of the payment.
    pub payment: String,
    /// How they found each other.
    pub rule: MatchRule,
}

/// Pairs lines with payments that have left: by the number of the instruction and the amount, then by payee and amount
/// where one line and one payment fit each other and nothing else.
///
/// What is not certain is left for people.
pub fn pair(lines: &[OpenLine], payments: &[Payment]) -> Vec<Pair> {
    let mut left: BTreeMap<&str, &Payment> =
        payments.iter().filter(|p| p.state == PaymentState::Exported).map(|p| (p.id.as_str(), p)).collect();
    let mut pairs = Vec::new();
    let mut paired = BTreeSet::new();
    for line in lines {
        let mut named = left.values().filter(|payment| fits(line, payment) && names(&line.words, &payment.number));
        if let (Some(payment), None) = (named.next(), named.next()) {
            let payment = payment.id.clone();
            left.remove(payment.as_str());
            paired.insert(line.id.as_str());
            pairs.push(Pair { line: line.id.clone(), payment, rule: MatchRule::Number });
        }
    }
    let rest: Vec<&OpenLine> = lines.iter().filter(|line| !paired.contains(line.id.as_str())).collect();
    for line in &rest {
        let mut found = left.values().filter(|payment| alike(line, payment));
        let (Some(payment), None) = (found.next(), found.next()) else { continue };
        if rest.iter().filter(|other| alike(other, payment)).count() == 1 {
            pairs.push(Pair { line: line.id.clone(), payment: payment.id.clone(), rule: MatchRule::Payee });
        }
    }
    pairs
}

/// Whether a line can be this payment at all: the amount went out, not before the payment left.
fn fits(line: &OpenLine, payment: &Payment) -> bool {
    Fen::ZERO.minus(line.amount) == Ok(payment.amount) && payment.exported.is_some_and(|day| line.day >= day)
}

/// Whether a text names a number, not as a part of a longer one.
fn names(words: &str, number: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    words
        .match_indices(number)
        .any(|(at, _)| !part(words[..at].chars().next_back()) && !part(words[at + number.len()..].chars().next()))
}

fn alike(line: &OpenLine, payment: &Payment) -> bool {
    let late = payment.exported.map_or(i64::MAX, |day| line.day.epoch_day() - day.epoch_day());
    let payee = match line.counterparty_account.as_str() {
        "" => line.counterparty == payment.payee.name,
        account => account == payment.payee.account,
    };
    fits(line, payment) && payee && late <= PAYEE_DAYS_MAX
}

/// What a person says a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The payment was paid.
    Paid,
    /// The money of a settled payment came back.
    CameBack,
}

/// A person matches a line with a payment.
///
/// # Errors
/// `match-amount`, `match-state`, `match-early`, `needed` for the reason.
pub fn match_by_hand(line: &OpenLine, payment: &Payment, reason: &str) -> Result<(Meaning, String), Refusal> {
    let reason = needed(reason, REMARK_CHARS_MAX, "reason")?;
    let went_out = line.amount < Fen::ZERO;
    let amount = if went_out { Fen::ZERO.minus(line.amount).unwrap_or(line.amount) } else { line.amount };
    if amount != payment.amount {
        return Err(Refusal::invalid(
            "match-amount",
            format!("金额不一致：流水 {amount} 元，支付指令 {} 元。请选择金额相同的支付指令。", payment.amount),
            format!(
                "The amounts differ: the line has {amount}, the instruction {}. Choose one with the same amount.",
                payment.amount
            ),
        )
        .at("payment"));
    }
    match (went_out, payment.state) {
        (true, PaymentState::Exported) if payment.exported.is_some_and(|day| line.day < day) => Err(Refusal::invalid(
            "match-early",
            "这笔流水早于支付指令送出的日期，不可能是它。请选择另一笔。",
            "The line was booked before the instruction left, so it cannot be this one. Choose another.",
        )
        .at("payment")),
        (true, PaymentState::Exported) => Ok((Meaning::Paid, reason)),
        (false, PaymentState::Settled) => Ok((Meaning::CameBack, reason)),
        _ => Err(Refusal::conflict(
            "match-state",
            "支出流水对应已送出的支付指令，退汇流水对应已结清的支付指令。请看这笔支付指令现在的状态，另选一笔。",
            "A line out is matched with an instruction that has left, a line that came back with a settled one. Look where this one stands and choose another.",
        )
        .at("payment")),
    }
}

/// A proposal to enter a line to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEntry {
    /// Opaque id.
    pub id: String,
    /// The line.
    pub line: String,
    /// The account of the ledger.
    pub account: String,
    /// What it is.
    pub purpose: String,
    /// Where it stands.
    pub state: EntryState,
    /// The account of whoever proposed it.
    pub maker: String,
    /// The name of whoever proposed it, at that time.
    pub maker_name: String,
    /// The name of whoever decided, at that time; empty before.
    pub checker_name: String,
    /// What the checker said; may be empty.
    pub remark: String,
    /// From the demonstration.
    pub demo: bool,
    /// When it was proposed.
    pub created_ms: i64,
    /// When it was decided or taken back.
    pub decided_ms: Option<i64>,
}

impl LineEntry {
    /// Id of the transfer that puts it into the book.
    pub fn transfer(&self) -> String {
        format!("line:{}", self.id)
    }
}

/// A proposal as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryDraft {
    /// The account of the ledger.
    pub account: String,
    /// What it is.
    pub purpose: String,
}

/// Proposes to enter a line.
///
/// # Errors
/// `account-needed`, or a text rule.
pub fn propose(id: &str, line: &OpenLine, draft: &EntryDraft, by: By<'_>) -> Result<LineEntry, Refusal> {
    if draft.account.trim().is_empty() {
        return Err(Refusal::invalid("account-needed", "请选择入账账户。", "Choose the account.").at("account"));
    }
    Ok(LineEntry {
        id: id.to_owned(),
        line: line.id.clone(),
        account: draft.account.trim().to_owned(),
        purpose: needed(&draft.purpose, REMARK_CHARS_MAX, "purpose")?,
        state: EntryState::Proposed,
        maker: by.account.to_owned(),
        maker_name: by.name.to_owned(),
        checker_name: String::new(),
        remark: String::new(),
        demo: by.demo,
        created_ms: by.now.ms(),
        decided_ms: None,
    })
}

/// A checker approves or rejects a proposal.
///
/// # Errors
/// `entry-state`, `four-eyes`, `decision-needed`, `remark-needed`.
pub fn decide(entry: &LineEntry, decision: &str, remark: &str, by: By<'_>) -> Result<LineEntry, Refusal> {
    if entry.state != EntryState::Proposed {
        return Err(entry_state());
    }
    if entry.maker == by.account {
        return Err(four_eyes());
    }
    let remark = text_line(remark, REMARK_CHARS_MAX, "remark")?;
    let state = match decision.trim() {
        "approve" => EntryState::Approved,
        "reject" => {
            remark_needed(true, &remark)?;
            EntryState::Rejected
        }
        _ => {
            return Err(Refusal::invalid("decision-needed", "请选择同意或退回。", "Choose to approve or to reject.")
                .at("decision"));
        }
    };
    let decided_ms = Some(by.now.ms());
    Ok(LineEntry { state, remark, checker_name: by.name.to_owned(), decided_ms, ..entry.clone() })
}

/// Takes an entry out of the book again.
///
/// # Errors
/// `entry-state`.
pub fn undo(entry: &LineEntry, reason: &str, by: By<'_>) -> Result<LineEntry, Refusal> {
    if entry.state != EntryState::Approved {
        return Err(entry_state());
    }
    Ok(LineEntry {
        state: EntryState::Undone,
        remark: reason.to_owned(),
        decided_ms: Some(by.now.ms()),
        ..entry.clone()
    })
}

fn entry_state() -> Refusal {
    Refusal::conflict(
        "entry-state",
        "这笔入账申请已经处理过了。请刷新页面查看结果。",
        "This proposal has been decided already. Reload the page and see how.",
    )
}
