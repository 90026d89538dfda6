//! The clock of needs, offers and contact requests: once a day, just after midnight in Shanghai, whatever is
//! over ends. A round that finds more to watch orders the next one.

use super::contact::contact_expire;
use super::listing::listing_expire;
use crate::store;
use futures_util::future::BoxFuture;
use platform::jobs::JobSpec;
use platform::{App, Ctx, Outcome};
use rooms::actions::clock::{order_next, won};
use serde_json::Value;

/// Things ended in one step of a round.
const STEP: i64 = 200;
/// The name of the round, by which others order it.
pub const NAME: &str = "registry.day_end";

/// The round as a kind of job.
pub const DAY_END: JobSpec = JobSpec { name: NAME, handler };

fn handler<'a>(app: &'a App, ctx: &'a Ctx, _payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(round(app, ctx).await?) })
}

/// Ends whatever is over, and orders the next round while anything is left to watch.
///
/// # Errors
/// The database failed; what was ended before stays ended, and the job runs again.
pub async fn round(app: &App, ctx: &Ctx) -> Outcome<()> {
    // A step that ends nothing has only lost races; whoever won them is at work.
    while step(app, ctx).await? > 0 {}
    let conn = app.db().read();
    if store::listing::any_published(&conn).await? || store::contact::any_waiting(&conn).await? {
        order_next(app, ctx, "day_end_order", NAME).await?;
    }
    Ok(())
}

/// Ends some of what is over; returns how many.
async fn step(app: &App, ctx: &Ctx) -> Outcome<usize> {
    let conn = app.db().read();
    let mut ended = 0;
    for id in store::listing::due_to_expire(&conn, ctx.now, STEP).await? {
        ended += won(listing_expire(app, ctx, &id).await)?;
    }
    for id in store::contact::due_to_expire(&conn, ctx.now, STEP).await? {
        ended += won(contact_expire(app, ctx, &id).await)?;
    }
    Ok(ended)
}
