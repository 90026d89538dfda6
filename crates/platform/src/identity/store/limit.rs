//! Counts of sign-in attempts, and the places an account is known from.

use super::{one, run};
use crate::db::{Conn, Migration, Outcome};
use crate::identity::rules::Tally;

pub(super) const MIGRATION: Migration = Migration {
    name: "identity-0005-limit",
    sql: "
CREATE TABLE sign_in_tally (key TEXT PRIMARY KEY, count BIGINT NOT NULL, since_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL);
CREATE INDEX sign_in_tally_since ON sign_in_tally (since_ms);
CREATE TABLE account_place (account TEXT NOT NULL REFERENCES account (id), place TEXT NOT NULL, seen_ms BIGINT NOT NULL,
  PRIMARY KEY (account, place));
",
};

pub(in crate::identity) async fn tally(conn: &Conn, key: &str) -> Outcome<Option<Tally>> {
    let text = "SELECT count, since_ms, until_ms FROM sign_in_tally WHERE key = $1";
    let row = one(conn, text, vec![key.into()]).await?;
    let read = |row: sea_orm::QueryResult| {
        Ok(Tally {
            count: row.try_get("", "count")?,
            since_ms: row.try_get("", "since_ms")?,
            until_ms: row.try_get("", "until_ms")?,
        })
    };
    row.map(read).transpose()
}

pub(in crate::identity) async fn set_tally(conn: &Conn, key: &str, tally: Tally) -> Outcome<()> {
    let text = "INSERT INTO sign_in_tally (key, count, since_ms, until_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key) DO UPDATE SET count = excluded.count, since_ms = excluded.since_ms, until_ms = excluded.until_ms";
    let values = vec![key.into(), tally.count.into(), tally.since_ms.into(), tally.until_ms.into()];
    run(conn, text, values).await.map(|_| ())
}

pub(in crate::identity) async fn clear_tally(conn: &Conn, key: &str) -> Outcome<()> {
    run(conn, "DELETE FROM sign_in_tally WHERE key = $1", vec![key.into()]).await.map(|_| ())
}

/// Gives one attempt back to a count that others share.
pub(in crate::identity) async fn lower_tally(conn: &Conn, key: &str) -> Outcome<()> {
    run(conn, "UPDATE sign_in_tally SET count = count - 1 WHERE key = $1 AND count > 0", vec![key.into()])
        .await
        .map(|_| ())
}

/// Drops counts that began before a time; they say nothing any more.
pub(in crate::identity) async fn forget_tallies(conn: &Conn, before_ms: i64) -> Outcome<()> {
    let text = "DELETE FROM sign_in_tally WHERE since_ms < $1 AND until_ms < $2";
    run(conn, text, vec![before_ms.into(), before_ms.into()]).await.map(|_| ())
}

pub(in crate::identity) async fn knows_place(conn: &Conn, account: &str, place: &str, since_ms: i64) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM account_place WHERE account = $1 AND place = $2 AND seen_ms > $3";
    Ok(one(conn, text, vec![account.into(), place.into(), since_ms.into()]).await?.is_some())
}

pub(in crate::identity) async fn remember_place(conn: &Conn, account: &str, place: &str, now_ms: i64) -> Outcome<()> {
    let text = "INSERT INTO account_place (account, place, seen_ms) VALUES ($1, $2, $3)
        ON CONFLICT (account, place) DO UPDATE SET seen_ms = excluded.seen_ms";
    run(conn, text, vec![account.into(), place.into(), now_ms.into()]).await.map(|_| ())
}
