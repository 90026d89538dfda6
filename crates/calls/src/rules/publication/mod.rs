//! What everybody may read of a call, as two open standards write it: OCDS 1.1 and 360Giving (crate `disclosure`).
//!
//! [`snapshot`] is the whole public state of a call as one release. [`release`] is what has changed since the releases
//! that are published already: their merge and the snapshot are compared, and what differs is the next release. Its tags
//! follow from what differs, so that a release can never say that something happened which it does not show, and asking
//! twice gives nothing the second time.
//!
//! **What stays out**: the owner while it is unnamed (it is no party then, the joint office runs the process and the
//! city that gives most is the buyer), protected details, answers that were not awarded, reviewers, scores, objections' words and
//! who filed them, contracts' words.

mod awards;
mod difference;
mod grants;
mod parties;
mod tender;

pub use difference::{changed, closed};
pub use grants::grants;

use super::amendment::Amendment;
use super::award::Award;
use super::call::{Call, CallState, Step};
use super::contract::Contract;
use super::milestone::Milestone;
use super::objection::Objection;
use super::pledge::Pledge;
use disclosure::{House, Identifier, Json, Place, Release, ReleaseTag, TenderStatus};
use kernel::{Fen, Instant, Refusal, Text};

/// Pages of calls whose addresses are published.
const CALL_PAGE: &str = "/calls";

/// An organisation, a city or an office, as it is published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// Stays the same in all releases.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Its number in a public register; none in a demo, whose numbers are invented.
    pub identifier: Option<Identifier>,
    /// Where it sits.
    pub place: Option<Place>,
}

/// A funder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funder {
    /// What it gives.
    pub pledge: Pledge,
    /// Who it is; none for an owner who is unnamed.
    pub body: Option<Body>,
}

/// A share of an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The pledge.
    pub pledge: String,
    /// How much of the award it pays.
    pub amount: Fen,
}

/// Money that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The number of the milestone.
    pub milestone: i64,
    /// The number of the source in the call.
    pub source: i64,
    /// The pledge.
    pub pledge: String,
    /// How much.
    pub amount: Fen,
    /// It was clawed back.
    pub back: bool,
    /// When.
    pub at: Instant,
}

/// An award with what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Winner {
    /// The award.
    pub award: Award,
    /// Why it was chosen, as the owner tells everybody with the award; may be empty.
    pub reason: String,
    /// The team with shares in basis points; the first leads.
    pub team: Vec<(Body, i64)>,
    /// What each source gives.
    pub parts: Vec<Part>,
    /// The contract; it is published once both have signed.
    pub contract: Option<Contract>,
    /// Its milestones.
    pub milestones: Vec<Milestone>,
    /// What was paid, and what came back.
    pub moved: Vec<Moved>,
}

/// What is known of a call that everybody may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The process. It stays the same whatever becomes of the call's number and the house's prefix.
    pub ocid: String,
    /// The number of the call as an identifier of OCDS: ASCII.
    pub number: String,
    /// Address of the house, without a slash at its end.
    pub base: String,
    /// The call.
    pub call: Call,
    /// The challenge owner, where everybody may know it.
    pub owner: Option<Body>,
    /// The joint office, which runs the process.
    pub office: Body,
    /// Funders whose pledges are given, in the order in which they were asked.
    pub funders: Vec<Funder>,
    /// Amendments, the first first.
    pub amendments: Vec<Amendment>,
    /// When questions were answered: the first and the last time; none before the first.
    pub answered: Option<(Instant, Instant)>,
    /// Answers that were opened; none before.
    pub answers: Option<u32>,
    /// Objections that everybody may know of.
    pub objections: Vec<Objection>,
    /// Awards in their order, also those that came to nothing.
    pub winners: Vec<Winner>,
}

impl Facts {
    fn page(&self, rest: &str) -> String {
        format!("{}{CALL_PAGE}/{}{rest}", self.base, self.call.id)
    }

    fn funder(&self, pledge: &str) -> Option<&Funder> {
        self.funders.iter().find(|funder| funder.pledge.id == pledge)
    }
}

/// What is published of a process already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What its releases come to; none before the first.
    pub compiled: Option<Json>,
    /// The identifier of its last release; empty before the first.
    pub last: String,
    /// The date of its last release.
    pub date_ms: i64,
}

/// The next release: its identifier, and when what it tells happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// When.
    pub at: Instant,
}

impl Known {
    /// The moment of a release that tells of something: later than every release before.
    pub fn after(&self, at_ms: i64) -> Instant {
        Instant::from_ms(if self.last.is_empty() { at_ms } else { at_ms.max(self.date_ms + 1) })
    }
}

/// The number of a call as an identifier: ASCII, with `demo-` for 示例.
pub fn ocid_number(number: &str) -> String {
    let plain = match number.strip_prefix("示例-") {
        Some(rest) => format!("demo-{rest}"),
        None => number.to_owned(),
    };
    plain.chars().filter(|c| c.is_ascii_graphic() && *c != '#').collect()
}

/// The public state of a call as one release.
///
/// # Errors
/// What `disclosure` refuses: a mistake of this mapping or of the house's settings.
pub fn snapshot(facts: &Facts, known: &Known, next: Next<'_>, house: &House) -> Result<Json, Refusal> {
    let release = Release {
        ocid: facts.ocid.clone(),
        id: next.id.to_owned(),
        date: next.at,
        // They are set by what differs.
        tags: vec![ReleaseTag::Tender],
        parties: parties::parties(facts),
        buyer: parties::buyer(facts),
        planning: Some(tender::planning(facts)?),
        tender: Some(tender::tender(facts, known, next)),
        awards: facts.winners.iter().map(|winner| awards::award(facts, winner)).collect(),
        contracts: facts.winners.iter().filter_map(|winner| awards::contract(facts, winner)).collect(),
        related_processes: Vec::new(),
        removed: Vec::new(),
    };
    release.to_json(house)
}

/// The next release of a call that everybody may read; none when nothing has changed.
///
/// # Errors
/// As of [`snapshot`].
pub fn release(facts: &Facts, known: &Known, next: Next<'_>, house: &House) -> Result<Option<Json>, Refusal> {
    Ok(changed(known.compiled.as_ref(), &snapshot(facts, known, next, house)?))
}

/// Where a tender stands whose call is not public any more: by the last step that took it away.
pub fn status_gone(last: Option<Step>) -> TenderStatus {
    match last {
        Some(Step::Withdraw) => TenderStatus::Cancelled,
        _ => TenderStatus::Unsuccessful,
    }
}

/// Steps after which a call that was public is not.
pub fn takes_away(step: Step) -> bool {
    matches!(step, Step::Withdraw | Step::Miss | Step::Decline)
}

fn status(state: CallState) -> TenderStatus {
    match state {
        CallState::Open => TenderStatus::Active,
        CallState::NoAward => TenderStatus::Unsuccessful,
        CallState::Withdrawn => TenderStatus::Cancelled,
        CallState::Draft | CallState::Posed | CallState::Vetted | CallState::Releasing => TenderStatus::Planning,
        _ => TenderStatus::Complete,
    }
}
