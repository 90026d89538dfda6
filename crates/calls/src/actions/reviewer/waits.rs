//! What reviews put on desks: of experts, of the office, of the seats that commit and open.

use super::{review_resource, sitting};
use crate::actions::draw::seat_waits;
use crate::actions::shortlist::fees_wait;
use crate::actions::task::under_review;
use crate::rules::call::{Call, CallState};
use crate::rules::draw::DrawState;
use crate::rules::reviewer::{PoolState, Sitting, say_by};
use crate::rules::score::{complete, staffed};
use crate::store;
use platform::capability::DeskItem;
use platform::db::Conn;
use platform::{App, Ctx, Outcome, Role};

/// How long word of the outcome stays on an expert's desk.
const NEWS_DAYS: i64 = 14;

fn item(call: &Call, kind: &'static str, href: String, since_ms: i64, due_ms: Option<i64>) -> DeskItem {
    DeskItem { kind, title: call.title.clone(), href, since_ms, due_ms, demo: call.demo }
}

/// What waits for the actor in reviews.
///
/// # Errors
/// When the database fails.
pub async fn review_items(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    if ctx.actor.has(Role::Expert) {
        items.extend(of_expert(ctx, conn).await?);
    }
    if ctx.actor.has(Role::CityOfficer) || ctx.actor.has(Role::JointOffice) {
        items.extend(of_offices(app, ctx, conn).await?);
        items.extend(of_seats(app, ctx, conn).await?);
    }
    Ok(items)
}

async fn of_expert(ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let account = ctx.actor.id();
    let mut items = Vec::new();
    for place in store::reviewer::pools_of(conn, account).await? {
        let Some(call) = store::call::by_id(conn, &place.call).await? else { continue };
        let sitting = sitting(conn, &call.id).await?;
        let href = format!("/reviewing/calls/{}", call.id);
        let due = say_by(&place, &sitting);
        if place.state == PoolState::Asked && sitting.closed_ms.is_none() && ctx.now.ms() <= due {
            items.push(item(&call, "desk-review-say", href, place.asked_ms, Some(due)));
        } else if let Some(closed) = sitting.closed_ms
            && call.state != CallState::Review
            && closed > ctx.now.plus_days(-NEWS_DAYS).ms()
            && store::reviewer::own(conn, &call.id, account).await?.iter().any(|task| task.state.counts())
        {
            items.push(item(&call, "desk-review-outcome", href, closed, None));
        }
    }
    for (tasks, kind) in [
        (store::reviewer::waiting(conn, account).await?, "desk-review-score"),
        (store::reviewer::revisable(conn, account).await?, "desk-review-revise"),
    ] {
        for task in tasks {
            let Some(call) = store::call::by_id(conn, &task.call).await? else { continue };
            if call.state == CallState::Review && sitting(conn, &call.id).await?.closed_ms.is_none() {
                items.push(item(&call, kind, format!("/reviewing/answers/{}", task.id), task.at_ms, Some(task.due_ms)));
            }
        }
    }
    Ok(items)
}

async fn of_offices(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for call in store::call::in_states(conn, &[CallState::Review, CallState::Interview, CallState::Selection]).await? {
        let resource = review_resource(&call, ctx.now);
        if !app.policies().allows(ctx, "review_view", &resource) {
            continue;
        }
        let sitting = store::reviewer::sitting_of(conn, &call.id).await?;
        for waiver in store::conflict::waivers_of(conn, &call.id).await? {
            if crate::actions::conflict::may_decide(app, ctx, &call, &waiver) {
                let href = format!("/calls/{}/waivers/{}", call.id, waiver.id);
                items.push(item(&call, "desk-waiver-decide", href, waiver.asked_ms, call.due_ms));
            }
        }
        if app.policies().allows(ctx, "review_begin", &resource)
            && let Some(kind) = next(ctx, conn, &call, sitting.as_ref()).await?
        {
            items.push(item(&call, kind, format!("/calls/{}/review", call.id), call.updated_ms, call.due_ms));
        }
    }
    Ok(items)
}

/// The one thing that the office does next.
async fn next(ctx: &Ctx, conn: &Conn, call: &Call, sitting: Option<&Sitting>) -> Outcome<Option<&'static str>> {
    let unpaid = match sitting {
        Some(sitting) => fees_wait(sitting),
        None => false,
    };
    match (call.state, sitting) {
        (CallState::Review, None) => return Ok(Some("desk-review-begin")),
        (CallState::Review, Some(sitting)) if sitting.closed_ms.is_some() => {
            // With a shortlist already, an upheld objection has sent the call back: it is reviewed anew.
            let ranks = store::shortlist::of_call(conn, &call.id, sitting.attempt).await?;
            let set = ranks.iter().any(|rank| rank.place.is_some());
            return Ok(Some(if set { "desk-review-begin" } else { "desk-review-shortlist" }));
        }
        (CallState::Review, Some(_)) => {}
        (CallState::Interview, _) => return Ok(Some("desk-review-interview")),
        _ => return Ok(unpaid.then_some("desk-review-pay")),
    }
    let Some(sitting) = sitting else { return Ok(None) };
    let live = store::draw::of_call(conn, &call.id).await?.into_iter().find(|draw| draw.ended_ms.is_none());
    if let Some(draw) = live {
        // Opening is on the desks of whoever has committed.
        return Ok((draw.state == DrawState::Committing).then_some("desk-review-fix"));
    }
    let tasks = store::reviewer::tasks_of(conn, &call.id, sitting.attempt).await?;
    if tasks.is_empty() {
        return Ok(Some("desk-review-draw"));
    }
    let numbers: Vec<i64> = under_review(conn, &call.id).await?.iter().map(|answer| answer.number).collect();
    if staffed(call, &numbers, &tasks).is_err() {
        return Ok(Some("desk-review-few"));
    }
    let late = store::reviewer::late(conn, ctx.now.ms()).await?;
    if late.iter().any(|(id, _)| *id == call.id) {
        return Ok(Some("desk-review-late"));
    }
    let sheets = store::score::of_call(conn, &call.id, sitting.attempt).await?;
    Ok(complete(&tasks, &sheets).is_ok().then_some("desk-review-close"))
}

async fn of_seats(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for draw in store::draw::in_states(conn, &[DrawState::Committing, DrawState::Opening]).await? {
        let Some(call) = store::call::by_id(conn, &draw.call).await? else { continue };
        if seat_waits(app, ctx, conn, &call, &draw).await? {
            let kind = if draw.state == DrawState::Committing { "desk-draw-commit" } else { "desk-draw-open" };
            items.push(item(&call, kind, format!("/calls/{}/draws", call.id), draw.created_ms, draw.due_ms));
        }
    }
    Ok(items)
}
