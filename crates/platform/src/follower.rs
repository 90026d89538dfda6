//! The one background task of a node: seals the journal, tells open pages,
//! brings the index up to date and runs due jobs.

use crate::app::App;
use crate::db::Outcome;
use crate::web::Proof;
use crate::{jobs, journal};
use std::time::Duration;
use tokio::sync::watch;

/// Other nodes' entries and due jobs are looked for at least this often.
const POLL: Duration = Duration::from_millis(500);
/// Entries told in one step.
const STEP_ENTRIES: u64 = 500;

/// Runs until `stop` turns true.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut told = journal::last_leaf(&app.db().read()).await.unwrap_or(-1);
    while !*stop.borrow() {
        match step(&app, told).await {
            Ok(Stepped { told: leaf, more }) => {
                told = leaf;
                if more {
                    continue;
                }
            }
            Err(fault) => tracing::error!(cause = ?fault, "follower.step failed"),
        }
        tokio::select! {
            () = app.woken() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }
}

/// What a round has done.
pub struct Stepped {
    /// The last leaf that was told.
    pub told: i64,
    /// There is work for another round at once.
    pub more: bool,
}

/// One round: seal, tell, index, run jobs.
pub async fn step(app: &App, told: i64) -> Outcome<Stepped> {
    let mut told = told;
    let last = journal::seal(app.db(), app.clock().now()).await?;
    while told < last {
        let entries = journal::after(&app.db().read(), told, STEP_ENTRIES).await?;
        let Some(newest) = entries.last().and_then(|e| e.leaf_index) else { break };
        entries.into_iter().for_each(|entry| app.live().tell(entry));
        told = newest;
    }
    app.site().proof_set(Proof { entries: last + 1, ..Proof::default() });
    let more = app.indexer().catch_up(app).await?;
    jobs::run_due(app).await?;
    Ok(Stepped { told, more })
}

/// Seals, indexes and runs jobs until nothing is left: for tests, the demo and the command line.
pub async fn settle(app: &App) -> Outcome<()> {
    loop {
        step(app, i64::MAX).await?;
        let idle = jobs::run_due(app).await? == 0;
        let sealed = journal::seal(app.db(), app.clock().now()).await?;
        if idle && (!app.indexer().is_open() || app.indexer().leaf() >= sealed) {
            return Ok(());
        }
    }
}
