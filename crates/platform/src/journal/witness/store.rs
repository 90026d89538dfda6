//! What is known of each witness, and what it has signed.

use super::Cosigned;
use crate::db::{Conn, Outcome, Txn};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

/// What is known of a witness for one log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Leaves of the tree that it has signed last.
    pub(super) size: u64,
    /// See [`super::WitnessStanding::state`].
    pub(super) state: String,
    /// Tries in a row that came to nothing.
    pub(super) failures: i64,
    pub(super) agreed_ms: Option<i64>,
    pub(super) asked_ms: i64,
    /// Not asked again before this time.
    pub(super) next_ms: i64,
}

fn statement(conn: &Conn, text: &str, values: Vec<sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), text, values)
}

fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// What is known of a witness; none before it was asked.
pub(super) async fn row(conn: &Conn, origin: &str, witness: &str) -> Outcome<Option<Row>> {
    let text = "SELECT size, state, failures, agreed_ms, asked_ms, next_ms FROM journal_witness
        WHERE origin = $1 AND witness = $2";
    let row = conn.query_one_raw(statement(conn, text, vec![origin.into(), witness.into()])).await?;
    let read = |row: QueryResult| {
        Ok(Row {
            size: row.try_get::<i64>("", "size")?.unsigned_abs(),
            state: row.try_get("", "state")?,
            failures: row.try_get("", "failures")?,
            agreed_ms: row.try_get("", "agreed_ms")?,
            asked_ms: row.try_get("", "asked_ms")?,
            next_ms: row.try_get("", "next_ms")?,
        })
    };
    row.map(read).transpose()
}

/// Writes what is known of a witness.
pub(super) async fn set_row(tx: &Txn, origin: &str, witness: &str, row: &Row) -> Outcome<()> {
    let text = "INSERT INTO journal_witness (origin, witness, size, state, failures, agreed_ms, asked_ms, next_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (origin, witness) DO UPDATE SET size = excluded.size, state = excluded.state,
          failures = excluded.failures, agreed_ms = excluded.agreed_ms, asked_ms = excluded.asked_ms,
          next_ms = excluded.next_ms";
    let values = vec![
        origin.into(),
        witness.into(),
        number(row.size).into(),
        row.state.as_str().into(),
        row.failures.into(),
        row.agreed_ms.into(),
        row.asked_ms.into(),
        row.next_ms.into(),
    ];
    tx.execute_raw(statement(tx, text, values)).await?;
    Ok(())
}

/// Keeps the line with which a witness signs a checkpoint.
pub(super) async fn keep(tx: &Txn, origin: &str, size: u64, witness: &str, line: &str) -> Outcome<()> {
    let text = "INSERT INTO journal_cosignature (origin, size, witness, line, at_ms) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (origin, size, witness) DO UPDATE SET line = excluded.line, at_ms = excluded.at_ms";
    let now_ms = tx.ctx().now.ms();
    let values = vec![origin.into(), number(size).into(), witness.into(), line.into(), now_ms.into()];
    tx.execute_raw(statement(tx, text, values)).await?;
    Ok(())
}

/// Witnesses of a checkpoint and the lines with which they have signed it.
pub(crate) async fn of_checkpoint(conn: &Conn, origin: &str, size: i64) -> Outcome<Vec<(String, String)>> {
    let text = "SELECT witness, line FROM journal_cosignature WHERE origin = $1 AND size = $2 ORDER BY witness";
    let rows = conn.query_all_raw(statement(conn, text, vec![origin.into(), size.into()])).await?;
    rows.iter().map(|row| Ok((row.try_get("", "witness")?, row.try_get("", "line")?))).collect()
}

/// Every cosignature of a log: size, witness and line.
pub(crate) async fn all(conn: &Conn, origin: &str) -> Outcome<Vec<(u64, String, String)>> {
    let text = "SELECT size, witness, line FROM journal_cosignature WHERE origin = $1 ORDER BY size, witness";
    let rows = conn.query_all_raw(statement(conn, text, vec![origin.into()])).await?;
    let read = |row: &QueryResult| {
        Ok((row.try_get::<i64>("", "size")?.unsigned_abs(), row.try_get("", "witness")?, row.try_get("", "line")?))
    };
    rows.iter().map(read).collect()
}

/// The newest checkpoint that at least so many witnesses have signed, not older than a time.
pub(super) async fn newest_cosigned(
    conn: &Conn,
    origin: &str,
    quorum: usize,
    since_ms: Option<i64>,
) -> Outcome<Option<Cosigned>> {
    let text = "SELECT c.size, c.at_ms, COUNT(*) AS n FROM journal_checkpoint c
        JOIN journal_cosignature s ON s.origin = c.origin AND s.size = c.size
        WHERE c.origin = $1 AND c.note IS NOT NULL AND c.at_ms >= $2
        GROUP BY c.size, c.at_ms HAVING COUNT(*) >= $3 ORDER BY c.size DESC LIMIT 1";
    let quorum = i64::try_from(quorum).unwrap_or(i64::MAX);
    let values = vec![origin.into(), since_ms.unwrap_or(i64::MIN).into(), quorum.into()];
    let row = conn.query_one_raw(statement(conn, text, values)).await?;
    let read = |row: QueryResult| {
        Ok(Cosigned {
            size: row.try_get::<i64>("", "size")?.unsigned_abs(),
            at_ms: row.try_get("", "at_ms")?,
            count: usize::try_from(row.try_get::<i64>("", "n")?).unwrap_or(0),
        })
    };
    row.map(read).transpose()
}
