//! My desk: what waits for a person in every capability.

use crate::app::App;
use crate::capability::DeskItem;
use crate::ctx::Ctx;
use crate::fault::Outcome;
use crate::policy::Resource;
use crate::recent::Moment;

/// Accounts whose count is remembered.
pub(crate) const COUNTS_MAX: usize = 10_000;

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

/// How much waits on the actor's desk, for the header of every page; nothing for a visitor.
///
/// # Errors
/// When a capability fails.
pub(crate) async fn waiting(app: &App, ctx: &Ctx) -> Outcome<i64> {
    let Some(account) = ctx.actor.account.as_deref() else { return Ok(0) };
    let now = Moment::of(app, ctx.now);
    if let Some(count) = app.desk_counts().get(account, now) {
        return Ok(count);
    }
    let count = i64::try_from(desk_view(app, ctx).await?.len()).unwrap_or(i64::MAX);
    app.desk_counts().put(account, now, count);
    Ok(count)
}
