//! The clock of joint acts: just after midnight in Shanghai, deadlines and last days that have passed are written down.
//! Rules read the clock themselves, so nothing depends on the round being on time.

use super::accord::accord_lapse;
use crate::store;
use futures_util::future::BoxFuture;
use platform::jobs::JobSpec;
use platform::{App, Ctx, Outcome};
use rooms::actions::clock::{order_next, won};
use serde_json::Value;

/// Acts ended in one step of a round.
const STEP: usize = 200;
/// The name of the round, by which others order it.
pub const NAME: &str = "accords.day_end";

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
    let conn = app.db().read();
    loop {
        let due = store::accord::to_lapse(&conn, ctx.now, STEP).await?;
        let mut ended = 0;
        for id in &due {
            ended += won(accord_lapse(app, ctx, id).await)?;
        }
        // A step that ends nothing has only lost races; whoever won them is at work.
        if ended == 0 {
            break;
        }
    }
    if store::accord::any_watched(&conn).await? {
        order_next(app, ctx, "accord_round", NAME).await?;
    }
    Ok(())
}
