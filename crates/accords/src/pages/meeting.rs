//! Pages of meetings: the list, one meeting with its resolutions and items, and its forms.

mod detail;
mod keep;
mod list;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/meetings", "meeting_list", get(list::page)),
        read("/meetings/new", "meeting_keep", get(keep::new)),
        write("/meetings", "meeting_keep", "meeting.begun", post(keep::create)),
        read("/meetings/{id}", "meeting_view", get(detail::page)),
        read("/meetings/{id}/steps/{step}", "meeting_edit", get(keep::step)),
        write("/meetings/{id}/steps/{step}", "meeting_edit", "meeting.revised", post(keep::save)),
        read("/meetings/{id}/resolutions/new", "meeting_resolve", get(keep::resolution)),
        write("/meetings/{id}/resolutions", "meeting_resolve", "meeting.resolved", post(keep::resolve)),
        write("/meetings/{id}/publications", "meeting_publish", "meeting.published", post(detail::publish)),
    ]
}
