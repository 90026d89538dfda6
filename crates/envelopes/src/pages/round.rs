//! Pages of rounds: the list, one round with its list and shares, and the form that begins one.

mod begin;
mod detail;
mod list;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/rounds", "round_list", get(list::page)),
        read("/rounds/new", "round_begin", get(begin::new)),
        write("/rounds", "round_begin", "round.begun", post(begin::create)),
        read("/rounds/{id}", "round_view", get(detail::page)),
        write("/rounds/{id}/seats/{number}/shares", "share_give", "round.shared", post(detail::give)),
    ]
}
