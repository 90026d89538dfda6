//! A node's work in the background: one task seals the journal, tells open pages and signs checkpoints; the other brings
//! the index up to date, lets capabilities follow and runs due jobs.

use crate::app::App;
use crate::db::Outcome;
use crate::journal::Batches;
use crate::journal::witness::Witnesses;
use crate::web::Proof;
use crate::{housekeeping, jobs, journal};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// Due jobs are looked for at least this often.
const POLL: Duration = Duration::from_millis(500);
/// Where other nodes may write, their entries are looked for this often: they are sealed within 100 ms.
const POLL_SHARED: Duration = Duration::from_millis(70);
/// Between two rounds of a busy node, so that one seals what many have written.
const PAUSE: Duration = Duration::from_millis(15);
/// A checkpoint is signed at most this often. Receipts promise one within ten seconds.
const CHECKPOINT: Duration = Duration::from_secs(1);
/// Batched entries are sealed this often.
const BATCH: Duration = Duration::from_secs(30);
/// Entries told in one step.
const STEP_ENTRIES: u64 = 500;

/// Runs until `stop` turns true, then seals and indexes what is left.
///
/// Two tasks: one records, one derives. Receipts promise that an entry is sealed soon, so sealing waits for no job and no
/// index, however long they take.
pub async fn run(app: App, stop: watch::Receiver<bool>) {
    let sealed = Arc::new(Notify::new());
    let (derived, all_derived) = watch::channel(false);
    // Ends with this future, whatever becomes of it.
    let mut recording = JoinSet::new();
    recording.spawn(record(app.clone(), sealed.clone(), all_derived));
    derive(&app, &sealed, stop).await;
    derived.send_replace(true);
    // A panic has been logged where it happened.
    while recording.join_next().await.is_some() {}
    if let Err(fault) = last(&app).await {
        // Nothing is lost: the next start goes on from here.
        tracing::warn!(cause = ?fault, "follower.last failed");
    }
}

/// Seals, tells and signs until everything has been derived.
async fn record(app: App, sealed: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let mut told = journal::last_leaf(&app.db().read()).await.unwrap_or(-1);
    let poll = if app.db().sqlite_path().is_some() { POLL } else { POLL_SHARED };
    let (mut batched, mut signed) = (Instant::now(), None::<Instant>);
    while !*stop.borrow() {
        let batches = if batched.elapsed() >= BATCH { Batches::Due } else { Batches::Later };
        match seal_and_tell(&app, told, batches).await {
            Ok(leaf) => {
                told = leaf;
                if batches == Batches::Due {
                    batched = Instant::now();
                }
                if signed.is_none_or(|at| at.elapsed() >= CHECKPOINT) {
                    signed = Some(Instant::now());
                    sign(&app).await;
                    journal::witness::begin(&app);
                }
            }
            Err(fault) => tracing::error!(cause = ?fault, "follower.seal failed"),
        }
        // Also when nothing was sealed: whatever woke this task may have been a job.
        sealed.notify_one();
        tokio::select! {
            () = woken(&app) => {}
            () = tokio::time::sleep(poll) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Indexes, follows and runs jobs until `stop` turns true.
async fn derive(app: &App, sealed: &Notify, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match derive_once(app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => tracing::error!(cause = ?fault, "follower.derive failed"),
        }
        tokio::select! {
            () = sealed.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn last(app: &App) -> Outcome<()> {
    journal::seal(app.db(), app.clock().now(), Batches::Due).await?;
    sign(app).await;
    app.indexer().catch_up(app).await.map(|_| ())
}

async fn woken(app: &App) {
    app.woken().await;
    tokio::time::sleep(PAUSE).await;
}

/// Publishes a checkpoint if the log has grown.
async fn sign(app: &App) {
    let signed = async {
        let key = app.signing_key().await?;
        journal::log::checkpoint(app.db(), key.as_ref(), app.clock().now()).await
    };
    if let Err(fault) = signed.await {
        tracing::error!(cause = ?fault, "follower.sign failed");
    }
}

/// Gives waiting entries their leaves and tells open pages; the last leaf that was told.
async fn seal_and_tell(app: &App, told: i64, batches: Batches) -> Outcome<i64> {
    let mut told = told;
    let last = journal::seal(app.db(), app.clock().now(), batches).await?;
    while told < last {
        let entries = journal::after(&app.db().read(), told, STEP_ENTRIES).await?;
        let Some(newest) = entries.last().and_then(|e| e.leaf_index) else { break };
        entries.iter().for_each(|entry| app.live().tell(entry));
        told = newest;
    }
    app.site().proof_set(proof(app, last).await?);
    Ok(told)
}

/// Brings index and capabilities up to date and runs due jobs; whether there is work for another round at once.
async fn derive_once(app: &App) -> Outcome<bool> {
    let mut more = app.indexer().catch_up(app).await?;
    for follow in app.capabilities().iter().filter_map(|capability| capability.follow) {
        match follow(app).await {
            Ok(further) => more |= further,
            // What one capability cannot derive must not stop the node's other work.
            Err(fault) => tracing::error!(cause = ?fault, "follower.follow failed"),
        }
    }
    housekeeping::order(app).await?;
    jobs::run_due(app).await?;
    Ok(more)
}

/// What every footer says of the journal.
async fn proof(app: &App, last: i64) -> Outcome<Proof> {
    let quorum = Witnesses::of(app).quorum();
    let conn = app.db().read();
    let published = match journal::log::newest(&conn).await? {
        Some(log) => journal::log::shown(&conn, &log.origin, quorum).await?,
        None => None,
    };
    let count = published.as_ref().map(|published| published.witnesses.len());
    Ok(Proof {
        entries: last + 1,
        checkpoint_ms: published.map(|published| published.at_ms),
        cosigned: count.filter(|_| quorum > 0).and_then(|count| i64::try_from(count).ok()),
        verify_href: "/journal".into(),
    })
}

/// Seals, indexes and runs jobs until nothing is left: for tests, the demo and the command line.
pub async fn settle(app: &App) -> Outcome<()> {
    loop {
        seal_and_tell(app, i64::MAX, Batches::All).await?;
        derive_once(app).await?;
        let idle = jobs::run_due(app).await? == 0;
        let sealed = journal::seal(app.db(), app.clock().now(), Batches::All).await?;
        if idle && (!app.indexer().is_open() || app.indexer().leaf() >= sealed) {
            sign(app).await;
            return Ok(());
        }
    }
}
