//! What administrators see and do of the house itself: jobs and the journal.

use crate::app::App;
use crate::ctx::Ctx;
use crate::fault::Outcome;
use crate::jobs::{self, Job};
use crate::journal::{self, Recorded};
use crate::policy::Resource;

/// Jobs in a state, newest first, and how many are in each state.
///
/// # Errors
/// As the policy says.
pub async fn job_list(app: &App, ctx: &Ctx, state: &str, limit: usize) -> Outcome<(Vec<Job>, Vec<(String, i64)>)> {
    app.policies().require(ctx, "job_list", &Resource::house())?;
    let conn = app.db().read();
    let jobs = jobs::list(&conn, state, i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    Ok((jobs, jobs::counts(&conn).await?))
}

/// Lets a dead job run again.
///
/// # Errors
/// As the policy says; `job-not-dead`.
pub async fn job_retry(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    app.in_txn(ctx, "job_retry", (app.clone(), id), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "job_retry", &Resource::house())?;
            jobs::retry(tx, id).await
        })
    })
    .await
}

/// The newest sealed entries of the journal before a leaf, newest first, and how many are sealed in all.
///
/// # Errors
/// As the policy says.
pub async fn journal_list(app: &App, ctx: &Ctx, before_leaf: Option<i64>, limit: i64) -> Outcome<(Vec<Recorded>, i64)> {
    app.policies().require(ctx, "journal_list", &Resource::house())?;
    let conn = app.db().read();
    let total = journal::last_leaf(&conn).await?.saturating_add(1);
    let end = before_leaf.map_or(total, |leaf| leaf.min(total));
    let start = end.saturating_sub(limit).max(0);
    let count = u64::try_from(end - start).unwrap_or(0);
    if count == 0 {
        return Ok((Vec::new(), total));
    }
    let mut entries = journal::after(&conn, start - 1, count).await?;
    entries.reverse();
    Ok((entries, total))
}
