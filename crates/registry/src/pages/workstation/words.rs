//! Words and labels that pages of workstations share.

use crate::actions::workstation::Card;
use crate::corridor::Corridor;
use crate::pages::organisation::words::{city_name, name as organisation_name};
use crate::rules::workstation::{Parting, Reason, Workstation, WorkstationState};
use kernel::Instant;
use platform::web::T;
use platform::web::parts::{Tag, Tone};

/// A workstation's name in the reader's language.
pub(crate) fn name(t: T, w: &Workstation) -> String {
    t.pick(&w.name, &w.name_en).to_owned()
}

/// A state in words; an unknown code stays as it is.
pub(crate) fn state_name(t: T, code: &str) -> String {
    match WorkstationState::parse(code) {
        Some(state) => t.msg(format!("workstation-state-{}", state.code())).into_owned(),
        None => code.to_owned(),
    }
}

/// A state as a label.
pub(crate) fn state_tag(t: T, state: WorkstationState) -> Tag {
    let tone = match state {
        WorkstationState::Proposed => Tone::Indigo,
        WorkstationState::Listed => Tone::Pine,
        WorkstationState::Refused => Tone::Cinnabar,
        WorkstationState::Ended => Tone::Plain,
    };
    Tag::new(tone, state_name(t, state.code()))
}

/// The labels below a workstation's name.
pub(crate) fn tags(t: T, w: &Workstation) -> Vec<Tag> {
    let mut tags = Vec::new();
    if w.demo {
        tags.push(Tag::demo(t));
    }
    tags.push(state_tag(t, w.state));
    tags
}

/// A reason in words.
pub(crate) fn reason_name(t: T, reason: Reason) -> String {
    t.msg(format!("workstation-reason-{}", reason.code())).into_owned()
}

/// Why an expert says no or leaves, in words.
pub(crate) fn parting_name(t: T, reason: Parting) -> String {
    t.msg(format!("workstation-parting-{}", reason.code())).into_owned()
}

/// Until when the office has time; says so where the calendar may still move.
pub(crate) fn due(t: T, w: &Workstation) -> String {
    let key = if w.due_provisional { "claim-due-provisional" } else { "claim-due" };
    t.with(key, "date", Instant::from_ms(w.due_ms).date().to_string())
}

/// A workstation in a list.
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) city: String,
    pub(crate) owner: String,
    pub(crate) owner_href: String,
    pub(crate) about: String,
    pub(crate) projects: String,
    pub(crate) tags: Vec<Tag>,
}

/// How many projects, and what they come to.
pub(crate) fn projects(t: T, card: &Card) -> String {
    match (card.projects, card.amount_fen) {
        (0, _) => String::new(),
        (n, 0) => t.n("workstation-projects-count", n),
        (n, fen) => t.with2("workstation-projects-sum", "n", n, "amount", t.fen_short(fen)),
    }
}

/// A workstation as a row.
pub(crate) fn row(t: T, corridor: &Corridor, card: &Card) -> Row {
    let w = &card.workstation;
    Row {
        href: format!("/workstations/{}", w.id),
        name: name(t, w),
        city: city_name(t, corridor, card.organisation.city),
        owner: organisation_name(t, &card.organisation),
        owner_href: format!("/organisations/{}", card.organisation.id),
        about: t.pick(&w.about, &w.about_en).to_owned(),
        projects: projects(t, card),
        tags: tags(t, w),
    }
}
