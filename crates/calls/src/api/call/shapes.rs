//! Calls as they go out.

use crate::actions::call::{May, Names, View};
use crate::api::{CallEventItem, events};
use crate::rules::call::{Call, Review};
use crate::rules::pledge::{Cover, FunderKind, Pledge};
use crate::store::trail::Taken;
use kernel::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whoever poses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallOwnerItem {
    /// The organisation's id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
}

/// A call as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallItem {
    /// Opaque id.
    pub id: String,
    /// Its number, given when it is vetted; empty before.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What everybody reads of the problem, Chinese.
    pub summary: String,
    /// English; may be empty.
    pub summary_en: String,
    /// Where it stands by the clock.
    pub state: String,
    /// Who poses; null where the caller may not know.
    pub owner: Option<CallOwnerItem>,
    /// The office that vets and reviews: a city's code or `joint`.
    pub office: String,
    /// Segments of the industry chain.
    pub segments: Vec<String>,
    /// `one`, `several` or `race`.
    pub mode: String,
    /// Awards at most.
    pub winners_max: i64,
    /// All the money for awards, in fen.
    pub budget_fen: i64,
    /// What has been pledged to it.
    pub pledges: Vec<PledgeItem>,
    /// Version of its text; 0 before its release.
    pub version: i64,
    /// First moment that is too late for an answer.
    pub closes_ms: Option<i64>,
    /// Until when whoever is at work has to be done.
    pub due_ms: Option<i64>,
    /// That day may still move: a year on the way has no published calendar.
    pub due_provisional: bool,
    /// When it was released.
    pub opened_ms: Option<i64>,
    /// When it last changed.
    pub updated_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// A funder's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PledgeItem {
    /// Opaque id.
    pub id: String,
    /// `owner`, `city`, `joint`, `outer` or `organisation`.
    pub kind: String,
    /// A city's code, an organisation's id, `joint`, or `x1`, `x2` …; `owner` where the caller may not know who poses.
    pub funder: String,
    /// Chinese name where the house cannot name it by its code; may be empty.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// `asked`, `given`, `declined` or `withdrawn`.
    pub state: String,
    /// The most it gives, in fen; 0 until it is given.
    pub cap_fen: i64,
    /// `none`, `local` or `matched`.
    pub condition: String,
    /// With `matched`: hundredths of a yuan for each yuan of the owner.
    pub ratio_hundredths: i64,
    /// What it adds in words; may be empty.
    pub note: String,
    /// When it was asked for, given or declined.
    pub at_ms: i64,
}

/// One thing that reviewers judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallCriterionItem {
    /// Its code.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Its weight in basis points; all come to 10,000.
    pub weight_bp: i64,
}

/// How it is reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallReviewItem {
    /// What reviewers judge.
    pub criteria: Vec<CallCriterionItem>,
    /// Reviewers of each answer.
    pub per_answer: i64,
    /// Answers of one reviewer at most.
    pub load_max: i64,
    /// How reviewers come to answers: `draw`, `optimal`, `max-min` or `capped`.
    pub choosing: String,
    /// With `capped`: the most probable any pair may be, in basis points.
    pub pair_cap_bp: i64,
    /// Reviewers learn nothing of the authors.
    pub blind: bool,
    /// Shortlisted teams are heard.
    pub interview: bool,
    /// Scores of one answer further apart than this, in hundredths of a point, call a further reviewer.
    pub apart_hundredths: i64,
    /// Answers on the shortlist at most.
    pub shortlist_max: i64,
    /// Working days of the public notice.
    pub notice_workdays: i64,
}

/// What the pledges come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallCoverItem {
    /// Whoever wins, in fen.
    pub sure_fen: i64,
    /// With everything that only comes for winners in certain cities, in fen.
    pub possible_fen: i64,
}

/// A step it has taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallStepItem {
    /// Which.
    pub step: String,
    /// From which state.
    pub from: String,
    /// To which state.
    pub to: String,
    /// Why; empty for outsiders.
    pub reason: String,
    /// When.
    pub at_ms: i64,
    /// Until when whoever was next had to be done.
    pub due_ms: Option<i64>,
}

/// A call with everything the caller may see of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallDetail {
    /// As lists show it, with all pledges that the caller may see.
    #[serde(flatten)]
    pub item: CallItem,
    /// The owner stays unnamed until the award.
    pub unnamed: bool,
    /// Who may answer; may be empty.
    pub eligibility: String,
    /// How intellectual property is shared.
    pub ip: String,
    /// How it is reviewed.
    pub review: CallReviewItem,
    /// What the pledges come to.
    pub cover: CallCoverItem,
    /// The joint act of its release.
    pub accord: Option<String>,
    /// The sealed round that takes its answers.
    pub round: Option<String>,
    /// What is protected; only for those inside.
    pub details: Option<String>,
    /// The non-disclosure agreement; only for those inside.
    pub nda: Option<String>,
    /// A reference to the choke point it addresses; only for those inside.
    pub choke_point: Option<String>,
    /// Why it was sent back, withdrawn or left without an award; may be empty.
    pub reason: String,
    /// The steps it has taken, the first first.
    pub steps: Vec<CallStepItem>,
    /// What happened, the newest first.
    pub history: Vec<CallEventItem>,
    /// What the caller may do with it now, by policy action.
    pub may: Vec<String>,
}

/// Whoever poses, where it may be named.
fn owner_item(call: &Call, names: &Names) -> Option<CallOwnerItem> {
    let (name, name_en) = names.get(&call.owner)?;
    Some(CallOwnerItem { id: call.owner.clone(), name: name.clone(), name_en: name_en.clone() })
}

/// A pledge; `names` holds the owner only where the caller may know it.
pub(in crate::api) fn pledge_item(pledge: &Pledge, names: &Names) -> PledgeItem {
    let known = names.get(&pledge.code).cloned();
    let hidden = pledge.kind == FunderKind::Owner && known.is_none();
    let (name, name_en) = known.unwrap_or_else(|| (pledge.name.clone(), pledge.name_en.clone()));
    PledgeItem {
        id: pledge.id.clone(),
        kind: pledge.kind.code().to_owned(),
        funder: if hidden { FunderKind::Owner.code().to_owned() } else { pledge.code.clone() },
        name,
        name_en,
        state: pledge.state.code().to_owned(),
        cap_fen: pledge.cap.get(),
        condition: pledge.condition.code().to_owned(),
        ratio_hundredths: pledge.ratio_hundredths,
        note: pledge.note.clone(),
        at_ms: pledge.at_ms,
    }
}

pub(in crate::api) fn cover_item(cover: &Cover) -> CallCoverItem {
    CallCoverItem { sure_fen: cover.sure.get(), possible_fen: cover.possible.get() }
}

/// A call as lists show it; `names` holds the owner only where the caller may know it.
pub(in crate::api) fn item<'a>(
    call: &Call,
    now: Instant,
    names: &Names,
    pledges: impl Iterator<Item = &'a Pledge>,
) -> CallItem {
    CallItem {
        id: call.id.clone(),
        number: call.number.clone(),
        title: call.title.clone(),
        title_en: call.title_en.clone(),
        summary: call.summary.clone(),
        summary_en: call.summary_en.clone(),
        state: call.state_at(now).code().to_owned(),
        owner: owner_item(call, names),
        office: call.office.clone(),
        segments: call.segments.clone(),
        mode: call.mode.code().to_owned(),
        winners_max: call.winners_max,
        budget_fen: call.budget.get(),
        pledges: pledges.map(|pledge| pledge_item(pledge, names)).collect(),
        version: call.version,
        closes_ms: call.closes_ms,
        due_ms: call.due_ms,
        due_provisional: call.due_provisional,
        opened_ms: call.opened_ms,
        updated_ms: call.updated_ms,
        demo: call.demo,
    }
}

fn review_item(review: &Review) -> CallReviewItem {
    let criterion = |criterion: &crate::rules::call::Criterion| CallCriterionItem {
        code: criterion.code.clone(),
        name: criterion.name.clone(),
        name_en: criterion.name_en.clone(),
        weight_bp: criterion.weight_bp,
    };
    CallReviewItem {
        criteria: review.criteria.iter().map(criterion).collect(),
        per_answer: review.per_answer,
        load_max: review.load_max,
        choosing: review.choosing.clone(),
        pair_cap_bp: review.pair_cap_bp,
        blind: review.blind,
        interview: review.interview,
        apart_hundredths: review.apart_hundredths,
        shortlist_max: review.shortlist_max,
        notice_workdays: review.notice_workdays,
    }
}

fn may(may: &May) -> Vec<String> {
    let all = [
        ("call_edit", may.edit),
        ("call_pose", may.pose),
        ("call_send_back", may.send_back),
        ("call_vet", may.vet),
        ("call_invite", may.invite),
        ("call_circulate", may.circulate),
        ("call_take_back", may.take_back),
        ("call_open", may.open),
        ("call_withdraw", may.withdraw),
        ("call_rerelease", may.rerelease),
    ];
    all.into_iter().filter(|(_, may)| *may).map(|(action, _)| action.to_owned()).collect()
}

pub(super) fn detail(view: &View, now: Instant) -> CallDetail {
    let call = &view.call;
    let inside = |text: &str| view.inside.then(|| text.to_owned());
    let step = |taken: &Taken| CallStepItem {
        step: taken.step.code().to_owned(),
        from: taken.from.code().to_owned(),
        to: taken.to.code().to_owned(),
        reason: inside(&taken.reason).unwrap_or_default(),
        at_ms: taken.at_ms,
        due_ms: taken.due_ms,
    };
    CallDetail {
        item: item(call, now, &view.names, view.pledges.iter()),
        unnamed: call.unnamed,
        eligibility: call.eligibility.clone(),
        ip: call.ip.clone(),
        review: review_item(&call.review),
        cover: cover_item(&view.cover),
        accord: call.accord.clone(),
        round: call.round.clone(),
        details: inside(&call.details),
        nda: inside(&call.nda),
        choke_point: inside(&call.choke_point),
        reason: call.reason.clone(),
        steps: view.steps.iter().map(step).collect(),
        history: events(&view.history),
        may: may(&view.may),
    }
}
