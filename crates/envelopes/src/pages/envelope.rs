//! Pages of envelopes: the form that seals in the browser, the receipt, and an envelope with what was in it.

mod detail;
mod send;

pub use detail::attachment;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/rounds/{id}/envelopes/new", "envelope_send", get(send::page)),
        write("/rounds/{id}/envelopes", "envelope_send", "envelope.sent", post(send::take)),
        read("/rounds/{id}/envelopes/{envelope}", "envelope_view", get(detail::page)),
        read("/rounds/{id}/envelopes/{envelope}/sealed", "envelope_view", get(detail::sealed)),
        read("/rounds/{id}/envelopes/{envelope}/files/{number}", "envelope_view", get(detail::document)),
    ]
}
