//! Steps of a project: adding, changing, completing one.

use super::{
    By, Completion, EVIDENCE_CHARS_MAX, NOTE_CHARS_MAX, PROPOSALS_MAX, PROPOSALS_OPEN_MAX, Project, ProjectState,
    STEPS_MAX, Stage, Step, StepDraft, StepState, wrong_state,
};
use crate::rules::expert::needed;
use crate::rules::organisation::{Known, city, line};
use crate::rules::workstation::day;
use kernel::{Date, Refusal, RefusalKind};

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
    let own = project.kept_by(by.organisation);
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
    let state = match (own, draft.done) {
        (true, true) => StepState::Done,
        (true, false) => StepState::Planned,
        (false, _) => StepState::Proposed,
    };
    written(id, project, draft, state, by, known)
}

/// A step as typed, where it stands.
fn written(
    id: &str,
    project: &Project,
    draft: &StepDraft,
    state: StepState,
    by: &By<'_>,
    known: &Known<'_>,
) -> Result<Step, Refusal> {
    let stage = Stage::parse(&draft.stage).ok_or_else(|| {
        Refusal::invalid("poc-stage", "请选择这一步到达的阶段。", "Choose the stage this step reaches.").at("stage")
    })?;
    let organisation = draft.organisation.trim();
    let when = if draft.day.trim().is_empty() { None } else { Some(day(&draft.day, "day")?) };
    let step = Step {
        id: id.to_owned(),
        project: project.id.clone(),
        stage,
        city: city(&draft.city, known)?,
        organisation: (!organisation.is_empty()).then(|| organisation.to_owned()),
        day: when,
        note: needed(&draft.note, NOTE_CHARS_MAX, "note")?,
        note_en: line(&draft.note_en, NOTE_CHARS_MAX, "note_en")?,
        evidence: line(&draft.evidence, EVIDENCE_CHARS_MAX, "evidence")?,
        state,
        reason: None,
        remark: String::new(),
        answered_ms: None,
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

/// Changes a step as its author typed it again; where it stands stays as it is. What others have agreed to, what has
/// been answered, and what is done and public is not changed any more.
///
/// # Errors
/// `poc-state`, `poc-step-settled`, or the first field that breaks a rule.
pub fn revise(
    project: &Project,
    old: &Step,
    draft: &StepDraft,
    by: &By<'_>,
    known: &Known<'_>,
) -> Result<Step, Refusal> {
    if project.state == ProjectState::Closed {
        return Err(wrong_state());
    }
    if !old.open_in(project.state) {
        return Err(Refusal::conflict(
            "poc-step-settled",
            "这一步已经完成或已有答复，不能再改。需要更正的，请增加一步说明。",
            "This step is done or has been answered, and is not changed any more. Add a step that says what is different.",
        ));
    }
    let next = written(&old.id, project, draft, old.state, by, known)?;
    Ok(Step { entered_by: old.entered_by.clone(), created_ms: old.created_ms, ..next })
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
    let typed_city = city(&typed.city, known)?;
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
