//! Pages of expert workstations: the list, one of them with its projects, proposing one, leaving one, and what waits
//! for an office.

mod detail;
mod leave;
mod list;
mod project;
mod propose;
pub(crate) mod words;

use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/workstations", "workstation_list", get(list::page)),
        read("/workstations/waiting", "workstation_office_list", get(list::waiting)),
        read("/workstations/{id}", "workstation_view", get(detail::page)),
        read("/organisations/{id}/workstations/new", "workstation_propose", get(propose::new)),
        write(
            "/organisations/{id}/workstations",
            "workstation_propose",
            "workstation.proposed",
            post(propose::propose),
        ),
        write("/workstations/{id}/decisions", "workstation_decide", "workstation.recognised", post(detail::decide)),
        write("/workstations/{id}/joinings", "expert_join", "workstation.joined", post(detail::join)),
        read("/workstations/{id}/experts/{expert}/leaving", "expert_join", get(leave::new)),
        write("/workstations/{id}/leavings", "expert_join", "workstation.left", post(leave::leave)),
        write(
            "/workstations/{id}/projects",
            "workstation_project_add",
            "workstation.project_added",
            post(project::add),
        ),
        read("/workstations/{id}/projects/{project}/edit", "workstation_project_edit", get(project::edit)),
        write(
            "/workstations/{id}/projects/{project}/edit",
            "workstation_project_edit",
            "workstation.project_edited",
            post(project::save),
        ),
        write("/workstations/{id}/endings", "workstation_end", "workstation.ended", post(detail::end)),
    ]
}
