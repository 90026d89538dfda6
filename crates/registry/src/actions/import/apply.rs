//! Applying the changes of a published import to records that are visible already.

use super::{APPLY_JOB, stage};
use crate::rules::import::{ListingRow, Noun, OrganisationRow, change_listing, change_organisation};
use crate::store;
use crate::store::import::{Batch, Change, Key};
use futures_util::future::BoxFuture;
use platform::db::Txn;
use platform::jobs::NewJob;
use platform::journal::Entry;
use platform::{App, Ctx, Fault, Outcome};
use serde_json::{Value, json};

/// Records changed in one transaction.
const CHUNK_RECORDS: i64 = 100;
/// Transactions of one run of the job; a longer list goes on in the next run, well within a job's lease.
const RUN_CHUNKS_MAX: usize = 100;

/// Applies what waits of one batch. Running twice, or beginning again after a crash, does no harm: a change is
/// forgotten in the transaction that applies it.
pub fn apply_job<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move {
        let batch = payload["batch"].as_str().unwrap_or_default();
        for _ in 0..RUN_CHUNKS_MAX {
            if !apply_some(app, ctx, batch).await? {
                return Ok(());
            }
        }
        app.in_txn(&stage::at(app, ctx), "import_apply_later", batch.to_owned(), |tx, batch| {
            Box::pin(
                async move { tx.job(NewJob::new(APPLY_JOB, json!({ "batch": batch })).once(batch.as_str())).await },
            )
        })
        .await?;
        Ok(())
    })
}

/// Applies everything that earlier imports have left waiting, so that a new file is compared with what they said.
pub(super) async fn apply_waiting(app: &App, ctx: &Ctx) -> Outcome<()> {
    for batch in store::import::unapplied(&app.db().read()).await? {
        while apply_some(app, ctx, &batch).await? {}
    }
    Ok(())
}

/// Applies one chunk; false when nothing is left.
async fn apply_some(app: &App, ctx: &Ctx, batch: &str) -> Outcome<bool> {
    app.in_txn(&stage::at(app, ctx), "import_apply", batch.to_owned(), |tx, batch| {
        Box::pin(async move {
            let Some(batch) = store::import::by_id(tx, batch).await? else { return Ok(false) };
            let changes = store::import::changes(tx, &batch.id, CHUNK_RECORDS).await?;
            if changes.is_empty() {
                return Ok(false);
            }
            let keys: Vec<String> = changes.iter().map(|change| change.key.key.clone()).collect();
            // Asked again: somebody may have claimed or edited a record since the file was compared.
            let open = store::import::open_of(tx, batch.noun, &keys).await?;
            let mut objects = Vec::new();
            for change in changes.iter().filter(|change| open.get(&change.key.key) == Some(&true)) {
                apply(tx, &batch, change).await?;
                objects.push(change.key.object.as_str());
            }
            let all: Vec<String> = changes.iter().map(|change| change.key.object.clone()).collect();
            store::import::forget_changes(tx, &batch.id, &all).await?;
            let data = json!({ "noun": batch.noun.code(), "objects": objects, "kept": changes.len() - objects.len() });
            tx.journal(Entry::new("import.applied", "import_batch", &batch.id).data(data)).await?;
            Ok(true)
        })
    })
    .await
}

async fn apply(tx: &Txn, batch: &Batch, change: &Change) -> Outcome<()> {
    let now = tx.ctx().now;
    let Key { object, .. } = &change.key;
    match batch.noun {
        Noun::Organisations => {
            let row: OrganisationRow = read(&change.payload)?;
            let Some(old) = store::organisation::dossier(tx, object).await? else { return Ok(()) };
            let next = change_organisation(&old, &row, now, &mut platform::random::id);
            store::organisation::save_edit(tx, &next).await?;
            store::import::clear_statuses(tx, object).await?;
            for status in &next.statuses {
                store::organisation::add_status(tx, object, status, now.ms()).await?;
            }
        }
        Noun::Needs | Noun::Offers => {
            let row: ListingRow = read(&change.payload)?;
            let Some(old) = store::listing::by_id(tx, object).await? else { return Ok(()) };
            // Its last day may have passed since the file was checked; then the record stays as it is.
            let Ok(next) = change_listing(&old, &row, batch.publish, now) else { return Ok(()) };
            store::listing::save(tx, &next).await?;
        }
    }
    store::import::save_key(tx, batch.noun, &change.key, now.ms()).await
}

fn read<T: serde::de::DeserializeOwned>(payload: &str) -> Outcome<T> {
    serde_json::from_str(payload).map_err(|error| Fault::Internal(format!("import: a change cannot be read: {error}")))
}
