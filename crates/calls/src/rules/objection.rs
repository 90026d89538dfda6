//! Objections (异议) against an award on public notice: filed with reasons, admitted or not by the office, judged by an
//! independent panel. The contract waits until none is open.

use super::{By, REASON_CHARS_MAX};
use kernel::input::needed;
use kernel::limits::ABSTRACT_CHARS_MAX;
use kernel::{Refusal, WorkCalendar, codes};

/// Objections of one call.
pub const OBJECTIONS_MAX: usize = 50;
/// Links to evidence of one objection or report.
pub const LINKS_MAX: usize = 10;
/// Characters of one link.
pub const LINK_CHARS_MAX: usize = 300;
/// Experts of a panel at least; always an odd number, so that no vote is left even.
pub const PANEL_MIN: usize = 3;
/// Experts of a panel at most.
pub const PANEL_MAX: usize = 9;
/// Working days in which the office says whether it is admitted.
pub const ADMIT_WORKDAYS: u32 = 5;
/// Working days in which the office names the panel.
pub const PANEL_WORKDAYS: u32 = 5;
/// Working days in which the panel votes.
pub const VOTE_WORKDAYS: u32 = 10;

codes! {
    /// Where an objection stands.
    ObjectionState {
        /// Filed; the office says whether it is admitted.
        Filed = "filed",
        /// Not admitted, with the reason.
        Refused = "refused",
        /// Admitted; the office names a panel.
        Admitted = "admitted",
        /// The panel votes.
        Judged = "judged",
        /// Decided.
        Decided = "decided",
        /// Taken back by whoever filed it.
        Withdrawn = "withdrawn",
        /// Another objection has undone the award first.
        Overtaken = "overtaken",
    }
}

impl ObjectionState {
    /// States in which the contract waits.
    pub const OPEN: [ObjectionState; 3] = [ObjectionState::Filed, ObjectionState::Admitted, ObjectionState::Judged];

    /// Whether the contract waits for it.
    pub fn is_open(self) -> bool {
        ObjectionState::OPEN.contains(&self)
    }
}

codes! {
    /// What a member of the panel votes for, and what the panel decides; each goes further than the one before.
    Verdict {
        /// The award stands.
        Dismiss = "dismiss",
        /// The owner chooses again.
        Reselect = "reselect",
        /// Experts review again.
        Rereview = "rereview",
        /// No award comes of this call.
        NoAward = "no_award",
    }
}

/// An objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Its number in the call, from 1.
    pub ord: i64,
    /// The organisation for which it was filed; none for a person.
    pub organisation: Option<String>,
    /// The account that filed it.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
    /// What is wrong with the award, and why.
    pub text: String,
    /// Where evidence is.
    pub links: Vec<String>,
    /// Where it stands.
    pub state: ObjectionState,
    /// Why it was admitted or not; empty before.
    pub admission: String,
    /// The account that said so; empty before.
    pub admitted_by: String,
    /// What the panel decided.
    pub verdict: Option<Verdict>,
    /// Until when whoever is at work has to be done.
    pub due_ms: Option<i64>,
    /// A year on the way has no published calendar.
    pub due_provisional: bool,
    /// From the demonstration.
    pub demo: bool,
    /// When it was filed.
    pub filed_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

/// A member of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panelist {
    /// The objection.
    pub objection: String,
    /// The expert.
    pub expert: String,
    /// The expert's account.
    pub account: String,
    /// The account that named the expert.
    pub named_by: String,
    /// The vote; none before.
    pub vote: Option<Verdict>,
    /// Why; empty before.
    pub reason: String,
    /// When the vote was given.
    pub voted_ms: Option<i64>,
}

/// An objection, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectionDraft {
    /// The organisation for which it is filed; empty for the person.
    pub organisation: String,
    /// What is wrong, and why.
    pub text: String,
    /// Links to evidence, one a line; may be empty.
    pub links: String,
}

/// Links as typed, one a line.
///
/// # Errors
/// `links-many`, `link-shape`.
pub fn links(text: &str, field: &'static str) -> Result<Vec<String>, Refusal> {
    let typed: Vec<String> = text.lines().map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    if typed.len() > LINKS_MAX {
        return Err(Refusal::invalid(
            "links-many",
            format!("最多填写 {LINKS_MAX} 个链接，每行一个。"),
            format!("Give at most {LINKS_MAX} links, one a line."),
        )
        .at(field));
    }
    let fits = |one: &String| {
        let web = one.starts_with("https://") || one.starts_with("http://");
        web && one.chars().count() <= LINK_CHARS_MAX && !one.chars().any(|c| c.is_whitespace() || c.is_control())
    };
    if typed.iter().all(fits) {
        return Ok(typed);
    }
    Err(Refusal::invalid(
        "link-shape",
        format!("链接须以 https:// 或 http:// 开头，不含空格，最长 {LINK_CHARS_MAX} 个字符。"),
        format!("A link begins with https:// or http://, has no spaces and {LINK_CHARS_MAX} characters at most."),
    )
    .at(field))
}

/// Files an objection. That the call is on notice is the caller's to check.
///
/// # Errors
/// The first field that breaks a rule.
pub fn file(
    id: &str,
    call: &str,
    ord: i64,
    draft: &ObjectionDraft,
    calendar: &WorkCalendar,
    by: By<'_>,
) -> Result<Objection, Refusal> {
    let organisation = Some(draft.organisation.trim().to_owned()).filter(|id| !id.is_empty());
    let filed = Objection {
        id: id.to_owned(),
        call: call.to_owned(),
        ord,
        organisation,
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        text: needed(&draft.text, ABSTRACT_CHARS_MAX, "text")?,
        links: links(&draft.links, "links")?,
        state: ObjectionState::Filed,
        admission: String::new(),
        admitted_by: String::new(),
        verdict: None,
        due_ms: None,
        due_provisional: false,
        demo: by.demo,
        filed_ms: by.now.ms(),
        updated_ms: by.now.ms(),
    };
    Ok(clocked(filed, ObjectionState::Filed, Some(ADMIT_WORKDAYS), calendar, by))
}

/// Moves it on, with the clock of whoever is next.
fn clocked(old: Objection, state: ObjectionState, days: Option<u32>, calendar: &WorkCalendar, by: By<'_>) -> Objection {
    let due = days.map(|days| calendar.after(by.now.date(), days));
    Objection {
        state,
        due_ms: due.map(|due| due.date.plus_days(1).start().plus_ms(-1).ms()),
        due_provisional: due.is_some_and(|due| due.provisional),
        updated_ms: by.now.ms(),
        ..old
    }
}

fn stands(old: &Objection, state: ObjectionState) -> Result<(), Refusal> {
    if old.state == state {
        return Ok(());
    }
    Err(Refusal::conflict(
        "objection-step",
        "这项异议已进入其他环节。请刷新页面，查看现在可以办理的事项。",
        "The objection has moved on. Load the page again to see what can be done now.",
    ))
}

/// The office admits it, or does not.
///
/// # Errors
/// `objection-step`, `objection-admission`, or a text rule.
pub fn admit(
    old: &Objection,
    word: &str,
    reason: &str,
    calendar: &WorkCalendar,
    by: By<'_>,
) -> Result<Objection, Refusal> {
    stands(old, ObjectionState::Filed)?;
    let (state, days) = match word.trim() {
        "admit" => (ObjectionState::Admitted, Some(PANEL_WORKDAYS)),
        "refuse" => (ObjectionState::Refused, None),
        _ => {
            return Err(Refusal::invalid(
                "objection-admission",
                "请选择受理或不予受理。",
                "Choose whether the objection is admitted.",
            )
            .at("word"));
        }
    };
    let admission = needed(reason, REASON_CHARS_MAX, "reason")?;
    let next = clocked(old.clone(), state, days, calendar, by);
    Ok(Objection { admission, admitted_by: by.account.to_owned(), ..next })
}

/// Whoever filed it takes it back before the panel has voted.
///
/// # Errors
/// `objection-step`.
pub fn withdraw(old: &Objection, calendar: &WorkCalendar, by: By<'_>) -> Result<Objection, Refusal> {
    if !old.state.is_open() {
        stands(old, ObjectionState::Filed)?;
    }
    Ok(clocked(old.clone(), ObjectionState::Withdrawn, None, calendar, by))
}

/// What the office knows of an expert whom it would name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Listed, with an account, of the same world.
    pub known: bool,
    /// Has reviewed in this call.
    pub reviewed: bool,
    /// Belongs to a party or has a conflict with one.
    pub conflicted: bool,
}

/// Names the panel, or fills it up when its time is over: members who have voted stay.
///
/// # Errors
/// `objection-step`, `panel-size`, `panel-expert`.
pub fn panel(
    old: &Objection,
    voted: usize,
    named: &[Standing],
    calendar: &WorkCalendar,
    by: By<'_>,
) -> Result<Objection, Refusal> {
    let late = old.due_ms.is_some_and(|due| by.now.ms() > due);
    if !(old.state == ObjectionState::Judged && late) {
        stands(old, ObjectionState::Admitted)?;
    }
    let size = voted + named.len();
    if !(PANEL_MIN..=PANEL_MAX).contains(&size) || size.is_multiple_of(2) {
        return Err(Refusal::invalid(
            "panel-size",
            format!("专家组须为 {PANEL_MIN} 至 {PANEL_MAX} 人的单数，现为 {size} 人。"),
            format!("A panel has an odd number of experts from {PANEL_MIN} to {PANEL_MAX}; now {size}."),
        )
        .at("experts"));
    }
    // One answer for every reason: who has reviewed in this call, and who has a conflict, is not told here.
    if named.iter().any(|one| !one.known || one.reviewed || one.conflicted) {
        return Err(Refusal::invalid(
            "panel-expert",
            "所选专家中有人不能担任：不在库、参加过本榜单评审，或与当事方有关联。请从列表中选择其他专家。",
            "One of these experts cannot serve: not in the pool, a reviewer of this call, or with ties to a party. Choose others from the list.",
        )
        .at("experts"));
    }
    Ok(clocked(old.clone(), ObjectionState::Judged, Some(VOTE_WORKDAYS), calendar, by))
}

/// A member votes, once.
///
/// # Errors
/// `objection-step`, `panel-voted`, `panel-vote`, or a text rule.
pub fn vote(objection: &Objection, seat: &Panelist, word: &str, reason: &str, by: By<'_>) -> Result<Panelist, Refusal> {
    stands(objection, ObjectionState::Judged)?;
    if seat.vote.is_some() {
        return Err(Refusal::conflict(
            "panel-voted",
            "您已表决，不能更改。",
            "You have voted; a vote cannot be changed.",
        ));
    }
    let vote = Verdict::parse(word.trim())
        .ok_or_else(|| Refusal::invalid("panel-vote", "请选择表决意见。", "Choose what you vote for.").at("vote"))?;
    Ok(Panelist {
        vote: Some(vote),
        reason: needed(reason, REASON_CHARS_MAX, "reason")?,
        voted_ms: Some(by.now.ms()),
        ..seat.clone()
    })
}

/// What the panel decides.
///
/// As soon as one verdict has more than half of the seats, that one; when all have voted and none
/// has, the middle one of the votes in the order of how far they go, since a majority goes at least that far.
pub fn outcome(panel: &[Panelist]) -> Option<Verdict> {
    let mut votes: Vec<Verdict> = panel.iter().filter_map(|seat| seat.vote).collect();
    let of = |verdict: Verdict| votes.iter().filter(|vote| **vote == verdict).count();
    if let Some(verdict) = Verdict::ALL.iter().find(|verdict| of(**verdict) * 2 > panel.len()) {
        return Some(*verdict);
    }
    if panel.is_empty() || votes.len() < panel.len() {
        return None;
    }
    votes.sort_unstable();
    votes.get(votes.len() / 2).copied()
}

/// The panel has decided.
pub fn decided(old: &Objection, verdict: Verdict, calendar: &WorkCalendar, by: By<'_>) -> Objection {
    let next = clocked(old.clone(), ObjectionState::Decided, None, calendar, by);
    Objection { verdict: Some(verdict), ..next }
}

/// Another objection has undone the award first.
pub fn overtaken(old: &Objection, calendar: &WorkCalendar, by: By<'_>) -> Objection {
    clocked(old.clone(), ObjectionState::Overtaken, None, calendar, by)
}
