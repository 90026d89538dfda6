//! Rows of ways to sign in. SQL stops here.

pub mod factor;
pub mod step;

use platform::Outcome;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

/// Runs one statement; returns how many rows it changed.
async fn run(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<u64> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.execute_raw(statement).await?.rows_affected())
}

/// The first row of a query.
async fn first(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<Option<QueryResult>> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_one_raw(statement).await?)
}

/// One column of a row.
fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Outcome<T> {
    Ok(row.try_get("", column)?)
}
