//! Requests for erasures.

use super::{run, statement};
use crate::db::{Conn, Outcome, Txn};
use crate::journal::EntryId;
use crate::journal::erase::{ASKED_MAX, Erasure};
use sea_orm::{ConnectionTrait, QueryResult};

const COLUMNS: &str = "id, entry_id, field, reason, asked_by, asked_name, asked_ms, decided_ms";

fn read(row: &QueryResult) -> Outcome<Erasure> {
    Ok(Erasure {
        id: row.try_get("", "id")?,
        entry: row.try_get("", "entry_id")?,
        field: row.try_get("", "field")?,
        reason: row.try_get("", "reason")?,
        asked_by: row.try_get("", "asked_by")?,
        asked_name: row.try_get("", "asked_name")?,
        asked_ms: row.try_get("", "asked_ms")?,
    })
}

/// Keeps a request.
pub(in crate::journal) async fn insert(tx: &Txn, asked: &Erasure) -> Outcome<()> {
    let text = "INSERT INTO journal_erasure (id, entry_id, field, reason, asked_by, asked_name, asked_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = vec![
        asked.id.as_str().into(),
        asked.entry.into(),
        asked.field.as_str().into(),
        asked.reason.as_str().into(),
        asked.asked_by.as_str().into(),
        asked.asked_name.as_str().into(),
        asked.asked_ms.into(),
    ];
    run(tx, text, values).await
}

/// Keeps the decision of a request.
pub(in crate::journal) async fn decide(tx: &Txn, id: &str, by: &str, grant: bool, remark: &str) -> Outcome<()> {
    let text = "UPDATE journal_erasure SET decided_by = $1, decided_ms = $2, granted = $3, remark = $4 WHERE id = $5";
    run(tx, text, vec![by.into(), tx.ctx().now.ms().into(), grant.into(), remark.into(), id.into()]).await
}

/// A request, and whether it is decided.
pub(in crate::journal) async fn one(conn: &Conn, id: &str) -> Outcome<Option<(Erasure, bool)>> {
    let text = format!("SELECT {COLUMNS} FROM journal_erasure WHERE id = $1");
    let row = conn.query_one_raw(statement(conn, &text, vec![id.into()])).await?;
    let both = |row: QueryResult| Ok((read(&row)?, row.try_get::<Option<i64>>("", "decided_ms")?.is_some()));
    row.map(both).transpose()
}

/// Requests that wait for a decision, of one entry or of all, the oldest first.
pub(in crate::journal) async fn waiting(conn: &Conn, entry: Option<EntryId>) -> Outcome<Vec<Erasure>> {
    let text = format!(
        "SELECT {COLUMNS} FROM journal_erasure WHERE decided_ms IS NULL AND ($1 = 0 OR entry_id = $1)
         ORDER BY asked_ms, id LIMIT $2"
    );
    let values = vec![entry.unwrap_or(0).into(), ASKED_MAX.into()];
    conn.query_all_raw(statement(conn, &text, values)).await?.iter().map(read).collect()
}
