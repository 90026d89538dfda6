//! Periods as their page shows them: what is closed, what comes next, and what stands in its way.

use super::period::blocks;
use crate::rules::period::{Blocks, Month};
use crate::store;
use crate::store::period::Closed;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};

/// Closed months that the page shows.
const PERIODS_MAX: usize = 36;

/// The periods of this house's world.
#[derive(Debug, Clone)]
pub struct Periods {
    /// Closed months, the latest first.
    pub closed: Vec<Closed>,
    /// The month to be closed next: after the last closed one, or the month before the present one.
    pub next: Month,
    /// What stands in its way.
    pub blocks: Blocks,
    /// The reader may close it.
    pub may_close: bool,
}

/// What is closed and what comes next.
///
/// # Errors
/// Sign in, forbidden.
pub async fn period_list(app: &App, ctx: &Ctx) -> Outcome<Periods> {
    app.policies().require(ctx, "period_list", &Resource::house())?;
    let (conn, demo) = (app.db().read(), app.settings().demo);
    let closed = store::period::closed(&conn, demo, PERIODS_MAX).await?;
    let before = Month::of(Month::of(ctx.now.date()).first().plus_days(-1));
    let next = closed.first().map_or(before, |last| last.month.next());
    Ok(Periods {
        blocks: blocks(&conn, next, demo).await?,
        may_close: app.policies().allows(ctx, "period_close", &Resource::house()),
        closed,
        next,
    })
}
