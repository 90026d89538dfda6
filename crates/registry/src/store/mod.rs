//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod corridor;
pub mod fact;
pub mod home;
pub mod pack;
mod rows;
