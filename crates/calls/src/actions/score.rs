//! Scores: given alone, discussed, revised or confirmed.

use super::reviewer::{aside, load_review, reviewing, sitting};
use super::task::{load_task, replace, under_review};
use super::{by, load};
use crate::rules::call::CallState;
use crate::rules::reviewer::Origin;
use crate::rules::score::{self as rules, ALONE, Sheet, SheetDraft};
use crate::store;
use kernel::Refusal;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// A reviewer scores an answer. Where the first scores of an answer lie too far apart, one more reviewer is drawn for it.
///
/// # Errors
/// Not found, `review-stage`, `review-closed`, `task-over`, `score-given`, `number-range`, `needed`.
pub async fn score_give(app: &App, ctx: &Ctx, id: &str, draft: SheetDraft) -> Outcome<Done> {
    app.in_txn(ctx, "score_give", (app.clone(), id.to_owned(), draft), |tx, (app, id, draft)| {
        Box::pin(async move {
            let task = load_task(app, tx, tx.ctx(), "task_score", id).await?;
            let call = load(tx, &task.call).await?;
            reviewing(&call, &[CallState::Review], tx.ctx().now)?;
            let sitting = sitting(tx, &call.id).await?;
            if sitting.attempt != task.attempt {
                return Err(Refusal::not_found().into());
            }
            let mut sheets = store::score::of_answer(tx, &task.answer, task.attempt).await?;
            let own: Vec<Sheet> = sheets.iter().filter(|sheet| sheet.task == task.id).cloned().collect();
            let sheet = rules::give(&call, &sitting, &task, &own, draft, by(tx))?;
            store::score::save(tx, &sheet).await?;
            store::reviewer::save_tasks(tx, &[rules::scored(&task)]).await?;
            let done = aside(tx, "review.scored", &call, json!({ "task": id, "phase": sheet.phase })).await?;
            if sheet.phase == ALONE {
                sheets.push(sheet);
                let tasks = store::reviewer::tasks_of_answer(tx, &task.answer, task.attempt).await?;
                if rules::calls_further(&call, &tasks, &sheets)
                    && let Some(answer) =
                        under_review(tx, &call.id).await?.iter().find(|answer| answer.id == task.answer)
                {
                    replace(app, tx, (&call, &sitting), answer, Origin::Further).await?;
                }
            }
            Ok(done)
        })
    })
    .await
}

/// The office opens the discussion: reviewers of one answer see each other's scores and comments without names.
///
/// # Errors
/// Not found, `review-stage`, `review-none`, `review-closed`, `discussion-open`, `scores-missing`, `reviewers-few`.
pub async fn discussion_open(app: &App, ctx: &Ctx, call: &str) -> Outcome<Done> {
    app.in_txn(ctx, "discussion_open", (app.clone(), call.to_owned()), |tx, (app, call)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "discussion_open", call).await?;
            reviewing(&call, &[CallState::Review], tx.ctx().now)?;
            let sitting = sitting(tx, &call.id).await?;
            let tasks = store::reviewer::tasks_of(tx, &call.id, sitting.attempt).await?;
            let sheets = store::score::of_call(tx, &call.id, sitting.attempt).await?;
            let next = rules::discuss(&sitting, &tasks, &sheets, by(tx))?;
            let numbers: Vec<i64> = under_review(tx, &call.id).await?.iter().map(|answer| answer.number).collect();
            rules::staffed(&call, &numbers, &tasks)?;
            store::reviewer::save_sitting(tx, &next).await?;
            aside(tx, "review.discussion", &call, json!({})).await
        })
    })
    .await
}
