//! Second factors: the secret of an authenticator app, and recovery codes.

use platform::Fault;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{first, get, run};
use sea_orm::ConnectionTrait;

/// Secrets are kept as they are, because codes are computed from them; of recovery codes only hashes.
pub const MIGRATION: Migration = Migration {
    name: "access-0001-factor",
    sql: "
CREATE TABLE second_factor (
  account TEXT PRIMARY KEY REFERENCES account (id), secret TEXT NOT NULL, begun_ms BIGINT NOT NULL, since_ms BIGINT,
  last_step BIGINT NOT NULL);
CREATE TABLE recovery_code (
  account TEXT NOT NULL REFERENCES account (id), code_hash TEXT NOT NULL, made_ms BIGINT NOT NULL, used_ms BIGINT,
  PRIMARY KEY (account, code_hash));
",
};

/// The second factor of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// The shared secret.
    pub secret: Vec<u8>,
    /// Since when it is asked for; none while it has not been confirmed.
    pub since_ms: Option<i64>,
    /// The last step of which a code was used.
    pub last_step: i64,
}

/// The second factor of an account, confirmed or begun.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Option<Factor>> {
    let text = "SELECT secret, since_ms, last_step FROM second_factor WHERE account = $1";
    let Some(row) = first(conn, text, vec![account.into()]).await? else { return Ok(None) };
    let secret: String = get(&row, "secret")?;
    // An empty secret would make codes that anybody can work out.
    let secret = hex::decode(secret).map_err(|error| Fault::Internal(format!("a second factor's secret: {error}")))?;
    Ok(Some(Factor { secret, since_ms: get(&row, "since_ms")?, last_step: get(&row, "last_step")? }))
}

/// Whether an account has confirmed an authenticator app; see [`super::has_second_factor`].
pub async fn is_on(conn: &Conn, account: &str) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM second_factor WHERE account = $1 AND since_ms IS NOT NULL";
    Ok(first(conn, text, vec![account.into()]).await?.is_some())
}

/// Begins with a new secret; false when a confirmed one is there. What was begun before is forgotten.
pub async fn begin(conn: &impl ConnectionTrait, account: &str, secret: &[u8], now_ms: i64) -> Outcome<bool> {
    let text = "INSERT INTO second_factor (account, secret, begun_ms, since_ms, last_step) VALUES ($1, $2, $3, NULL, 0)
        ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, begun_ms = excluded.begun_ms, last_step = 0
        WHERE second_factor.since_ms IS NULL";
    Ok(run(conn, text, vec![account.into(), hex::encode(secret).into(), now_ms.into()]).await? > 0)
}

/// Confirms what was begun.
pub async fn confirm(conn: &impl ConnectionTrait, account: &str, step: i64, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE second_factor SET since_ms = $1, last_step = $2 WHERE account = $3 AND since_ms IS NULL";
    Ok(run(conn, text, vec![now_ms.into(), step.into(), account.into()]).await? > 0)
}

/// Uses up a step; false when it, or a later one, was used meanwhile.
pub async fn use_step(conn: &impl ConnectionTrait, account: &str, step: i64) -> Outcome<bool> {
    let text = "UPDATE second_factor SET last_step = $1 WHERE account = $2 AND last_step < $3";
    Ok(run(conn, text, vec![step.into(), account.into(), step.into()]).await? > 0)
}

/// Takes the authenticator app away; false when there is none.
pub async fn remove(conn: &impl ConnectionTrait, account: &str) -> Outcome<bool> {
    Ok(run(conn, "DELETE FROM second_factor WHERE account = $1", vec![account.into()]).await? > 0)
}

/// Puts new recovery codes in the place of the old ones.
pub async fn codes_replace(conn: &impl ConnectionTrait, account: &str, hashes: &[String], now_ms: i64) -> Outcome<()> {
    run(conn, "DELETE FROM recovery_code WHERE account = $1", vec![account.into()]).await?;
    for hash in hashes {
        let text = "INSERT INTO recovery_code (account, code_hash, made_ms, used_ms) VALUES ($1, $2, $3, NULL)";
        run(conn, text, vec![account.into(), hash.as_str().into(), now_ms.into()]).await?;
    }
    Ok(())
}

/// Uses up a recovery code; false when it is none, or was used.
pub async fn code_spend(conn: &impl ConnectionTrait, account: &str, hash: &str, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE recovery_code SET used_ms = $1 WHERE account = $2 AND code_hash = $3 AND used_ms IS NULL";
    Ok(run(conn, text, vec![now_ms.into(), account.into(), hash.into()]).await? > 0)
}

/// Recovery codes that can still be used.
pub async fn codes_left(conn: &Conn, account: &str) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM recovery_code WHERE account = $1 AND used_ms IS NULL";
    first(conn, text, vec![account.into()]).await?.map_or(Ok(0), |row| get(&row, "n"))
}
