//! Rows: tables, queries, rows in and domain values out. SeaORM stops here.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;

use platform::capability::DocumentChange;
use search::Document;

/// What stands of one document now.
fn change(id: &str, found: Option<Document>) -> DocumentChange {
    found.map_or_else(|| DocumentChange::Remove(id.to_owned()), |document| DocumentChange::Put(Box::new(document)))
}
