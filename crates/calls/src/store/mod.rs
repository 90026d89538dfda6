//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod accounts;
pub mod amendment;
pub mod answer;
pub mod award;
pub mod call;
pub mod conflict;
pub mod contract;
pub mod draw;
pub mod milestone;
pub mod nda;
pub mod objection;
pub mod pledge;
pub mod publication;
pub mod question;
pub mod reviewer;
pub mod score;
pub mod shortlist;
pub mod trail;

use kernel::{Adcode, Fen};
use platform::Fault;
use platform::db::{Conn, Outcome};
use registry::browse::Where;
use registry::rows::{first, get};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A condition that a policy became: its text with places, and the values for them.
pub type Allowed = (String, Vec<Value>);

/// Begins a condition with what a policy allows; its places are numbered from 1.
fn allowed((text, values): Allowed) -> Where {
    Where { text: format!("({text})"), values }
}

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

fn adcode(text: &str, table: &str) -> Outcome<Adcode> {
    Adcode::parse(text).map_err(|_| bad(table, "city"))
}

/// An amount of a row.
fn fen(row: &QueryResult, table: &str, column: &str) -> Outcome<Fen> {
    Fen::new(get(row, column)?).map_err(|_| bad(table, column))
}

/// A value kept as JSON in a text column.
fn read_json<T: DeserializeOwned>(row: &QueryResult, table: &str, column: &str) -> Outcome<T> {
    serde_json::from_str(&get::<String>(row, column)?).map_err(|_| bad(table, column))
}

/// The inverse of [`read_json`].
fn json<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|error| Fault::Internal(error.to_string()))
}

/// One number that a query gives under the name `n`.
async fn number(conn: &Conn, text: &str, values: Vec<Value>) -> Outcome<i64> {
    first(conn, text, values).await?.map_or(Ok(0), |row| get(&row, "n"))
}
