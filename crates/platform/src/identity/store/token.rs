//! Access tokens for programs. Only their hashes are kept.

use super::{all, one, run};
use crate::db::{Conn, Migration, Outcome};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};

pub(super) const MIGRATION: Migration = Migration {
    name: "identity-0003-token",
    sql: "
CREATE TABLE api_token (
  id TEXT PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES account (id), name TEXT NOT NULL,
  scopes TEXT NOT NULL, created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, revoked_ms BIGINT, last_used_ms BIGINT);
CREATE INDEX api_token_account ON api_token (account);
",
};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ApiToken {
    /// Opaque id, safe to show.
    pub id: String,
    /// Whose.
    pub account: String,
    /// What the owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: i64,
    /// When it was revoked.
    pub revoked_ms: Option<i64>,
    /// When it was last used, to within a few minutes.
    pub last_used_ms: Option<i64>,
}

impl ApiToken {
    /// Whether it opens anything at this time.
    pub fn good_at(&self, now_ms: i64) -> bool {
        self.revoked_ms.is_none() && now_ms < self.expires_ms
    }
}

const COLUMNS: &str = "id, account, name, scopes, created_ms, expires_ms, revoked_ms, last_used_ms";

fn token(row: &QueryResult) -> Outcome<ApiToken> {
    let scopes: String = row.try_get("", "scopes")?;
    Ok(ApiToken {
        id: row.try_get("", "id")?,
        account: row.try_get("", "account")?,
        name: row.try_get("", "name")?,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        created_ms: row.try_get("", "created_ms")?,
        expires_ms: row.try_get("", "expires_ms")?,
        revoked_ms: row.try_get("", "revoked_ms")?,
        last_used_ms: row.try_get("", "last_used_ms")?,
    })
}

pub(in crate::identity) async fn insert(conn: &Conn, token: &ApiToken, hash: &str) -> Outcome<()> {
    let text = "INSERT INTO api_token (id, token_hash, account, name, scopes, created_ms, expires_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = vec![
        token.id.clone().into(),
        hash.into(),
        token.account.clone().into(),
        token.name.clone().into(),
        token.scopes.join(" ").into(),
        token.created_ms.into(),
        token.expires_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

pub(in crate::identity) async fn by_hash(conn: &Conn, hash: &str) -> Outcome<Option<ApiToken>> {
    let text = format!("SELECT {COLUMNS} FROM api_token WHERE token_hash = $1");
    one(conn, &text, vec![hash.into()]).await?.as_ref().map(token).transpose()
}

pub(in crate::identity) async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<ApiToken>> {
    let text = format!("SELECT {COLUMNS} FROM api_token WHERE id = $1");
    one(conn, &text, vec![id.into()]).await?.as_ref().map(token).transpose()
}

/// Tokens of an account that are still good, newest first.
pub(in crate::identity) async fn of_account(conn: &Conn, account: &str, now_ms: i64) -> Outcome<Vec<ApiToken>> {
    let text = format!(
        "SELECT {COLUMNS} FROM api_token WHERE account = $1 AND revoked_ms IS NULL AND expires_ms > $2
         ORDER BY created_ms DESC, id LIMIT 100"
    );
    all(conn, &text, vec![account.into(), now_ms.into()]).await?.iter().map(token).collect()
}

/// Revokes a token; false when it was revoked before.
pub(in crate::identity) async fn revoke(conn: &Conn, id: &str, at_ms: i64) -> Outcome<bool> {
    let text = "UPDATE api_token SET revoked_ms = $1 WHERE id = $2 AND revoked_ms IS NULL";
    Ok(run(conn, text, vec![at_ms.into(), id.into()]).await? > 0)
}

pub(in crate::identity) async fn touch(conn: &Conn, id: &str, at_ms: i64) -> Outcome<()> {
    run(conn, "UPDATE api_token SET last_used_ms = $1 WHERE id = $2", vec![at_ms.into(), id.into()]).await.map(|_| ())
}
