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
use platform::Outcome;
use rooms::store::bad;
use rooms::store::rows::get;
use sea_orm::{QueryResult, Value};

/// Values of one `IN (…)`: few enough that the statement stays small.
const IN_MAX: usize = 500;

/// An amount.
fn fen(row: &QueryResult, column: &str) -> Outcome<Fen> {
    Fen::new(get(row, column)?).map_err(|_| bad("ledger", column))
}

/// Texts as values.
fn texts(all: &[&str]) -> Vec<Value> {
    all.iter().map(|text| (*text).into()).collect()
}
