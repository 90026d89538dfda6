//! Rows of ways to sign in. SQL stops here.

pub mod factor;
pub mod identity;
pub mod passkey;
pub mod step;

use platform::Outcome;
use platform::db::Conn;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

/// Runs one statement; returns how many rows it changed.
async fn run(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<u64> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.execute_raw(statement).await?.rows_affected())
}

/// All rows of a query, which has its limit.
async fn all(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_all_raw(statement).await?)
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

/// Whether an account has a second factor: an authenticator app, or a passkey.
pub async fn has_second_factor(conn: &Conn, account: &str) -> Outcome<bool> {
    Ok(factor::is_on(conn, account).await? || passkey::any(conn, account).await?)
}

/// Forgets the recovery codes of an account that has nothing left to recover.
pub async fn forget_codes(conn: &Conn, account: &str) -> Outcome<()> {
    if has_second_factor(conn, account).await? {
        return Ok(());
    }
    run(conn, "DELETE FROM recovery_code WHERE account = $1", vec![account.into()]).await.map(|_| ())
}
