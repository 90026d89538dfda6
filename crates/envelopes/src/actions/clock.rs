//! The clock of rounds: closing, opening, the opening deadline, and the sweeping of bytes that belong to nothing. Each is
//! done by a job, or by whoever needs it first.

use super::{content, round, share};
use crate::store;
use futures_util::future::BoxFuture;
use kernel::{Instant, RefusalKind};
use platform::db::Txn;
use platform::jobs::{JobSpec, NewJob};
use platform::{App, Ctx, Fault, Outcome};
use serde_json::{Value, json};

const CLOSE: &str = "envelopes.close";
const OPEN: &str = "envelopes.open";
const VOID: &str = "envelopes.void";
const SWEEP: &str = "envelopes.sweep";
/// How long bytes without an envelope are left, for a request that is still at work.
const LOOSE_MS: i64 = 3_600_000;

/// The kinds of jobs.
pub const JOBS: &[JobSpec] = &[
    JobSpec { name: CLOSE, handler: close },
    JobSpec { name: OPEN, handler: open },
    JobSpec { name: VOID, handler: void },
    JobSpec { name: SWEEP, handler: sweep },
];

fn about(name: &'static str, round: &str) -> NewJob {
    NewJob::new(name, json!({ "round": round })).once(round)
}

/// Orders the writing of a round's list.
pub(super) async fn order_close(tx: &Txn, round: &str, at: Instant) -> Outcome<()> {
    tx.job(about(CLOSE, round).at(at)).await
}

/// Orders the look at a round when its opening deadline has passed.
pub(super) async fn order_void(tx: &Txn, round: &str, at: Instant) -> Outcome<()> {
    tx.job(about(VOID, round).at(at)).await
}

/// Orders the opening of a round.
pub(super) async fn order_open(tx: &Txn, round: &str) -> Outcome<()> {
    tx.job(about(OPEN, round)).await
}

/// Orders one sweep after an hour; ordering it twice is ordering it once.
pub(super) async fn order_sweep(tx: &Txn) -> Outcome<()> {
    let at = tx.ctx().now.plus_ms(2 * LOOSE_MS);
    tx.job(NewJob::new(SWEEP, json!({})).once("bytes").at(at)).await
}

fn of(payload: &Value) -> &str {
    payload["round"].as_str().unwrap_or_default()
}

fn close<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(done(round::round_close(app, ctx, of(payload)).await)?) })
}

fn open<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(content::round_unseal(app, ctx, of(payload)).await?) })
}

fn void<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(done(share::round_void(app, ctx, of(payload)).await)?) })
}

fn sweep<'a>(app: &'a App, ctx: &'a Ctx, _payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        let before_ms = ctx.now.plus_ms(-LOOSE_MS).ms();
        let swept = app
            .in_txn(ctx, "envelope_sweep", before_ms, |tx, before_ms| {
                Box::pin(async move { store::part::sweep(tx, *before_ms).await })
            })
            .await?;
        tracing::info!(swept, "envelopes.sweep");
        Ok(())
    })
}

/// A conflict means that somebody else was there before.
pub(super) fn done<T>(outcome: Outcome<T>) -> Outcome<()> {
    match outcome {
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Conflict => Ok(()),
        Err(fault) => Err(fault),
        Ok(_) => Ok(()),
    }
}
