//! Rounds of the night: once a day, just after midnight in Shanghai, whatever is over ends. A round that finds more to watch
//! orders the next one.

use kernel::{Instant, RefusalKind};
use platform::jobs::NewJob;
use platform::{App, Ctx, Fault, Outcome};
use serde_json::json;

/// The round of a kind after the coming midnight; ordering it twice is ordering it once.
pub fn after_midnight(job: &'static str, now: Instant) -> NewJob {
    let midnight = now.date().plus_days(1).start();
    let day = midnight.date().to_string();
    NewJob::new(job, json!({ "day": day })).once(day).at(midnight)
}

/// Orders the next round of a kind; `action` is what asks for it.
///
/// # Errors
/// The database failed.
pub async fn order_next(app: &App, ctx: &Ctx, action: &'static str, job: &'static str) -> Outcome<()> {
    app.in_txn(ctx, action, job, |tx, job| Box::pin(async move { tx.job(after_midnight(job, tx.ctx().now)).await }))
        .await
}

/// One, or none where somebody has changed it a moment ago.
///
/// # Errors
/// Everything but a conflict.
pub fn won<T>(outcome: Outcome<T>) -> Outcome<usize> {
    match outcome {
        Ok(_) => Ok(1),
        Err(Fault::Refused(refusal)) if refusal.kind == RefusalKind::Conflict => Ok(0),
        Err(fault) => Err(fault),
    }
}
