//! Claims: an account says it speaks for an organisation, and the city office decides.
//!
//! A registration is a claim too: the organisation it speaks for is its own draft.

pub use super::decision::{Clock, DecisionCommand, REMARK_CHARS_MAX, clock};
use super::decision::{decided, four_eyes, word};
use super::organisation::codes;
use super::organisation::{Organisation, State, line};
use kernel::{Refusal, RefusalKind};

/// Working days the city office has.
pub const CLAIM_WORKDAYS: u32 = 5;
/// Characters of the evidence.
pub const EVIDENCE_CHARS_MAX: usize = 4_000;
/// Characters the evidence needs: a name, a duty and a way to check them do not fit in less.
pub const EVIDENCE_CHARS_MIN: usize = 10;
/// Claims of one account that may wait at once.
pub const CLAIMS_OPEN_MAX: i64 = 10;

codes! {
    /// What is asked for.
    ClaimKind {
        /// To take over a record that is already there.
        Takeover = "takeover",
        /// To open a record one has registered.
        Registration = "registration",
    }
}

codes! {
    /// Where a claim stands.
    ClaimState {
        /// The city office has it.
        Open = "open",
        /// The account speaks for the organisation now.
        Approved = "approved",
        /// The office has said no, with a reason.
        Refused = "refused",
        /// The claimant took it back.
        Withdrawn = "withdrawn",
    }
}

codes! {
    /// Why the office says no.
    Reason {
        /// The evidence does not show that the account speaks for the organisation.
        Evidence = "evidence-insufficient",
        /// The organisation itself said that it does not know the claimant.
        Denied = "organisation-denies",
        /// The organisation is claimed already.
        Claimed = "already-claimed",
        /// There is such an organisation already.
        Duplicate = "duplicate",
        /// The data is wrong or incomplete; the remark says where.
        Data = "data-wrong",
        /// It belongs to another city's office.
        OtherCity = "other-city",
    }
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Opaque id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// What is asked for.
    pub kind: ClaimKind,
    /// The account that asks.
    pub account: String,
    /// Its name at that time.
    pub account_name: String,
    /// Why it may speak for the organisation; only the claimant and the office read it.
    pub evidence: String,
    /// Where it stands.
    pub state: ClaimState,
    /// Why not.
    pub reason: Option<Reason>,
    /// What the office adds.
    pub remark: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_ms: Option<i64>,
    /// End of the office's last day.
    pub due_ms: i64,
    /// True if a year on the way has no published calendar yet.
    pub due_provisional: bool,
    /// When it was made.
    pub created_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Claimant<'a> {
    /// The account.
    pub account: &'a str,
    /// Its name.
    pub name: &'a str,
    /// From the demonstration.
    pub demo: bool,
    /// Already a member of the organisation.
    pub member: bool,
    /// Claims of it that wait.
    pub open: i64,
    /// Whether one of them is for this organisation.
    pub open_here: bool,
}

/// Makes a claim.
///
/// # Errors
/// `claim-member`, `claim-open`, `claim-many`, `claim-evidence`, `claim-claimed`, `claim-demo`, or a text rule.
pub fn make(
    id: &str,
    organisation: &Organisation,
    evidence: &str,
    claimant: Claimant<'_>,
    now_ms: i64,
    clock: Clock,
) -> Result<Claim, Refusal> {
    let kind = match organisation.state {
        State::Listed => ClaimKind::Takeover,
        State::Draft | State::Refused => ClaimKind::Registration,
    };
    may_claim(organisation, kind, &claimant)?;
    let evidence = line(evidence, EVIDENCE_CHARS_MAX, "evidence")?;
    if evidence.chars().count() < EVIDENCE_CHARS_MIN {
        return Err(Refusal::invalid(
            "claim-evidence",
            format!("请写明您的姓名、职务，以及主管部门如何核实（至少 {EVIDENCE_CHARS_MIN} 个字）。"),
            format!("Say who you are, your duty there, and how the office can check it (at least {EVIDENCE_CHARS_MIN} characters)."),
        )
        .at("evidence"));
    }
    Ok(Claim {
        id: id.to_owned(),
        organisation: organisation.id.clone(),
        kind,
        account: claimant.account.to_owned(),
        account_name: claimant.name.to_owned(),
        evidence,
        state: ClaimState::Open,
        reason: None,
        remark: String::new(),
        decided_by: None,
        decided_ms: None,
        due_ms: clock.due_ms,
        due_provisional: clock.provisional,
        created_ms: now_ms,
        demo: claimant.demo || organisation.demo,
    })
}

fn may_claim(organisation: &Organisation, kind: ClaimKind, claimant: &Claimant<'_>) -> Result<(), Refusal> {
    if claimant.member && kind == ClaimKind::Takeover {
        return Err(Refusal::conflict(
            "claim-member",
            "您已是该机构的成员，无需认领。可在“我的机构”中办理。",
            "You are a member of this organisation already. Go to “My organisation”.",
        ));
    }
    if claimant.open_here {
        return Err(Refusal::conflict(
            "claim-open",
            "您已提交过对该机构的申请，主管部门正在办理，无需重复提交。",
            "Your request for this organisation is with the city office already; there is no need to send it again.",
        ));
    }
    if kind == ClaimKind::Takeover && organisation.claimed_ms.is_some() {
        return Err(Refusal::conflict(
            "claim-claimed",
            "该机构已被认领。请联系其管理员把您加为成员。",
            "This organisation is claimed. Ask its manager to add you as a member.",
        ));
    }
    if kind == ClaimKind::Takeover && claimant.demo && !organisation.demo {
        return Err(Refusal::new(
            RefusalKind::Forbidden,
            "claim-demo",
            "演示账号只能认领“示例”机构，不能认领真实机构。",
            "A demo account can claim example organisations only, never a real one.",
        ));
    }
    if claimant.open >= CLAIMS_OPEN_MAX {
        return Err(Refusal::new(
            RefusalKind::TooMany,
            "claim-many",
            format!("您已有 {CLAIMS_OPEN_MAX} 项申请在办，请等主管部门答复后再提交。"),
            format!("You have {CLAIMS_OPEN_MAX} requests waiting. Wait for an answer before you send another."),
        ));
    }
    Ok(())
}

/// Decides a claim. `party` is true if the officer is a member of the organisation.
///
/// # Errors
/// `claim-decided`, `four-eyes`, `decision-unknown`, `reason-needed`, `remark-needed`, `claim-claimed`, or a text rule.
pub fn decide(
    claim: &Claim,
    organisation: &Organisation,
    command: &DecisionCommand,
    officer: &str,
    party: bool,
    now_ms: i64,
) -> Result<Claim, Refusal> {
    if claim.state != ClaimState::Open {
        return Err(decided("claim-decided"));
    }
    four_eyes(claim.account == officer || party)?;
    let word = word(command, Reason::parse, Reason::Data)?;
    if word.reason.is_none() && claim.kind == ClaimKind::Takeover && organisation.claimed_ms.is_some() {
        return Err(Refusal::conflict(
            "claim-claimed",
            "该机构已被他人认领，请以“已被认领”为由答复。",
            "Somebody else has claimed this organisation; refuse with “already claimed”.",
        )
        .at("decision"));
    }
    let state = if word.reason.is_none() { ClaimState::Approved } else { ClaimState::Refused };
    Ok(Claim {
        state,
        reason: word.reason,
        remark: word.remark,
        decided_by: Some(officer.to_owned()),
        decided_ms: Some(now_ms),
        ..claim.clone()
    })
}

/// The claimant takes it back.
///
/// # Errors
/// `claim-decided` once it is settled.
pub fn withdraw(claim: &Claim, now_ms: i64) -> Result<Claim, Refusal> {
    if claim.state != ClaimState::Open {
        return Err(Refusal::conflict(
            "claim-decided",
            "这项申请已经办结，不能撤回。",
            "This request is settled and can no longer be taken back.",
        ));
    }
    Ok(Claim { state: ClaimState::Withdrawn, decided_ms: Some(now_ms), ..claim.clone() })
}

#[cfg(test)]
#[path = "claim_tests.rs"]
mod tests;
