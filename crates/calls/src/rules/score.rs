//! Scores (评分): whole points for each criterion, in two phases that are both kept.
//!
//! In the first phase every reviewer scores alone. In the second, which the office opens, the reviewers of one answer see
//! each other's scores and comments without names, and each revises or confirms his own. First scores that lie further
//! apart than the call allows bring in one more reviewer.

use super::call::{Call, Criterion};
use super::reviewer::{Sitting, Task, TaskState, going, still};
use super::{By, whole};
use kernel::Refusal;
use kernel::input::needed;
use scoring::{POINT, Score};

/// The first phase: alone.
pub const ALONE: i64 = 1;
/// The second: after the discussion.
pub const DISCUSSED: i64 = 2;
/// Characters of a comment.
pub const COMMENT_CHARS_MAX: usize = 2_000;
/// Points of a criterion at most.
const POINTS_MAX: i64 = 100;

/// What a reviewer gave an answer in one phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The task.
    pub task: String,
    /// [`ALONE`] or [`DISCUSSED`].
    pub phase: i64,
    /// Points by criterion, in the order of the call's criteria.
    pub points: Vec<i64>,
    /// What the reviewer says.
    pub comment: String,
    /// Points by weight, in hundredths.
    pub total: i64,
    /// When.
    pub at_ms: i64,
}

/// A sheet as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SheetDraft {
    /// Points for each criterion, in the order of the call's criteria.
    pub points: Vec<String>,
    /// What there is to say.
    pub comment: String,
}

/// Which phase a sitting is in.
pub fn phase(sitting: &Sitting) -> i64 {
    if sitting.discussion_ms.is_some() { DISCUSSED } else { ALONE }
}

/// The criteria as the crate `scoring` wants them.
pub fn criteria(call: &Call) -> Vec<scoring::Criterion> {
    let of = |one: &Criterion| scoring::Criterion { code: one.code.clone(), weight: one.weight_bp };
    call.review.criteria.iter().map(of).collect()
}

/// A reviewer scores. The first phase must have its scores before the second can revise them; who comes later, as a further
/// reviewer does, scores alone first.
///
/// # Errors
/// `review-closed`, `task-over`, `score-phase` for the first phase once others can be seen, `number-range` and the refusals
/// of [`scoring::weighted`] at `points_<criterion>`, `needed` without a comment.
pub fn give(
    call: &Call,
    sitting: &Sitting,
    task: &Task,
    before: &[Sheet],
    draft: &SheetDraft,
    by: By<'_>,
) -> Result<Sheet, Refusal> {
    going(sitting)?;
    still(task)?;
    let alone = before.iter().any(|sheet| sheet.phase == ALONE);
    let phase = if alone { phase(sitting) } else { ALONE };
    if alone && phase == ALONE {
        return Err(Refusal::conflict(
            "score-given",
            "您已评分。独立评分提交后不能修改；组织部门开放讨论后可以修改或确认。",
            "You have scored. Scores given alone stay; once the discussion is open you can revise or confirm them.",
        ));
    }
    let mut points = Vec::with_capacity(call.review.criteria.len());
    for (at, criterion) in call.review.criteria.iter().enumerate() {
        let typed = draft.points.get(at).map_or("", String::as_str);
        let one = whole(typed, 0, POINTS_MAX, "points").map_err(|refusal| refusal.at(field(&criterion.code)))?;
        points.push(one);
    }
    let scores: Vec<Score> = call
        .review
        .criteria
        .iter()
        .zip(&points)
        .map(|(criterion, points)| Score { code: criterion.code.clone(), hundredths: points * POINT })
        .collect();
    Ok(Sheet {
        task: task.id.clone(),
        phase,
        total: scoring::weighted(&criteria(call), &scores)?,
        points,
        comment: needed(&draft.comment, COMMENT_CHARS_MAX, "comment")?,
        at_ms: by.now.ms(),
    })
}

/// The form field of a criterion.
pub fn field(code: &str) -> String {
    format!("points_{code}")
}

/// The sheet of a task that counts: the last phase's.
pub fn last<'a>(sheets: &'a [Sheet], task: &str) -> Option<&'a Sheet> {
    sheets.iter().filter(|sheet| sheet.task == task).max_by_key(|sheet| sheet.phase)
}

/// The sheet of one phase.
pub fn of_phase<'a>(sheets: &'a [Sheet], task: &str, phase: i64) -> Option<&'a Sheet> {
    sheets.iter().find(|sheet| sheet.task == task && sheet.phase == phase)
}

/// Whether an answer needs one more reviewer: all first scores are there, they lie further apart than the call allows, and
/// no further reviewer was called for it before.
pub fn calls_further(call: &Call, tasks: &[Task], sheets: &[Sheet]) -> bool {
    use super::reviewer::Origin;
    let counting = || tasks.iter().filter(|task| task.state.counts());
    let further = tasks.iter().any(|task| task.origin == Origin::Further);
    let totals: Vec<i64> =
        counting().filter_map(|task| of_phase(sheets, &task.id, ALONE)).map(|sheet| sheet.total).collect();
    !further
        && totals.len() == counting().count()
        && scoring::disagreement::disagreement(&totals, call.review.apart_hundredths)
}

/// The office opens the discussion: every answer must have all its first scores.
///
/// # Errors
/// `review-closed`, `discussion-open`, `scores-missing` with the answers' numbers.
pub fn discuss(sitting: &Sitting, tasks: &[Task], sheets: &[Sheet], by: By<'_>) -> Result<Sitting, Refusal> {
    going(sitting)?;
    if sitting.discussion_ms.is_some() {
        return Err(Refusal::conflict("discussion-open", "讨论已经开放。", "The discussion is open already."));
    }
    complete(tasks, sheets)?;
    Ok(Sitting { discussion_ms: Some(by.now.ms()), ..sitting.clone() })
}

/// Every reviewer who counts has scored.
///
/// # Errors
/// `scores-missing`, `tasks-none`.
pub fn complete(tasks: &[Task], sheets: &[Sheet]) -> Result<(), Refusal> {
    if tasks.is_empty() {
        return Err(Refusal::conflict("tasks-none", "尚未抽取评审专家。", "No reviewers have been chosen yet."));
    }
    let lacks = |task: &&Task| task.state.counts() && of_phase(sheets, &task.id, ALONE).is_none();
    let mut missing: Vec<i64> = tasks.iter().filter(lacks).map(|task| task.number).collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let numbers = missing.iter().map(i64::to_string).collect::<Vec<_>>();
    Err(Refusal::conflict(
        "scores-missing",
        format!("第 {} 号答卷的评分尚未收齐，请催办或更换专家。", numbers.join("、")),
        format!("Scores are missing for answers {}. Remind the reviewers or replace them.", numbers.join(", ")),
    ))
}

/// Answers that have fewer reviewers than the call promises.
///
/// # Errors
/// `reviewers-few` with the answers' numbers.
pub fn staffed(call: &Call, numbers: &[i64], tasks: &[Task]) -> Result<(), Refusal> {
    let counts = |number: i64| tasks.iter().filter(|task| task.number == number && task.state.counts()).count();
    let need = usize::try_from(call.review.per_answer).unwrap_or(usize::MAX);
    let few: Vec<String> = numbers.iter().filter(|number| counts(**number) < need).map(i64::to_string).collect();
    if few.is_empty() {
        return Ok(());
    }
    Err(Refusal::conflict(
        "reviewers-few",
        format!("第 {} 号答卷的评审专家不足 {need} 位，请补充专家。", few.join("、")),
        format!("Answers {} have fewer than {need} reviewers. Add experts.", few.join(", ")),
    ))
}

/// A task that has been scored.
pub fn scored(task: &Task) -> Task {
    Task { state: TaskState::Done, ..task.clone() }
}
