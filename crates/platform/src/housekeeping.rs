//! What the house does by itself every night: whatever is kept for so long and no longer goes.

use crate::app::App;
use crate::ctx::Ctx;
use crate::db::Outcome;
use crate::jobs::{JobSpec, NewJob};
use crate::journal::thin::{Keep, thin};
use crate::journal::wipe::wipe_salts;
use crate::journal::{self, Batches};
use crate::privacy;
use futures_util::future::BoxFuture;
use kernel::Instant;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The hour of the night, in Shanghai, at which it is done.
const HOUR: i64 = 3;
const THIN: &str = "platform.thin_checkpoints";
const FORGET: &str = "platform.forget";

/// The nightly rounds as kinds of jobs.
pub const JOBS: &[JobSpec] =
    &[JobSpec { name: THIN, handler: thin_checkpoints }, JobSpec { name: FORGET, handler: forget }];

/// The day for which this node has ordered the rounds last.
#[derive(Default)]
struct Ordered(AtomicI64);

/// Orders the rounds of the coming night, once a day; ordering them twice is ordering them once.
///
/// # Errors
/// Database faults.
pub(crate) async fn order(app: &App) -> Outcome<()> {
    let now = app.clock().now();
    let day = now.date().plus_days(1);
    let ordered = match app.extension::<Ordered>() {
        Some(ordered) => ordered,
        None => {
            app.extend(Arc::new(Ordered::default()));
            app.extension::<Ordered>().unwrap_or_default()
        }
    };
    if ordered.0.load(Ordering::Relaxed) == day.start().ms() {
        return Ok(());
    }
    let at = day.start().plus_ms(HOUR * 3_600_000);
    app.db().in_txn(&Ctx::system(now), "housekeeping_order", at, |tx, at| Box::pin(ordered_in(tx, *at))).await?;
    ordered.0.store(day.start().ms(), Ordering::Relaxed);
    Ok(())
}

async fn ordered_in(tx: &crate::db::Txn, at: Instant) -> Outcome<()> {
    for spec in JOBS {
        let day = at.date().to_string();
        tx.job(NewJob::new(spec.name, json!({ "day": day })).once(day).at(at)).await?;
    }
    Ok(())
}

fn thin_checkpoints<'a>(app: &'a App, ctx: &'a Ctx, _payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        let removed = thin(app.db(), ctx.now, Keep::default()).await?;
        tracing::info!(removed, "journal.thin");
        Ok(())
    })
}

/// What is too old of what is kept about people goes; then the salts of their rows' former images.
fn forget<'a>(app: &'a App, ctx: &'a Ctx, _payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        let rows = privacy::forget(app, ctx.now).await?;
        // What was just written counts as newer only once it is sealed; if another node seals, the next night does it.
        journal::seal(app.db(), ctx.now, Batches::Later).await?;
        let tables = privacy::kept(app).iter().map(|kept| kept.table).collect();
        let salts = wipe_salts(app.db(), ctx.now, &tables).await?;
        tracing::info!(rows, salts, "privacy.forget");
        Ok(())
    })
}
