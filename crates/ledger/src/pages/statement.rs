//! Pages of bank statements: the list with what is open, loading one, and one with its lines.

mod detail;
mod list;
mod upload;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/statements", "statement_list", get(list::page)),
        read("/statements/new", "statement_list", get(upload::new)),
        // Files are taken under a path of this name only.
        write("/statements/imports", "statement_import", "statement.imported", post(upload::send)),
        read("/statements/{id}", "statement_view", get(detail::page)),
    ]
}
