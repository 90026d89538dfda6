//! Conflicts of interest (利益冲突): what keeps a reviewer from an answer.
//!
//! They are computed from what the registry knows (institution, memberships), from what the expert has declared once for
//! all calls, from the competitors that the office names for a call, and from what an officer adds. All are hard: only a
//! waiver by a second officer lifts one. Reviewers of blind calls learn nothing of authors, so ties are declared to
//! organisations and never to answers.

use super::answer::{Answer, Member};
use super::reviewer::Expert;
use super::{By, REASON_CHARS_MAX};
use kernel::input::{line, needed};
use kernel::limits::TITLE_CHARS_MAX;
use kernel::{Refusal, Uscc, codes};
use std::collections::BTreeSet;

/// Ties that one expert may keep.
pub const TIES_MAX: usize = 200;
/// Competitors that may be named for a call.
pub const RIVALS_MAX: usize = 100;
/// Years for which a former employment counts.
pub const FORMER_YEARS: i64 = 3;
/// A year, with a day for leap years.
const YEAR_DAYS: i64 = 366;

codes! {
    /// Why a reviewer and an answer are kept apart.
    ConflictKind {
        /// Works there now.
        Employer = "employer",
        /// Worked there within the last [`FORMER_YEARS`] years.
        FormerEmployer = "former-employer",
        /// Published together.
        CoAuthor = "co-author",
        /// Applied for a grant or a patent together.
        CoApplicant = "co-applicant",
        /// Owns a company or a right together.
        CoOwner = "co-owner",
        /// Supervises or was supervised.
        Supervisor = "supervisor",
        /// Family.
        Family = "family",
        /// An organisation of the same group.
        Group = "group",
        /// Competes.
        Competitor = "competitor",
        /// Something else that the expert has declared.
        Declared = "declared",
        /// The registry: the institution is a member of the team.
        Institution = "institution",
        /// The registry: the expert's account belongs to a member of the team.
        Membership = "membership",
        /// Belongs to the challenge owner.
        Owner = "owner",
        /// Works for a competitor of the challenge owner.
        Rival = "rival",
        /// Set by an officer.
        Officer = "officer",
        /// Has reviewed this answer before, and the review is done anew.
        Before = "before",
    }
}

impl ConflictKind {
    /// Ties that experts declare.
    pub const DECLARED: [ConflictKind; 10] = [
        ConflictKind::Employer,
        ConflictKind::FormerEmployer,
        ConflictKind::CoAuthor,
        ConflictKind::CoApplicant,
        ConflictKind::CoOwner,
        ConflictKind::Supervisor,
        ConflictKind::Family,
        ConflictKind::Group,
        ConflictKind::Competitor,
        ConflictKind::Declared,
    ];
}

/// Somebody a tie may lead to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// Its id in the registry, where it is known.
    pub organisation: Option<String>,
}

impl Party {
    /// A member of a team.
    pub fn member(member: &Member) -> Party {
        Party { name: member.name.clone(), uscc: member.uscc.clone(), organisation: member.organisation.clone() }
    }

    /// Whether both are the same organisation: by id, by code, or by folded name.
    pub fn is(&self, other: &Party) -> bool {
        let id = self.organisation.is_some() && self.organisation == other.organisation;
        let code = !self.uscc.is_empty() && self.uscc == other.uscc;
        id || code || same_name(&self.name, &other.name)
    }
}

/// The form in which names are compared: lower case, half width, without blanks and punctuation.
pub fn fold(name: &str) -> String {
    name.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn half_width(character: char) -> char {
    match u32::from(character) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(character),
        _ => character,
    }
}

/// Whether two names are the same but for case, width, blanks and punctuation.
fn same_name(one: &str, two: &str) -> bool {
    let one = fold(one);
    !one.is_empty() && one == fold(two)
}

/// A tie of an expert, or a conflict that an officer has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tie {
    /// Opaque id.
    pub id: String,
    /// The expert.
    pub expert: String,
    /// Of which kind.
    pub kind: ConflictKind,
    /// To whom; empty where it is about one answer.
    pub party: Party,
    /// With a former employer: the last day there, end of day.
    pub left_ms: Option<i64>,
    /// The call it is for; none for every call.
    pub call: Option<String>,
    /// The answer it is about; none where it leads to an organisation.
    pub answer: Option<String>,
    /// What was said of it; may be empty.
    pub reason: String,
    /// Whose account wrote it down.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// Since when it does not count any more.
    pub ended_ms: Option<i64>,
}

/// A tie, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct TieDraft {
    /// Code of a [`ConflictKind`].
    pub kind: String,
    /// The organisation's name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// The last day there; only with a former employer.
    pub left: String,
    /// What there is to say; may be empty.
    pub reason: String,
}

/// An expert declares a tie.
///
/// # Errors
/// `tie-kind`, `tie-party`, `uscc-…`, `date-shape`, `tie-left`, text limits.
pub fn declare(id: String, expert: &str, draft: &TieDraft, by: By<'_>) -> Result<Tie, Refusal> {
    let kind = ConflictKind::parse(draft.kind.trim()).filter(|kind| ConflictKind::DECLARED.contains(kind));
    let kind = kind.ok_or_else(|| {
        Refusal::invalid("tie-kind", "请从列表中选择关系的类型。", "Choose the kind of tie from the list.").at("kind")
    })?;
    let left_ms = match kind {
        ConflictKind::FormerEmployer => Some(left(&draft.left, by)?),
        _ => None,
    };
    Ok(Tie {
        id,
        expert: expert.to_owned(),
        kind,
        party: party(&draft.name, &draft.uscc)?,
        left_ms,
        call: None,
        answer: None,
        reason: line(&draft.reason, REASON_CHARS_MAX, "reason")?,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
        ended_ms: None,
    })
}

fn left(text: &str, by: By<'_>) -> Result<i64, Refusal> {
    let day = kernel::input::day(text, "left")?;
    if day > by.now.date() {
        return Err(Refusal::invalid(
            "tie-left",
            "离职日期不能晚于今天。",
            "The last day there cannot be after today.",
        )
        .at("left"));
    }
    Ok(day.plus_days(1).start().plus_ms(-1).ms())
}

/// An organisation as typed: by name, by code, or both.
///
/// # Errors
/// `tie-party` without either, `uscc-…` for a code that is none, text limits.
pub fn party(name: &str, uscc: &str) -> Result<Party, Refusal> {
    let name = line(name, TITLE_CHARS_MAX, "name")?;
    let uscc = match uscc.trim() {
        "" => String::new(),
        typed => Uscc::parse(typed).map_err(|_| uscc_refused())?.0.as_str().to_owned(),
    };
    if fold(&name).is_empty() && uscc.is_empty() {
        return Err(Refusal::invalid(
            "tie-party",
            "请填写单位名称或统一社会信用代码。",
            "Write the organisation's name or its unified social credit code.",
        )
        .at("name"));
    }
    Ok(Party { name, uscc, organisation: None })
}

fn uscc_refused() -> Refusal {
    Refusal::invalid(
        "uscc-shape",
        "统一社会信用代码有误，请核对18位代码；没有的可以留空。",
        "The unified social credit code is not right. Check its 18 characters, or leave it empty.",
    )
    .at("uscc")
}

/// What an officer sets a conflict with: one answer, or an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct OfficerDraft {
    /// The expert.
    pub expert: String,
    /// Number of the answer; empty where an organisation is named.
    pub answer: String,
    /// Name of the organisation.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// Why.
    pub reason: String,
}

/// An officer sets a conflict, for one call.
///
/// # Errors
/// `needed` without a reason, `tie-party`, text limits.
pub fn set(id: String, call: &str, answer: Option<&str>, draft: &OfficerDraft, by: By<'_>) -> Result<Tie, Refusal> {
    let reason = needed(&draft.reason, REASON_CHARS_MAX, "reason")?;
    let party = if answer.is_some() { Party::default() } else { party(&draft.name, &draft.uscc)? };
    Ok(Tie {
        id,
        expert: draft.expert.clone(),
        kind: ConflictKind::Officer,
        party,
        left_ms: None,
        call: Some(call.to_owned()),
        answer: answer.map(str::to_owned),
        reason,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
        ended_ms: None,
    })
}

impl Tie {
    /// Whether it counts at a moment, for a call.
    pub fn counts(&self, call: &str, now_ms: i64) -> bool {
        let recent = |left: i64| now_ms - left < FORMER_YEARS * YEAR_DAYS * 86_400_000;
        self.ended_ms.is_none() && self.left_ms.is_none_or(recent) && self.call.as_deref().is_none_or(|own| own == call)
    }
}

/// All that is known of one expert beside its record.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The record.
    pub expert: &'a Expert,
    /// Organisations that the account belongs to.
    pub organisations: &'a [String],
    /// Ties, those set by officers among them.
    pub ties: &'a [Tie],
    /// Answers that the expert has reviewed before in this call.
    pub before: &'a [String],
}

/// What all pairs of a call share.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The call.
    pub call: &'a str,
    /// The challenge owner.
    pub owner: &'a Party,
    /// Its competitors, as the office has named them.
    pub rivals: &'a [Party],
    /// When it is asked.
    pub now_ms: i64,
}

/// Every conflict of a pair, each kind once, in the order of the kinds.
pub fn conflicts(known: &Known<'_>, answer: &Answer, around: &Around<'_>) -> Vec<ConflictKind> {
    let team: Vec<Party> = answer.members.iter().map(Party::member).collect();
    let mut found = BTreeSet::new();
    let belongs = |party: &Party| {
        party.organisation.as_ref().is_some_and(|organisation| known.organisations.contains(organisation))
    };
    let works = |party: &Party| same_name(&known.expert.institution, &party.name);
    if team.iter().any(works) {
        found.insert(ConflictKind::Institution);
    }
    if team.iter().any(belongs) || known.organisations.contains(&answer.organisation) {
        found.insert(ConflictKind::Membership);
    }
    if works(around.owner) || belongs(around.owner) {
        found.insert(ConflictKind::Owner);
    }
    let live = || known.ties.iter().filter(|tie| tie.counts(around.call, around.now_ms));
    let employers = || live().filter(|tie| tie.kind == ConflictKind::Employer);
    let rival = |party: &Party| works(party) || belongs(party) || employers().any(|tie| tie.party.is(party));
    if around.rivals.iter().any(rival) {
        found.insert(ConflictKind::Rival);
    }
    for tie in live() {
        let hit = match &tie.answer {
            Some(own) => *own == answer.id,
            // A tie to the challenge owner keeps from all its answers.
            None => team.iter().any(|party| tie.party.is(party)) || tie.party.is(around.owner),
        };
        if hit {
            found.insert(tie.kind);
        }
    }
    if known.before.contains(&answer.id) {
        found.insert(ConflictKind::Before);
    }
    found.into_iter().collect()
}

/// A waiver: one officer asks, another decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// The expert.
    pub expert: String,
    /// The answer.
    pub answer: String,
    /// The conflicts there were when it was asked for; later ones are not lifted.
    pub kinds: Vec<ConflictKind>,
    /// Why.
    pub reason: String,
    /// The account that asked.
    pub asked_by: String,
    /// When.
    pub asked_ms: i64,
    /// Granted or refused; none while it waits.
    pub granted: Option<bool>,
    /// What the second officer said.
    pub remark: String,
    /// The account that decided; empty while it waits.
    pub decided_by: String,
    /// When.
    pub decided_ms: Option<i64>,
}

/// Asks for a waiver.
///
/// # Errors
/// `waiver-nothing` where there is no conflict, `needed` without a reason.
pub fn ask(
    id: String,
    pair: (&str, &str, &str),
    kinds: Vec<ConflictKind>,
    reason: &str,
    by: By<'_>,
) -> Result<Waiver, Refusal> {
    if kinds.is_empty() {
        return Err(Refusal::conflict(
            "waiver-nothing",
            "该专家与该答卷之间没有需要豁免的利益冲突。",
            "There is no conflict between this expert and this answer that could be waived.",
        ));
    }
    let (call, expert, answer) = pair;
    Ok(Waiver {
        id,
        call: call.to_owned(),
        expert: expert.to_owned(),
        answer: answer.to_owned(),
        kinds,
        reason: needed(reason, REASON_CHARS_MAX, "reason")?,
        asked_by: by.account.to_owned(),
        asked_ms: by.now.ms(),
        granted: None,
        remark: String::new(),
        decided_by: String::new(),
        decided_ms: None,
    })
}

/// A second officer decides.
///
/// # Errors
/// `waiver-own` for whoever asked, `waiver-decided` the second time, `needed` without a remark.
pub fn decide(waiver: &Waiver, granted: bool, remark: &str, by: By<'_>) -> Result<Waiver, Refusal> {
    if waiver.asked_by == by.account {
        return Err(Refusal::conflict(
            "waiver-own",
            "豁免须由另一位工作人员决定，申请人不能自己批准。",
            "A waiver is decided by another officer than the one who asked.",
        ));
    }
    if waiver.granted.is_some() {
        return Err(Refusal::conflict(
            "waiver-decided",
            "该豁免已有决定，请刷新页面。",
            "This waiver is decided. Load the page again.",
        ));
    }
    Ok(Waiver {
        granted: Some(granted),
        remark: needed(remark, REASON_CHARS_MAX, "remark")?,
        decided_by: by.account.to_owned(),
        decided_ms: Some(by.now.ms()),
        ..waiver.clone()
    })
}

/// Conflicts that no granted waiver of the pair lifts.
pub fn standing(kinds: &[ConflictKind], waivers: &[Waiver], expert: &str, answer: &str) -> Vec<ConflictKind> {
    let own = || waivers.iter().filter(|w| w.granted == Some(true) && w.expert == expert && w.answer == answer);
    kinds.iter().copied().filter(|kind| !own().any(|waiver| waiver.kinds.contains(kind))).collect()
}
