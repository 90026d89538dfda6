//! Ending an award early (止损), getting money back (追回), and where every fen of every source is.

use super::milestone::paid;
use super::{By, REASON_CHARS_MAX};
use kernel::input::{needed, yuan};
use kernel::{Fen, Refusal, codes};
use serde::{Deserialize, Serialize};

codes! {
    /// Why an award ends early.
    StopKind {
        /// The work is not worth going on with (止损).
        Loss = "loss",
        /// It fell behind in a race (赛马淘汰).
        Race = "race",
    }
}

codes! {
    /// Where something stands that takes two people.
    PairState {
        /// One has proposed it.
        Proposed = "proposed",
        /// Another has confirmed it: it has happened.
        Confirmed = "confirmed",
        /// Another has refused it.
        Refused = "refused",
        /// Confirmed, and owed: the account did not have the money.
        Owed = "owed",
    }
}

/// A proposal to end an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Opaque id.
    pub id: String,
    /// The award.
    pub award: String,
    /// The call.
    pub call: String,
    /// Why it ends.
    pub kind: StopKind,
    /// The reason, which everybody reads once it is confirmed.
    pub reason: String,
    /// Where it stands.
    pub state: PairState,
    /// The account that proposed it.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// The account that confirmed or refused it; empty before.
    pub other: String,
    /// When.
    pub other_ms: Option<i64>,
}

/// A proposal to get paid money back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClawBack {
    /// Opaque id.
    pub id: String,
    /// The award.
    pub award: String,
    /// The call.
    pub call: String,
    /// How much.
    pub amount: Fen,
    /// The reason, which everybody reads once it is confirmed.
    pub reason: String,
    /// Where it stands.
    pub state: PairState,
    /// The account that proposed it.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// The account that confirmed or refused it; empty before.
    pub other: String,
    /// When.
    pub other_ms: Option<i64>,
    /// When the money went back.
    pub paid_ms: Option<i64>,
}

/// Proposes to end an award.
///
/// # Errors
/// `stop-kind`, or a text rule.
pub fn stop(id: &str, award: &str, call: &str, kind: &str, reason: &str, by: By<'_>) -> Result<Stop, Refusal> {
    let kind = StopKind::parse(kind.trim()).ok_or_else(|| {
        Refusal::invalid("stop-kind", "请选择终止的原因：止损或赛马淘汰。", "Choose why it ends.").at("kind")
    })?;
    Ok(Stop {
        id: id.to_owned(),
        award: award.to_owned(),
        call: call.to_owned(),
        kind,
        reason: needed(reason, REASON_CHARS_MAX, "reason")?,
        state: PairState::Proposed,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
        other: String::new(),
        other_ms: None,
    })
}

/// A second person reads whether a proposal is confirmed.
///
/// # Errors
/// `pair-over`, `pair-same-hand` for whoever proposed it, `pair-word`.
pub fn second(state: PairState, proposer: &str, word: &str, by: By<'_>) -> Result<bool, Refusal> {
    if state != PairState::Proposed {
        return Err(Refusal::conflict(
            "pair-over",
            "这项提议已有结论。请刷新页面查看。",
            "This proposal has been decided. Load the page again.",
        ));
    }
    if proposer == by.account {
        return Err(Refusal::conflict(
            "pair-same-hand",
            "须由另一人确认，提出的人不能自己确认。",
            "Another person confirms; whoever proposed it cannot.",
        ));
    }
    match word.trim() {
        "confirm" => Ok(true),
        "refuse" => Ok(false),
        _ => Err(Refusal::invalid("pair-word", "请选择确认或不同意。", "Choose whether you confirm it.").at("word")),
    }
}

/// Proposes to get money back.
///
/// # Errors
/// `claw-back-amount` for nothing or more than was paid, or a text rule.
pub fn claw_back(
    id: &str,
    (award, call): (&str, &str),
    paid: Fen,
    amount_yuan: &str,
    reason: &str,
    by: By<'_>,
) -> Result<ClawBack, Refusal> {
    let amount = yuan(amount_yuan, "amount_yuan")?.filter(|amount| *amount > Fen::ZERO && *amount <= paid);
    let amount = amount.ok_or_else(|| {
        Refusal::invalid(
            "claw-back-amount",
            format!("追回金额须大于零，且不超过已支付的 {paid} 元。"),
            format!("What is clawed back is more than nothing and at most the {paid} yuan that were paid."),
        )
        .at("amount_yuan")
    })?;
    Ok(ClawBack {
        id: id.to_owned(),
        award: award.to_owned(),
        call: call.to_owned(),
        amount,
        reason: needed(reason, REASON_CHARS_MAX, "reason")?,
        state: PairState::Proposed,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
        other: String::new(),
        other_ms: None,
        paid_ms: None,
    })
}

/// How much of each payment goes back: in exact proportion to what was paid, to the fen.
///
/// # Errors
/// `claw-back-amount`.
pub fn back(amount: Fen, payments: &[Fen]) -> Result<Vec<Fen>, Refusal> {
    paid(amount, payments).map_err(|_| {
        Refusal::conflict(
            "claw-back-amount",
            "追回金额超过已支付的金额。请重新提出。",
            "More is to be clawed back than was paid. Propose it anew.",
        )
    })
}

/// What the ledger says of one tranche.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// What was held for it at the award.
    pub awarded: i64,
    /// What is still held.
    pub held: i64,
    /// What was paid.
    pub paid: i64,
    /// What went back without having been paid.
    pub returned: i64,
    /// What was paid and clawed back.
    pub clawed: i64,
}

impl Flow {
    /// Both together.
    pub fn plus(self, other: Flow) -> Flow {
        Flow {
            awarded: self.awarded.saturating_add(other.awarded),
            held: self.held.saturating_add(other.held),
            paid: self.paid.saturating_add(other.paid),
            returned: self.returned.saturating_add(other.returned),
            clawed: self.clawed.saturating_add(other.clawed),
        }
    }

    /// All together.
    pub fn sum<'a>(flows: impl IntoIterator<Item = &'a Flow>) -> Flow {
        flows.into_iter().fold(Flow::default(), |sum, flow| sum.plus(*flow))
    }

    /// What was held is held, was paid, or went back; and no more came back than was paid.
    pub fn holds(self) -> bool {
        self.awarded == self.held + self.paid + self.returned && self.clawed <= self.paid
    }
}

/// What is left of a pledge: what is neither held nor paid, and what came back.
pub fn left(pledged: Fen, flow: Flow) -> i64 {
    pledged.get() - flow.held - flow.paid + flow.clawed
}
