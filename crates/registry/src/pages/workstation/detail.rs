//! One workstation: its experts, its projects, its clock, and what the reader may do about it.

mod build;

use crate::actions::workstation::{
    View, workstation_decide, workstation_end, workstation_join, workstation_leave, workstation_project_add,
    workstation_view,
};
use crate::corridor;
use crate::pages::claim::decision;
use crate::pages::typed::{Typed, half_width};
use crate::rules::workstation::ProjectDraft;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use build::{Again, Which, build};
use kernel::Refusal;
use platform::identity::idempotency::Once;
use platform::web::{Problem, html, html_with};
use platform::{App, Caller, Fault, Outcome};

/// One workstation.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = workstation_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, None)))
}

/// Back to the page when it is done; the page again, with what was typed and what to do, when it was refused.
async fn after<T>(
    app: &App,
    caller: &Caller,
    id: &str,
    outcome: Outcome<T>,
    which: Which,
    typed: &Typed,
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/workstations/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if shown_again(&refusal) => {
            let view: View = workstation_view(app, &caller.ctx, id).await?;
            let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let again = Again { which, refusal: &refusal, typed };
            Ok(html_with(status, &build(caller, &corridor::of(app), &view, Some(again))))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn shown_again(refusal: &Refusal) -> bool {
    matches!(refusal.kind.status(), 409 | 422) || refusal.code == "four-eyes"
}

/// The office's word.
pub(super) async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = workstation_decide(&app, &caller.ctx, &id, decision(&typed)).await;
    after(&app, &caller, &id, outcome, Which::Decision, &typed).await
}

/// An expert agrees.
pub(super) async fn join(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = workstation_join(&app, &caller.ctx, &id, typed.get("expert")).await;
    after(&app, &caller, &id, outcome, Which::Page, &typed).await
}

/// An expert says no, or leaves.
pub(super) async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = workstation_leave(&app, &caller.ctx, &id, typed.get("expert")).await;
    // Whoever has said no to a proposal may not read it any more.
    if outcome.is_ok() && workstation_view(&app, &caller.ctx, &id).await.is_err() {
        return Ok(Redirect::to("/desk").into_response());
    }
    after(&app, &caller, &id, outcome, Which::Page, &typed).await
}

/// Adds a project.
pub(super) async fn project_add(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let day = |name: &str| half_width(typed.get(name)).replace('/', "-");
    let draft = ProjectDraft {
        title: text("title"),
        title_en: text("title_en"),
        amount_yuan: half_width(typed.get("amount_yuan")),
        starts: day("starts"),
        ends: day("ends"),
        results: text("results"),
        results_en: text("results_en"),
    };
    let once = Once::read("workstation_project_add", &headers, typed.raw("idempotency_key"), &(&id, &draft))?;
    let outcome = workstation_project_add(&app, &caller.ctx, &id, draft, once).await;
    after(&app, &caller, &id, outcome, Which::Project, &typed).await
}

/// Brings it to an end.
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = workstation_end(&app, &caller.ctx, &id).await;
    after(&app, &caller, &id, outcome, Which::Page, &typed).await
}
