//! Answers: to a proposal for the next step, and of a centre that is asked. A no has its reason on a page of its own.

use super::detail::done;
use super::form::Page;
use super::word;
use super::words::{reason_name, stage_name};
use crate::actions::poc::{View, poc_answer, poc_centre_answer, poc_centre_ask, poc_resource, poc_view};
use crate::rules::decision::{DeclineCommand, REMARK_CHARS_MAX};
use crate::rules::poc::{Answer, Reason, StepState};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::pages::typed::Typed;
use rooms::pages::{refused, status};

/// The word by which a form says no.
const DECLINE: &str = "decline";

/// What is answered.
#[derive(Clone, Copy)]
enum To<'a> {
    Step(&'a str),
    Centre,
}

impl To<'_> {
    fn action(self, id: &str) -> String {
        match self {
            To::Step(step) => format!("/poc/{id}/steps/{step}/answers"),
            To::Centre => format!("/poc/{id}/centre/answers"),
        }
    }

    /// Whether the reader may answer it, and what it is about; none where nothing waits for an answer.
    fn about(self, caller: &Caller, view: &View) -> Option<String> {
        let t = caller.visit.t;
        let project = &view.card.project;
        match self {
            To::Centre => view
                .may_answer_centre
                .then(|| t.with("poc-decline-centre-lede", "title", t.pick(&project.title, &project.title_en))),
            To::Step(step) => {
                let waits = |found: &&crate::rules::poc::Step| found.id == step && found.state == StepState::Proposed;
                let step = view.card.steps.iter().find(waits).filter(|_| view.may_answer)?;
                let note = t.pick(&step.note, &step.note_en);
                Some(t.with2("poc-complete-about", "stage", stage_name(t, step.stage.code()), "note", note))
            }
        }
    }
}

fn form(caller: &Caller, id: &str, to: To<'_>) -> Form {
    let t = caller.visit.t;
    let reasons = Reason::ALL.iter().map(|reason| Choice::new(reason.code(), reason_name(t, *reason))).collect();
    let remark = Field::lines(t, "remark", word(t, "decline-remark"), 3).hint(word(t, "decline-remark-hint"));
    Form::new(t, to.action(id), word(t, "decline"))
        .hidden("decision", DECLINE)
        .field(
            Field::new(t, FieldKind::Radio(reasons), "reason", word(t, "decline-reason"))
                .hint(word(t, "decline-reason-hint")),
        )
        .field(remark.chars_max(REMARK_CHARS_MAX).optional())
        .cancel(format!("/poc/{id}"), word(t, "cancel"))
}

fn page(caller: &Caller, id: &str, to: To<'_>, lede: String, form: Form) -> Page {
    let task = word(caller.visit.t, if matches!(to, To::Centre) { "decline-centre" } else { "decline-step" });
    Page {
        shell: caller.visit.shell(task.clone()).private().here("/poc"),
        step: StepFrame { form, task, step: 0, steps: 0, back_href: format!("/poc/{id}") },
        lede,
    }
}

/// The form; where nothing waits for an answer any more, the project says where it stands.
async fn ask(app: &App, caller: &Caller, id: &str, action: &str, to: To<'_>) -> Result<Response, Problem> {
    let view = poc_view(app, &caller.ctx, id).await?;
    app.policies().require(&caller.ctx, action, &poc_resource(&view.card.project))?;
    Ok(match to.about(caller, &view) {
        Some(lede) => html(&page(caller, id, to, lede, form(caller, id, to))),
        None => Redirect::to(&format!("/poc/{id}")).into_response(),
    })
}

/// The form that declines a proposal.
pub(super) async fn decline_step(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ask(&app, &caller, &id, "poc_answer", To::Step(&step)).await
}

/// The form by which a centre declines.
pub(super) async fn decline_centre(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    ask(&app, &caller, &id, "poc_centre_answer", To::Centre).await
}

fn typed_answer(typed: &Typed) -> Answer {
    Answer {
        decision: typed.get("decision").to_owned(),
        why: DeclineCommand { reason: typed.get("reason").to_owned(), remark: typed.get("remark").to_owned() },
    }
}

/// Whether a refusal is about something typed into the form that declines.
fn of_form(refusal: &Refusal) -> bool {
    matches!(refusal.field.as_deref(), Some("reason" | "remark"))
}

/// Back to the project; a form that was refused comes back as it was typed.
async fn after<D>(
    app: &App,
    caller: &Caller,
    id: &str,
    to: To<'_>,
    typed: &Typed,
    outcome: Outcome<D>,
) -> Result<Response, Problem> {
    let fault = match outcome {
        // A centre that has said no to a draft may not read it any more.
        Ok(_) if poc_view(app, &caller.ctx, id).await.is_err() => return Ok(Redirect::to("/desk").into_response()),
        Ok(_) => return Ok(Redirect::to(&format!("/poc/{id}")).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    let view = poc_view(app, &caller.ctx, id).await?;
    if let (true, Some(lede)) = (of_form(&refusal), to.about(caller, &view)) {
        let form = form(caller, id, to).fill(typed.pairs()).refuse(&refusal);
        return Ok(html_with(status(&refusal), &page(caller, id, to, lede, form)));
    }
    done(app, caller, id, Err::<(), _>(refusal.into())).await
}

/// Accepts or declines a proposal.
pub(super) async fn step(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = poc_answer(&app, &caller.ctx, &id, &step, typed_answer(&typed)).await;
    after(&app, &caller, &id, To::Step(&step), &typed, outcome).await
}

/// The centre agrees or declines.
pub(super) async fn centre(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = poc_centre_answer(&app, &caller.ctx, &id, typed_answer(&typed)).await;
    after(&app, &caller, &id, To::Centre, &typed, outcome).await
}

/// Asks a centre.
pub(super) async fn centre_ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = poc_centre_ask(&app, &caller.ctx, &id, typed.get("centre")).await;
    done(&app, &caller, &id, outcome).await
}
