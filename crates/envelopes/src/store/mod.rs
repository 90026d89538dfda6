//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod committee;
pub mod envelope;
pub mod outcome;
pub mod part;
pub mod round;
pub mod share;
