//! Payment instructions (支付指令): money that is to leave for somebody outside.
//!
//! One person makes it, another checks it, and it leaves in a numbered file. The book holds the money from the approval
//! on; it has left when the bank's statement says so. Nothing here pays: the treasury is outside.
//!
//! Maker and checker: 《会计法》第三十七条 asks for separated duties wherever money is handled.

mod file;
#[cfg(test)]
pub(super) mod tests;

pub use file::{COLUMNS, FILE_PAYMENTS_MAX, FORMAT, PaymentFile, fill};

use kernel::input::{line, needed, yuan};
use kernel::{By, Date, Fen, Refusal, codes, named_as_example};

/// Characters of a payee's name, and of the name of its bank.
pub const NAME_CHARS_MAX: usize = 100;
/// Characters of an account number at least.
pub const NUMBER_CHARS_MIN: usize = 6;
/// Characters of an account number at most; the longest IBAN has as many.
pub const NUMBER_CHARS_MAX: usize = 34;
/// Characters of what is paid for. Banks carry no more beside a payment.
pub const PURPOSE_CHARS_MAX: usize = 60;
/// Characters of a remark.
pub const REMARK_CHARS_MAX: usize = 500;
/// Instructions of one day and world.
pub const DAY_PAYMENTS_MAX: i64 = 9_999;

codes! {
    /// Where an instruction stands.
    PaymentState {
        /// Being written by its maker.
        Drafted = "drafted",
        /// Before a checker.
        Submitted = "submitted",
        /// Approved: the money is held.
        Approved = "approved",
        /// Refused by a checker, with a reason.
        Rejected = "rejected",
        /// Taken back before it left.
        Withdrawn = "withdrawn",
        /// In a file for the bank.
        Exported = "exported",
        /// A line of a bank's statement shows that it was paid.
        Settled = "settled",
        /// The bank did not pay, or the money came back.
        Returned = "returned",
    }
}

codes! {
    /// Why a checker says no.
    RejectReason {
        /// Payee or account number are not those of the contract.
        Payee = "payee",
        /// The amount is not the agreed one.
        Amount = "amount",
        /// It does not say clearly what is paid for.
        Purpose = "purpose",
        /// The budget has no such item, or the wrong account pays.
        Budget = "budget",
        /// Contract, acceptance or invoice are missing.
        Evidence = "evidence",
        /// It was paid already.
        Duplicate = "duplicate",
        /// Something else, said in the remark.
        Other = "other",
    }
}

codes! {
    /// Why a payment came back.
    ReturnReason {
        /// The bank knows no such account.
        Account = "account",
        /// Name and account do not belong together.
        Name = "name",
        /// The account is closed or blocked.
        Closed = "closed",
        /// Beyond what the paying account may pay.
        Limit = "limit",
        /// Something else, said in the remark.
        Other = "other",
    }
}

/// Who is paid. Everything of it is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// Name of the account's holder.
    pub name: String,
    /// Name of the bank with its branch.
    pub bank: String,
    /// Account number: digits and capital letters.
    pub account: String,
}

/// A payment instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Opaque id.
    pub id: String,
    /// The number that goes with it to the bank and comes back in the statement.
    pub number: String,
    /// The account of the ledger that pays.
    pub account: String,
    /// Who is paid.
    pub payee: Payee,
    /// How much.
    pub amount: Fen,
    /// What for.
    pub purpose: String,
    /// Where it stands.
    pub state: PaymentState,
    /// The account of whoever made it.
    pub maker: String,
    /// How often the money was held for it: a hold that is taken back and made again has a number of its own.
    pub round: i64,
    /// The file it left in.
    pub file: Option<String>,
    /// The day it left.
    pub exported: Option<Date>,
    /// From the demonstration.
    pub demo: bool,
    /// When it was made.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Payment {
    /// Id of the transfer that holds the money.
    pub fn hold(&self) -> String {
        self.transfer("hold")
    }

    /// Id of a transfer of this round.
    pub fn transfer(&self, what: &str) -> String {
        format!("pay:{}:{}:{what}", self.id, self.round)
    }

    /// Whether the money is held and has neither left nor been set free.
    pub fn holds(&self) -> bool {
        matches!(self.state, PaymentState::Approved | PaymentState::Exported)
    }
}

/// The instruction to which a transfer belongs, as its id tells.
pub fn payment_of(transfer: &str) -> Option<&str> {
    transfer.strip_prefix("pay:")?.split(':').next()
}

/// One step of an instruction: who, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Where it stood afterwards.
    pub state: PaymentState,
    /// The code of the reason; empty where none is asked for.
    pub reason: String,
    /// What was said; may be empty.
    pub remark: String,
    /// The account that did it.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

/// An instruction as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Id of the paying account.
    pub account: String,
    /// Name of the account's holder.
    pub payee_name: String,
    /// Name of the bank with its branch.
    pub payee_bank: String,
    /// Account number; blanks and hyphens do not count.
    pub payee_account: String,
    /// How much, in yuan.
    pub amount_yuan: String,
    /// What for.
    pub purpose: String,
}

/// What a checker, or whoever notes a return, says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// `approve` or `reject`; not read where there is nothing to choose.
    pub decision: String,
    /// Code of the reason.
    pub reason: String,
    /// More in words.
    pub remark: String,
}

/// The number of the `nth` instruction of a day, from 1. Those of the demonstration cannot be taken for real ones.
///
/// # Errors
/// `payment-day-full`.
pub fn number(day: Date, nth: i64, demo: bool) -> Result<String, Refusal> {
    if nth > DAY_PAYMENTS_MAX {
        return Err(Refusal::conflict(
            "payment-day-full",
            format!("一天最多 {DAY_PAYMENTS_MAX} 笔支付指令，请明天再办。"),
            format!("A day has {DAY_PAYMENTS_MAX} payment instructions at most; go on tomorrow."),
        ));
    }
    let world = if demo { "YLD" } else { "YL" };
    Ok(format!("{world}{:04}{:02}{:02}{nth:04}", day.year(), day.month(), day.day()))
}

/// Makes an instruction.
///
/// # Errors
/// A field that is empty, too long or malformed: `payee-account`, `amount-needed`, `text-formula`, `demo-name`.
pub fn begin(id: &str, number: String, draft: &Draft, by: By<'_>) -> Result<Payment, Refusal> {
    let (payee, amount, purpose) = content(draft, by.demo)?;
    Ok(Payment {
        id: id.to_owned(),
        number,
        account: draft.account.trim().to_owned(),
        payee,
        amount,
        purpose,
        state: PaymentState::Drafted,
        maker: by.account.to_owned(),
        round: 1,
        file: None,
        exported: None,
        demo: by.demo,
        created_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    })
}

/// Changes a draft.
///
/// # Errors
/// `payment-state`, or as [`begin`].
pub fn edit(payment: &Payment, draft: &Draft, by: By<'_>) -> Result<Payment, Refusal> {
    stands(payment, &[PaymentState::Drafted])?;
    let (payee, amount, purpose) = content(draft, payment.demo)?;
    let account = draft.account.trim().to_owned();
    Ok(Payment { account, payee, amount, purpose, updated_ms: by.now.ms(), ..payment.clone() })
}

fn content(draft: &Draft, demo: bool) -> Result<(Payee, Fen, String), Refusal> {
    if draft.account.trim().is_empty() {
        return Err(
            Refusal::invalid("account-needed", "请选择付款账户。", "Choose the account that pays.").at("account")
        );
    }
    let payee = Payee {
        name: plain(needed(&draft.payee_name, NAME_CHARS_MAX, "payee_name")?, "payee_name")?,
        bank: plain(needed(&draft.payee_bank, NAME_CHARS_MAX, "payee_bank")?, "payee_bank")?,
        account: account_number(&draft.payee_account)?,
    };
    named_as_example(
        demo,
        &payee.name,
        "payee_name",
        ["演示中的收款人，名称必须以“示例”开头。", "In the demo a payee's name must begin with 示例."],
    )?;
    let amount = yuan(&draft.amount_yuan, "amount_yuan")?.filter(|amount| *amount > Fen::ZERO).ok_or_else(|| {
        Refusal::invalid("amount-needed", "请填写大于零的金额，以元为单位。", "Write an amount above zero, in yuan.")
            .at("amount_yuan")
    })?;
    Ok((payee, amount, plain(needed(&draft.purpose, PURPOSE_CHARS_MAX, "purpose")?, "purpose")?))
}

/// One line that no spreadsheet takes for a formula: the file for the bank is written as it stands.
fn plain(text: String, field: &'static str) -> Result<String, Refusal> {
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || text.contains(['\n', '\t']) {
        return Err(Refusal::invalid(
            "text-formula",
            "请写成一行，且不要以 =、+、-、@ 开头：电子表格会把它当作公式。",
            "Write one line that does not begin with =, +, - or @: a spreadsheet would take it for a formula.",
        )
        .at(field));
    }
    Ok(text)
}

/// Digits and capital letters, without what people put between them.
fn account_number(text: &str) -> Result<String, Refusal> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let fits = (NUMBER_CHARS_MIN..=NUMBER_CHARS_MAX).contains(&bare.len());
    if !fits || !bare.bytes().all(|byte| byte.is_ascii_alphanumeric()) || !bare.bytes().any(|b| b.is_ascii_digit()) {
        return Err(Refusal::invalid(
            "payee-account",
            format!("账号由 {NUMBER_CHARS_MIN} 至 {NUMBER_CHARS_MAX} 位数字或字母组成，请核对后重填。"),
            format!(
                "An account number has {NUMBER_CHARS_MIN} to {NUMBER_CHARS_MAX} digits or letters; check it and write it again."
            ),
        )
        .at("payee_account"));
    }
    Ok(bare.to_ascii_uppercase())
}

/// What pages show of an account number: its last four signs.
pub fn masked(account: &str) -> String {
    let signs: Vec<char> = account.chars().collect();
    let shown = signs.len().saturating_sub(4);
    format!("••••{}", signs[shown..].iter().collect::<String>())
}

/// Puts a draft before the checkers.
///
/// # Errors
/// `payment-state`.
pub fn submit(payment: &Payment, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    step(payment, &[PaymentState::Drafted], PaymentState::Submitted, by, ("", ""))
}

/// Takes it back before it left; money that was held is free again.
///
/// # Errors
/// `payment-state`.
pub fn withdraw(payment: &Payment, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    let before = [PaymentState::Drafted, PaymentState::Submitted, PaymentState::Approved];
    step(payment, &before, PaymentState::Withdrawn, by, ("", ""))
}

/// A checker approves or rejects it.
///
/// # Errors
/// `payment-state`, `decision-needed`, `four-eyes`, `reason-needed`, `remark-needed`.
pub fn decide(payment: &Payment, word: &Word, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    stands(payment, &[PaymentState::Submitted])?;
    if payment.maker == by.account {
        return Err(four_eyes());
    }
    let remark = line(&word.remark, REMARK_CHARS_MAX, "remark")?;
    match word.decision.trim() {
        "approve" => step(payment, &[PaymentState::Submitted], PaymentState::Approved, by, ("", &remark)),
        "reject" => {
            let reason = RejectReason::parse(word.reason.trim()).ok_or_else(reason_needed)?;
            remark_needed(reason == RejectReason::Other, &remark)?;
            step(payment, &[PaymentState::Submitted], PaymentState::Rejected, by, (reason.code(), &remark))
        }
        _ => {
            Err(Refusal::invalid("decision-needed", "请选择同意或退回。", "Choose to approve or to reject.")
                .at("decision"))
        }
    }
}

/// It leaves in a file.
///
/// # Errors
/// `payment-state`.
pub fn export(payment: &Payment, file: &str, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    let (next, told) = step(payment, &[PaymentState::Approved], PaymentState::Exported, by, ("", ""))?;
    Ok((Payment { file: Some(file.to_owned()), exported: Some(by.now.date()), ..next }, told))
}

/// A line of a bank's statement shows that it was paid.
///
/// # Errors
/// `payment-state`.
pub fn settle(payment: &Payment, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    step(payment, &[PaymentState::Exported], PaymentState::Settled, by, ("", ""))
}

/// The line was another payment's: the money is held again, in a new round.
///
/// # Errors
/// `payment-state`.
pub fn unsettle(payment: &Payment, reason: &str, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    let (next, told) = step(payment, &[PaymentState::Settled], PaymentState::Exported, by, ("", reason))?;
    Ok((Payment { round: payment.round + 1, ..next }, told))
}

/// The bank did not pay: it is noted by somebody who did not make it, since it sets money free.
///
/// # Errors
/// `payment-state`, `four-eyes`, `reason-needed`, `remark-needed`.
pub fn give_back(payment: &Payment, word: &Word, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    stands(payment, &[PaymentState::Exported])?;
    if payment.maker == by.account {
        return Err(four_eyes());
    }
    let remark = line(&word.remark, REMARK_CHARS_MAX, "remark")?;
    let reason = ReturnReason::parse(word.reason.trim()).ok_or_else(reason_needed)?;
    remark_needed(reason == ReturnReason::Other, &remark)?;
    step(payment, &[PaymentState::Exported], PaymentState::Returned, by, (reason.code(), &remark))
}

/// The money of a settled payment came back as a line of a statement (退汇).
///
/// # Errors
/// `payment-state`.
pub fn came_back(payment: &Payment, reason: &str, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    step(payment, &[PaymentState::Settled], PaymentState::Returned, by, ("", reason))
}

/// The line was no return of this payment.
///
/// # Errors
/// `payment-state`.
pub fn not_back(payment: &Payment, reason: &str, by: By<'_>) -> Result<(Payment, Step), Refusal> {
    let (next, told) = step(payment, &[PaymentState::Returned], PaymentState::Settled, by, ("", reason))?;
    Ok((Payment { round: payment.round + 1, ..next }, told))
}

fn step(
    payment: &Payment,
    before: &[PaymentState],
    state: PaymentState,
    by: By<'_>,
    (reason, remark): (&str, &str),
) -> Result<(Payment, Step), Refusal> {
    stands(payment, before)?;
    let told = Step {
        state,
        reason: reason.to_owned(),
        remark: remark.to_owned(),
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    };
    Ok((Payment { state, updated_ms: by.now.ms(), ..payment.clone() }, told))
}

fn stands(payment: &Payment, states: &[PaymentState]) -> Result<(), Refusal> {
    if states.contains(&payment.state) {
        return Ok(());
    }
    Err(Refusal::conflict(
        "payment-state",
        "这笔支付指令的状态已经变化，不能再办这一步。请刷新页面，看它现在到了哪一步。",
        "This instruction has moved on, so this step is no longer possible. Reload the page and see where it stands.",
    ))
}

/// Nobody checks what he has made.
pub(super) fn four_eyes() -> Refusal {
    Refusal::conflict(
        "four-eyes",
        "经办和复核不能是同一个人。请由另一位有权限的人复核。",
        "Maker and checker cannot be the same person. Ask another one who may check it.",
    )
}

fn reason_needed() -> Refusal {
    Refusal::invalid("reason-needed", "请选择理由。", "Choose a reason.").at("reason")
}

pub(super) fn remark_needed(asked: bool, remark: &str) -> Result<(), Refusal> {
    if asked && remark.is_empty() {
        return Err(Refusal::invalid("remark-needed", "请用文字说明理由。", "Say the reason in words.").at("remark"));
    }
    Ok(())
}
