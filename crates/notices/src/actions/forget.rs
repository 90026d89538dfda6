//! What is kept for so long and no longer: messages, and the log of what was sent.

use crate::store::{delivery, notice};
use futures_util::future::BoxFuture;
use kernel::Instant;
use platform::jobs::{JobSpec, NewJob};
use platform::{App, Ctx, Outcome};
use serde_json::{Value, json};

/// Days that messages stay in an inbox: a year and a month.
pub const NOTICE_DAYS: i64 = 396;
/// Days that the log of deliveries, with its addresses, is kept.
pub const DELIVERY_DAYS: i64 = 180;
/// Rows forgotten in one transaction.
const STEP: i64 = 1_000;
/// The hour of the night, in Shanghai, at which it is done.
const HOUR: i64 = 3;
const NAME: &str = "notices.forget";

/// The round as a kind of job.
pub const FORGET: JobSpec = JobSpec { name: NAME, handler };

/// The round of the coming night; ordering it twice is ordering it once.
pub(super) fn next_round(now: Instant) -> NewJob {
    let day = now.date().plus_days(1);
    NewJob::new(NAME, json!({ "day": day.to_string() })).once(day.to_string()).at(day.start().plus_ms(HOUR * 3_600_000))
}

fn handler<'a>(app: &'a App, ctx: &'a Ctx, _payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(round(app, ctx).await?) })
}

/// Forgets what is too old.
async fn round(app: &App, ctx: &Ctx) -> Outcome<()> {
    loop {
        let forgotten = app.db().in_txn(ctx, "notices_forget", (), |tx, ()| {
            Box::pin(async move {
                let now = tx.ctx().now;
                let notices = notice::forget(tx, now.plus_days(-NOTICE_DAYS).ms(), STEP).await?;
                Ok(notices + delivery::forget(tx, now.plus_days(-DELIVERY_DAYS).ms(), STEP).await?)
            })
        });
        if forgotten.await? == 0 {
            return Ok(());
        }
    }
}
