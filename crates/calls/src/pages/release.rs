//! Pages of a joint release: its funders and its joint act, and the form that opens the call.

mod open;
mod show;

use super::{read, write};
use axum::routing::{get, post};
use platform::capability::Route;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/release", "call_invite", get(show::page)),
        write("/calls/{id}/funders", "call_invite", "call.funder_asked", post(show::invite)),
        write("/calls/{id}/funders/{pledge}/recalls", "call_invite", "call.funder_unasked", post(show::uninvite)),
        write("/calls/{id}/circulations", "call_circulate", "call.circulated", post(show::circulate)),
        write("/calls/{id}/recalls", "call_take_back", "call.taken_back", post(show::take_back)),
        read("/calls/{id}/opening", "call_open", get(open::new)),
        write("/calls/{id}/openings", "call_open", "call.opened", post(open::create)),
    ]
}
