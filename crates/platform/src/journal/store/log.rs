//! Logs and their keys.

use super::{run, statement};
use crate::db::{Conn, Outcome, Txn};
use crate::fault::Fault;
use crate::journal::log::Log;
use proof::note::{PublicKey, Signs};
use sea_orm::{ConnectionTrait, QueryResult};

fn read(row: &QueryResult) -> Outcome<Log> {
    Ok(Log {
        base: row.try_get("", "base")?,
        origin: row.try_get("", "origin")?,
        opened_ms: row.try_get("", "opened_ms")?,
        previous: row.try_get("", "previous")?,
    })
}

/// The log that is written now; none before one is opened.
pub async fn newest(conn: &Conn) -> Outcome<Option<Log>> {
    let text = "SELECT base, origin, opened_ms, previous FROM journal_log ORDER BY base DESC LIMIT 1";
    conn.query_one_raw(statement(conn, text, Vec::new())).await?.as_ref().map(read).transpose()
}

/// All logs of this database, the oldest first.
pub async fn all(conn: &Conn) -> Outcome<Vec<Log>> {
    let text = "SELECT base, origin, opened_ms, previous FROM journal_log ORDER BY base";
    conn.query_all_raw(statement(conn, text, Vec::new())).await?.iter().map(read).collect()
}

/// Keeps a new log.
pub(in crate::journal) async fn insert(tx: &Txn, log: &Log) -> Outcome<()> {
    let text = "INSERT INTO journal_log (base, origin, opened_ms, previous) VALUES ($1, $2, $3, $4)";
    let values =
        vec![log.base.into(), log.origin.as_str().into(), log.opened_ms.into(), log.previous.as_deref().into()];
    run(tx, text, values).await
}

/// The keys of a log that sign in one way, the oldest first.
pub async fn keys(conn: &Conn, origin: &str, signs: Signs) -> Outcome<Vec<String>> {
    let text = "SELECT vkey FROM journal_key WHERE origin = $1 ORDER BY since_ms, vkey";
    let rows = conn.query_all_raw(statement(conn, text, vec![origin.into()])).await?;
    let keys: Vec<String> = rows.iter().map(|row| row.try_get("", "vkey")).collect::<Result<_, _>>()?;
    Ok(keys.into_iter().filter(|key| PublicKey::parse(key).is_ok_and(|key| key.signs() == signs)).collect())
}

/// The key that signs in one way now.
pub(in crate::journal) async fn current_key(conn: &Conn, origin: &str, signs: Signs) -> Outcome<Option<PublicKey>> {
    let text = "SELECT vkey FROM journal_key WHERE origin = $1 AND until_ms IS NULL ORDER BY since_ms DESC";
    for row in conn.query_all_raw(statement(conn, text, vec![origin.into()])).await? {
        let text: String = row.try_get("", "vkey")?;
        let key = PublicKey::parse(&text).map_err(|error| Fault::Internal(format!("journal_key: {error}")))?;
        if key.signs() == signs {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Keeps a key from now on.
pub(in crate::journal) async fn key_begin(tx: &Txn, origin: &str, vkey: &str) -> Outcome<()> {
    let text = "INSERT INTO journal_key (vkey, origin, since_ms) VALUES ($1, $2, $3)";
    run(tx, text, vec![vkey.into(), origin.into(), tx.ctx().now.ms().into()]).await
}

/// A key signs no longer.
pub(in crate::journal) async fn key_end(tx: &Txn, vkey: &str) -> Outcome<()> {
    let text = "UPDATE journal_key SET until_ms = $1 WHERE vkey = $2";
    run(tx, text, vec![tx.ctx().now.ms().into(), vkey.into()]).await
}
