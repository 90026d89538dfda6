//! What is kept about people as rows: of any table, as its capability has declared.

use crate::db::{Conn, Outcome, Txn};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

/// Every column of every table: table and column.
pub(super) async fn columns(conn: &Conn) -> Outcome<Vec<(String, String)>> {
    let text = match conn.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name AS of_table, c.name AS of_column FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        }
        _ => {
            "SELECT CAST(table_name AS TEXT) AS of_table, CAST(column_name AS TEXT) AS of_column
             FROM information_schema.columns WHERE table_schema = current_schema()"
        }
    };
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await?;
    let read = |row: &QueryResult| Ok((row.try_get("", "of_table")?, row.try_get("", "of_column")?));
    rows.iter().map(read).collect()
}

/// Takes away what is due by a statement of [`super::Kept`], at most `limit` rows; returns how many.
pub(super) async fn take(tx: &Txn, text: &str, before_ms: i64, limit: i64) -> Outcome<u64> {
    let values = [before_ms.into(), limit.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), text, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}
