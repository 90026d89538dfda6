//! The clock of calls. Rules read the clock themselves; each job writes down what it has made true, and does nothing the
//! second time.

use super::{answer, award, call, draw, objection};
use crate::rules::call::CallState;
use futures_util::future::BoxFuture;
use kernel::{Instant, RefusalKind};
use platform::db::Txn;
use platform::jobs::{JobSpec, NewJob};
use platform::{App, Ctx, Fault, Outcome};
use serde_json::{Value, json};

const CLOSE: &str = "calls.close";
const SETTLE: &str = "calls.settle";
const NOTICE: &str = "calls.notice";
const OBJECTION: &str = "calls.objection";
const DRAW: &str = "calls.draw";
const LAPSE: &str = "calls.draw_lapse";
/// Between a closing and the first look for opened answers: by then the list of the round is written.
const LIST_MS: i64 = 15_000;
/// Between two looks while the committee gives its shares.
const LOOK_MS: i64 = 5 * 60_000;

/// The kinds of jobs, noun by noun.
pub const JOBS: &[JobSpec] = &[
    JobSpec { name: CLOSE, handler: close },
    JobSpec { name: SETTLE, handler: settle },
    JobSpec { name: NOTICE, handler: notice },
    JobSpec { name: OBJECTION, handler: objection },
    JobSpec { name: DRAW, handler: draw_run },
    JobSpec { name: LAPSE, handler: draw_lapse },
];

fn about(name: &'static str, call: &str, at: Instant) -> NewJob {
    NewJob::new(name, json!({ "call": call })).once(format!("{call}:{}", at.ms())).at(at)
}

/// Orders the note that a call takes no more answers.
pub(super) async fn order_close(tx: &Txn, call: &str, closes_ms: i64) -> Outcome<()> {
    tx.job(about(CLOSE, call, Instant::from_ms(closes_ms))).await
}

/// Orders the looks at a round after its closing, until its answers are taken over or it is void.
pub(super) async fn order_settle(tx: &Txn, call: &str, closes_ms: i64) -> Outcome<()> {
    tx.job(about(SETTLE, call, Instant::from_ms(closes_ms).plus_ms(LIST_MS))).await
}

/// Orders the look at an award when its notice is over.
pub(super) async fn order_notice(tx: &Txn, call: &str, until_ms: i64) -> Outcome<()> {
    tx.job(about(NOTICE, call, Instant::from_ms(until_ms).plus_ms(1))).await
}

/// Orders that look now: the last open objection is gone.
pub(super) async fn order_notice_now(tx: &Txn, call: &str) -> Outcome<()> {
    tx.job(about(NOTICE, call, tx.ctx().now)).await
}

/// Orders that what a panel has decided is carried out.
pub(super) async fn order_objection(tx: &Txn, id: &str) -> Outcome<()> {
    tx.job(NewJob::new(OBJECTION, json!({ "objection": id })).once(id)).await
}

/// Orders the computing of a draw whose values are all open.
pub(super) async fn order_draw(tx: &Txn, id: &str) -> Outcome<()> {
    tx.job(NewJob::new(DRAW, json!({ "draw": id })).once(id)).await
}

/// Orders the look at a draw when its values had to be open.
pub(super) async fn order_lapse(tx: &Txn, id: &str, at: Instant) -> Outcome<()> {
    tx.job(NewJob::new(LAPSE, json!({ "draw": id })).once(id).at(at)).await
}

fn drawing(payload: &Value) -> &str {
    payload["draw"].as_str().unwrap_or_default()
}

fn draw_run<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(done(draw::draw_run(app, ctx, drawing(payload)).await)?) })
}

fn draw_lapse<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(done(draw::draw_lapse(app, ctx, drawing(payload)).await)?) })
}

fn of(payload: &Value) -> &str {
    payload["call"].as_str().unwrap_or_default()
}

fn close<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(done(call::call_close(app, ctx, of(payload)).await)?) })
}

/// Follows the round of a call; while it is neither opened nor void, the next look is ordered.
fn settle<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        let call = answer::settled(app, ctx.now, of(payload)).await?;
        // A new round of an amended or released call has its own looks, from its own closing on.
        if call.state == CallState::Closed {
            let at = ctx.now.plus_ms(LOOK_MS);
            app.in_txn(ctx, "calls_settle", call.id, move |tx, id| {
                Box::pin(async move { tx.job(about(SETTLE, id, at)).await })
            })
            .await?;
        }
        Ok(())
    })
}

fn notice<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(done(award::call_confirm(app, ctx, of(payload)).await)?) })
}

fn objection<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    let id = payload["objection"].as_str().unwrap_or_default();
    Box::pin(async move { Ok(done(objection::objection_settle(app, ctx, id).await)?) })
}

/// A conflict means that somebody else was there before, or that the time has been moved.
pub(super) fn done<T>(outcome: Outcome<T>) -> Outcome<()> {
    match outcome {
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Conflict => Ok(()),
        Err(fault) => Err(fault),
        Ok(_) => Ok(()),
    }
}
