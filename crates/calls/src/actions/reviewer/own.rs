//! What an expert sees: the calls he is asked to review, his answers there, and how it ended.

use super::{place_resource, sitting};
use crate::actions::load;
use crate::actions::task::under_review;
use crate::rules::answer::{Answer, AnswerState};
use crate::rules::call::{Call, CallState};
use crate::rules::reviewer::{Reviewer, Sitting, Task, TaskState, blotted, say_by};
use crate::rules::score::{Sheet, last};
use crate::store;
use kernel::Refusal;
use platform::db::Conn;
use platform::policy::Resource;
use platform::{App, Ctx};

/// How an answer ended, told to its reviewer when the shortlist stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The reviewer's own total, in hundredths of a point.
    pub own: i64,
    /// The mean of all that count, in hundredths of a point.
    pub mean: i64,
    /// The answer is on the shortlist.
    pub shortlisted: bool,
}

/// One answer of an expert.
#[derive(Debug, Clone)]
pub struct OwnTask {
    /// The task.
    pub task: Task,
    /// The answer's title; in a blind call with names blotted out.
    pub title: String,
    /// Scored in these phases.
    pub phases: Vec<i64>,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// A call that an expert reviews, or is asked to.
#[derive(Debug, Clone)]
pub struct Own {
    /// The call.
    pub call: Call,
    /// The review.
    pub sitting: Sitting,
    /// The place in its pool.
    pub place: Reviewer,
    /// Until when to say whether one takes part.
    pub say_by_ms: i64,
    /// It can still be said.
    pub may_say: bool,
    /// The answers by number; those that one has left are not shown.
    pub tasks: Vec<OwnTask>,
}

/// The calls that the actor reviews or is asked to review, the newest first.
///
/// # Errors
/// Not an expert.
pub async fn review_own(app: &App, ctx: &Ctx) -> platform::Outcome<Vec<Own>> {
    app.policies().require(ctx, "review_own", &Resource::house())?;
    let conn = app.db().read();
    let mut found = Vec::new();
    for place in store::reviewer::pools_of(&conn, ctx.actor.id()).await? {
        found.push(own(ctx, &conn, place).await?);
    }
    Ok(found)
}

/// One call that the actor reviews or is asked to review.
///
/// # Errors
/// Not found for everybody else.
pub async fn reviewer_view(app: &App, ctx: &Ctx, call: &str) -> platform::Outcome<Own> {
    let conn = app.db().read();
    let place = store::reviewer::of_account(&conn, call, ctx.actor.id()).await?.ok_or_else(Refusal::not_found)?;
    app.policies().require(ctx, "reviewer_view", &place_resource(&place))?;
    own(ctx, &conn, place).await
}

async fn own(ctx: &Ctx, conn: &Conn, place: Reviewer) -> platform::Outcome<Own> {
    let call = load(conn, &place.call).await?;
    let sitting = sitting(conn, &call.id).await?;
    let mut tasks = store::reviewer::own(conn, &call.id, &place.account).await?;
    tasks.retain(|task| task.attempt == sitting.attempt && task.state.counts());
    let answers = if tasks.is_empty() { Vec::new() } else { under_review(conn, &call.id).await? };
    let mut lines = Vec::with_capacity(tasks.len());
    for task in &tasks {
        if let Some(answer) = answers.iter().find(|answer| answer.id == task.answer) {
            lines.push(line(conn, (&call, &sitting), task, answer).await?);
        }
    }
    let say_by_ms = say_by(&place, &sitting);
    let may_say = sitting.closed_ms.is_none() && tasks.is_empty() && ctx.now.ms() <= say_by_ms;
    Ok(Own { call, sitting, place, say_by_ms, may_say, tasks: lines })
}

async fn line(
    conn: &Conn,
    (call, sitting): (&Call, &Sitting),
    task: &Task,
    answer: &Answer,
) -> platform::Outcome<OwnTask> {
    let sheets = store::score::of_answer(conn, &task.answer, task.attempt).await?;
    let names: Vec<&str> = answer.members.iter().map(|member| member.name.as_str()).collect();
    let title = if call.review.blind { blotted(&answer.title, &names) } else { answer.title.clone() };
    let over = sitting.closed_ms.is_some() && !matches!(call.state, CallState::Checking | CallState::Review);
    let outcome = if over { outcome(conn, task, answer, &sheets).await? } else { None };
    let mut phases: Vec<i64> = sheets.iter().filter(|s| s.task == task.id).map(|s| s.phase).collect();
    phases.sort_unstable();
    Ok(OwnTask { title, phases, outcome, task: task.clone() })
}

async fn outcome(conn: &Conn, task: &Task, answer: &Answer, sheets: &[Sheet]) -> platform::Outcome<Option<Outcome>> {
    let all = store::reviewer::tasks_of_answer(conn, &task.answer, task.attempt).await?;
    let done = all.iter().filter(|other| other.state == TaskState::Done);
    let totals: Vec<i64> = done.filter_map(|other| last(sheets, &other.id)).map(|sheet| sheet.total).collect();
    let count = i64::try_from(totals.len()).unwrap_or(i64::MAX);
    let shortlisted = matches!(answer.state, AnswerState::Shortlisted | AnswerState::Awarded | AnswerState::Unawarded);
    Ok(last(sheets, &task.id).filter(|_| count > 0).map(|sheet| Outcome {
        own: sheet.total,
        mean: totals.iter().sum::<i64>() / count,
        shortlisted,
    }))
}
