//! Rows: tables, queries, rows in and domain values out.

pub mod account;
pub mod entry;
pub mod holding;
pub mod line;
pub mod list;
pub mod payment;
pub mod period;
pub mod proposal;
pub mod statement;
pub mod transfer;
pub mod whole;

use kernel::Fen;
use platform::{Fault, Outcome};
use registry::rows::get;
use sea_orm::{QueryResult, Value};

/// Values of one `IN (…)`: few enough that the statement stays small.
const IN_MAX: usize = 500;

/// A row that holds what no rule lets through.
fn bad(table: &str, column: &str) -> Fault {
    Fault::Internal(format!("{table}.{column} holds what no rule lets through"))
}

/// An amount.
fn fen(row: &QueryResult, column: &str) -> Outcome<Fen> {
    Fen::new(get(row, column)?).map_err(|_| bad("ledger", column))
}

/// `$1, $2, …` for values from a place on.
fn places(first: usize, values: usize) -> String {
    let places: Vec<String> = (first..first + values).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// Texts as values.
fn texts(all: &[&str]) -> Vec<Value> {
    all.iter().map(|text| (*text).into()).collect()
}
