//! Writing a batch in chunks, and the flip that publishes it.

use super::plan::{Create, Plan, What};
use super::{APPLY_JOB, Batch, CLEAN_JOB, Report, State, clean};
use crate::rules::import::{Arrival, Noun, begin_listing, create_organisation};
use crate::rules::listing::{Listing, Side};
use crate::rules::organisation::Dossier;
use crate::store;
use crate::store::import::{Change, Key};
use kernel::{Instant, Refusal};
use platform::jobs::NewJob;
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};
use serde_json::json;
use std::time::Duration;

/// Records in one transaction: few enough that whoever waits for the writer hardly notices.
const CHUNK_RECORDS: usize = 1_000;
/// Keys in one transaction: a key is one short row where a record is ten.
const CHUNK_KEYS: usize = 5_000;
/// Pause after each chunk, so that another process on the same SQLite file gets its turn.
const PAUSE: Duration = Duration::from_millis(10);

/// The transaction that publishes, and that keeps the report for a repeat of the request.
pub(super) const PUBLISH: &str = "import_publish";

/// What is being imported.
pub(super) struct Job {
    pub noun: Noun,
    pub publish: bool,
    pub file: String,
}

/// The same person, now. An import is many transactions; the key of its request belongs to the one that publishes.
pub(super) fn at(app: &App, ctx: &Ctx) -> Ctx {
    Ctx { now: app.clock().now(), ..ctx.unkeyed() }
}

/// Writes a plan and publishes it. Whatever goes wrong, nothing of it stays.
pub(super) async fn store(app: &App, ctx: &Ctx, job: Job, plan: Plan, mut report: Report) -> Outcome<Report> {
    let batch = begin(app, ctx, &job).await?;
    report.batch = Some(batch.id.clone());
    let written = write(app, ctx, &batch, plan).await;
    let done = match written {
        Ok(()) => publish(app, ctx, &batch, &report).await,
        Err(fault) => Err(fault),
    };
    if done.is_err()
        && let Err(second) = clean::drop_now(app, ctx, &batch.id).await
    {
        // The job that was enqueued with the batch removes it later.
        tracing::warn!(batch = batch.id, cause = ?second, "import.drop failed");
    }
    done
}

/// Begins a batch. One import is written at a time; one whose process has died is removed first.
pub(super) async fn begin(app: &App, ctx: &Ctx, job: &Job) -> Outcome<Batch> {
    clean::drop_idle(app, ctx).await?;
    let ctx = at(app, ctx);
    let batch = Batch {
        id: platform::random::id(),
        state: State::Staging,
        noun: job.noun,
        file: job.file.clone(),
        publish: job.publish,
        started_by: ctx.actor.id().to_owned(),
        started_name: ctx.actor.name.clone(),
        started_ms: ctx.now.ms(),
        touched_ms: ctx.now.ms(),
        published_ms: None,
        report: "{}".to_owned(),
    };
    app.in_txn(&ctx, "import_begin", batch.clone(), |tx, batch| {
        Box::pin(async move {
            if !store::import::staging(tx).await?.is_empty() {
                return Err(running().into());
            }
            store::import::start(tx, batch).await?;
            let later = tx.ctx().now.plus_ms(clean::IDLE_MS + 1_000);
            tx.job(NewJob::new(CLEAN_JOB, json!({ "batch": batch.id })).at(later).once(batch.id.as_str())).await?;
            let data = json!({ "noun": batch.noun.code(), "file": batch.file });
            tx.journal(Entry::new("import.started", "import_batch", &batch.id).data(data)).await.map(|_| ())
        })
    })
    .await?;
    Ok(batch)
}

fn running() -> Refusal {
    Refusal::conflict(
        "import-running",
        "另一个导入正在进行。请等它结束后再试；如果它已中断，两分钟后会自动清理。",
        "Another import is running. Try again when it has ended; if it was interrupted, it is cleaned up after two minutes.",
    )
}

fn dropped() -> Refusal {
    Refusal::conflict(
        "import-dropped",
        "这次导入中断过久，已被清理，没有留下任何内容。请重新导入。",
        "This import paused too long and was cleaned up; nothing of it was kept. Import the file again.",
    )
}

/// Ids of statements and statuses, ascending like those of the records.
struct Ids(std::vec::IntoIter<String>);

impl Ids {
    fn new(plan: &Plan) -> Ids {
        let parts = |create: &Create| match &create.what {
            What::Organisation(row) => usize::from(!row.capabilities.is_empty()) + row.statuses.len(),
            What::Listing(..) => 0,
        };
        let mut ids: Vec<String> = (0..plan.creates.iter().map(parts).sum()).map(|_| platform::random::id()).collect();
        ids.sort_unstable();
        Ids(ids.into_iter())
    }

    fn next(&mut self) -> String {
        self.0.next().unwrap_or_else(platform::random::id)
    }
}

/// What one transaction writes.
struct Chunk {
    batch: String,
    noun: Noun,
    organisations: Vec<Dossier>,
    listings: Vec<Listing>,
    keys: Vec<Key>,
    changes: Vec<Change>,
}

impl Chunk {
    fn new(batch: &Batch) -> Chunk {
        Chunk {
            batch: batch.id.clone(),
            noun: batch.noun,
            organisations: Vec::new(),
            listings: Vec::new(),
            keys: Vec::new(),
            changes: Vec::new(),
        }
    }
}

/// Writes everything of a plan, chunk by chunk.
pub(super) async fn write(app: &App, ctx: &Ctx, batch: &Batch, plan: Plan) -> Outcome<()> {
    let mut ids = Ids::new(&plan);
    let Plan { creates, changes, links, .. } = plan;
    let mut keys = links;
    let mut creates = creates.into_iter().peekable();
    while creates.peek().is_some() {
        let ctx = at(app, ctx);
        let some: Vec<Create> = creates.by_ref().take(CHUNK_RECORDS).collect();
        keys.extend(some.iter().map(|create| create.key.clone()));
        let chunk = records(batch, some, &mut ids, &ctx)?;
        write_chunk(app, &ctx, chunk).await?;
    }
    // In their own order, for the same reason as the records.
    keys.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    for some in keys.chunks(CHUNK_KEYS) {
        write_chunk(app, &at(app, ctx), Chunk { keys: some.to_vec(), ..Chunk::new(batch) }).await?;
    }
    for some in changes.chunks(CHUNK_RECORDS) {
        write_chunk(app, &at(app, ctx), Chunk { changes: some.to_vec(), ..Chunk::new(batch) }).await?;
    }
    Ok(())
}

fn records(batch: &Batch, creates: Vec<Create>, ids: &mut Ids, ctx: &Ctx) -> Result<Chunk, Refusal> {
    let arrival = Arrival {
        batch: &batch.id,
        by: ctx.actor.id(),
        publish: batch.publish,
        demo: ctx.actor.demo,
        now: Instant::from_ms(ctx.now.ms()),
    };
    let mut chunk = Chunk::new(batch);
    for Create { key, what } in creates {
        match what {
            What::Organisation(row) => {
                chunk.organisations.push(create_organisation(&row, &key.object, &arrival, &mut || ids.next()));
            }
            What::Listing(row, owner) => {
                let side = batch.noun.side().unwrap_or(Side::Need);
                chunk.listings.push(begin_listing(&row, side, &key.object, &owner, &arrival)?);
            }
        }
    }
    Ok(chunk)
}

/// One chunk, with an entry that commits to its rows. Nobody sees them before the batch is published.
async fn write_chunk(app: &App, ctx: &Ctx, chunk: Chunk) -> Outcome<()> {
    app.in_txn(ctx, "import_stage", chunk, |tx, chunk| {
        Box::pin(async move {
            let now_ms = tx.ctx().now.ms();
            if !store::import::touch(tx, &chunk.batch, now_ms).await? {
                return Err(dropped().into());
            }
            store::organisation::insert_dossiers(tx, &chunk.organisations).await?;
            store::listing::insert(tx, &chunk.listings).await?;
            store::import::put_keys(tx, &chunk.batch, chunk.noun, &chunk.keys, now_ms).await?;
            store::import::put_changes(tx, &chunk.batch, &chunk.changes).await?;
            tx.journal(Entry::new("import.staged", "import_batch", &chunk.batch)).await.map(|_| ())
        })
    })
    .await?;
    tokio::time::sleep(PAUSE).await;
    Ok(())
}

/// The flip.
async fn publish(app: &App, ctx: &Ctx, batch: &Batch, report: &Report) -> Outcome<Report> {
    let input = (batch.clone(), report.clone());
    let ctx = Ctx { once: ctx.once.clone(), ..at(app, ctx) };
    app.in_txn(&ctx, PUBLISH, input, |tx, (batch, report)| {
        Box::pin(async move {
            // A report always has a JSON form.
            let text = serde_json::to_string(report).unwrap_or_default();
            if !store::import::publish(tx, &batch.id, &text, tx.ctx().now.ms()).await? {
                return Err(dropped().into());
            }
            let Report { rows, created, updated, unchanged, kept, .. } = report;
            let data = json!({
                "noun": batch.noun.code(), "file": batch.file, "rows": rows, "created": created, "updated": updated,
                "unchanged": unchanged, "kept": kept, "published_at_once": batch.publish,
            });
            tx.journal(Entry::new("import.published", "import_batch", &batch.id).data(data)).await?;
            if report.updated > 0 {
                tx.job(NewJob::new(APPLY_JOB, json!({ "batch": batch.id })).once(batch.id.as_str())).await?;
            }
            Ok(report.clone())
        })
    })
    .await
}
