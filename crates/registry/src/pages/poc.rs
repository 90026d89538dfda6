//! Pages of proof-of-concept projects and centres: the lists, one project with its path drawn, and its forms.

mod answer;
mod centres;
mod detail;
mod form;
mod list;
mod step;
pub(crate) mod words;

use axum::routing::{get, post};
use platform::capability::Route;
use platform::web;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/poc", "poc_list", get(list::page)),
        read("/poc/centres", "poc_list", get(centres::page)),
        read("/poc/new", "poc_create", get(form::new)),
        write("/poc", "poc_create", "poc.created", post(form::create)),
        read("/poc/{id}", "poc_view", get(detail::page)),
        write("/poc/{id}/publications", "poc_publish", "poc.published", post(detail::publish)),
        write("/poc/{id}/closures", "poc_close", "poc.closed", post(detail::close)),
        read("/poc/{id}/steps/new", "poc_view", get(step::new)),
        write("/poc/{id}/steps", "poc_view", "poc.step_proposed", post(step::add)),
        read("/poc/{id}/steps/{step}", "poc_step_add", get(step::completion)),
        write("/poc/{id}/steps/{step}/completions", "poc_step_add", "poc.step_done", post(step::complete)),
        write("/poc/{id}/steps/{step}/answers", "poc_answer", "poc.step_planned", post(answer::step)),
        read("/poc/{id}/steps/{step}/decline", "poc_answer", get(answer::decline_step)),
        read("/poc/{id}/centre/decline", "poc_centre_answer", get(answer::decline_centre)),
        write("/poc/{id}/centre/answers", "poc_centre_answer", "poc.centre_agreed", post(answer::centre)),
        write("/poc/{id}/centres", "poc_centre_ask", "poc.centre_asked", post(answer::centre_ask)),
        read("/poc/{id}/steps/{step}/edit", "poc_step_edit", get(step::edit)),
        write("/poc/{id}/steps/{step}/edit", "poc_step_edit", "poc.step_edited", post(step::save)),
    ]
}

/// `1` as the value of a box or radio that says yes.
const YES: &str = "1";

/// A label for everything of this noun: its text key begins with it.
fn word(t: web::T, code: &str) -> String {
    t.msg(format!("poc-{code}")).into_owned()
}
