//! What people follow.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::number;
use rooms::store::rows::{all, first, get, places, run};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};

/// The table of follows.
pub const MIGRATION: Migration = Migration {
    name: "notices-0002-follow",
    sql: "
CREATE TABLE follow (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL, title TEXT NOT NULL,
  title_en TEXT NOT NULL, href TEXT NOT NULL, since_ms BIGINT NOT NULL, demo BOOLEAN NOT NULL,
  UNIQUE (account, object_kind, object_id));
CREATE INDEX follow_object ON follow (object_kind, object_id);
",
};

/// Something that somebody follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Opaque id.
    pub id: String,
    /// Who follows.
    pub account: String,
    /// Kind of what is followed, as the journal calls it.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// Its title at that time.
    pub title: String,
    /// Its English title; may be empty.
    pub title_en: String,
    /// Where to see it.
    pub href: String,
    /// Since when.
    pub since_ms: i64,
    /// From the demo.
    pub demo: bool,
}

const COLUMNS: &str = "id, account, object_kind, object_id, title, title_en, href, since_ms, demo";

fn follow(row: &QueryResult) -> Outcome<Follow> {
    Ok(Follow {
        id: get(row, "id")?,
        account: get(row, "account")?,
        object_kind: get(row, "object_kind")?,
        object_id: get(row, "object_id")?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        href: get(row, "href")?,
        since_ms: get(row, "since_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Adds a follow; false when the account follows it already.
pub async fn insert(conn: &impl ConnectionTrait, new: &Follow) -> Outcome<bool> {
    let text = format!("INSERT INTO follow ({COLUMNS}) VALUES ({}) ON CONFLICT DO NOTHING", places(1, 9));
    let values = vec![
        new.id.clone().into(),
        new.account.clone().into(),
        new.object_kind.clone().into(),
        new.object_id.clone().into(),
        new.title.clone().into(),
        new.title_en.clone().into(),
        new.href.clone().into(),
        new.since_ms.into(),
        new.demo.into(),
    ];
    Ok(run(conn, &text, values).await? == 1)
}

/// A follow by its id.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Follow>> {
    let text = format!("SELECT {COLUMNS} FROM follow WHERE id = $1");
    first(conn, &text, vec![id.into()]).await?.as_ref().map(follow).transpose()
}

/// Whether somebody follows a thing.
pub async fn of(conn: &Conn, account: &str, kind: &str, id: &str) -> Outcome<Option<Follow>> {
    let text = format!("SELECT {COLUMNS} FROM follow WHERE account = $1 AND object_kind = $2 AND object_id = $3");
    first(conn, &text, vec![account.into(), kind.into(), id.into()]).await?.as_ref().map(follow).transpose()
}

/// Ends a follow.
pub async fn remove(conn: &impl ConnectionTrait, id: &str) -> Outcome<()> {
    run(conn, "DELETE FROM follow WHERE id = $1", vec![id.into()]).await.map(|_| ())
}

/// What somebody follows, newest first; the number per account is limited.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Vec<Follow>> {
    let text = format!("SELECT {COLUMNS} FROM follow WHERE account = $1 ORDER BY since_ms DESC, id LIMIT 1000");
    all(conn, &text, vec![account.into()]).await?.iter().map(follow).collect()
}

/// How many things somebody follows.
pub async fn total(conn: &Conn, account: &str) -> Outcome<i64> {
    number(conn, "SELECT COUNT(*) AS n FROM follow WHERE account = $1", vec![account.into()]).await
}

/// Who follows a thing, at most `limit`.
pub async fn followers(conn: &Conn, kind: &str, id: &str, limit: i64) -> Outcome<Vec<String>> {
    let text = "SELECT account FROM follow WHERE object_kind = $1 AND object_id = $2 ORDER BY account LIMIT $3";
    all(conn, text, vec![kind.into(), id.into(), limit.into()]).await?.iter().map(|row| get(row, "account")).collect()
}
