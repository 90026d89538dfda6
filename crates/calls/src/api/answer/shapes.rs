//! What answers look like as JSON.

use crate::actions::answer::{Item, View};
use crate::rules::answer::check::Look;
use crate::rules::answer::{Member, Paper, Stage};
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A member of a team; the first leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswerMember {
    /// Its name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// Its id in the registry, where it is known.
    pub organisation: Option<String>,
    /// Code of its city; none for elsewhere.
    pub city: Option<String>,
    /// Its share of the money in basis points.
    pub share_bp: i64,
    /// What it does; empty for whoever may not read the answer.
    pub task: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswerStage {
    /// Its title.
    pub title: String,
    /// What shows that it is reached.
    pub indicators: String,
    /// Months after the contract.
    pub months: i64,
    /// The money asked for it, fen.
    pub amount_fen: i64,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswerPaper {
    /// Its name, as the sender says.
    pub name: String,
    /// Its type, as the sender says.
    pub media_type: String,
    /// Its length.
    pub bytes: i64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
}

/// An answer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswerItem {
    /// Opaque id.
    pub id: String,
    /// Its place on the list of its round.
    pub number: i64,
    /// `received`, `unreadable`, `refused`, `admitted`, `shortlisted`, `passed`, `awarded` or `unawarded`.
    pub state: String,
    /// Why it is unreadable or refused; a code, with a colon and the member or milestone it is about.
    pub reason: String,
    /// Its title; none where it is not for the caller.
    pub title: Option<String>,
    /// The organisation that leads; none where it is not for the caller.
    pub organisation: Option<String>,
    /// The money it asks for, fen; none where it is not for the caller.
    pub total_fen: Option<i64>,
    /// Its team; empty where it is not for the caller.
    pub members: Vec<CallAnswerMember>,
    /// What is not in order; for those who may read it.
    pub faults: Vec<String>,
    /// When it was opened.
    pub opened_ms: i64,
}

/// What an officer found. Which officer is not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallLookItem {
    /// 1 for the first look, 2 for the second.
    pub ord: i64,
    /// Whether it is admitted.
    pub admitted: bool,
    /// Why it is refused.
    pub code: Option<String>,
    /// In words.
    pub words: String,
    /// When.
    pub at_ms: i64,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswerDetail {
    /// As in the list.
    #[serde(flatten)]
    pub head: CallAnswerItem,
    /// SHA-256 of the content of its envelope, hexadecimal.
    pub content_sha256: Option<String>,
    /// The round it was sealed in.
    pub round: String,
    /// What it proposes, in short; none where it is not for the caller.
    pub summary: Option<String>,
    /// The plan; none where it is not for the caller.
    pub plan: Option<String>,
    /// Its milestones.
    pub stages: Vec<CallAnswerStage>,
    /// Its documents.
    pub papers: Vec<CallAnswerPaper>,
    /// What officers found.
    pub looks: Vec<CallLookItem>,
    /// Until when its sender may ask for another look.
    pub again_until_ms: Option<i64>,
}

/// What a sender gets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallAnswerSent {
    /// The receipt; its id is the envelope's.
    pub receipt: ReceiptOf,
    /// The envelope's hash, hexadecimal: compare it with your own.
    pub hash: String,
    /// An earlier one of the same sender no longer counts.
    pub replaced: bool,
}

/// An officer's finding.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallCheckBody {
    /// `admit` or `refuse`.
    pub word: String,
    /// With a refusal: `shares`, `stages`, `budget`, `lead`, `own`, `twice`, `eligibility`, `papers`, `subject` or `other`.
    pub code: String,
    /// In words; needed with a refusal.
    pub words: String,
}

/// Why another look is asked for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallLookBody {
    /// Why.
    pub words: String,
}

fn member(member: &Member) -> CallAnswerMember {
    CallAnswerMember {
        name: member.name.clone(),
        uscc: member.uscc.clone(),
        organisation: member.organisation.clone(),
        city: member.city.map(|city| city.to_string()),
        share_bp: member.share_bp,
        task: member.task.clone(),
    }
}

/// An answer as the caller sees it.
pub(super) fn item(item: &Item) -> CallAnswerItem {
    let answer = &item.answer;
    let known = !answer.title.is_empty();
    CallAnswerItem {
        id: answer.id.clone(),
        number: answer.number,
        state: answer.state.code().to_owned(),
        reason: answer.reason.clone(),
        title: known.then(|| answer.title.clone()),
        organisation: Some(answer.organisation.clone()).filter(|id| !id.is_empty()),
        total_fen: known.then(|| answer.total.get()),
        members: answer.members.iter().map(member).collect(),
        faults: answer.faults.iter().map(|fault| fault.code().to_owned()).collect(),
        opened_ms: answer.opened_ms,
    }
}

/// The same with everything that its page shows.
pub(super) fn detail(view: &View) -> CallAnswerDetail {
    let answer = &view.item.answer;
    let stage = |stage: &Stage| CallAnswerStage {
        title: stage.title.clone(),
        indicators: stage.indicators.clone(),
        months: stage.months,
        amount_fen: stage.amount.get(),
    };
    let paper = |paper: &Paper| CallAnswerPaper {
        name: paper.name.clone(),
        media_type: paper.media_type.clone(),
        bytes: paper.bytes,
        sha256: paper.sha256.clone(),
    };
    let look = |look: &Look| CallLookItem {
        ord: look.ord,
        admitted: look.admitted,
        code: look.code.map(|code| code.code().to_owned()),
        words: look.words.clone(),
        at_ms: look.at_ms,
    };
    let readable = view.item.readable && !answer.title.is_empty();
    CallAnswerDetail {
        head: item(&view.item),
        content_sha256: answer.content_sha256.clone(),
        round: answer.round.clone(),
        summary: readable.then(|| answer.summary.clone()),
        plan: readable.then(|| answer.plan.clone()),
        stages: answer.stages.iter().map(stage).collect(),
        papers: answer.papers.iter().map(paper).collect(),
        looks: view.looks.iter().map(look).collect(),
        again_until_ms: view.again_until_ms,
    }
}
