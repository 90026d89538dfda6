//! Vetting: what was posed in full, and the two answers an office can give.

use crate::actions::call::{View, call_send_back, call_vet, call_view};
use crate::pages::words::title;
use crate::pages::{lines, receipt_of, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use platform::identity::idempotency::new_key;
use platform::web::parts::{Fact, Facts, Field, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::typed::Typed;

#[derive(Template)]
#[template(path = "calls/vetting.html")]
struct Page {
    shell: Shell,
    task: String,
    heading: String,
    back: String,
    due: String,
    facts: Facts,
    summary: Vec<String>,
    vet: Form,
    send_back: Form,
}

fn reason(t: T, name: &str, label: &str, hint: &str) -> Field {
    Field::lines(t, name, t.msg(label), 4).hint(t.msg(hint)).chars_max(REASON_CHARS_MAX)
}

fn vet_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/calls/{id}/vettings"), t.msg("call-vet-send"))
        .idempotency_key(new_key())
        .field(reason(t, "opinion", "call-vet-opinion", "call-vet-opinion-hint"))
        .cancel(format!("/calls/{id}"), t.msg("call-cancel"))
}

fn send_back_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/calls/{id}/returns"), t.msg("call-send-back")).idempotency_key(new_key()).field(reason(
        t,
        "reason",
        "call-form-reason",
        "call-send-back-hint",
    ))
}

fn page(caller: &Caller, view: &View, vet: Form, send_back: Form) -> Page {
    let (t, call) = (caller.visit.t, &view.call);
    let label = |key: &str| word(t, format!("call-fact-{key}"));
    let owner = view.owner.as_ref().map_or_else(|| word(t, "call-unnamed"), |(zh, en)| t.pick(zh, en).to_owned());
    let facts = vec![
        Fact::new(label("owner"), owner),
        Fact::new(label("budget"), t.fen(call.budget)),
        Fact::new(label("mode"), t.n(format!("call-mode-{}-n", call.mode.code()), call.winners_max)),
        Fact::new(label("criteria"), t.num(i64::try_from(call.review.criteria.len()).unwrap_or(i64::MAX))),
    ];
    let task = word(t, "call-vet-open");
    Page {
        shell: caller.visit.shell(task.clone()).private().here("/calls"),
        task,
        heading: title(t, call),
        back: format!("/calls/{}", call.id),
        due: call.due_ms.map_or(String::new(), |due| t.with("call-due", "date", t.date(due))),
        facts: Facts { title: String::new(), facts },
        summary: lines(t.pick(&call.summary, &call.summary_en)),
        vet,
        send_back,
    }
}

/// The page; where there is nothing to vet any more, the call says where it stands.
pub(super) async fn vetting(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = call_view(&app, &caller.ctx, &id).await?;
    if !view.may.vet {
        return Ok(Redirect::to(&format!("/calls/{id}")).into_response());
    }
    let t = caller.visit.t;
    Ok(html(&page(&caller, &view, vet_form(t, &id), send_back_form(t, &id))))
}

/// Which of the two forms was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Vet,
    Back,
}

async fn again(
    app: &App,
    caller: &Caller,
    id: &str,
    (sent, typed): (Sent, &Typed),
    fault: Fault,
) -> Result<Response, Problem> {
    let (refusal, t) = (refused(fault)?, caller.visit.t);
    let view = call_view(app, &caller.ctx, id).await?;
    if !view.may.vet {
        return Ok(Redirect::to(&format!("/calls/{id}")).into_response());
    }
    let back = |form: Form, of: Sent| if of == sent { form.fill(typed.pairs()).refuse(&refusal) } else { form };
    let page = page(caller, &view, back(vet_form(t, id), Sent::Vet), back(send_back_form(t, id), Sent::Back));
    Ok(html_with(status(&refusal), &page))
}

/// Vets it.
pub(super) async fn vet(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match call_vet(&app, &caller.ctx, &id, typed.get("opinion")).await {
        Ok(done) => Ok(receipt_of(&caller, "call", "vetted", &id, &done)),
        Err(fault) => again(&app, &caller, &id, (Sent::Vet, &typed), fault).await,
    }
}

/// Sends it back.
pub(super) async fn send_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match call_send_back(&app, &caller.ctx, &id, typed.get("reason")).await {
        Ok(done) => Ok(receipt_of(&caller, "call", "returned", &id, &done)),
        Err(fault) => again(&app, &caller, &id, (Sent::Back, &typed), fault).await,
    }
}
