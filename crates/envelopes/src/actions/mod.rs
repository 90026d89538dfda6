//! What people may do: one public function each, one transaction each.

pub mod clock;
pub mod committee;
pub mod content;
pub mod desk;
pub mod envelope;
pub mod round;
pub mod share;

use crate::rules::By;
use crate::rules::committee::Seat;
use crate::store::Position;
use kernel::Refusal;
use platform::db::{Conn, Txn};
use platform::journal::{Recorded, of_object};
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{Fault, Outcome};

/// Entries of one history.
const HISTORY_ENTRIES: i64 = 200;
/// Hashes in one public entry: a leaf has less than 64 KiB.
const LISTED_MAX: usize = 500;

/// Who acts in a transaction.
fn by(tx: &Txn) -> By<'_> {
    let ctx = tx.ctx();
    By { account: ctx.actor.id(), demo: ctx.actor.demo, now: ctx.now }
}

/// A seat as policies see it.
pub fn seat_resource(committee: &str, seat: &Seat) -> Resource {
    Resource::new("CommitteeSeat", format!("{committee}/{}", seat.number))
        .with("kind", seat.kind.code())
        .with_some("city", seat.city.map(|city| city.to_string()))
}

/// A page cut out of one more row than it shows, with the cursor of the next.
fn cut<T>(mut found: Vec<T>, page: &Page, id: impl Fn(&T) -> &str) -> (Vec<T>, Option<String>) {
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| id(last).to_owned());
    (found, next)
}

/// A cursor that is the id of a row; `found` is the row's place.
fn from(cursor: Option<&str>, found: Option<Position>) -> Result<Option<Position>, Refusal> {
    match cursor {
        None => Ok(None),
        Some(_) => found.map(Some).ok_or_else(cursor_refused),
    }
}

/// What the journal holds of one thing for everybody, the newest first.
async fn history(conn: &Conn, kind: &str, id: &str) -> Outcome<Vec<Recorded>> {
    let mut entries = of_object(conn, kind, id, HISTORY_ENTRIES).await?;
    entries.retain(|entry| entry.public);
    Ok(entries)
}

/// Work on the processor, beside the threads that answer requests.
async fn computed<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Outcome<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Internal(format!("sealing: {error}")))
}
