//! The clock of pending transfers: what is held longer than it may be is given back.
//!
//! Nothing depends on the job being on time: a post asks the clock itself, and at the same millisecond exactly one of
//! post and expiry finds the transfer open.

use super::transfer::transfer_batch;
use crate::rules::transfer::{Ask, Made, TransferKind};
use crate::store;
use futures_util::future::BoxFuture;
use kernel::Instant;
use platform::db::Txn;
use platform::jobs::{JobSpec, NewJob};
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Pending transfers given back in one transaction.
const STEP: usize = 200;
/// One job looks after all that end within this time.
const SLOT_MS: i64 = 60_000;
const NAME: &str = "ledger.expire";

/// The work as a kind of job.
pub const EXPIRE: JobSpec = JobSpec { name: NAME, handler };

/// Orders the work for when these transfers end.
pub(crate) async fn watch(tx: &Txn, fresh: &[Made]) -> Outcome<()> {
    let ends = fresh.iter().filter(|made| made.kind == TransferKind::Pending).filter_map(|made| made.expires_at);
    let slots: BTreeSet<i64> = ends.map(|end| end.ms().div_euclid(SLOT_MS) + 1).collect();
    for slot in slots {
        let at = Instant::from_ms(slot * SLOT_MS);
        tx.job(NewJob::new(NAME, json!({ "until_ms": at.ms() })).once(slot.to_string()).at(at)).await?;
    }
    Ok(())
}

fn handler<'a>(app: &'a App, ctx: &'a Ctx, _payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        while pendings_expire(app, ctx).await? == STEP {}
        Ok(())
    })
}

/// Gives back a step of what is held longer than it may be; returns how many pending transfers that were.
///
/// # Errors
/// Database faults.
pub async fn pendings_expire(app: &App, ctx: &Ctx) -> Outcome<usize> {
    app.in_txn(ctx, "pendings_expire", (), |tx, ()| Box::pin(expire_in(tx))).await
}

async fn expire_in(tx: &Txn) -> Outcome<usize> {
    let due = store::transfer::pendings_due(tx, tx.ctx().now, STEP).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let groups: Vec<Vec<Ask>> = due.iter().map(|pending| vec![Ask::expire(&pending.id)]).collect();
    let made = transfer_batch(tx, &groups).await?;
    let expired: Vec<&str> = made.iter().flatten().flatten().filter_map(|made| made.target.as_deref()).collect();
    tx.journal(Entry::new("ledger.expired", "ledger", "").data(json!({ "pendings": expired }))).await?;
    Ok(due.len())
}
