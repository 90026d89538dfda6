//! Proof-of-concept projects: a dossier that follows a result from the lab in one city to pilot line, production
//! and capital in others.

use super::expert::needed;
use super::organisation::{Known, codes, line, segment_ids};
use super::workstation::day;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, Date, Refusal, RefusalKind};

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
    /// The proof-of-concept centre that looks after it.
    pub centre: Option<String>,
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
    /// The organisation that entered or proposed it.
    pub entered_by: String,
    /// When.
    pub created_ms: i64,
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
    /// Id of the centre; may be empty.
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
    if by.demo && !title.starts_with(super::organisation::DEMO_PREFIX) {
        return Err(Refusal::invalid(
            "demo-name",
            "演示中的项目，标题必须以“示例”开头。",
            "A project of the demo must have a title that begins with 示例.",
        )
        .at("title"));
    }
    let centre = draft.centre.trim();
    Ok(Project {
        id: id.to_owned(),
        organisation: organisation.to_owned(),
        centre: (!centre.is_empty()).then(|| centre.to_owned()),
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

/// Adds a step: the project's own people enter what is done or planned, others propose.
///
/// # Errors
/// `poc-state`, `steps-many`, `proposals-full`, `proposals-many`, `poc-own-done`, or the first field that breaks a rule.
pub fn step(
    id: &str,
    project: &Project,
    steps: &[Step],
    draft: &StepDraft,
    by: &By<'_>,
    known: &Known<'_>,
) -> Result<Step, Refusal> {
    let own = by.organisation == project.organisation || project.centre.as_deref() == Some(by.organisation);
    if project.state == ProjectState::Closed || (!own && project.state == ProjectState::Draft) {
        return Err(wrong_state());
    }
    room(steps, own, by)?;
    if !own && draft.done {
        return Err(Refusal::new(
            RefusalKind::Forbidden,
            "poc-own-done",
            "只有项目方可以写入已完成的步骤。您可以提出下一步建议。",
            "Only the project's own people enter what is done. You may propose the next step.",
        )
        .at("done"));
    }
    let stage = Stage::parse(&draft.stage).ok_or_else(|| {
        Refusal::invalid("poc-stage", "请选择这一步到达的阶段。", "Choose the stage this step reaches.").at("stage")
    })?;
    let state = match (own, draft.done) {
        (true, true) => StepState::Done,
        (true, false) => StepState::Planned,
        (false, _) => StepState::Proposed,
    };
    let organisation = draft.organisation.trim();
    let when = if draft.day.trim().is_empty() { None } else { Some(day(&draft.day, "day")?) };
    let step = Step {
        id: id.to_owned(),
        project: project.id.clone(),
        stage,
        city: super::organisation::city(&draft.city, known)?,
        organisation: (!organisation.is_empty()).then(|| organisation.to_owned()),
        day: when,
        note: needed(&draft.note, NOTE_CHARS_MAX, "note")?,
        note_en: line(&draft.note_en, NOTE_CHARS_MAX, "note_en")?,
        evidence: line(&draft.evidence, EVIDENCE_CHARS_MAX, "evidence")?,
        state,
        entered_by: by.organisation.to_owned(),
        created_ms: by.now_ms,
    };
    if step.state == StepState::Done {
        proven(&step, kernel::Instant::from_ms(by.now_ms).date())?;
    }
    Ok(step)
}

fn room(steps: &[Step], own: bool, by: &By<'_>) -> Result<(), Refusal> {
    // Counted apart: however much is proposed from outside, the project's own people can always go on.
    let on_path = steps.iter().filter(|step| step.on_path()).count();
    if own && on_path >= STEPS_MAX {
        return Err(Refusal::invalid(
            "steps-many",
            format!("一个项目最多 {STEPS_MAX} 个步骤，请为后续工作另建项目。"),
            format!("A project has {STEPS_MAX} steps at most; open another project for what follows."),
        ));
    }
    if !own && steps.len() - on_path >= PROPOSALS_MAX {
        return Err(Refusal::new(
            RefusalKind::TooMany,
            "proposals-full",
            "本项目收到的建议已满。请直接联系项目方。",
            "This project takes no more proposals. Contact its organisation instead.",
        ));
    }
    let open =
        steps.iter().filter(|step| step.state == StepState::Proposed && step.entered_by == by.organisation).count();
    if !own && open >= PROPOSALS_OPEN_MAX {
        return Err(Refusal::new(
            RefusalKind::TooMany,
            "proposals-many",
            format!("贵单位在本项目已有 {PROPOSALS_OPEN_MAX} 条建议待答复，请等候。"),
            format!("Your organisation has {PROPOSALS_OPEN_MAX} proposals waiting here; wait for an answer."),
        ));
    }
    Ok(())
}

/// What has happened has a place, a day that is not to come, and evidence.
fn proven(step: &Step, today: Date) -> Result<(), Refusal> {
    if step.city.is_none() {
        return Err(Refusal::invalid(
            "poc-city",
            "已完成的步骤须写明在哪座城市。",
            "Say in which city the step was done.",
        )
        .at("city"));
    }
    match step.day {
        None => {
            return Err(Refusal::invalid(
                "date-shape",
                "已完成的步骤须写明日期。",
                "Say on which day the step was done.",
            )
            .at("day"));
        }
        Some(day) if day > today => {
            return Err(Refusal::invalid(
                "poc-day",
                "已完成的步骤，日期不能晚于今天；尚未发生的请作为计划写入。",
                "A step that is done cannot lie in the future; enter it as planned.",
            )
            .at("day"));
        }
        Some(_) => {}
    }
    if step.evidence.is_empty() {
        return Err(Refusal::invalid(
            "poc-evidence",
            "请写明依据，例如检测报告编号、合同登记号或公开报道。",
            "Name the evidence, such as a test report, a contract's registration number or a published report.",
        )
        .at("evidence"));
    }
    Ok(())
}

/// The project's own people answer a proposal.
///
/// # Errors
/// `poc-state`, `poc-answered`.
pub fn answer(project: &Project, step: &Step, accept: bool) -> Result<Step, Refusal> {
    if project.state != ProjectState::Published {
        return Err(wrong_state());
    }
    if step.state != StepState::Proposed {
        return Err(Refusal::conflict(
            "poc-answered",
            "这条建议已经答复过。请刷新后查看。",
            "This proposal has been answered already. Refresh to see it.",
        ));
    }
    Ok(Step { state: if accept { StepState::Planned } else { StepState::Declined }, ..step.clone() })
}

/// A planned step has happened.
///
/// # Errors
/// `poc-state`, `poc-not-planned`, or what is missing for a step that is done.
pub fn complete(
    project: &Project,
    step: &Step,
    typed: &Completion,
    now_ms: i64,
    known: &Known<'_>,
) -> Result<Step, Refusal> {
    if project.state == ProjectState::Closed {
        return Err(wrong_state());
    }
    if step.state != StepState::Planned {
        return Err(Refusal::conflict(
            "poc-not-planned",
            "只有计划中的步骤可以标为完成。请刷新后查看。",
            "Only a planned step can be completed. Refresh to see it.",
        ));
    }
    let typed_city = super::organisation::city(&typed.city, known)?;
    let done = Step {
        city: typed_city.or(step.city),
        day: Some(day(&typed.day, "day")?),
        evidence: line(&typed.evidence, EVIDENCE_CHARS_MAX, "evidence")?,
        state: StepState::Done,
        ..step.clone()
    };
    proven(&done, kernel::Instant::from_ms(now_ms).date())?;
    Ok(done)
}

impl Step {
    /// Whether it is part of the way: done or agreed, not merely proposed or refused.
    pub fn on_path(&self) -> bool {
        matches!(self.state, StepState::Done | StepState::Planned)
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
#[path = "poc_tests.rs"]
mod tests;
