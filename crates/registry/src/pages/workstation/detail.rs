//! One workstation: its experts, its projects, its clock, and what the reader may do about it.

mod build;

use crate::actions::workstation::{workstation_decide, workstation_end, workstation_join, workstation_view};
use crate::corridor;
use crate::pages::claim::decision;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use build::build;
pub(super) use build::{Again, Which};
use kernel::Refusal;
use platform::web::{Problem, html, html_with};
use platform::{App, Caller, Fault, Outcome};
use rooms::pages::status;
use rooms::pages::typed::Typed;

/// One workstation.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = workstation_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, None)))
}

/// Back to the page when it is done; the page again, with what was typed and what to do, when it was refused.
pub(super) async fn after<T>(
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
            again(app, caller, id, Again { which, refusal: &refusal, typed }).await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The page with what was refused.
pub(super) async fn again(app: &App, caller: &Caller, id: &str, again: Again<'_>) -> Result<Response, Problem> {
    let view = workstation_view(app, &caller.ctx, id).await?;
    Ok(html_with(status(again.refusal), &build(caller, &corridor::of(app), &view, Some(again))))
}

/// Whether a refusal comes back with the page it came from.
pub(super) fn shown_again(refusal: &Refusal) -> bool {
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
