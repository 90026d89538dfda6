//! Rows of amendments. They are only added.

use super::{json, read_json};
use crate::rules::amendment::Amendment;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::QueryResult;

/// The table of amendments. A version is made once: of two who amend at once the unique index lets one through.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0012-amendment",
    sql: "
CREATE TABLE call_amendment (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), version BIGINT NOT NULL, notice TEXT NOT NULL,
  changes TEXT NOT NULL, round_old TEXT NOT NULL, round_new TEXT NOT NULL, by_account TEXT NOT NULL, demo BOOLEAN NOT NULL,
  at_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX call_amendment_version ON call_amendment (call, version);
",
}];

const COLUMNS: [&str; 10] =
    ["id", "call", "version", "notice", "changes", "round_old", "round_new", "by_account", "demo", "at_ms"];
/// Amendments of one call that are read: far more than a real one has.
const AMENDMENTS_MAX: usize = 200;

fn amendment(row: &QueryResult) -> Outcome<Amendment> {
    Ok(Amendment {
        id: get(row, "id")?,
        call: get(row, "call")?,
        version: get(row, "version")?,
        notice: get(row, "notice")?,
        changes: read_json(row, "call_amendment", "changes")?,
        round_old: get(row, "round_old")?,
        round_new: get(row, "round_new")?,
        by: get(row, "by_account")?,
        demo: get(row, "demo")?,
        at_ms: get(row, "at_ms")?,
    })
}

/// Keeps an amendment.
pub async fn add(conn: &Conn, a: &Amendment) -> Outcome<()> {
    let row = vec![
        a.id.clone().into(),
        a.call.clone().into(),
        a.version.into(),
        a.notice.clone().into(),
        json(&a.changes)?.into(),
        a.round_old.clone().into(),
        a.round_new.clone().into(),
        a.by.clone().into(),
        a.demo.into(),
        a.at_ms.into(),
    ];
    put(conn, "call_amendment", &COLUMNS, &[], vec![row]).await
}

/// The amendments of a call, the newest first.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Amendment>> {
    let text = format!(
        "SELECT {} FROM call_amendment WHERE call = $1 ORDER BY version DESC LIMIT {AMENDMENTS_MAX}",
        COLUMNS.join(", ")
    );
    all(conn, &text, vec![call.into()]).await?.iter().map(amendment).collect()
}

/// Ids of open calls that have been amended, those that close first before the others.
pub async fn open_calls(conn: &Conn, now_ms: i64, limit: usize) -> Outcome<Vec<String>> {
    let text = format!(
        "SELECT DISTINCT c.id AS id, c.closes_ms AS closes_ms FROM call c JOIN call_amendment a ON a.call = c.id
         WHERE c.state = 'open' AND c.closes_ms > $1 ORDER BY c.closes_ms, c.id LIMIT {limit}"
    );
    all(conn, &text, vec![now_ms.into()]).await?.iter().map(|row| get(row, "id")).collect()
}
