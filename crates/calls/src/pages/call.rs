//! Pages of calls: the list, one call with what every noun adds, and the forms of drafting and vetting.

mod detail;
mod draft;
mod head;
mod list;
mod office;

use super::{read, write};
use axum::routing::{get, post};
use platform::capability::Route;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls", "call_list", get(list::page)),
        read("/calls/new", "call_draft", get(draft::new)),
        write("/calls", "call_draft", "call.drafted", post(draft::create)),
        read("/calls/{id}", "call_view", get(detail::page)),
        read("/calls/{id}/steps/{step}", "call_edit", get(draft::step)),
        write("/calls/{id}/steps/{step}", "call_edit", "call.revised", post(draft::save)),
        write("/calls/{id}/poses", "call_pose", "call.posed", post(draft::pose)),
        read("/calls/{id}/vetting", "call_vet", get(office::vetting)),
        write("/calls/{id}/vettings", "call_vet", "call.vetted", post(office::vet)),
        write("/calls/{id}/returns", "call_send_back", "call.sent_back", post(office::send_back)),
        write("/calls/{id}/withdrawals", "call_withdraw", "call.withdrawn", post(detail::withdraw)),
        write("/calls/{id}/rereleases", "call_rerelease", "call.begun_again", post(detail::rerelease)),
    ]
}
