//! Statuses and statements: declaring, issuing, confirming. Their forms stand on the organisation's page.

use super::organisation::words::name;
use crate::actions::organisation::organisation_view;
use crate::actions::status::{statement_confirm, status_confirm, status_declare};
use crate::rules::status::StatusCommand;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use platform::capability::Route;
use platform::web::kinds::StepFrame;
use platform::web::{Problem, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::frames::StepPage;
use rooms::pages::typed::{Typed, half_width};
use rooms::routes::write;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        write("/organisations/{id}/statuses", "status_declare", "organisation.status_declared", post(declare)),
        write("/statuses/{id}/confirmations", "status_confirm", "organisation.status_confirmed", post(confirm)),
        write(
            "/statements/{id}/confirmations",
            "statement_confirm",
            "organisation.statement_confirmed",
            post(confirm_statement),
        ),
    ]
}

async fn declare(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let day = |name: &str| half_width(typed.get(name)).replace('/', "-");
    let command = StatusCommand {
        status: typed.get("status").to_owned(),
        issuer: typed.get("issuer").to_owned(),
        valid_from: day("valid_from"),
        valid_to: day("valid_to"),
    };
    match status_declare(&app, &caller.ctx, &id, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/organisations/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if refusal.kind.status() == 422 => {
            let view = organisation_view(&app, &caller.ctx, &id).await?;
            let t = caller.visit.t;
            let organisation = &view.dossier.organisation;
            let form = super::organisation::declare_form(t, organisation).fill(typed.pairs()).refuse(&refusal);
            let task = t.with("status-of", "name", name(t, organisation));
            let step =
                StepFrame { form, task: task.clone(), step: 0, steps: 0, back_href: format!("/organisations/{id}") };
            Ok(html_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &StepPage { shell: caller.visit.shell(task).private(), step },
            ))
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn confirm(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (_, organisation) = status_confirm(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(&format!("/organisations/{organisation}")).into_response())
}

async fn confirm_statement(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, organisation) = statement_confirm(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(&format!("/organisations/{organisation}")).into_response())
}
