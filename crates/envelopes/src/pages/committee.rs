//! Pages of committees: the list, one committee with what each seat does next, and its forms.

mod detail;
mod keep;
mod list;

pub(super) use detail::quoted;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/committees", "committee_list", get(list::page)),
        read("/committees/new", "committee_draft", get(keep::new)),
        write("/committees", "committee_draft", "committee.drafted", post(keep::create)),
        read("/committees/{id}", "committee_view", get(detail::page)),
        write(
            "/committees/{id}/seats/{number}/registrations",
            "seat_keep",
            "committee.registered",
            post(keep::registration),
        ),
        write("/committees/{id}/seats/{number}/deals", "seat_keep", "committee.dealt", post(keep::deal)),
        write("/committees/{id}/seats/{number}/answers", "seat_keep", "committee.accepted", post(keep::answer)),
        write("/committees/{id}/abandonments", "committee_give_up", "committee.voided", post(detail::give_up)),
        write("/committees/{id}/retirements", "committee_retire", "committee.retired", post(detail::retire)),
    ]
}
