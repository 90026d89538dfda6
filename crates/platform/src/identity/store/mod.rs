//! Rows of identity. SQL stops here.

pub(super) mod account;
pub(super) mod idempotency;
pub(super) mod invite;
pub(super) mod limit;
pub(super) mod session;
pub(super) mod token;

use crate::db::{Conn, Migration, Outcome};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

/// Tables of identity.
pub const MIGRATIONS: &[Migration] = &[
    account::MIGRATION,
    session::MIGRATION,
    token::MIGRATION,
    invite::MIGRATION,
    limit::MIGRATION,
    idempotency::MIGRATION,
    session::PROOF,
];

/// Placeholders appear in the text in the order of their numbers.
fn statement(conn: &Conn, text: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), text, values)
}

async fn one(conn: &Conn, text: &str, values: Vec<Value>) -> Outcome<Option<QueryResult>> {
    Ok(conn.query_one_raw(statement(conn, text, values)).await?)
}

async fn all(conn: &Conn, text: &str, values: Vec<Value>) -> Outcome<Vec<QueryResult>> {
    Ok(conn.query_all_raw(statement(conn, text, values)).await?)
}

/// Runs a change; returns how many rows it touched.
async fn run(conn: &Conn, text: &str, values: Vec<Value>) -> Outcome<u64> {
    Ok(conn.execute_raw(statement(conn, text, values)).await?.rows_affected())
}
