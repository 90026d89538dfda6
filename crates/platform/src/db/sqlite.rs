use super::conn::{Conn, Inner, STATEMENTS_CACHED, SqliteHandle};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Readers kept open; each request takes the next one round.
const READERS: usize = 4;
/// Pages a connection keeps, KiB.
const CACHE_KIB: i64 = 8_000;
/// Pages the writer keeps, KiB: what a large import has changed and not committed yet should stay in memory.
const WRITER_CACHE_KIB: i64 = 64_000;
/// How long to wait for another process that is writing.
const BUSY_TIMEOUT_MS: u64 = 5_000;

/// An SQLite file: one writer, several read-only connections.
pub(super) struct SqliteFile {
    pub(super) path: PathBuf,
    readers: Vec<SqliteHandle>,
    next: AtomicUsize,
}

impl SqliteFile {
    /// Opens the file, creating it if needed; gives the writer's connection too.
    pub(super) fn open(path: &Path) -> rusqlite::Result<(SqliteFile, SqliteHandle)> {
        let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        writer.pragma_update(None, "foreign_keys", "ON")?;
        writer.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        writer.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            reader.pragma_update(None, "query_only", "ON")?;
            readers.push(SqliteHandle::new(reader));
        }
        let file = SqliteFile { path: path.to_owned(), readers, next: AtomicUsize::new(0) };
        Ok((file, SqliteHandle::new(writer)))
    }

    /// A reader of its own, inside a transaction that sees the file as it is now.
    pub(super) fn snapshot(&self) -> rusqlite::Result<Conn> {
        let reader = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        reader.pragma_update(None, "query_only", "ON")?;
        // The snapshot is taken by the first read.
        reader.execute_batch("BEGIN; SELECT COUNT(*) FROM sqlite_master")?;
        Ok(Conn::new(Inner::Sqlite(SqliteHandle::new(reader))))
    }

    /// The next reader round.
    pub(super) fn reader(&self) -> Conn {
        let index = self.next.fetch_add(1, Ordering::Relaxed) % self.readers.len();
        Conn::new(Inner::Sqlite(self.readers[index].clone()))
    }
}

fn connect(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // A plan that does not look at bound values: otherwise every new value of a `LIMIT` compiles its statement again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_new_value_compiles_nothing_again() {
        let connection = connect(Path::new(":memory:"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        connection.execute_batch("CREATE TABLE thing (id TEXT PRIMARY KEY)").unwrap();
        let mut statement = connection.prepare("SELECT id FROM thing WHERE id = ? LIMIT ?").unwrap();
        for limit in 1..5 {
            assert!(!statement.exists((limit.to_string(), limit)).unwrap());
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
