//! Drafting a call: one group of questions a page, then the answers to check and the button that poses it.

mod check;
mod forms;

pub(super) use check::pose;

use crate::actions::call::{call_draft, call_edit, call_form, posers};
use crate::pages::{form_page, refused, status, word};
use crate::rules::call::{Call, Patch};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use forms::{group_form, head_form, held, patch};
use kernel::{Fen, Refusal};
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::parts::Form;
use platform::web::{Problem, html, html_with};
use platform::{App, Caller};
use rooms::pages::frames::StepPage;
use rooms::pages::typed::Typed;

/// The groups in the order in which they are asked.
const STEPS: [&str; 4] = ["head", "problem", "money", "review"];

fn first_form(app: &App, caller: &Caller) -> Result<Form, Problem> {
    // Signed in, but with no organisation to pose for: the page that says so is the house's.
    let posers = posers(app, &caller.ctx);
    if posers.is_empty() {
        caller.signed_in()?;
        return Err(Refusal::forbidden().into());
    }
    Ok(head_form(caller.visit.t, "/calls".to_owned(), &posers).idempotency_key(new_key()))
}

fn first_page(caller: &Caller, form: Form) -> StepPage {
    let mut page = form_page(caller, word(caller.visit.t, "call-new"), "/calls", form);
    (page.step.step, page.step.steps) = (1, STEPS.len() + 1);
    page
}

/// The empty form.
pub(in crate::pages::call) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "call_list", &Resource::house())?;
    let form = first_form(&app, &caller)?;
    let owners = posers(&app, &caller.ctx);
    let form = match owners.as_slice() {
        [(only, _)] => form.fill([("owner", only.as_str())]),
        _ => form,
    };
    Ok(html(&first_page(&caller, form)))
}

/// Begins it and goes on to the problem; a refused form comes back as it was typed.
pub(in crate::pages::call) async fn create(
    State(app): State<App>,
    caller: Caller,
    typed: Typed,
) -> Result<Response, Problem> {
    let patch = Patch { head: Some(forms::head(&typed)), ..Patch::default() };
    match call_draft(&app, &caller.ctx, patch).await {
        Ok(done) => Ok(Redirect::to(&format!("/calls/{}/steps/problem", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = first_form(&app, &caller)?.fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &first_page(&caller, form)))
        }
    }
}

fn step_page(caller: &Caller, call: &Call, step: &str, form: Form) -> StepPage {
    let task = word(caller.visit.t, format!("call-step-{step}"));
    let mut page = form_page(caller, task, format!("/calls/{}/steps/check", call.id), form);
    page.step.step = STEPS.iter().position(|known| *known == step).map_or(0, |index| index + 1);
    page.step.steps = STEPS.len() + 1;
    page
}

/// One group of the draft, or all of them to check.
pub(in crate::pages::call) async fn step(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let call = call_form(&app, &caller.ctx, &id).await?;
    if step == "check" {
        return Ok(html(&check::page(&app, &caller, &call, None)));
    }
    let held = held(&call, &step);
    let form = group_form(&app, &caller, &call, &step)?;
    let form = form.fill(held.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Ok(html(&step_page(&caller, &call, &step, form)))
}

/// Saves a group and goes on to the next that has not been filled in; a refused form comes back as it was typed.
pub(in crate::pages::call) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let call = match call_form(&app, &caller.ctx, &id).await {
        Ok(call) => call,
        // Posed meanwhile: the call itself says where it stands.
        Err(fault) => {
            refused(fault)?;
            return Ok(Redirect::to(&format!("/calls/{id}")).into_response());
        }
    };
    match call_edit(&app, &caller.ctx, &id, patch(&step, &typed)?).await {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/steps/{}", next(&call, &step))).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = group_form(&app, &caller, &call, &step)?.fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &step_page(&caller, &call, &step, form)))
        }
    }
}

/// The next group while the draft is filled in for the first time; afterwards the answers to check.
fn next(before: &Call, step: &str) -> &'static str {
    match step {
        "head" if before.summary.is_empty() => "problem",
        "problem" if before.budget == Fen::ZERO => "money",
        "money" if before.review.criteria.is_empty() => "review",
        _ => "check",
    }
}
