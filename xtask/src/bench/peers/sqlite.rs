//! Two ordinary ways to write to SQLite: sqlx's pool, and rusqlite behind a lock; each action commits alone.

use crate::bench::database::{TABLES, THINGS, touched};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The journal's table, as ours has it.
const JOURNAL: &str = "
CREATE TABLE journal_entry (
  entry_id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms BIGINT NOT NULL, request_id TEXT NOT NULL, kind TEXT NOT NULL,
  actor TEXT NOT NULL, actor_name TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL,
  city TEXT, public BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, data TEXT NOT NULL, salts BLOB, images BLOB);
CREATE TABLE journal_pending (entry_id BIGINT PRIMARY KEY, batched BOOLEAN NOT NULL);
CREATE INDEX journal_entry_object ON journal_entry (object_kind, object_id);
";
const SELECT: &str = "SELECT id, owner, state, version, amount_fen, updated_ms FROM thing WHERE id = ?1";
const UPDATE: &str = "UPDATE thing SET version = version + 1, updated_ms = ?2 WHERE id = ?1";
const STEP: &str = "INSERT INTO step (id, thing, kind, at_ms) VALUES (?1, ?2, 'moved', 1)";
const ENTRY: &str =
    "INSERT INTO journal_entry (at_ms, request_id, kind, actor, actor_name, object_kind, object_id, public, demo, data, salts, images)
    VALUES (1, 'r', 'thing.moved', 'system', '系统', 'thing', ?1, FALSE, FALSE, '{}', randomblob(64), randomblob(200))";
const PENDING: &str = "INSERT INTO journal_pending (entry_id, batched) VALUES (last_insert_rowid(), FALSE)";

fn prepare(path: &Path) -> rusqlite::Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.execute_batch(&format!("{TABLES}{JOURNAL}BEGIN;"))?;
    for n in 0..THINGS {
        let values = rusqlite::params![n.to_string(), (n % 97).to_string(), n];
        connection.execute("INSERT INTO thing VALUES (?1, ?2, 'open', 0, ?3, 0)", values)?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(connection)
}

/// Actions a second through sqlx: a pool with one writing connection, as SQLite wants it.
pub async fn pooled(
    path: &Path,
    callers: usize,
    time: Duration,
) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    drop(prepare(path)?);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let patience = Duration::from_secs(60);
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(patience)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for caller in 0..callers as u64 {
        let (pool, stop, done) = (pool.clone(), stop.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            let mut number = caller << 40;
            while !stop.load(Ordering::Relaxed) {
                number += 1;
                pooled_action(&pool, number).await?;
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<(), sqlx::Error>(())
        }));
    }
    tokio::time::sleep(time).await;
    let rate = done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await??;
    }
    pool.close().await;
    Ok(rate)
}

async fn pooled_action(pool: &sqlx::SqlitePool, number: u64) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let ids = touched(number);
    for id in &ids {
        sqlx::query(SELECT).bind(id).fetch_optional(&mut *transaction).await?;
    }
    for id in &ids[..2] {
        sqlx::query(UPDATE).bind(id).bind(1_i64).execute(&mut *transaction).await?;
    }
    sqlx::query(STEP).bind(format!("{number:x}")).bind(&ids[0]).execute(&mut *transaction).await?;
    sqlx::query(ENTRY).bind(&ids[0]).execute(&mut *transaction).await?;
    sqlx::query(PENDING).execute(&mut *transaction).await?;
    transaction.commit().await
}

/// Actions a second through rusqlite: one connection that the callers' threads share.
pub fn locked(path: &Path, callers: usize, time: Duration) -> rusqlite::Result<f64> {
    let connection = Mutex::new(prepare(path)?);
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for caller in 0..callers as u64 {
            let (connection, stop, done) = (&connection, &stop, &done);
            threads.push(scope.spawn(move || {
                let mut number = caller << 40;
                while !stop.load(Ordering::Relaxed) {
                    number += 1;
                    locked_action(&connection.lock().unwrap_or_else(PoisonError::into_inner), number)?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<(), rusqlite::Error>(())
            }));
        }
        std::thread::sleep(time);
        let rate = done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64();
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            // A panic in a caller is a panic of the benchmark.
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(rate)
    })
}

fn locked_action(connection: &rusqlite::Connection, number: u64) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    bare_action(connection, number)?;
    connection.execute_batch("COMMIT")
}

/// Actions a second of one loop that does nothing else and commits after every `per_commit`.
pub fn bare(path: &Path, per_commit: u64, time: Duration) -> rusqlite::Result<f64> {
    let connection = prepare(path)?;
    let (started, mut number) = (Instant::now(), 0);
    while started.elapsed() < time {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..per_commit {
            number += 1;
            bare_action(&connection, number)?;
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok(number as f64 / started.elapsed().as_secs_f64())
}

fn bare_action(connection: &rusqlite::Connection, number: u64) -> rusqlite::Result<()> {
    let ids = touched(number);
    for id in &ids {
        connection.prepare_cached(SELECT)?.query_row([id], |row| row.get::<_, i64>(3))?;
    }
    for id in &ids[..2] {
        connection.prepare_cached(UPDATE)?.execute(rusqlite::params![id, 1])?;
    }
    connection.prepare_cached(STEP)?.execute([format!("{number:x}").as_str(), ids[0].as_str()])?;
    connection.prepare_cached(ENTRY)?.execute([&ids[0]])?;
    connection.prepare_cached(PENDING)?.execute([])?;
    Ok(())
}
