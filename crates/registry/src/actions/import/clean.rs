//! Removing imports that were not finished.

use super::{CLEAN_JOB, State, stage};
use crate::store;
use futures_util::future::BoxFuture;
use platform::jobs::NewJob;
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};
use serde_json::{Value, json};

/// A batch that has written nothing for so long is given up. Chunks follow each other within a second.
pub(super) const IDLE_MS: i64 = 2 * 60_000;
/// Records removed in one transaction.
const CHUNK_RECORDS: i64 = 500;

/// Looks after one batch some time after it began: gives it up and removes its rows if its process has died.
pub fn clean_job<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        let batch = payload["batch"].as_str().unwrap_or_default();
        let ctx = stage::at(app, ctx);
        drop_since(app, &ctx, batch, ctx.now.ms() - IDLE_MS).await?;
        let left = store::import::by_id(&app.db().read(), batch).await?;
        if left.is_some_and(|batch| batch.state == State::Staging) {
            app.in_txn(&ctx, "import_clean_later", batch.to_owned(), |tx, batch| {
                Box::pin(async move {
                    let later = tx.ctx().now.plus_ms(IDLE_MS);
                    tx.job(NewJob::new(CLEAN_JOB, json!({ "batch": batch })).at(later).once(batch.as_str())).await
                })
            })
            .await?;
        }
        Ok(())
    })
}

/// Gives up and removes every batch whose process has died.
pub(super) async fn drop_idle(app: &App, ctx: &Ctx) -> Outcome<()> {
    let idle_since_ms = app.clock().now().ms() - IDLE_MS;
    for batch in store::import::staging(&app.db().read()).await? {
        if batch.touched_ms <= idle_since_ms {
            drop_since(app, ctx, &batch.id, idle_since_ms).await?;
        }
    }
    Ok(())
}

/// Gives up and removes one's own batch.
pub(super) async fn drop_now(app: &App, ctx: &Ctx, batch: &str) -> Outcome<()> {
    drop_since(app, ctx, batch, i64::MAX).await
}

/// Gives up a batch that was idle since a time, then removes the rows of any batch that was given up. First the state,
/// then the rows: a process that wakes up again finds that its batch is gone and writes nothing more.
async fn drop_since(app: &App, ctx: &Ctx, batch: &str, idle_since_ms: i64) -> Outcome<()> {
    app.in_txn(&stage::at(app, ctx), "import_drop", (batch.to_owned(), idle_since_ms), |tx, (batch, idle_since_ms)| {
        Box::pin(async move {
            if store::import::give_up(tx, batch, *idle_since_ms).await? {
                tx.journal(Entry::new("import.dropped", "import_batch", batch)).await?;
            }
            Ok(())
        })
    })
    .await?;
    let left = store::import::by_id(&app.db().read(), batch).await?;
    if left.is_none_or(|batch| batch.state != State::Dropped) {
        return Ok(());
    }
    while app
        .in_txn(&stage::at(app, ctx), "import_clean", batch.to_owned(), |tx, batch| {
            Box::pin(async move {
                let more = store::import::remove_some(tx, batch, CHUNK_RECORDS).await?;
                tx.journal(Entry::new("import.cleaned", "import_batch", batch)).await?;
                Ok(more)
            })
        })
        .await?
    {}
    Ok(())
}
