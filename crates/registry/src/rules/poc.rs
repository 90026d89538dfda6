//! Proof-of-concept projects: a dossier that follows a result from the lab in one city to pilot line, production
//! and capital in others.

mod answer;
mod step;

pub use answer::{Answer, CentreState, NamedCentre, Reason, answer, centre_answer, centre_ask};
pub use step::{complete, revise, step};

use super::expert::needed;
use super::organisation::{Known, codes, line, segment_ids};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, Date, Refusal, named_as_example};

/// Steps on the path of one project, as far as its own people enter them.
pub const STEPS_MAX: usize = 200;
/// Proposals for one project that are not on its path: those that wait and those that were declined.
pub const PROPOSALS_MAX: usize = 200;
/// Proposals of one organisation for one project that may wait at once.
pub const PROPOSALS_OPEN_MAX: usize = 5;
/// Characters of a step's note.
pub const NOTE_CHARS_MAX: usize = 1_000;
/// Characters of a step's evidence.
pub const EVIDENCE_CHARS_MAX: usize = 1_000;
/// Segments one project may name.
pub const SEGMENTS_MAX: usize = 10;
/// The segment whose organisations count as proof-of-concept centres beside those of that kind.
pub const CENTRE_SEGMENT: &str = "service/proof-of-concept";

codes! {
    /// How far a result has come.
    Stage {
        /// 实验室.
        Lab = "lab",
        /// 概念验证.
        Proof = "proof",
        /// 中试.
        Pilot = "pilot",
        /// 量产.
        Production = "production",
        /// 融资.
        Capital = "capital",
    }
}

codes! {
    /// Where a project stands.
    ProjectState {
        /// Only its own people see it.
        Draft = "draft",
        /// Open to everybody.
        Published = "published",
        /// Brought to an end; stays open to everybody.
        Closed = "closed",
    }
}

codes! {
    /// Where a step stands.
    StepState {
        /// It has happened.
        Done = "done",
        /// Agreed, not done yet.
        Planned = "planned",
        /// Another organisation offers to take it.
        Proposed = "proposed",
        /// The offer was turned down.
        Declined = "declined",
    }
}

/// A proof-of-concept project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Opaque id.
    pub id: String,
    /// The organisation whose result it is.
    pub organisation: String,
    /// The proof-of-concept centre that it names.
    pub centre: Option<NamedCentre>,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What the result is, Chinese.
    pub about: String,
    /// What the result is, English; may be empty.
    pub about_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Where it stands.
    pub state: ProjectState,
    /// From the demonstration.
    pub demo: bool,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

impl Project {
    /// The centre that it names, if that stands so.
    fn centre_in(&self, state: CentreState) -> Option<&str> {
        self.centre.as_ref().filter(|centre| centre.state == state).map(|centre| centre.organisation.as_str())
    }

    /// The centre that has agreed to look after it.
    pub fn centre_agreed(&self) -> Option<&str> {
        self.centre_in(CentreState::Agreed)
    }

    /// The centre that was asked and has not answered.
    pub fn centre_asked(&self) -> Option<&str> {
        self.centre_in(CentreState::Asked)
    }

    /// Whether an organisation keeps the dossier: the owner, or the centre that has agreed.
    pub fn kept_by(&self, organisation: &str) -> bool {
        self.organisation == organisation || self.centre_agreed() == Some(organisation)
    }
}

/// One step on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Opaque id.
    pub id: String,
    /// The project.
    pub project: String,
    /// How far the result comes by it.
    pub stage: Stage,
    /// Where.
    pub city: Option<Adcode>,
    /// With whom.
    pub organisation: Option<String>,
    /// When it happened or is planned.
    pub day: Option<Date>,
    /// What, Chinese.
    pub note: String,
    /// What, English; may be empty.
    pub note_en: String,
    /// What shows that it happened.
    pub evidence: String,
    /// Where it stands.
    pub state: StepState,
    /// Why the proposal was declined.
    pub reason: Option<Reason>,
    /// What was added to that.
    pub remark: String,
    /// When the proposal was answered; none for what the project's own people entered.
    pub answered_ms: Option<i64>,
    /// The organisation that entered or proposed it.
    pub entered_by: String,
    /// When.
    pub created_ms: i64,
}

impl Step {
    /// Another organisation is named in it, and has not said so itself.
    pub fn unconfirmed(&self) -> bool {
        self.organisation.as_ref().is_some_and(|named| *named != self.entered_by)
    }
}

/// A project as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ProjectDraft {
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What the result is, Chinese.
    pub about: String,
    /// What the result is, English; may be empty.
    pub about_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Id of the centre that is asked; may be empty.
    pub centre: String,
}

/// How a planned step ended, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// The day on which it was done.
    pub day: String,
    /// What shows it.
    pub evidence: String,
    /// Code of the city; needed when the plan did not name one.
    pub city: String,
}

/// A step as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct StepDraft {
    /// Code of the stage.
    pub stage: String,
    /// Code of the city; may be empty when the organisation has one.
    pub city: String,
    /// Id of the organisation; may be empty.
    pub organisation: String,
    /// Day; needed once it is done.
    pub day: String,
    /// What, Chinese.
    pub note: String,
    /// What, English; may be empty.
    pub note_en: String,
    /// What shows that it happened; needed once it is done.
    pub evidence: String,
    /// Whether it has happened.
    pub done: bool,
}

/// Makes a draft project.
///
/// # Errors
/// The first field that breaks a rule.
pub fn create(
    id: &str,
    organisation: &str,
    draft: &ProjectDraft,
    by: &By<'_>,
    known: &Known<'_>,
) -> Result<Project, Refusal> {
    let title = needed(&draft.title, TITLE_CHARS_MAX, "title")?;
    named_as_example(
        by.demo,
        &title,
        "title",
        ["演示中的项目，标题必须以“示例”开头。", "A project of the demo must have a title that begins with 示例."],
    )?;
    let centre = draft.centre.trim();
    Ok(Project {
        id: id.to_owned(),
        organisation: organisation.to_owned(),
        centre: (!centre.is_empty()).then(|| NamedCentre::asked(organisation, centre, by.now_ms)),
        title,
        title_en: line(&draft.title_en, TITLE_CHARS_MAX, "title_en")?,
        about: needed(&draft.about, ABSTRACT_CHARS_MAX, "about")?,
        about_en: line(&draft.about_en, ABSTRACT_CHARS_MAX, "about_en")?,
        segments: segment_ids(&draft.segments, SEGMENTS_MAX, known)?,
        state: ProjectState::Draft,
        demo: by.demo,
        created_by: by.account.to_owned(),
        created_ms: by.now_ms,
        updated_ms: by.now_ms,
    })
}

/// Who acts and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account.
    pub account: &'a str,
    /// The organisation it acts for.
    pub organisation: &'a str,
    /// From the demonstration.
    pub demo: bool,
    /// When.
    pub now_ms: i64,
}

/// Opens a draft to everybody. It needs a first step that is done.
///
/// # Errors
/// `poc-state`, `poc-first-step`.
pub fn publish(project: &Project, steps: &[Step], now_ms: i64) -> Result<Project, Refusal> {
    if project.state != ProjectState::Draft {
        return Err(wrong_state());
    }
    if !steps.iter().any(|step| step.state == StepState::Done) {
        return Err(Refusal::conflict(
            "poc-first-step",
            "请先写入至少一个已完成的步骤（例如成果在哪里的实验室产生），再公开项目。",
            "Enter at least one step that is done (such as the lab the result comes from), then publish.",
        ));
    }
    Ok(Project { state: ProjectState::Published, updated_ms: now_ms, ..project.clone() })
}

/// Brings a published project to an end. Nobody who proposed something is left without an answer.
///
/// # Errors
/// `poc-state`, `poc-proposals-open`.
pub fn close(project: &Project, steps: &[Step], now_ms: i64) -> Result<Project, Refusal> {
    if project.state != ProjectState::Published {
        return Err(wrong_state());
    }
    if steps.iter().any(|step| step.state == StepState::Proposed) {
        return Err(Refusal::conflict(
            "poc-proposals-open",
            "还有其他单位的建议没有答复。请先逐条采纳或不采纳，再结束项目。",
            "Proposals of other organisations still wait. Accept or decline each of them, then close the project.",
        ));
    }
    Ok(Project { state: ProjectState::Closed, updated_ms: now_ms, ..project.clone() })
}

fn wrong_state() -> Refusal {
    Refusal::conflict(
        "poc-state",
        "项目当前的状态不允许这样办理，请刷新后查看。",
        "The project's present state does not allow this. Refresh to see it.",
    )
}

impl Step {
    /// Whether it is part of the way: done or agreed, not merely proposed or refused.
    pub fn on_path(&self) -> bool {
        matches!(self.state, StepState::Done | StepState::Planned)
    }

    /// Whether its author may still change it in a project that stands so: nobody has agreed to it, answered it, or
    /// seen it done.
    pub fn open_in(&self, project: ProjectState) -> bool {
        match (project, self.state) {
            (ProjectState::Closed, _) | (_, StepState::Declined) => false,
            (_, StepState::Proposed) => true,
            (_, StepState::Planned) => self.answered_ms.is_none(),
            (_, StepState::Done) => project == ProjectState::Draft,
        }
    }
}

/// The path as it is drawn: what is done by day, then what is planned; proposals and refused ones are left out.
pub fn path(steps: &[Step]) -> Vec<&Step> {
    let mut path: Vec<&Step> = steps.iter().filter(|step| step.on_path()).collect();
    let late = Date::from_epoch_day(84_000);
    path.sort_by_key(|s| (s.state == StepState::Planned, s.day.unwrap_or(late), s.created_ms, s.id.clone()));
    path
}

/// The furthest stage that is done.
pub fn stage_reached(steps: &[Step]) -> Option<Stage> {
    steps.iter().filter(|step| step.state == StepState::Done).map(|step| step.stage).max()
}

#[cfg(test)]
mod tests;
