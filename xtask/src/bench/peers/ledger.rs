//! A bare loop over rusqlite that writes the rows of a transfer and decides nothing.

use crate::bench::ledger::{ACCOUNTS, pair};
use std::path::Path;
use std::time::{Duration, Instant};

/// The tables, as ours has them.
const TABLES: &str = "
CREATE TABLE balance (account TEXT PRIMARY KEY, balance_fen BIGINT NOT NULL, held_fen BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE TABLE transfer (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, kind TEXT NOT NULL, target TEXT,
  from_account TEXT NOT NULL, from_version BIGINT, from_before_fen BIGINT, to_account TEXT NOT NULL, to_version BIGINT, to_before_fen BIGINT,
  amount_fen BIGINT NOT NULL, code TEXT NOT NULL, reference TEXT NOT NULL, event_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL, expires_ms BIGINT);
CREATE UNIQUE INDEX transfer_id ON transfer (id);
CREATE UNIQUE INDEX transfer_target ON transfer (target) WHERE target IS NOT NULL;
CREATE UNIQUE INDEX transfer_from ON transfer (from_account, from_version) WHERE from_version IS NOT NULL;
CREATE UNIQUE INDEX transfer_to ON transfer (to_account, to_version) WHERE to_version IS NOT NULL;
CREATE INDEX transfer_event ON transfer (event_ms);
CREATE TABLE journal_entry (
  entry_id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms BIGINT NOT NULL, request_id TEXT NOT NULL, kind TEXT NOT NULL,
  actor TEXT NOT NULL, actor_name TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL,
  city TEXT, public BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, data TEXT NOT NULL, salts BLOB, images BLOB);
CREATE TABLE journal_pending (entry_id BIGINT PRIMARY KEY, batched BOOLEAN NOT NULL);
CREATE INDEX journal_entry_object ON journal_entry (object_kind, object_id);
";
const TAKE: &str = "UPDATE balance SET balance_fen = balance_fen - ?2, version = version + 1 WHERE account = ?1 RETURNING balance_fen, version";
const GIVE: &str = "UPDATE balance SET balance_fen = balance_fen + ?2, version = version + 1 WHERE account = ?1 RETURNING balance_fen, version";
const TRANSFER: &str =
    "INSERT INTO transfer (id, kind, from_account, from_version, from_before_fen, to_account, to_version, to_before_fen, amount_fen,
      code, reference, event_ms, created_ms) VALUES (?1, 'plain', ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'bench.moved', '', 1, 1)";
const ENTRY: &str =
    "INSERT INTO journal_entry (at_ms, request_id, kind, actor, actor_name, object_kind, object_id, public, demo, data, salts, images)
    VALUES (1, 'r', 'bench.moved', 'system', '系统', 'ledger', ?1, FALSE, FALSE, '{}', randomblob(64), randomblob(?2))";
const PENDING: &str = "INSERT INTO journal_pending (entry_id, batched) VALUES (last_insert_rowid(), FALSE)";
/// Bytes of the image of one transfer.
const IMAGE_BYTES: u64 = 80;

/// Transfers a second of one loop that commits after every `per_commit` of them and writes a journal row after every
/// `per_action`.
///
/// # Errors
/// SQLite's.
pub fn rate(path: &Path, per_commit: u64, per_action: u64, time: Duration) -> rusqlite::Result<f64> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch(&format!("{TABLES}BEGIN;"))?;
    for n in 0..ACCOUNTS {
        connection.execute("INSERT INTO balance VALUES (?1, 1000000000000, 0, 1)", [name(n)])?;
    }
    connection.execute_batch("COMMIT")?;
    let (started, mut number) = (Instant::now(), 0);
    while started.elapsed() < time {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..per_commit {
            number += 1;
            transfer(&connection, number)?;
            if number % per_action == 0 {
                let bytes = i64::try_from(per_action * IMAGE_BYTES).unwrap_or(i64::MAX);
                connection.prepare_cached(ENTRY)?.execute(rusqlite::params![number.to_string(), bytes])?;
                connection.prepare_cached(PENDING)?.execute([])?;
            }
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok(number as f64 / started.elapsed().as_secs_f64())
}

fn name(account: u64) -> String {
    format!("city:310117:a{account}")
}

fn transfer(connection: &rusqlite::Connection, number: u64) -> rusqlite::Result<()> {
    let ((from, to), amount) = (pair(number, false), i64::try_from(1 + number % 500).unwrap_or(1));
    let (from, to) = (name(from), name(to));
    let both = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let taken = connection.prepare_cached(TAKE)?.query_row(rusqlite::params![from, amount], both)?;
    let given = connection.prepare_cached(GIVE)?.query_row(rusqlite::params![to, amount], both)?;
    let values = rusqlite::params![
        format!("t:{number:x}"),
        from,
        taken.1,
        taken.0 + amount,
        to,
        given.1,
        given.0 - amount,
        amount
    ];
    connection.prepare_cached(TRANSFER)?.execute(values)?;
    Ok(())
}

/// Reads every transfer and adds up what each account has.
///
/// # Errors
/// SQLite's.
pub fn add_up(path: &Path) -> rusqlite::Result<i64> {
    let connection = rusqlite::Connection::open(path)?;
    let mut balances: std::collections::HashMap<String, i64> = std::collections::HashMap::new();
    let mut statement = connection.prepare("SELECT * FROM ledger_transfer ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let amount: i64 = row.get("amount_fen")?;
        *balances.entry(row.get("from_account")?).or_default() -= amount;
        *balances.entry(row.get("to_account")?).or_default() += amount;
    }
    Ok(balances.values().sum())
}
