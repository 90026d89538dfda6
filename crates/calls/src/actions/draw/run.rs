//! The end of a draw: the house computes who was drawn, or notes that a value was withheld.

use crate::actions::reviewer::sitting;
use crate::actions::{by, conflict, load, note, task};
use crate::rules::call::Call;
use crate::rules::draw::{self as rules, Draw, DrawFile, DrawState, FILE_FORMAT, Input, Part, PartOpen};
use crate::rules::reviewer::{Origin, Reviewer, Task, TaskState};
use crate::store;
use kernel::Refusal;
use platform::db::Txn;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// Computes a draw whose values are all open, and assigns the reviewers. The house does it; the second time it is a refusal.
///
/// # Errors
/// Not found, `draw-step`.
pub async fn draw_run(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "draw_run", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "draw_run", &Resource::house())?;
            let draw = store::draw::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            rules::in_state(&draw, DrawState::Opened)?;
            let call = load(tx, &draw.call).await?;
            let seed = draw.seed.as_deref().and_then(|seed| hex::decode(seed).ok());
            let seed = seed.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
            assign(app, tx, &call, &draw, seed.as_ref()).await
        })
    })
    .await
}

/// Assigns reviewers by a fixed input.
pub(super) async fn assign(app: &App, tx: &Txn, call: &Call, draw: &Draw, seed: Option<&[u8; 32]>) -> Outcome<Done> {
    let text = draw.input.clone().ok_or_else(|| Fault::Internal("a draw without its input".into()))?;
    let input = Input::read(&text)?;
    let result = rules::run(&input, seed)?;
    let next = Draw {
        state: DrawState::Drawn,
        result: Some(serde_json::to_string(&result).map_err(|error| Fault::Internal(error.to_string()))?),
        ended_ms: Some(tx.ctx().now.ms()),
        ..draw.clone()
    };
    store::draw::save(tx, &next).await.map_err(|fault| crate::actions::reviewer::race(fault, super::under_way))?;
    let pool = store::reviewer::pool(tx, &call.id).await?;
    let tasks = tasks(app, tx, call, &next, (&input, &result), &pool).await?;
    store::reviewer::save_tasks(tx, &tasks).await?;
    // A conflict may have come up since the input was fixed.
    conflict::settle(app, tx, call).await?;
    let parts = store::draw::parts(tx, &draw.id).await?;
    let data = json!({
        "draw": draw.number, "choosing": draw.choosing.code(), "seed": next.seed, "input_sha256": next.input_sha256,
        "file_sha256": Input::sha256(&file_text(&next, &parts)?),
    });
    note(tx, "call.drawn", call, data).await
}

async fn tasks(
    app: &App,
    tx: &Txn,
    call: &Call,
    draw: &Draw,
    (input, result): (&Input, &[Vec<usize>]),
    pool: &[Reviewer],
) -> Outcome<Vec<Task>> {
    let answers = task::under_review(tx, &call.id).await?;
    let due_ms = task::due(app, tx);
    let mut tasks = Vec::new();
    for (number, row) in input.answers.iter().zip(result) {
        let Some(answer) = answers.iter().find(|answer| answer.number == *number) else { continue };
        for place in row {
            let alias = input.experts.get(*place).map(|entrant| entrant.alias.as_str());
            let Some(reviewer) = pool.iter().find(|one| Some(one.alias.as_str()) == alias) else { continue };
            tasks.push(Task {
                id: platform::random::id(),
                call: call.id.clone(),
                attempt: draw.attempt,
                answer: answer.id.clone(),
                number: *number,
                expert: reviewer.expert.clone(),
                account: reviewer.account.clone(),
                origin: Origin::Drawn,
                state: TaskState::Assigned,
                recusal: None,
                at_ms: tx.ctx().now.ms(),
                due_ms,
                read_ms: None,
                ended_ms: None,
                demo: call.demo,
            });
        }
    }
    Ok(tasks)
}

/// The whole draw as the text of a file.
pub(super) fn file_text(draw: &Draw, parts: &[Part]) -> Outcome<String> {
    let internal = |error: serde_json::Error| Fault::Internal(error.to_string());
    let open = |part: &Part| PartOpen {
        seat: part.seat,
        commitment: part.commitment.clone(),
        value: part.value.clone().unwrap_or_default(),
    };
    let file = DrawFile {
        format: FILE_FORMAT.to_owned(),
        input: draw.input.clone().unwrap_or_default(),
        input_sha256: draw.input_sha256.clone().unwrap_or_default(),
        parts: parts.iter().map(open).collect(),
        seed: draw.seed.clone().unwrap_or_default(),
        result: draw.result.as_deref().map(serde_json::from_str).transpose().map_err(internal)?.unwrap_or_default(),
    };
    serde_json::to_string(&file).map_err(internal)
}

/// A value was not opened in time: the draw is void, and everybody sees whose it was. The clock does it.
///
/// # Errors
/// Not found, `draw-step`.
pub async fn draw_lapse(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "draw_lapse", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "draw_lapse", &Resource::house())?;
            let draw = store::draw::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            rules::in_state(&draw, DrawState::Opening)?;
            if draw.due_ms.is_none_or(|due| tx.ctx().now.ms() <= due) {
                return Err(Refusal::conflict("draw-step", "公开期限未到。", "The time to open is not over.").into());
            }
            let call = load(tx, &draw.call).await?;
            sitting(tx, &call.id).await?;
            let withheld = rules::withheld(&store::draw::parts(tx, id).await?);
            store::draw::save(tx, &rules::void(&draw, String::new(), by(tx))).await?;
            note(tx, "call.draw_void", &call, json!({ "draw": draw.number, "withheld": withheld })).await
        })
    })
    .await
}
