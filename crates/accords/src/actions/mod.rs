//! What people may do: one public function each, one transaction each.

pub mod accord;
pub mod clock;
pub mod desk;
pub mod item;
pub mod meeting;
pub mod supervision;

use crate::rules::By;
use crate::store::{Allowed, Position};
use kernel::{Adcode, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::{Recorded, of_object};
use platform::web::page::{Page, cursor_refused};
use platform::{Actor, App, Ctx, Outcome};
use registry::corridor;

/// Entries of one history.
const HISTORY_ENTRIES: i64 = 200;

/// Who acts in a transaction.
fn by(tx: &Txn) -> By<'_> {
    let ctx = tx.ctx();
    By { account: ctx.actor.id(), name: &ctx.actor.name, demo: ctx.actor.demo, now: ctx.now }
}

/// Knows the member cities.
fn members(app: &App) -> impl Fn(Adcode) -> bool {
    let corridor = corridor::of(app);
    move |city| corridor.city(city).is_some()
}

/// The city through which an actor looks at something that several concern: his own, else the first.
fn looked_through(cities: impl Iterator<Item = Adcode> + Clone, actor: &Actor) -> Option<String> {
    let own = cities.clone().find(|city| actor.cities.contains(city));
    own.or_else(|| cities.clone().next()).map(|city| city.to_string())
}

/// The rows an actor may see, as a condition.
fn seen(app: &App, ctx: &Ctx, action: &str, kind: &'static str, attributes: &[(&str, &str)]) -> Outcome<Allowed> {
    app.policies().filter(ctx, action, kind, attributes, 1)
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

/// What the journal holds of one thing, the newest first; for outsiders only what everybody may read.
async fn history(conn: &Conn, kind: &str, id: &str, inside: bool) -> Outcome<Vec<Recorded>> {
    let mut entries = of_object(conn, kind, id, HISTORY_ENTRIES).await?;
    entries.retain(|entry| inside || entry.public);
    Ok(entries)
}
