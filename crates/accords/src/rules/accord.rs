//! Joint acts (共同决定): a text that several cities give themselves together, with each party's consent, its money and
//! how long it holds.
//!
//! draft → circulated (the text stands as a version, the parties are asked until a deadline) → in force once every party
//! whose consent it takes has given it → expired, ended or superseded; failed when the deadline passes without them.
//! A change of text is a new version, and everybody is asked again.

mod consent;
mod draft;

pub use consent::{Consent, SayCommand, Word, latest, say, settle, standing_of};
pub(crate) use draft::OUTER_FIELDS;
pub use draft::{
    Gap, HeadDraft, MoneyDraft, OuterDraft, PartiesDraft, Patch, TextDraft, ValidityDraft, begin, missing, revise,
};

use super::{deadline_past, end_of};
use kernel::input::{day, needed};
use kernel::{Adcode, Date, Fen, Instant, Refusal, codes};

/// Outer parties of one act.
pub const OUTER_MAX: usize = 6;
/// Characters of the number of an act or of a letter.
pub const NUMBER_CHARS_MAX: usize = 60;
/// Characters of a reservation or a reason.
pub const REASON_CHARS_MAX: usize = 1_000;

codes! {
    /// What an act is.
    AccordKind {
        /// 协议.
        Agreement = "agreement",
        /// 办法、规则.
        Rules = "rules",
        /// 行动方案.
        Plan = "plan",
        /// 共同标准.
        Standard = "standard",
        /// 互认清单.
        Recognition = "recognition",
        /// 清算协议.
        Clearing = "clearing",
    }
}

codes! {
    /// Where an act stands.
    AccordState {
        /// The joint office writes it.
        Draft = "draft",
        /// The parties are asked.
        Circulated = "circulated",
        /// Everybody whose consent it takes has consented.
        InForce = "in_force",
        /// The deadline passed without that.
        Failed = "failed",
        /// Its time is over.
        Expired = "expired",
        /// Ended by a decision, with a reason.
        Ended = "ended",
        /// A later act stands in its place.
        Superseded = "superseded",
    }
}

impl AccordState {
    /// Everybody may read acts in these states.
    pub const OPEN: [AccordState; 4] =
        [AccordState::InForce, AccordState::Expired, AccordState::Ended, AccordState::Superseded];

    /// Whether everybody may read it.
    pub fn is_open(self) -> bool {
        AccordState::OPEN.contains(&self)
    }
}

codes! {
    /// Whose consent it takes.
    Assent {
        /// Every party, outer ones included.
        Everybody = "everybody",
        /// Every member city that is a party; the others may consent too.
        Members = "members",
    }
}

codes! {
    /// What a party is.
    PartyKind {
        /// A member city.
        Member = "member",
        /// The joint office.
        Joint = "joint",
        /// A province or ministry, which has no account here.
        Outer = "outer",
    }
}

codes! {
    /// What an outer party is.
    Level {
        /// A province or municipality.
        Province = "province",
        /// A ministry or another authority of the nation.
        Ministry = "ministry",
    }
}

/// The code of the joint office among parties.
pub const JOINT: &str = "joint";

/// A party to an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// A city's code, [`JOINT`], or `x1`, `x2` … for outer parties.
    pub code: String,
    /// What it is.
    pub kind: PartyKind,
    /// The member city.
    pub city: Option<Adcode>,
    /// Name of an outer party; empty for the others, whom the corridor's data names.
    pub name: String,
    /// English name of an outer party; may be empty.
    pub name_en: String,
    /// What an outer party is.
    pub level: Option<Level>,
    /// Its share of the money.
    pub share: Option<Fen>,
}

/// A joint act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accord {
    /// Opaque id.
    pub id: String,
    /// What it is.
    pub kind: AccordKind,
    /// Its number (文号); may be empty in a draft.
    pub number: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Full text, Chinese.
    pub text: String,
    /// Full text, English; may be empty.
    pub text_en: String,
    /// Whose consent it takes.
    pub assent: Assent,
    /// The parties in order.
    pub parties: Vec<Party>,
    /// The money in all; none for an act without money.
    pub total: Option<Fen>,
    /// First day it holds; none for the day it comes into force.
    pub valid_from: Option<Date>,
    /// Last day it holds; none for no end.
    pub valid_until: Option<Date>,
    /// The act it takes the place of.
    pub supersedes: Option<String>,
    /// Where it stands, as stored; see [`Accord::state_at`].
    pub state: AccordState,
    /// Number of the version that was circulated last; 0 before the first.
    pub version: i64,
    /// End of the day until which the parties are asked.
    pub deadline_ms: Option<i64>,
    /// When it was circulated last.
    pub circulated_ms: Option<i64>,
    /// When the last consent it took was given.
    pub in_force_ms: Option<i64>,
    /// When it failed, expired, ended or was superseded.
    pub ended_ms: Option<i64>,
    /// Why it was ended; may be empty.
    pub end_reason: String,
    /// The account of the joint office that drafted it.
    pub drafted_by: String,
    /// From the demonstration.
    pub demo: bool,
    /// When it was begun.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Accord {
    /// A party by its code.
    pub fn party(&self, code: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.code == code)
    }

    /// Whether the act takes the consent of a party.
    pub fn takes(&self, party: &Party) -> bool {
        match self.assent {
            Assent::Everybody => true,
            Assent::Members => party.kind == PartyKind::Member,
        }
    }

    /// Where it stands at a moment: a deadline or a last day ends it by the clock, before anybody writes that down.
    pub fn state_at(&self, now: Instant) -> AccordState {
        match self.state {
            AccordState::Circulated if self.deadline_ms.is_some_and(|end| now.ms() > end) => AccordState::Failed,
            AccordState::InForce if self.valid_until.is_some_and(|last| now.date() > last) => AccordState::Expired,
            state => state,
        }
    }

    /// Whether others can stand on it today: in force, begun, and not over.
    pub fn holds_at(&self, now: Instant) -> bool {
        self.state_at(now) == AccordState::InForce && self.valid_from.is_none_or(|first| first <= now.date())
    }

    /// What the shares come to.
    ///
    /// # Errors
    /// `amount-large` when the sum cannot be held.
    pub fn shares_sum(&self) -> Result<Fen, Refusal> {
        draft::sum(self.parties.iter().filter_map(|party| party.share))
    }
}

/// Circulates the text as a new version: it stands from now on, and the parties are asked until the end of a day.
///
/// # Errors
/// `accord-not-draft`, `accord-incomplete`, `money-shares`, `validity-over`, `date-shape`, `deadline-past`.
pub fn circulate(old: &Accord, deadline: &str, now: Instant) -> Result<Accord, Refusal> {
    drafted(old)?;
    let gaps = missing(old);
    if !gaps.is_empty() {
        return Err(incomplete(&gaps));
    }
    draft::shares_fit(old)?;
    if old.valid_until.is_some_and(|last| last <= now.date()) {
        return Err(Refusal::invalid(
            "validity-over",
            "有效期已过，不能送各方征求同意。请先修改有效期。",
            "Its time would be over already. Change the validity first.",
        )
        .at("valid_until"));
    }
    let last = day(deadline, "deadline")?;
    if last <= now.date() {
        return Err(deadline_past("deadline"));
    }
    Ok(Accord {
        state: AccordState::Circulated,
        version: old.version + 1,
        deadline_ms: Some(end_of(last).ms()),
        circulated_ms: Some(now.ms()),
        ended_ms: None,
        updated_ms: now.ms(),
        ..old.clone()
    })
}

fn incomplete(gaps: &[draft::Gap]) -> Refusal {
    let zh: Vec<&str> = gaps.iter().map(|gap| gap.zh).collect();
    let en: Vec<&str> = gaps.iter().map(|gap| gap.en).collect();
    Refusal::conflict(
        "accord-incomplete",
        format!("还缺：{}。请补齐后再送各方征求同意。", zh.join("、")),
        format!("Still missing: {}. Complete it before the parties are asked.", en.join(", ")),
    )
}

/// Only a draft may be changed.
fn drafted(accord: &Accord) -> Result<(), Refusal> {
    if accord.state == AccordState::Draft {
        return Ok(());
    }
    Err(Refusal::conflict(
        "accord-not-draft",
        "文本已送各方征求同意，不能改动。要改请先收回起草，改好后作为新版本重新征求各方同意。",
        "The text is before the parties and cannot be changed. Take it back first; a changed text is a new version and asks everybody again.",
    ))
}

/// Takes a circulated or failed text back into drafting. What was said of it stays with its version.
///
/// # Errors
/// `accord-settled`.
pub fn take_back(old: &Accord, now: Instant) -> Result<Accord, Refusal> {
    if !matches!(old.state, AccordState::Circulated | AccordState::Failed) {
        return Err(Refusal::conflict(
            "accord-settled",
            "这份共同决定不在征求同意阶段，不能收回起草。已生效的请另拟新文件替代。",
            "It is not before the parties, so it cannot be taken back. An act in force is replaced by a new one.",
        ));
    }
    Ok(Accord { state: AccordState::Draft, deadline_ms: None, ended_ms: None, updated_ms: now.ms(), ..old.clone() })
}

/// Ends an act that is in force, with the reason everybody reads.
///
/// # Errors
/// `accord-not-in-force`, `needed`, or a text rule.
pub fn end(old: &Accord, reason: &str, now: Instant) -> Result<Accord, Refusal> {
    if old.state_at(now) != AccordState::InForce {
        return Err(not_in_force());
    }
    let end_reason = needed(reason, REASON_CHARS_MAX, "reason")?;
    Ok(Accord { end_reason, ..over(old, AccordState::Ended, now) })
}

/// It does not stand any more or not yet.
pub fn not_in_force() -> Refusal {
    Refusal::conflict(
        "accord-not-in-force",
        "这份共同决定目前不在有效期内，不能办理此事。",
        "This joint act is not in force, so this cannot be done with it.",
    )
}

/// A later act stands in its place; nothing changes where it was over already.
pub fn supersede(old: &Accord, now: Instant) -> Option<Accord> {
    (old.state_at(now) == AccordState::InForce).then(|| over(old, AccordState::Superseded, now))
}

/// What the clock has made of it; none while nothing has changed.
pub fn lapse(old: &Accord, now: Instant) -> Option<Accord> {
    let state = old.state_at(now);
    (state != old.state).then(|| over(old, state, now))
}

fn over(old: &Accord, state: AccordState, now: Instant) -> Accord {
    Accord { state, ended_ms: Some(now.ms()), updated_ms: now.ms(), ..old.clone() }
}
