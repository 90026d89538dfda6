//! Who must agree to what: the project's own people to a proposal, a centre to looking after a project.

use super::{Project, ProjectState, Step, StepState, wrong_state};
use crate::rules::decision::{DeclineCommand, Word, why};
use crate::rules::organisation::codes;
use kernel::Refusal;

codes! {
    /// Why a proposal, or a project that asks for a centre, is declined.
    Reason {
        /// The result is not ready for it yet.
        Early = "early",
        /// It does not fit the plan, or the field.
        Fit = "fit",
        /// Somebody else does it already.
        Taken = "taken",
        /// No people or equipment free for it.
        Capacity = "capacity",
        /// Price, time or rights do not suit.
        Terms = "terms",
        /// Something else; the remark says what.
        Other = "other",
    }
}

codes! {
    /// Where the centre stands that a project names.
    CentreState {
        /// It was asked and has not answered; it is no fact yet.
        Asked = "asked",
        /// It looks after the project.
        Agreed = "agreed",
        /// It said no, with a reason.
        Declined = "declined",
    }
}

/// The proof-of-concept centre that a project names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCentre {
    /// The organisation.
    pub organisation: String,
    /// Where it stands.
    pub state: CentreState,
    /// Why not.
    pub reason: Option<Reason>,
    /// What it adds to that.
    pub remark: String,
    /// Who answered; none while it waits.
    pub answered_by: Option<String>,
    /// Since when it stands there.
    pub since_ms: i64,
}

impl NamedCentre {
    /// A centre that is asked; an organisation that is the centre of its own project need not ask itself.
    pub(super) fn asked(owner: &str, centre: &str, now_ms: i64) -> NamedCentre {
        NamedCentre {
            organisation: centre.to_owned(),
            state: if centre == owner { CentreState::Agreed } else { CentreState::Asked },
            reason: None,
            remark: String::new(),
            answered_by: None,
            since_ms: now_ms,
        }
    }
}

/// An answer as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// `accept` or `decline`.
    pub decision: String,
    /// Why not; for `decline`.
    pub why: DeclineCommand,
}

/// Reads an answer.
fn heard(answer: &Answer) -> Result<Word<Reason>, Refusal> {
    match answer.decision.as_str() {
        "accept" => Ok(Word { reason: None, remark: String::new() }),
        "decline" => why(&answer.why, Reason::parse, Reason::Other),
        _ => {
            let refusal =
                Refusal::invalid("decision-unknown", "请选择“采纳”或“不采纳”。", "Choose “accept” or “decline”.");
            Err(refusal.at("decision"))
        }
    }
}

/// The project's own people answer a proposal.
///
/// # Errors
/// `poc-state`, `poc-answered`, `decision-unknown`, `reason-needed`, `remark-needed`.
pub fn answer(project: &Project, step: &Step, typed: &Answer, now_ms: i64) -> Result<Step, Refusal> {
    if project.state != ProjectState::Published {
        return Err(wrong_state());
    }
    if step.state != StepState::Proposed {
        return Err(Refusal::conflict(
            "poc-answered",
            "这条建议已经答复过。请刷新后查看。",
            "This proposal has been answered already. Refresh to see it.",
        ));
    }
    let word = heard(typed)?;
    let state = if word.reason.is_none() { StepState::Planned } else { StepState::Declined };
    Ok(Step { state, reason: word.reason, remark: word.remark, answered_ms: Some(now_ms), ..step.clone() })
}

/// The centre that a project names says whether it looks after it.
///
/// # Errors
/// `poc-state`, `poc-centre-answered`, `decision-unknown`, `reason-needed`, `remark-needed`.
pub fn centre_answer(project: &Project, typed: &Answer, account: &str, now_ms: i64) -> Result<Project, Refusal> {
    if project.state == ProjectState::Closed {
        return Err(wrong_state());
    }
    let Some(centre) = project.centre.as_ref().filter(|centre| centre.state == CentreState::Asked) else {
        return Err(Refusal::conflict(
            "poc-centre-answered",
            "没有待贵中心答复的邀请，可能已经答复过。请刷新后查看。",
            "Nothing waits for your centre's answer here; it may have been given already. Refresh to see it.",
        ));
    };
    let word = heard(typed)?;
    let agreed = word.reason.is_none();
    let next = NamedCentre {
        state: if agreed { CentreState::Agreed } else { CentreState::Declined },
        reason: word.reason,
        remark: word.remark,
        answered_by: Some(account.to_owned()),
        since_ms: now_ms,
        ..centre.clone()
    };
    // A no is between the two and does not move the project in everybody's list.
    let updated_ms = if agreed { now_ms } else { project.updated_ms };
    Ok(Project { centre: Some(next), updated_ms, ..project.clone() })
}

/// The project's organisation asks a centre: the first, or another one while none has agreed.
///
/// # Errors
/// `poc-state`, `poc-centre-agreed`, `poc-centre-asked`.
pub fn centre_ask(project: &Project, centre: &str, now_ms: i64) -> Result<Project, Refusal> {
    if project.state == ProjectState::Closed {
        return Err(wrong_state());
    }
    match &project.centre {
        Some(named) if named.state == CentreState::Agreed => {
            return Err(Refusal::conflict(
                "poc-centre-agreed",
                "已有概念验证中心同意照看本项目，不能再邀请另一家。",
                "A centre has agreed to look after this project; no other can be asked.",
            )
            .at("centre"));
        }
        Some(named) if named.state == CentreState::Asked && named.organisation == centre => {
            return Err(Refusal::conflict(
                "poc-centre-asked",
                "已经邀请过这家中心，请等候答复，或选择另一家。",
                "This centre has been asked already. Wait for its answer, or choose another.",
            )
            .at("centre"));
        }
        _ => {}
    }
    Ok(Project { centre: Some(NamedCentre::asked(&project.organisation, centre, now_ms)), ..project.clone() })
}
