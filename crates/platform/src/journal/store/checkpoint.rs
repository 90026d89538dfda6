//! Checkpoints: trees that were fixed, and what was signed of them.

use super::{run, statement};
use crate::db::{Conn, Outcome, Txn};
use crate::fault::Fault;
use crate::journal::log::Published;
use crate::journal::thin::Row;
use crate::journal::witness;
use proof::Digest;
use proof::note::{Checkpoint, with_lines};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

/// A fixed tree: its size, its root and, once signed, the note.
pub(in crate::journal) type Fixed = (u64, Digest, Option<String>);

fn root(row: &QueryResult) -> Outcome<Digest> {
    let root: Vec<u8> = row.try_get("", "root")?;
    root.try_into().map_err(|_| Fault::Internal("a root of 32 bytes".into()))
}

fn fixed(row: &QueryResult) -> Outcome<Fixed> {
    Ok((row.try_get::<i64>("", "size")?.unsigned_abs(), root(row)?, row.try_get("", "note")?))
}

/// Every fixed tree of a log, the smallest first.
pub(in crate::journal) async fn all(conn: &Conn, origin: &str) -> Outcome<Vec<Fixed>> {
    let text = "SELECT size, root, note FROM journal_checkpoint WHERE origin = $1 ORDER BY size";
    conn.query_all_raw(statement(conn, text, vec![origin.into()])).await?.iter().map(fixed).collect()
}

/// The newest fixed tree of a log.
pub(in crate::journal) async fn newest(conn: &Conn, origin: &str) -> Outcome<Option<Fixed>> {
    let text = "SELECT size, root, note FROM journal_checkpoint WHERE origin = $1 ORDER BY size DESC LIMIT 1";
    conn.query_one_raw(statement(conn, text, vec![origin.into()])).await?.as_ref().map(fixed).transpose()
}

/// Fixes a tree, unless another node was faster.
pub(in crate::journal) async fn fix(tx: &Txn, origin: &str, size: i64, root: &[u8]) -> Outcome<()> {
    let text = "INSERT INTO journal_checkpoint (origin, size, root, at_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (origin, size) DO NOTHING";
    run(tx, text, vec![origin.into(), size.into(), root.to_vec().into(), tx.ctx().now.ms().into()]).await
}

/// Keeps the note of a fixed tree, unless it has one.
pub(in crate::journal) async fn sign(tx: &Txn, origin: &str, size: i64, note: &str) -> Outcome<()> {
    let text = "UPDATE journal_checkpoint SET note = $1 WHERE origin = $2 AND size = $3 AND note IS NULL";
    run(tx, text, vec![note.into(), origin.into(), size.into()]).await
}

/// How many checkpoints are kept, of all logs.
pub async fn checkpoint_count(conn: &Conn) -> Outcome<i64> {
    let row = conn.query_one_raw(statement(conn, "SELECT COUNT(*) AS n FROM journal_checkpoint", Vec::new())).await?;
    Ok(row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0))
}

/// The newest signed checkpoint of one log.
pub async fn published(conn: &Conn, origin: &str) -> Outcome<Option<Published>> {
    let text = "SELECT size, root, at_ms, note FROM journal_checkpoint WHERE origin = $1 AND note IS NOT NULL
        ORDER BY size DESC LIMIT 1";
    read_published(conn, origin, statement(conn, text, vec![origin.into()])).await
}

/// The signed checkpoint of one log with this size.
pub(in crate::journal) async fn published_at(conn: &Conn, origin: &str, size: u64) -> Outcome<Option<Published>> {
    let text = "SELECT size, root, at_ms, note FROM journal_checkpoint WHERE origin = $1 AND size = $2";
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    read_published(conn, origin, statement(conn, text, vec![origin.into(), size.into()])).await
}

async fn read_published(conn: &Conn, origin: &str, statement: Statement) -> Outcome<Option<Published>> {
    let Some(row) = conn.query_one_raw(statement).await? else { return Ok(None) };
    let size: i64 = row.try_get("", "size")?;
    let (witnesses, lines): (Vec<String>, Vec<String>) =
        witness::of_checkpoint(conn, origin, size).await?.into_iter().unzip();
    let log_note: String = row.try_get("", "note")?;
    Ok(Some(Published {
        checkpoint: Checkpoint { origin: origin.to_owned(), size: size.unsigned_abs(), root: root(&row)? },
        at_ms: row.try_get("", "at_ms")?,
        note: with_lines(&log_note, &lines),
        log_note,
        witnesses,
    }))
}

/// Checkpoints of a log before a size, the newest first, at most `limit`, as the rule of thinning sees them.
pub(in crate::journal) async fn before(conn: &Conn, origin: &str, below: i64, limit: i64) -> Outcome<Vec<Row>> {
    // Counted: a computed truth has no type on SQLite.
    let text =
        "SELECT c.size, c.at_ms, CAST(COUNT(c.note) AS BIGINT) AS signed, CAST(COUNT(s.size) AS BIGINT) AS cosigned,
          CAST(COUNT(w.size) AS BIGINT) AS stood_on
        FROM journal_checkpoint c
        LEFT JOIN journal_cosignature s ON s.origin = c.origin AND s.size = c.size
        LEFT JOIN journal_witness w ON w.origin = c.origin AND w.size = c.size
        WHERE c.origin = $1 AND c.size < $2 GROUP BY c.size, c.at_ms ORDER BY c.size DESC LIMIT $3";
    let rows = conn.query_all_raw(statement(conn, text, vec![origin.into(), below.into(), limit.into()])).await?;
    let read = |row: &QueryResult| {
        Ok(Row {
            size: row.try_get("", "size")?,
            at_ms: row.try_get("", "at_ms")?,
            signed: row.try_get::<i64>("", "signed")? > 0,
            cosigned: row.try_get::<i64>("", "cosigned")? > 0,
            stood_on: row.try_get::<i64>("", "stood_on")? > 0,
        })
    };
    rows.iter().map(read).collect()
}

/// Takes a checkpoint away, with what witnesses have signed of it.
pub(in crate::journal) async fn remove(tx: &Txn, origin: &str, size: i64) -> Outcome<()> {
    for table in ["journal_cosignature", "journal_checkpoint"] {
        let text = format!("DELETE FROM {table} WHERE origin = $1 AND size = $2");
        run(tx, &text, vec![origin.into(), size.into()]).await?;
    }
    Ok(())
}
