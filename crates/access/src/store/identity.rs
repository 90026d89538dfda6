//! Identities of other houses that accounts are linked to, and sign-ins that are under way there.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, run};
use sea_orm::{ConnectionTrait, QueryResult};

/// Of a trip only hashes are kept: what proves it is in the browser.
pub const MIGRATION: Migration = Migration {
    name: "access-0004-identity",
    sql: "
CREATE TABLE outer_identity (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), provider TEXT NOT NULL, issuer TEXT NOT NULL,
  subject TEXT NOT NULL, linked_ms BIGINT NOT NULL, used_ms BIGINT, UNIQUE (issuer, subject));
CREATE INDEX outer_identity_account ON outer_identity (account);
CREATE TABLE sign_in_trip (
  state_hash TEXT PRIMARY KEY, cookie_hash TEXT NOT NULL, provider TEXT NOT NULL, account TEXT, session TEXT,
  next TEXT NOT NULL, expires_ms BIGINT NOT NULL);
CREATE INDEX sign_in_trip_expires ON sign_in_trip (expires_ms);
",
};

/// An identity that an account is linked to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// Opaque id, safe to show.
    pub id: String,
    /// Whose.
    pub account: String,
    /// The provider's id in the configuration when it was linked.
    pub provider: String,
    /// Who vouches for it.
    pub issuer: String,
    /// What the issuer calls it; it says nothing to others.
    pub subject: String,
    /// When it was linked.
    pub linked_ms: i64,
    /// When it was last used to sign in.
    pub used_ms: Option<i64>,
}

/// A sign-in that is under way at another house.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trip {
    /// The provider's id.
    pub provider: String,
    /// Account and session that it is to be linked to; none for signing in.
    pub link: Option<(String, String)>,
    /// Where to go in the end.
    pub next: String,
}

const COLUMNS: &str = "id, account, provider, issuer, subject, linked_ms, used_ms";

fn identity(row: &QueryResult) -> Outcome<Identity> {
    Ok(Identity {
        id: get(row, "id")?,
        account: get(row, "account")?,
        provider: get(row, "provider")?,
        issuer: get(row, "issuer")?,
        subject: get(row, "subject")?,
        linked_ms: get(row, "linked_ms")?,
        used_ms: get(row, "used_ms")?,
    })
}

/// The identities of an account, the newest first.
pub async fn of_account(conn: &Conn, account: &str, limit: usize) -> Outcome<Vec<Identity>> {
    let text = format!("SELECT {COLUMNS} FROM outer_identity WHERE account = $1 ORDER BY linked_ms DESC, id LIMIT $2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    all(conn, &text, vec![account.into(), limit.into()]).await?.iter().map(identity).collect()
}

/// The identity that an issuer vouches for.
pub async fn by_subject(conn: &Conn, issuer: &str, subject: &str) -> Outcome<Option<Identity>> {
    let text = format!("SELECT {COLUMNS} FROM outer_identity WHERE issuer = $1 AND subject = $2");
    first(conn, &text, vec![issuer.into(), subject.into()]).await?.as_ref().map(identity).transpose()
}

/// Links one; false when it is linked already.
pub async fn insert(conn: &impl ConnectionTrait, new: &Identity) -> Outcome<bool> {
    let text = "INSERT INTO outer_identity (id, account, provider, issuer, subject, linked_ms, used_ms)
        VALUES ($1, $2, $3, $4, $5, $6, NULL) ON CONFLICT (issuer, subject) DO NOTHING";
    let values = vec![
        new.id.as_str().into(),
        new.account.as_str().into(),
        new.provider.as_str().into(),
        new.issuer.as_str().into(),
        new.subject.as_str().into(),
        new.linked_ms.into(),
    ];
    Ok(run(conn, text, values).await? > 0)
}

/// Keeps that one was used; false when it is gone.
pub async fn used(conn: &impl ConnectionTrait, id: &str, at_ms: i64) -> Outcome<bool> {
    Ok(run(conn, "UPDATE outer_identity SET used_ms = $1 WHERE id = $2", vec![at_ms.into(), id.into()]).await? > 0)
}

/// Takes one of an account away; false when it has none such.
pub async fn remove(conn: &impl ConnectionTrait, account: &str, id: &str) -> Outcome<bool> {
    let text = "DELETE FROM outer_identity WHERE account = $1 AND id = $2";
    Ok(run(conn, text, vec![account.into(), id.into()]).await? > 0)
}

/// Sets out, and forgets those whose time is over.
pub async fn trip_insert(
    conn: &impl ConnectionTrait,
    (state_hash, cookie_hash): (&str, &str),
    trip: &Trip,
    (now_ms, until_ms): (i64, i64),
) -> Outcome<()> {
    run(conn, "DELETE FROM sign_in_trip WHERE expires_ms <= $1", vec![now_ms.into()]).await?;
    let text = "INSERT INTO sign_in_trip (state_hash, cookie_hash, provider, account, session, next, expires_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (account, session) = trip.link.clone().unzip();
    let values = vec![
        state_hash.into(),
        cookie_hash.into(),
        trip.provider.as_str().into(),
        account.into(),
        session.into(),
        trip.next.as_str().into(),
        until_ms.into(),
    ];
    run(conn, text, values).await.map(|_| ())
}

/// Takes a trip back, as nobody returns twice; none when it is none, too old or another browser's.
pub async fn trip_take(conn: &Conn, state_hash: &str, cookie_hash: &str, now_ms: i64) -> Outcome<Option<Trip>> {
    let text = "SELECT provider, account, session, next FROM sign_in_trip
        WHERE state_hash = $1 AND cookie_hash = $2 AND expires_ms > $3";
    let Some(row) = first(conn, text, vec![state_hash.into(), cookie_hash.into(), now_ms.into()]).await? else {
        return Ok(None);
    };
    let (account, session): (Option<String>, Option<String>) = (get(&row, "account")?, get(&row, "session")?);
    let trip = Trip { provider: get(&row, "provider")?, link: account.zip(session), next: get(&row, "next")? };
    // Of two who return at once one goes on.
    let gone = run(conn, "DELETE FROM sign_in_trip WHERE state_hash = $1", vec![state_hash.into()]).await?;
    Ok((gone > 0).then_some(trip))
}
