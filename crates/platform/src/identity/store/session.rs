//! Signed-in browsers. Only the hash of a session's secret is kept.

use super::{all, one, run};
use crate::db::{Conn, Migration, Outcome};
use sea_orm::QueryResult;

pub(super) const MIGRATION: Migration = Migration {
    name: "identity-0002-session",
    sql: "
CREATE TABLE session (
  token_hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES account (id),
  created_ms BIGINT NOT NULL, seen_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, ip TEXT NOT NULL, user_agent TEXT NOT NULL);
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_ms);
",
};

/// When it was last proved who sits there.
pub(super) const PROOF: Migration = Migration {
    name: "identity-0007-proof",
    sql: "ALTER TABLE session ADD COLUMN proved_ms BIGINT NOT NULL DEFAULT 0;\n",
};

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Opaque id, safe to show.
    pub id: String,
    /// SHA-256 of the secret in the cookie, hexadecimal.
    pub token_hash: String,
    /// Whose.
    pub account: String,
    /// When somebody signed in.
    pub created_ms: i64,
    /// When it was last used, to within a few minutes.
    pub seen_ms: i64,
    /// When it ends unless it is used.
    pub expires_ms: i64,
    /// The address it was made from.
    pub ip: String,
    /// What the browser called itself.
    pub user_agent: String,
    /// When it was last proved who sits there: by password, code or passkey.
    pub proved_ms: i64,
}

const COLUMNS: &str = "id, token_hash, account, created_ms, seen_ms, expires_ms, ip, user_agent, proved_ms";

fn session(row: &QueryResult) -> Outcome<Session> {
    Ok(Session {
        id: row.try_get("", "id")?,
        token_hash: row.try_get("", "token_hash")?,
        account: row.try_get("", "account")?,
        created_ms: row.try_get("", "created_ms")?,
        seen_ms: row.try_get("", "seen_ms")?,
        expires_ms: row.try_get("", "expires_ms")?,
        ip: row.try_get("", "ip")?,
        user_agent: row.try_get("", "user_agent")?,
        proved_ms: row.try_get("", "proved_ms")?,
    })
}

pub(in crate::identity) async fn insert(conn: &Conn, session: &Session) -> Outcome<()> {
    let text =
        "INSERT INTO session (token_hash, id, account, created_ms, seen_ms, expires_ms, ip, user_agent, proved_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = vec![
        session.token_hash.clone().into(),
        session.id.clone().into(),
        session.account.clone().into(),
        session.created_ms.into(),
        session.seen_ms.into(),
        session.expires_ms.into(),
        session.ip.clone().into(),
        session.user_agent.clone().into(),
        session.proved_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

pub(in crate::identity) async fn by_hash(conn: &Conn, hash: &str) -> Outcome<Option<Session>> {
    let text = format!("SELECT {COLUMNS} FROM session WHERE token_hash = $1");
    one(conn, &text, vec![hash.into()]).await?.as_ref().map(session).transpose()
}

/// Sessions of an account that have not ended, newest first.
pub(in crate::identity) async fn of_account(
    conn: &Conn,
    account: &str,
    now_ms: i64,
    limit: i64,
) -> Outcome<Vec<Session>> {
    let text = format!(
        "SELECT {COLUMNS} FROM session WHERE account = $1 AND expires_ms > $2 ORDER BY created_ms DESC, id LIMIT $3"
    );
    all(conn, &text, vec![account.into(), now_ms.into(), limit.into()]).await?.iter().map(session).collect()
}

pub(in crate::identity) async fn touch(conn: &Conn, hash: &str, seen_ms: i64, expires_ms: i64) -> Outcome<()> {
    let text = "UPDATE session SET seen_ms = $1, expires_ms = $2 WHERE token_hash = $3";
    run(conn, text, vec![seen_ms.into(), expires_ms.into(), hash.into()]).await.map(|_| ())
}

/// Keeps that a session has proved who sits there; false when it has ended.
pub(in crate::identity) async fn prove(conn: &Conn, account: &str, id: &str, at_ms: i64) -> Outcome<bool> {
    let text = "UPDATE session SET proved_ms = $1 WHERE account = $2 AND id = $3";
    Ok(run(conn, text, vec![at_ms.into(), account.into(), id.into()]).await? > 0)
}

pub(in crate::identity) async fn delete_by_hash(conn: &Conn, hash: &str) -> Outcome<bool> {
    Ok(run(conn, "DELETE FROM session WHERE token_hash = $1", vec![hash.into()]).await? > 0)
}

pub(in crate::identity) async fn delete_by_id(conn: &Conn, account: &str, id: &str) -> Outcome<bool> {
    Ok(run(conn, "DELETE FROM session WHERE account = $1 AND id = $2", vec![account.into(), id.into()]).await? > 0)
}

/// Ends every session of an account but one; returns how many.
pub(in crate::identity) async fn delete_others(conn: &Conn, account: &str, keep_hash: &str) -> Outcome<u64> {
    run(conn, "DELETE FROM session WHERE account = $1 AND token_hash <> $2", vec![account.into(), keep_hash.into()])
        .await
}

/// Ends every session of an account but one, by its id; returns how many.
pub(in crate::identity) async fn delete_but(conn: &Conn, account: &str, keep: &str) -> Outcome<u64> {
    run(conn, "DELETE FROM session WHERE account = $1 AND id <> $2", vec![account.into(), keep.into()]).await
}

pub(in crate::identity) async fn delete_expired(conn: &Conn, now_ms: i64) -> Outcome<()> {
    run(conn, "DELETE FROM session WHERE expires_ms <= $1", vec![now_ms.into()]).await.map(|_| ())
}
