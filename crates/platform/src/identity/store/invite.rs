//! One-time links: for the first administrator, for invited people, for a new password.

use super::account::Grant;
use super::{all, one, run};
use crate::db::{Conn, Migration, Outcome};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};

pub(super) const MIGRATION: Migration = Migration {
    name: "identity-0004-invite",
    sql: "
CREATE TABLE invite (
  id TEXT PRIMARY KEY, token_hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('first-administrator', 'invite', 'reset')),
  account TEXT REFERENCES account (id), name TEXT NOT NULL, email TEXT, roles TEXT NOT NULL, created_by TEXT NOT NULL,
  created_ms BIGINT NOT NULL, expires_ms BIGINT NOT NULL, used_ms BIGINT, revoked_ms BIGINT);
",
};

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InviteKind {
    /// Creates the first administrator while there is no account at all.
    FirstAdministrator,
    /// Creates an account.
    Invite,
    /// Sets a new password for an account.
    Reset,
}

impl InviteKind {
    /// The code in the database.
    pub fn code(self) -> &'static str {
        match self {
            InviteKind::FirstAdministrator => "first-administrator",
            InviteKind::Invite => "invite",
            InviteKind::Reset => "reset",
        }
    }

    fn parse(code: &str) -> InviteKind {
        match code {
            "first-administrator" => InviteKind::FirstAdministrator,
            "reset" => InviteKind::Reset,
            _ => InviteKind::Invite,
        }
    }
}

/// A one-time link, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Opaque id, safe to show.
    pub id: String,
    /// What it is for.
    pub kind: InviteKind,
    /// For a reset: whose password.
    pub account: Option<String>,
    /// The name of the invited, as the form proposes it.
    pub name: String,
    /// His e-mail address.
    pub email: Option<String>,
    /// The roles the new account gets.
    pub roles: Vec<Grant>,
    /// The account that made it.
    pub created_by: String,
    /// When.
    pub created_ms: i64,
    /// Until when it can be used.
    pub expires_ms: i64,
    /// When it was used.
    pub used_ms: Option<i64>,
    /// When it was taken back.
    pub revoked_ms: Option<i64>,
}

impl Invite {
    /// Whether it can still be used.
    pub fn good_at(&self, now_ms: i64) -> bool {
        self.used_ms.is_none() && self.revoked_ms.is_none() && now_ms < self.expires_ms
    }
}

const COLUMNS: &str = "id, kind, account, name, email, roles, created_by, created_ms, expires_ms, used_ms, revoked_ms";

fn invite(row: &QueryResult) -> Outcome<Invite> {
    let (kind, roles): (String, String) = (row.try_get("", "kind")?, row.try_get("", "roles")?);
    Ok(Invite {
        id: row.try_get("", "id")?,
        kind: InviteKind::parse(&kind),
        account: row.try_get("", "account")?,
        name: row.try_get("", "name")?,
        email: row.try_get("", "email")?,
        roles: serde_json::from_str(&roles).unwrap_or_default(),
        created_by: row.try_get("", "created_by")?,
        created_ms: row.try_get("", "created_ms")?,
        expires_ms: row.try_get("", "expires_ms")?,
        used_ms: row.try_get("", "used_ms")?,
        revoked_ms: row.try_get("", "revoked_ms")?,
    })
}

pub(in crate::identity) async fn insert(conn: &Conn, invite: &Invite, hash: &str) -> Outcome<()> {
    let text =
        "INSERT INTO invite (id, token_hash, kind, account, name, email, roles, created_by, created_ms, expires_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let roles =
        serde_json::to_string(&invite.roles).map_err(|error| crate::fault::Fault::Internal(error.to_string()))?;
    let values = vec![
        invite.id.clone().into(),
        hash.into(),
        invite.kind.code().into(),
        invite.account.clone().into(),
        invite.name.clone().into(),
        invite.email.clone().into(),
        roles.into(),
        invite.created_by.clone().into(),
        invite.created_ms.into(),
        invite.expires_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

pub(in crate::identity) async fn by_hash(conn: &Conn, hash: &str) -> Outcome<Option<Invite>> {
    let text = format!("SELECT {COLUMNS} FROM invite WHERE token_hash = $1");
    one(conn, &text, vec![hash.into()]).await?.as_ref().map(invite).transpose()
}

/// Links that can still be used, newest first.
pub(in crate::identity) async fn open(conn: &Conn, now_ms: i64, limit: i64) -> Outcome<Vec<Invite>> {
    let text = format!(
        "SELECT {COLUMNS} FROM invite WHERE used_ms IS NULL AND revoked_ms IS NULL AND expires_ms > $1
         ORDER BY created_ms DESC, id LIMIT $2"
    );
    all(conn, &text, vec![now_ms.into(), limit.into()]).await?.iter().map(invite).collect()
}

/// Uses a link up; false when somebody was faster.
pub(in crate::identity) async fn take(conn: &Conn, id: &str, at_ms: i64) -> Outcome<bool> {
    let text = "UPDATE invite SET used_ms = $1 WHERE id = $2 AND used_ms IS NULL AND revoked_ms IS NULL";
    Ok(run(conn, text, vec![at_ms.into(), id.into()]).await? > 0)
}

/// Takes a link back; false when it was used or taken back before.
pub(in crate::identity) async fn revoke(conn: &Conn, id: &str, at_ms: i64) -> Outcome<bool> {
    let text = "UPDATE invite SET revoked_ms = $1 WHERE id = $2 AND used_ms IS NULL AND revoked_ms IS NULL";
    Ok(run(conn, text, vec![at_ms.into(), id.into()]).await? > 0)
}

/// Takes back open links that reset the password of an account: all of them, or those that were mailed.
pub(in crate::identity) async fn revoke_resets(conn: &Conn, account: &str, mailed: bool, at_ms: i64) -> Outcome<()> {
    let which = if mailed { "AND email IS NOT NULL" } else { "" };
    let text = format!(
        "UPDATE invite SET revoked_ms = $1 WHERE account = $2 AND used_ms IS NULL AND revoked_ms IS NULL {which}"
    );
    run(conn, &text, vec![at_ms.into(), account.into()]).await.map(|_| ())
}

/// Whether a link that resets the password of an account was mailed after a time and can still be used.
pub(in crate::identity) async fn mailed_since(conn: &Conn, account: &str, since_ms: i64) -> Outcome<bool> {
    let text =
        "SELECT 1 AS n FROM invite WHERE account = $1 AND created_ms > $2 AND email IS NOT NULL AND used_ms IS NULL
        AND revoked_ms IS NULL";
    Ok(one(conn, text, vec![account.into(), since_ms.into()]).await?.is_some())
}
