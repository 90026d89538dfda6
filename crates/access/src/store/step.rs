//! Attempts to sign in that have passed the password and wait for a code. No sessions: they open nothing else.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{first, get, run};
use sea_orm::ConnectionTrait;

/// Only the hash of what the browser carries is kept.
pub const MIGRATION: Migration = Migration {
    name: "access-0002-step",
    sql: "
CREATE TABLE sign_in_step (
  token_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), login TEXT NOT NULL, mark TEXT NOT NULL,
  tries BIGINT NOT NULL, expires_ms BIGINT NOT NULL);
CREATE INDEX sign_in_step_expires ON sign_in_step (expires_ms);
",
};

/// An attempt that waits for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Whose password was right.
    pub account: String,
    /// The name that was typed.
    pub login: String,
    /// The password's mark then.
    pub mark: String,
}

/// Adds one, and forgets those whose time is over.
pub async fn insert(conn: &impl ConnectionTrait, hash: &str, step: &Step, now_ms: i64, until_ms: i64) -> Outcome<()> {
    run(conn, "DELETE FROM sign_in_step WHERE expires_ms <= $1", vec![now_ms.into()]).await?;
    let text =
        "INSERT INTO sign_in_step (token_hash, account, login, mark, tries, expires_ms) VALUES ($1, $2, $3, $4, 0, $5)";
    let values = vec![
        hash.into(),
        step.account.as_str().into(),
        step.login.as_str().into(),
        step.mark.as_str().into(),
        until_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

/// One that still waits.
pub async fn by_hash(conn: &Conn, hash: &str, now_ms: i64, tries_max: i64) -> Outcome<Option<Step>> {
    let text = "SELECT account, login, mark FROM sign_in_step WHERE token_hash = $1 AND expires_ms > $2 AND tries < $3";
    let Some(row) = first(conn, text, vec![hash.into(), now_ms.into(), tries_max.into()]).await? else {
        return Ok(None);
    };
    Ok(Some(Step { account: get(&row, "account")?, login: get(&row, "login")?, mark: get(&row, "mark")? }))
}

/// Counts one more code; false when there were too many.
pub async fn count(conn: &impl ConnectionTrait, hash: &str, tries_max: i64) -> Outcome<bool> {
    let text = "UPDATE sign_in_step SET tries = tries + 1 WHERE token_hash = $1 AND tries < $2";
    Ok(run(conn, text, vec![hash.into(), tries_max.into()]).await? > 0)
}

/// Ends one; false when it has led to a session already.
pub async fn take(conn: &impl ConnectionTrait, hash: &str) -> Outcome<bool> {
    Ok(run(conn, "DELETE FROM sign_in_step WHERE token_hash = $1", vec![hash.into()]).await? > 0)
}
