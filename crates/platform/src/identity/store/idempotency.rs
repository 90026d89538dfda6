//! First answers, kept so that a repeat gets the same.

use super::{one, run};
use crate::db::{Conn, Migration, Outcome};

pub(super) const MIGRATION: Migration = Migration {
    name: "identity-0006-idempotency",
    sql: "
CREATE TABLE idempotency (
  actor TEXT NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, response TEXT NOT NULL,
  status BIGINT NOT NULL, created_ms BIGINT NOT NULL, PRIMARY KEY (actor, route, key));
CREATE INDEX idempotency_age ON idempotency (actor, created_ms);
",
};

/// The key of a request: who, for which action, which.
pub(in crate::identity) struct Key<'a> {
    pub(in crate::identity) actor: &'a str,
    pub(in crate::identity) route: &'a str,
    pub(in crate::identity) key: &'a str,
}

/// Takes the place; false when an earlier request holds it. On PostgreSQL a second one waits here for the first.
pub(in crate::identity) async fn claim(conn: &Conn, key: &Key<'_>, body_hash: &str, now_ms: i64) -> Outcome<bool> {
    let text = "INSERT INTO idempotency (actor, route, key, body_hash, response, status, created_ms)
        VALUES ($1, $2, $3, $4, '', 0, $5) ON CONFLICT DO NOTHING";
    let values = vec![key.actor.into(), key.route.into(), key.key.into(), body_hash.into(), now_ms.into()];
    Ok(run(conn, text, values).await? > 0)
}

/// What the first request left: (hash of its body, answer).
pub(in crate::identity) async fn first(conn: &Conn, key: &Key<'_>) -> Outcome<Option<(String, String)>> {
    let text = "SELECT body_hash, response FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3";
    let row = one(conn, text, vec![key.actor.into(), key.route.into(), key.key.into()]).await?;
    row.map(|row| Ok((row.try_get("", "body_hash")?, row.try_get("", "response")?))).transpose()
}

/// Stores the answer of the request that holds the place.
pub(in crate::identity) async fn store(conn: &Conn, key: &Key<'_>, response: &str) -> Outcome<()> {
    let text = "UPDATE idempotency SET response = $1, status = 200 WHERE actor = $2 AND route = $3 AND key = $4";
    let values = vec![response.into(), key.actor.into(), key.route.into(), key.key.into()];
    run(conn, text, values).await.map(|_| ())
}

/// Frees the places of an actor that are older than a time.
pub(in crate::identity) async fn forget(conn: &Conn, actor: &str, before_ms: i64) -> Outcome<()> {
    run(conn, "DELETE FROM idempotency WHERE actor = $1 AND created_ms < $2", vec![actor.into(), before_ms.into()])
        .await
        .map(|_| ())
}
