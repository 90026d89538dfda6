//! Saying no to a workstation, or leaving it: the reason on a page of its own.

use super::detail::{Again, Which, again, shown_again};
use super::words::{name, parting_name};
use crate::actions::workstation::{Seat, View, workstation_leave, workstation_view};
use crate::pages::expert::words as expert;
use crate::rules::decision::{DeclineCommand, REMARK_CHARS_MAX};
use crate::rules::workstation::Parting;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::frames::StepPage;
use rooms::pages::status;
use rooms::pages::typed::Typed;

/// What leaving is called for one who takes part, and for one who was only asked.
pub(super) fn verb(seat: &Seat) -> &'static str {
    if seat.joined_ms.is_some() { "workstation-leave" } else { "workstation-decline" }
}

fn form(t: T, view: &View, seat: &Seat) -> Form {
    let id = &view.card.workstation.id;
    let fits = Parting::ALL.iter().filter(|reason| reason.fits(seat.joined_ms.is_some()));
    let reasons = fits.map(|reason| Choice::new(reason.code(), parting_name(t, *reason))).collect();
    Form::new(t, format!("/workstations/{id}/leavings"), t.msg(verb(seat)))
        .hidden("expert", &seat.expert.id)
        .field(
            Field::new(t, FieldKind::Radio(reasons), "reason", t.msg("workstation-parting"))
                .hint(t.msg("workstation-parting-hint")),
        )
        .field(
            Field::lines(t, "remark", t.msg("workstation-parting-remark"), 3)
                .hint(t.msg("workstation-parting-remark-hint"))
                .chars_max(REMARK_CHARS_MAX)
                .optional(),
        )
        .cancel(format!("/workstations/{id}"), t.msg("organisation-cancel"))
}

fn page(caller: &Caller, view: &View, seat: &Seat, form: Form) -> StepPage {
    let t = caller.visit.t;
    let w = &view.card.workstation;
    let task = t.args(
        "workstation-leave-of",
        &[("verb", t.msg(verb(seat)).into_owned()), ("expert", expert::name(t, &seat.expert)), ("name", name(t, w))],
    );
    StepPage {
        shell: caller.visit.shell(task.clone()).private().here("/experts"),
        step: StepFrame { form, task, step: 0, steps: 0, back_href: format!("/workstations/{}", w.id) },
    }
}

/// The expert for whom the reader may answer.
fn seat<'a>(view: &'a View, expert: &str) -> Option<&'a Seat> {
    view.experts.iter().find(|seat| seat.known && seat.may_answer && seat.expert.id == expert)
}

/// The form; where there is nothing to answer any more, the workstation says where it stands.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Path((id, expert)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = workstation_view(&app, &caller.ctx, &id).await?;
    Ok(match seat(&view, &expert) {
        Some(seat) => html(&page(&caller, &view, seat, form(caller.visit.t, &view, seat))),
        None => Redirect::to(&format!("/workstations/{id}")).into_response(),
    })
}

/// Says no, or leaves; a refused form comes back as it was typed.
pub(super) async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let why = DeclineCommand { reason: typed.get("reason").to_owned(), remark: typed.get("remark").to_owned() };
    let outcome = workstation_leave(&app, &caller.ctx, &id, typed.get("expert"), why).await;
    let refusal = match outcome {
        // Whoever has said no to a proposal may not read it any more.
        Ok(_) if workstation_view(&app, &caller.ctx, &id).await.is_err() => {
            return Ok(Redirect::to("/desk").into_response());
        }
        Ok(_) => return Ok(Redirect::to(&format!("/workstations/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if shown_again(&refusal) => refusal,
        Err(fault) => return Err(fault.into()),
    };
    let view = workstation_view(&app, &caller.ctx, &id).await?;
    let Some(seat) = seat(&view, typed.get("expert")) else {
        // Nothing is left to answer: the workstation itself says so.
        let refused = Again { which: Which::Page, refusal: &refusal, typed: &typed };
        return again(&app, &caller, &id, refused).await;
    };
    let form = form(caller.visit.t, &view, seat).fill(typed.pairs()).refuse(&refusal);
    Ok(html_with(status(&refusal), &page(&caller, &view, seat, form)))
}
