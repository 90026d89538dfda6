//! Pages of awards: choosing, one award, and what the page of the call says of it.

mod choose;
mod detail;
mod frame;
mod section;

pub(super) use detail::state_tag;
pub(super) use frame::{Again, Block, Panel, named, page, party};
pub(crate) use section::section;

use super::{read, write};
use axum::routing::{get, post};
use platform::capability::Route;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/selection", "call_choose", get(choose::page)),
        write("/calls/{id}/selections", "call_choose", "call.selection_drafted", post(choose::draft)),
        write("/calls/{id}/awards", "call_select", "call.awarded", post(choose::select)),
        write("/calls/{id}/declinations", "call_decline", "call.declined", post(choose::decline)),
        read("/calls/{id}/awards/{award}", "award_view", get(detail::page)),
        write("/calls/{id}/awards/{award}/drops", "award_drop", "call.award_dropped", post(detail::drop)),
        write("/calls/{id}/awards/{award}/stops", "award_stop", "call.stop_proposed", post(detail::stop)),
        write(
            "/calls/{id}/awards/{award}/stops/{one}/decisions",
            "stop_second",
            "call.award_stopped",
            post(detail::stop_second),
        ),
        write("/calls/{id}/awards/{award}/claw-backs", "claw_back", "call.claw_back_proposed", post(detail::claw_back)),
        write(
            "/calls/{id}/awards/{award}/claw-backs/{one}/decisions",
            "claw_back_second",
            "call.clawed_back",
            post(detail::back_second),
        ),
        write(
            "/calls/{id}/awards/{award}/claw-backs/{one}/payments",
            "claw_back_pay",
            "call.clawed_back",
            post(detail::back_pay),
        ),
    ]
}
