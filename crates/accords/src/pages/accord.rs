//! Pages of joint acts: the list, one act with its parties, its versions, and its forms.

mod detail;
mod draft;
mod list;
mod say;

pub(super) use detail::{ItemLine, item_lines};

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/accords", "accord_list", get(list::page)),
        read("/accords/new", "accord_draft", get(draft::new)),
        write("/accords", "accord_draft", "accord.drafted", post(draft::create)),
        read("/accords/{id}", "accord_view", get(detail::page)),
        read("/accords/{id}/versions/{version}", "accord_view", get(detail::version)),
        read("/accords/{id}/steps/{step}", "accord_edit", get(draft::step)),
        write("/accords/{id}/steps/{step}", "accord_edit", "accord.revised", post(draft::save)),
        write("/accords/{id}/circulations", "accord_circulate", "accord.circulated", post(draft::circulate)),
        write("/accords/{id}/recalls", "accord_take_back", "accord.taken_back", post(detail::take_back)),
        read("/accords/{id}/consents/{party}", "accord_say", get(say::new)),
        write("/accords/{id}/consents/{party}", "accord_say", "accord.said", post(say::say)),
        read("/accords/{id}/ending", "accord_end", get(say::ending)),
        write("/accords/{id}/endings", "accord_end", "accord.ended", post(say::end)),
    ]
}
