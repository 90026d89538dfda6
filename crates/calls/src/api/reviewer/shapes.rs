//! What a review looks like as JSON.

use crate::actions::reviewer::{AnswerLine, Person, View, WaiverLine};
use crate::rules::conflict::{ConflictKind, OfficerDraft};
use crate::rules::reviewer::{Sitting, Task};
use crate::rules::score::{ALONE, DISCUSSED, of_phase};
use crate::rules::shortlist::{Interview, Rank};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a review has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewSittingItem {
    /// Which review of the call, from 1.
    pub attempt: i64,
    /// Until when experts say whether they take part.
    pub due_ms: i64,
    /// What each review is paid, in fen.
    pub fee_fen: i64,
    /// Since when reviewers of one answer see each other's scores without names.
    pub discussion_ms: Option<i64>,
    /// Since when scores stand.
    pub closed_ms: Option<i64>,
    /// Why only the raw ranking stands, Chinese; empty when scores were adjusted.
    pub raw_only: String,
    /// The same in English.
    pub raw_only_en: String,
    /// Why the shortlist departs from the ranking; empty when it does not.
    pub departure: String,
    /// When the fees were paid.
    pub paid_ms: Option<i64>,
}

/// An expert of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewPersonItem {
    /// The expert's id in the registry.
    pub expert: String,
    /// The name.
    pub name: String,
    /// Where the expert works.
    pub institution: String,
    /// `asked`, `willing` or `unwilling`.
    pub state: String,
    /// The name in draw files.
    pub alias: String,
    /// What stands across the pages this reviewer opens.
    pub mark: String,
    /// Answers at most.
    pub load_max: i64,
    /// Answers now.
    pub load: i64,
    /// Works in one of the call's segments.
    pub specialist: bool,
}

/// An answer for one reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewTaskItem {
    /// Opaque id.
    pub id: String,
    /// The expert's id.
    pub expert: String,
    /// `drawn`, `replacement` or `further`.
    pub origin: String,
    /// `assigned`, `done`, `recused`, `conflicted` or `replaced`.
    pub state: String,
    /// Why the reviewer stepped back.
    pub recusal: Option<String>,
    /// Until when it is to be scored.
    pub due_ms: i64,
    /// The first total, in hundredths of a point.
    pub alone: Option<i64>,
    /// The total after the discussion, in hundredths of a point.
    pub discussed: Option<i64>,
}

/// A conflict of an expert with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewConflictItem {
    /// The expert's id.
    pub expert: String,
    /// The kinds.
    pub kinds: Vec<String>,
}

/// An answer under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewAnswerItem {
    /// The answer's id.
    pub answer: String,
    /// Its number.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Its reviewers, those who left among them.
    pub tasks: Vec<ReviewTaskItem>,
    /// Its conflicts with experts of the pool, waived ones included.
    pub conflicts: Vec<ReviewConflictItem>,
}

/// A waiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewWaiverItem {
    /// Opaque id.
    pub id: String,
    /// The expert's id.
    pub expert: String,
    /// The answer's id.
    pub answer: String,
    /// The conflicts that it lifts.
    pub kinds: Vec<String>,
    /// Why it was asked for.
    pub reason: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_ms: i64,
    /// Granted or refused; null while it waits.
    pub granted: Option<bool>,
    /// What the second officer said.
    pub remark: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_ms: Option<i64>,
    /// The caller may decide about it.
    pub may_decide: bool,
}

/// An answer's places in both rankings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewRankItem {
    /// The answer's number.
    pub number: i64,
    /// Scores that count.
    pub reviews: i64,
    /// The mean as given, in hundredths of a point.
    pub raw: i64,
    /// The place by it.
    pub raw_rank: i64,
    /// Adjusted for reviewers, in millionths of a point.
    pub adjusted_micro: Option<i64>,
    /// Its standard error, in millionths of a point.
    pub error_micro: Option<i64>,
    /// The place by it.
    pub adjusted_rank: Option<i64>,
    /// How probable it is to be among as many as the shortlist may have, in basis points.
    pub chance_bp: Option<i64>,
    /// The place on the shortlist.
    pub place: Option<i64>,
}

/// An interview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewInterviewItem {
    /// The answer's id.
    pub answer: String,
    /// When.
    pub at_ms: i64,
    /// Where, or the link.
    pub place: String,
    /// What was said.
    pub notes: String,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewDetail {
    /// The call's id.
    pub call: String,
    /// How far it has come; null before it is begun.
    pub sitting: Option<ReviewSittingItem>,
    /// The pool.
    pub pool: Vec<ReviewPersonItem>,
    /// Ids of experts who could be asked, those of the call's segments first.
    pub suggestions: Vec<String>,
    /// The answers by number.
    pub answers: Vec<ReviewAnswerItem>,
    /// Waivers, the newest first.
    pub waivers: Vec<ReviewWaiverItem>,
    /// The ranking, best first, once the review is closed.
    pub ranking: Vec<ReviewRankItem>,
    /// Interviews.
    pub interviews: Vec<ReviewInterviewItem>,
}

fn sitting(s: &Sitting) -> ReviewSittingItem {
    ReviewSittingItem {
        attempt: s.attempt,
        due_ms: s.due_ms,
        fee_fen: s.fee.get(),
        discussion_ms: s.discussion_ms,
        closed_ms: s.closed_ms,
        raw_only: s.raw_only.0.clone(),
        raw_only_en: s.raw_only.1.clone(),
        departure: s.departure.clone(),
        paid_ms: s.paid_ms,
    }
}

fn person(p: &Person) -> ReviewPersonItem {
    ReviewPersonItem {
        expert: p.reviewer.expert.clone(),
        name: p.name.clone(),
        institution: p.institution.clone(),
        state: p.reviewer.state.code().to_owned(),
        alias: p.reviewer.alias.clone(),
        mark: p.reviewer.mark(),
        load_max: p.reviewer.load_max,
        load: i64::try_from(p.load).unwrap_or(i64::MAX),
        specialist: p.specialist,
    }
}

fn answer(line: &AnswerLine) -> ReviewAnswerItem {
    let total = |task: &Task, phase| of_phase(&line.sheets, &task.id, phase).map(|sheet| sheet.total);
    let task = |task: &Task| ReviewTaskItem {
        id: task.id.clone(),
        expert: task.expert.clone(),
        origin: task.origin.code().to_owned(),
        state: task.state.code().to_owned(),
        recusal: task.recusal.map(|kind| kind.code().to_owned()),
        due_ms: task.due_ms,
        alone: total(task, ALONE),
        discussed: total(task, DISCUSSED),
    };
    let conflict = |(expert, kinds): &(String, Vec<ConflictKind>)| ReviewConflictItem {
        expert: expert.clone(),
        kinds: kinds.iter().map(|kind| kind.code().to_owned()).collect(),
    };
    ReviewAnswerItem {
        answer: line.answer.id.clone(),
        number: line.answer.number,
        title: line.answer.title.clone(),
        tasks: line.tasks.iter().map(task).collect(),
        conflicts: line.conflicts.iter().map(conflict).collect(),
    }
}

fn waiver(line: &WaiverLine) -> ReviewWaiverItem {
    let w = &line.waiver;
    ReviewWaiverItem {
        id: w.id.clone(),
        expert: w.expert.clone(),
        answer: w.answer.clone(),
        kinds: w.kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        reason: w.reason.clone(),
        asked_by: line.asker.clone(),
        asked_ms: w.asked_ms,
        granted: w.granted,
        remark: w.remark.clone(),
        decided_by: line.decider.clone(),
        decided_ms: w.decided_ms,
        may_decide: line.may_decide,
    }
}

fn rank(r: &Rank) -> ReviewRankItem {
    ReviewRankItem {
        number: r.number,
        reviews: r.reviews,
        raw: r.raw,
        raw_rank: r.raw_rank,
        adjusted_micro: r.adjusted_micro,
        error_micro: r.error_micro,
        adjusted_rank: r.adjusted_rank,
        chance_bp: r.chance_bp,
        place: r.place,
    }
}

pub(super) fn detail(view: &View) -> ReviewDetail {
    let interview = |one: &Interview| ReviewInterviewItem {
        answer: one.answer.clone(),
        at_ms: one.at_ms,
        place: one.place.clone(),
        notes: one.notes.clone(),
    };
    ReviewDetail {
        call: view.call.id.clone(),
        sitting: view.sitting.as_ref().map(sitting),
        pool: view.pool.iter().map(person).collect(),
        suggestions: view.suggestions.iter().map(|one| one.expert.id.clone()).collect(),
        answers: view.answers.iter().map(answer).collect(),
        waivers: view.waivers.iter().map(waiver).collect(),
        ranking: view.ranks.iter().map(rank).collect(),
        interviews: view.interviews.iter().map(interview).collect(),
    }
}

/// How a review begins.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewSittingBody {
    /// The last day for experts to say whether they take part, such as `2026-03-16`.
    pub due: String,
    /// What each review is paid, in fen; 0 for nothing.
    pub fee_fen: i64,
    /// The office's account it is paid from.
    pub account: String,
}

/// Experts to ask.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewersBody {
    /// Their ids in the registry.
    pub experts: Vec<String>,
}

/// An organisation.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewRivalBody {
    /// Its name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
}

/// A conflict that an officer sets, or a waiver that one asks for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewPairBody {
    /// The expert's id.
    pub expert: String,
    /// The answer's number; null where an organisation is named.
    pub answer: Option<i64>,
    /// The organisation's name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// Why.
    pub reason: String,
}

impl ReviewPairBody {
    pub(super) fn draft(self) -> OfficerDraft {
        OfficerDraft {
            expert: self.expert,
            answer: self.answer.map_or(String::new(), |number| number.to_string()),
            name: self.name,
            uscc: self.uscc,
            reason: self.reason,
        }
    }
}

/// What a second officer decides.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecisionBody {
    /// Grant it, or refuse it.
    pub granted: bool,
    /// Why.
    pub remark: String,
}

/// A shortlist.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShortlistBody {
    /// Numbers of answers, the best first.
    pub numbers: Vec<i64>,
    /// Why it departs from the ranking, where it does.
    pub reason: String,
}

/// An interview.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct InterviewBody {
    /// The answer's number.
    pub number: i64,
    /// When, as `2026-03-16T09:00` of Asia/Shanghai.
    pub at: String,
    /// Where, or the link.
    pub place: String,
    /// What was said; may be empty.
    pub notes: String,
}
