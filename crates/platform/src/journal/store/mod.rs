//! The journal's rows: entries and their leaves, the tree, logs with their keys and checkpoints, requests for erasure.

pub(super) mod checkpoint;
pub(super) mod entry;
pub(super) mod erasure;
pub(super) mod images;
pub(super) mod log;
pub(super) mod stored;
pub(super) mod tree;

use crate::db::{Conn, Outcome};
use sea_orm::{ConnectionTrait, Statement, Value};

fn statement(conn: &Conn, text: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), text, values)
}

async fn run(conn: &Conn, text: &str, values: Vec<Value>) -> Outcome<()> {
    conn.execute_raw(statement(conn, text, values)).await?;
    Ok(())
}
