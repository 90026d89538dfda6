//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod claim;
pub mod contact;
pub mod corridor;
pub mod expert;
pub mod fact;
pub mod home;
pub mod import;
pub mod listing;
pub mod matching;
pub mod membership;
pub mod organisation;
pub mod pack;
pub mod poc;
#[cfg(test)]
pub(crate) mod testing;
pub mod visibility;
pub mod workstation;
