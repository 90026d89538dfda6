//! Words and parts that pages of proof-of-concept projects share.

use crate::actions::poc::Card;
use crate::corridor::Corridor;
use crate::pages::organisation::words::{name, segment_name};
use crate::rules::poc::{ProjectState, Reason, Stage, Step, StepState, path, stage_reached};
use kernel::Adcode;
use platform::web::T;
use platform::web::parts::{Choice, Tag, Tone};

/// Segments named in a row.
const SEGMENTS_SHOWN: usize = 2;

/// A stage in words.
pub(crate) fn stage_name(t: T, stage: &str) -> String {
    match Stage::parse(stage) {
        Some(stage) => t.msg(format!("poc-stage-{}", stage.code())).into_owned(),
        None => stage.to_owned(),
    }
}

/// Every stage.
pub(crate) fn stage_choices(t: T) -> Vec<Choice> {
    Stage::ALL.iter().map(|stage| Choice::new(stage.code(), stage_name(t, stage.code()))).collect()
}

/// Why something was declined, in words.
pub(crate) fn reason_name(t: T, reason: Reason) -> String {
    t.msg(format!("poc-reason-{}", reason.code())).into_owned()
}

/// Why something was declined, with what was added; empty where no reason was asked for yet.
pub(crate) fn declined(t: T, reason: Option<Reason>, remark: &str) -> String {
    match (reason.map(|reason| reason_name(t, reason)), remark) {
        (None, _) => String::new(),
        (Some(reason), "") => t.with("poc-declined", "reason", reason),
        (Some(reason), remark) => t.with2("poc-declined-remark", "reason", reason, "remark", remark),
    }
}

/// The name of an organisation that occurs in a project; empty for one that does not.
pub(crate) fn party_name(t: T, card: &Card, id: &str) -> String {
    card.organisations.get(id).map_or(String::new(), |organisation| name(t, organisation))
}

/// Labels of a project: demo, its state where it is not simply open, how far it has come, segments.
pub(crate) fn tags(t: T, corridor: &Corridor, card: &Card) -> Vec<Tag> {
    let project = &card.project;
    let mut tags = Vec::new();
    if project.demo {
        tags.push(Tag::demo(t));
    }
    match project.state {
        ProjectState::Draft => tags.push(Tag::new(Tone::Plain, t.msg("poc-state-draft"))),
        ProjectState::Published => tags.push(Tag::new(Tone::Indigo, t.msg("poc-state-published"))),
        ProjectState::Closed => tags.push(Tag::new(Tone::Gold, t.msg("poc-state-closed"))),
    }
    if let Some(stage) = stage_reached(&card.steps) {
        tags.push(Tag::new(Tone::Pine, t.with("poc-reached", "stage", stage_name(t, stage.code()))));
    }
    let segments = project.segments.iter().take(SEGMENTS_SHOWN);
    tags.extend(segments.map(|id| Tag::new(Tone::Plain, segment_name(t, corridor, id))));
    tags
}

/// A place on the way, as a row shows it.
pub(crate) struct WayStop {
    pub(crate) city: String,
    pub(crate) planned: bool,
}

/// The cities of the path in order; steps that follow each other in one city are one place.
pub(crate) fn way(t: T, corridor: &Corridor, steps: &[Step]) -> Vec<WayStop> {
    let mut way: Vec<(Adcode, bool)> = Vec::new();
    for step in path(steps) {
        let Some(city) = step.city else { continue };
        let planned = step.state == StepState::Planned;
        if way.last().is_none_or(|(last, _)| *last != city) {
            way.push((city, planned));
        }
    }
    way.into_iter().map(|(city, planned)| WayStop { city: corridor.place_name(city, t.locale), planned }).collect()
}

/// A project in a list.
pub(crate) struct ProjectRow {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) owner: String,
    pub(crate) centre: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) way: Vec<WayStop>,
    pub(crate) updated_ms: i64,
}

/// A project as a row.
pub(crate) fn row(t: T, corridor: &Corridor, card: &Card) -> ProjectRow {
    let project = &card.project;
    ProjectRow {
        href: format!("/poc/{}", project.id),
        title: t.pick(&project.title, &project.title_en).to_owned(),
        owner: party_name(t, card, &project.organisation),
        centre: project.centre_agreed().map_or(String::new(), |centre| party_name(t, card, centre)),
        tags: tags(t, corridor, card),
        way: way(t, corridor, &card.steps),
        updated_ms: project.updated_ms,
    }
}
