//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod committee;
pub mod envelope;
pub mod outcome;
pub mod part;
pub mod round;
pub mod share;

use platform::Fault;
use platform::db::{Conn, Outcome};
use registry::browse::Where;
use registry::rows::{first, get};
use sea_orm::Value;

/// The place of a row in a list that has its newest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it last changed.
    pub at: i64,
    /// Its id.
    pub id: String,
}

/// Narrows a clause to what comes after a position.
fn after(clause: &mut Where, position: Option<&Position>, at: &str, id: &str) {
    if let Some(position) = position {
        let when = clause.place(position.at);
        let key = clause.place(position.id.as_str());
        clause.and(&format!("({at} < {when} OR ({at} = {when} AND {id} < {key}))"));
    }
}

fn bad(table: &str, column: &str) -> Fault {
    Fault::Internal(format!("{table}: bad {column}"))
}

/// One number that a query gives under the name `n`.
async fn number(conn: &Conn, text: &str, values: Vec<Value>) -> Outcome<i64> {
    first(conn, text, values).await?.map_or(Ok(0), |row| get(&row, "n"))
}
