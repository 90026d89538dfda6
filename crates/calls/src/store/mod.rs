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

use kernel::Fen;
use platform::Fault;
use platform::db::Outcome;
use rooms::store::rows::get;
use rooms::store::{Allowed, Position, adcode, after, allowed, bad, number};
use sea_orm::QueryResult;
use serde::Serialize;
use serde::de::DeserializeOwned;

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
