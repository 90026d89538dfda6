//! Pages of experts: the list, one of them, registering oneself, entering somebody for an office, editing.

mod detail;
mod form;
mod list;
pub(crate) mod words;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/experts", "expert_list", get(list::page)),
        read("/experts/new", "expert_register", get(form::new)),
        write("/experts", "expert_register", "expert.registered", post(form::register)),
        read("/experts/kept/new", "expert_keep", get(form::keep_new)),
        write("/experts/kept", "expert_keep", "expert.registered", post(form::keep)),
        read("/experts/{id}", "expert_view", get(detail::page)),
        read("/experts/{id}/edit", "expert_edit", get(form::edit)),
        write("/experts/{id}/edit", "expert_edit", "expert.edited", post(form::save)),
        write("/experts/{id}/withdrawals", "expert_withdraw", "expert.withdrawn", post(detail::withdraw)),
        write("/experts/{id}/seats", "expert_seat", "expert.seated", post(detail::seat)),
        write("/experts/{id}/seats/withdrawals", "expert_seat", "expert.unseated", post(detail::unseat)),
    ]
}
