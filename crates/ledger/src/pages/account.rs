//! Pages of accounts: the list, one account, its entries, its statement, and opening one.

mod detail;
mod entries;
mod list;
mod open;
mod statement;

pub(crate) use entries::EntryQuery;
pub(crate) use statement::DaysQuery;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/accounts", "ledger_list", get(list::page)),
        read("/accounts/new", "ledger_list", get(open::new)),
        write("/accounts", "ledger_open", "ledger.opened", post(open::create)),
        read("/accounts/{id}", "ledger_view", get(detail::page)),
        read("/accounts/{id}/entries", "ledger_view", get(entries::page)),
        read("/accounts/{id}/statement", "ledger_view", get(statement::page)),
    ]
}
