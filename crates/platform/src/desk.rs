//! My desk: what waits for a person in every capability.

use crate::app::App;
use crate::capability::DeskItem;
use crate::ctx::Ctx;
use crate::fault::Outcome;
use crate::policy::Resource;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Accounts whose count is remembered; then the memory begins anew.
const COUNTS_MAX: usize = 10_000;

/// Everything that waits for the actor in every capability, the most urgent first.
///
/// # Errors
/// Nobody is signed in.
pub async fn desk_view(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    app.policies().require(ctx, "desk_view", &Resource::house())?;
    let mut all = Vec::new();
    for source in app.capabilities().iter().filter_map(|capability| capability.desk) {
        all.extend(source(app, ctx).await?);
    }
    all.sort_by_key(|item| (item.due_ms.unwrap_or(i64::MAX), item.since_ms));
    Ok(all)
}

/// How much waited on each desk when it was last counted. A count holds until something happened anywhere.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<String, (Moment, i64)>>);

/// When something was counted: actions this node committed, journal entries it has seen, and the day, because what
/// ends soon depends on it.
type Moment = (u64, i64, i64);

/// How much waits on the actor's desk, for the header of every page; nothing for a visitor.
///
/// # Errors
/// When a capability fails.
pub(crate) async fn waiting(app: &App, ctx: &Ctx) -> Outcome<i64> {
    let Some(account) = ctx.actor.account.as_deref() else { return Ok(0) };
    let seen = app.site().proof().map_or(0, |proof| proof.entries);
    let moment = (app.commits(), seen, ctx.now.date().epoch_day());
    if let Some((then, count)) = app.desk_counts().lock().get(account)
        && *then == moment
    {
        return Ok(*count);
    }
    let count = i64::try_from(desk_view(app, ctx).await?.len()).unwrap_or(i64::MAX);
    let mut counts = app.desk_counts().lock();
    if counts.len() >= COUNTS_MAX {
        counts.clear();
    }
    counts.insert(account.to_owned(), (moment, count));
    Ok(count)
}

impl Counts {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Moment, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
