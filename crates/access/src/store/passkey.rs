//! Passkeys: public keys only, and the questions that wait for their answer.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, run};
use sea_orm::{ConnectionTrait, QueryResult};

/// An account's handle is what devices know it by.
pub const MIGRATION: Migration = Migration {
    name: "access-0003-passkey",
    sql: "
CREATE TABLE passkey (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), credential TEXT NOT NULL UNIQUE,
  public_key TEXT NOT NULL, name TEXT NOT NULL, made_ms BIGINT NOT NULL, sign_count BIGINT NOT NULL,
  backed_up BOOLEAN NOT NULL, used_ms BIGINT, used_from TEXT NOT NULL, used_with TEXT NOT NULL, doubted_ms BIGINT);
CREATE INDEX passkey_account ON passkey (account);
CREATE TABLE passkey_owner (account TEXT PRIMARY KEY REFERENCES account (id), handle TEXT NOT NULL UNIQUE);
CREATE TABLE passkey_question (
  challenge_hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, holder TEXT NOT NULL, expires_ms BIGINT NOT NULL);
CREATE INDEX passkey_question_expires ON passkey_question (expires_ms);
",
};

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Passkey {
    /// Opaque id, safe to show.
    pub id: String,
    /// Whose.
    pub account: String,
    /// What devices call it: base 64 for addresses.
    pub credential: String,
    /// COSE, in hexadecimal.
    pub public_key: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    pub made_ms: i64,
    /// How often it has signed; 0 for devices that do not count.
    pub sign_count: i64,
    /// Whether it is kept in more than one device.
    pub backed_up: bool,
    /// When it was last used.
    pub used_ms: Option<i64>,
    /// From which address then; may be empty.
    pub used_from: String,
    /// With which browser then; may be empty.
    pub used_with: String,
    /// Since when it has been counting backwards.
    pub doubted_ms: Option<i64>,
}

/// A question that waits for a passkey.
#[derive(Debug, Clone)]
pub struct Question {
    /// SHA-256 of the challenge, hexadecimal.
    pub challenge_hash: String,
    /// What for: `make`, `enter` or `prove`.
    pub purpose: &'static str,
    /// Who may answer: a session's id, or the hash of what a browser carries.
    pub holder: String,
}

const COLUMNS: &str = "id, account, credential, public_key, name, made_ms, sign_count, backed_up, used_ms, used_from, \
     used_with, doubted_ms";

fn passkey(row: &QueryResult) -> Outcome<Passkey> {
    Ok(Passkey {
        id: get(row, "id")?,
        account: get(row, "account")?,
        credential: get(row, "credential")?,
        public_key: get(row, "public_key")?,
        name: get(row, "name")?,
        made_ms: get(row, "made_ms")?,
        sign_count: get(row, "sign_count")?,
        backed_up: get(row, "backed_up")?,
        used_ms: get(row, "used_ms")?,
        used_from: get(row, "used_from")?,
        used_with: get(row, "used_with")?,
        doubted_ms: get(row, "doubted_ms")?,
    })
}

/// The passkeys of an account, the newest first.
pub async fn of_account(conn: &Conn, account: &str, limit: usize) -> Outcome<Vec<Passkey>> {
    let text = format!("SELECT {COLUMNS} FROM passkey WHERE account = $1 ORDER BY made_ms DESC, id LIMIT $2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    all(conn, &text, vec![account.into(), limit.into()]).await?.iter().map(passkey).collect()
}

/// Whether an account has one.
pub async fn any(conn: &Conn, account: &str) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM passkey WHERE account = $1 LIMIT 1";
    Ok(first(conn, text, vec![account.into()]).await?.is_some())
}

/// The passkey that devices call so.
pub async fn by_credential(conn: &Conn, credential: &str) -> Outcome<Option<Passkey>> {
    let text = format!("SELECT {COLUMNS} FROM passkey WHERE credential = $1");
    first(conn, &text, vec![credential.into()]).await?.as_ref().map(passkey).transpose()
}

/// Adds one; false when the credential is somebody's already.
pub async fn insert(conn: &impl ConnectionTrait, new: &Passkey) -> Outcome<bool> {
    let text =
        "INSERT INTO passkey (id, account, credential, public_key, name, made_ms, sign_count, backed_up, used_ms,
        used_from, used_with, doubted_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, '', '', NULL)
        ON CONFLICT (credential) DO NOTHING";
    let values = vec![
        new.id.as_str().into(),
        new.account.as_str().into(),
        new.credential.as_str().into(),
        new.public_key.as_str().into(),
        new.name.as_str().into(),
        new.made_ms.into(),
        new.sign_count.into(),
        new.backed_up.into(),
    ];
    Ok(run(conn, text, values).await? > 0)
}

/// Keeps that one was used; false when it is gone, or was used meanwhile.
pub async fn used(
    conn: &impl ConnectionTrait,
    before: &Passkey,
    sign_count: i64,
    at_ms: i64,
    (from, with): (&str, &str),
) -> Outcome<bool> {
    let text = "UPDATE passkey SET sign_count = $1, used_ms = $2, used_from = $3, used_with = $4
        WHERE id = $5 AND sign_count = $6";
    let values = vec![
        sign_count.into(),
        at_ms.into(),
        from.into(),
        with.into(),
        before.id.as_str().into(),
        before.sign_count.into(),
    ];
    Ok(run(conn, text, values).await? > 0)
}

/// Keeps that one counts backwards.
pub async fn doubt(conn: &impl ConnectionTrait, id: &str, at_ms: i64) -> Outcome<bool> {
    Ok(run(conn, "UPDATE passkey SET doubted_ms = $1 WHERE id = $2", vec![at_ms.into(), id.into()]).await? > 0)
}

/// Takes one of an account away; false when it has none such.
pub async fn remove(conn: &impl ConnectionTrait, account: &str, id: &str) -> Outcome<bool> {
    Ok(run(conn, "DELETE FROM passkey WHERE account = $1 AND id = $2", vec![account.into(), id.into()]).await? > 0)
}

/// Takes all of an account away; false when it has none.
pub async fn remove_all(conn: &impl ConnectionTrait, account: &str) -> Outcome<bool> {
    Ok(run(conn, "DELETE FROM passkey WHERE account = $1", vec![account.into()]).await? > 0)
}

/// What devices know an account by, in hexadecimal; none before its first passkey.
pub async fn handle(conn: &Conn, account: &str) -> Outcome<Option<String>> {
    let row = first(conn, "SELECT handle FROM passkey_owner WHERE account = $1", vec![account.into()]).await?;
    row.map(|row| get(&row, "handle")).transpose()
}

/// Gives an account a handle unless it has one.
pub async fn handle_give(conn: &impl ConnectionTrait, account: &str, handle: &str) -> Outcome<()> {
    let text = "INSERT INTO passkey_owner (account, handle) VALUES ($1, $2) ON CONFLICT (account) DO NOTHING";
    run(conn, text, vec![account.into(), handle.into()]).await.map(|_| ())
}

/// Asks, and forgets questions whose time is over.
pub async fn question_ask(conn: &impl ConnectionTrait, new: &Question, now_ms: i64, until_ms: i64) -> Outcome<()> {
    run(conn, "DELETE FROM passkey_question WHERE expires_ms <= $1", vec![now_ms.into()]).await?;
    let text = "INSERT INTO passkey_question (challenge_hash, purpose, holder, expires_ms) VALUES ($1, $2, $3, $4)";
    let values =
        vec![new.challenge_hash.as_str().into(), new.purpose.into(), new.holder.as_str().into(), until_ms.into()];
    run(conn, text, values).await.map(|_| ())
}

/// Takes a question back, as it is answered once; false when it is none, too old or somebody else's.
pub async fn question_take(conn: &impl ConnectionTrait, asked: &Question, now_ms: i64) -> Outcome<bool> {
    let text = "DELETE FROM passkey_question
        WHERE challenge_hash = $1 AND purpose = $2 AND holder = $3 AND expires_ms > $4";
    let values =
        vec![asked.challenge_hash.as_str().into(), asked.purpose.into(), asked.holder.as_str().into(), now_ms.into()];
    Ok(run(conn, text, values).await? > 0)
}
