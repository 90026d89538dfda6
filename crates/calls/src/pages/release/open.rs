//! Opening a call: who opens its answers, and until when they come in.

use crate::actions::call::{View, call_view};
use crate::actions::release::{call_open, committee_choices};
use crate::pages::{form_page, receipt_of, refused, status, word};
use crate::rules::release::OpenDraft;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use envelopes::rules::round::moment;
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::typed::Typed;

async fn form(app: &App, caller: &Caller, view: &View) -> Result<Form, Problem> {
    let (t, id) = (caller.visit.t, &view.call.id);
    let committees = committee_choices(app, &caller.ctx, &view.call).await?;
    let committees = committees.iter().map(|(id, zh, en)| Choice::new(id, t.pick(zh, en))).collect();
    let moment = |name: &'static str, key: &str| {
        Field::new(t, FieldKind::Line("datetime-local"), name, t.msg(key)).hint(t.msg(format!("{key}-hint")))
    };
    Ok(Form::new(t, format!("/calls/{id}/openings"), t.msg("release-open-send"))
        .idempotency_key(new_key())
        .cancel(format!("/calls/{id}"), t.msg("call-cancel"))
        .field(
            Field::new(t, FieldKind::Select(committees), "committee", t.msg("release-form-committee"))
                .hint(t.msg("release-form-committee-hint")),
        )
        .field(moment("closes", "release-form-closes"))
        .field(moment("opens_by", "release-form-opens-by")))
}

/// The form; where the call cannot be opened now, it says where it stands.
pub(super) async fn new(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = call_view(&app, &caller.ctx, &id).await?;
    if !view.may.open {
        return Ok(Redirect::to(&format!("/calls/{id}")).into_response());
    }
    let form = form(&app, &caller, &view).await?;
    Ok(html(&form_page(&caller, word(caller.visit.t, "call-open-open"), format!("/calls/{id}"), form)))
}

fn draft(typed: &Typed) -> Result<OpenDraft, Refusal> {
    Ok(OpenDraft {
        committee: typed.get("committee").to_owned(),
        closes_ms: moment(typed.get("closes"), "closes")?,
        opens_by_ms: moment(typed.get("opens_by"), "opens_by")?,
    })
}

/// Opens it; a refused form comes back as it was typed.
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = match draft(&typed) {
        Ok(draft) => call_open(&app, &caller.ctx, &id, draft).await,
        Err(refusal) => Err(Fault::from(refusal)),
    };
    match outcome {
        Ok(done) => Ok(receipt_of(&caller, "release", "opened", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = call_view(&app, &caller.ctx, &id).await?;
            let form = form(&app, &caller, &view).await?.fill(typed.pairs()).refuse(&refusal);
            let task = word(caller.visit.t, "call-open-open");
            Ok(html_with(status(&refusal), &form_page(&caller, task, format!("/calls/{id}"), form)))
        }
    }
}
