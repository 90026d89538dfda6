//! Pages of organisations: the list, one of them, registering, editing, and what one belongs to.

mod detail;
mod form;
mod list;
mod mine;
pub(crate) mod words;

pub(crate) use detail::{claim_form, declare_form};

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/organisations", "organisation_list", get(list::page)),
        read("/organisations/new", "organisation_register", get(form::new)),
        write("/organisations", "organisation_register", "organisation.registered", post(form::register)),
        read("/organisations/{id}", "organisation_view", get(detail::page)),
        read("/organisations/{id}/edit", "organisation_edit", get(form::edit)),
        write("/organisations/{id}/edit", "organisation_edit", "organisation.edited", post(form::save)),
        read("/my/organisation", "member_own_list", get(mine::page)),
    ]
}
