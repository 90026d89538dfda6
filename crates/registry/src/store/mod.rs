//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod contact;
pub mod corridor;
pub mod fact;
pub mod home;
pub mod import;
pub mod listing;
pub mod pack;
mod rows;
pub mod claim;
pub mod membership;
pub mod expert;
pub mod workstation;
pub mod poc;
pub mod organisation;
pub mod visibility;
#[cfg(test)]
pub(crate) mod testing;
pub mod matching;
