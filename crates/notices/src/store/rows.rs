//! Statements with values, the same text for both databases.

use platform::Outcome;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

/// Runs one statement; returns how many rows it changed.
pub(super) async fn run(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<u64> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.execute_raw(statement).await?.rows_affected())
}

/// All rows of a query. The caller's text bounds them.
pub(super) async fn all(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_all_raw(statement).await?)
}

/// The first row of a query.
pub(super) async fn first(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<Option<QueryResult>> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_one_raw(statement).await?)
}

/// The number `n` of a counting query.
pub(super) async fn count(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<i64> {
    first(conn, text, values).await?.map_or(Ok(0), |row| get(&row, "n"))
}

/// One column of a row.
pub(super) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Outcome<T> {
    Ok(row.try_get("", column)?)
}

/// Placeholders for a list of values that begins at a number: `$3, $4`; one that matches nothing for none.
pub(super) fn places(from: usize, count: usize) -> String {
    match count {
        0 => "NULL".to_owned(),
        _ => (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", "),
    }
}
