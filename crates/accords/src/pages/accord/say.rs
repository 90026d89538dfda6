//! What a party says, and how an act is ended: a form each.

use crate::actions::accord::{View, accord_end, accord_say, accord_view};
use crate::pages::SECTION;
use crate::pages::words::{party_name, title};
use crate::rules::accord::{NUMBER_CHARS_MAX, Party, PartyKind, REASON_CHARS_MAX, SayCommand, Word, latest};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::Typed;
use rooms::pages::{refused, status, word};

/// The party for which the reader may speak now.
fn party<'a>(view: &'a View, code: &str) -> Option<&'a Party> {
    view.may_say.iter().find(|own| *own == code)?;
    view.accord.party(code)
}

fn form(t: T, view: &View, party: &Party) -> Form {
    let accord = &view.accord;
    let said = latest(accord, &view.said, &party.code).is_some();
    let words = Word::ALL.iter().filter(|word| said || **word != Word::Withdraws);
    let choice = |one: &Word| {
        Choice::new(one.code(), word(t, format!("accord-say-{}", one.code())))
            .hint(word(t, format!("accord-say-{}-hint", one.code())))
    };
    let mut form = Form::new(t, format!("/accords/{}/consents/{}", accord.id, party.code), t.msg("accord-say-send"))
        .idempotency_key(new_key())
        .hidden("version", accord.version.to_string())
        .field(
            Field::new(t, FieldKind::Radio(words.map(choice).collect()), "word", t.msg("accord-say-word"))
                .hint(t.with2("accord-say-word-hint", "title", title(t, accord), "version", accord.version)),
        )
        .field(
            Field::lines(t, "text", t.msg("accord-say-text"), 4)
                .hint(t.msg("accord-say-text-hint"))
                .chars_max(REASON_CHARS_MAX)
                .optional(),
        );
    if party.kind == PartyKind::Outer {
        form = form.field(
            Field::line(t, "letter", t.msg("accord-say-letter"))
                .hint(t.msg("accord-say-letter-hint"))
                .chars_max(NUMBER_CHARS_MAX),
        );
    }
    form.cancel(format!("/accords/{}", accord.id), t.msg("accord-cancel"))
}

fn task(t: T, corridor: &Corridor, party: &Party) -> String {
    let key = if party.kind == PartyKind::Outer { "accord-record-for" } else { "accord-say-for" };
    t.with(key, "party", party_name(t, corridor, party))
}

/// The form; where nothing can be said any more, the act says where it stands.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = accord_view(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    Ok(match party(&view, &code) {
        Some(party) => {
            let task = task(t, &corridor::of(&app), party);
            html(&SECTION.form(&caller, task, format!("/accords/{id}"), form(t, &view, party)))
        }
        None => Redirect::to(&format!("/accords/{id}")).into_response(),
    })
}

/// Says it; a refused form comes back as it was typed.
pub(super) async fn say(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let command = SayCommand {
        party: code.clone(),
        // No number is no version, and is refused as such.
        version: typed.get("version").parse().unwrap_or(0),
        word: typed.get("word").to_owned(),
        text: typed.get("text").to_owned(),
        letter: typed.get("letter").to_owned(),
    };
    match accord_say(&app, &caller.ctx, &id, command).await {
        Ok(said) => {
            let next = word(t, if said.in_force { "accord-said-in-force" } else { "accord-said-waits" });
            let links = vec![(format!("/accords/{id}"), word(t, "accord-back"))];
            Ok(SECTION.receipt(&caller, word(t, "accord-said-title"), &said.done, vec![next], links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = accord_view(&app, &caller.ctx, &id).await?;
            let Some(party) = party(&view, &code) else {
                // Nothing can be said any more: the page says so and keeps what was typed in sight.
                let party = view.accord.party(&code).ok_or_else(Refusal::not_found)?;
                return Ok(again(&app, &caller, &view, party, &typed, &refusal));
            };
            Ok(again(&app, &caller, &view, party, &typed, &refusal))
        }
    }
}

fn again(app: &App, caller: &Caller, view: &View, party: &Party, typed: &Typed, refusal: &Refusal) -> Response {
    let t = caller.visit.t;
    let form = form(t, view, party).fill(typed.pairs()).refuse(refusal);
    let task = task(t, &corridor::of(app), party);
    html_with(status(refusal), &SECTION.form(caller, task, format!("/accords/{}", view.accord.id), form))
}

fn end_form(t: T, view: &View) -> Form {
    let id = &view.accord.id;
    Form::new(t, format!("/accords/{id}/endings"), t.msg("accord-end-send"))
        .idempotency_key(new_key())
        .field(
            Field::lines(t, "reason", t.msg("accord-end-reason"), 4)
                .hint(t.msg("accord-end-reason-hint"))
                .chars_max(REASON_CHARS_MAX),
        )
        .cancel(format!("/accords/{id}"), t.msg("accord-cancel"))
}

/// The form that ends an act.
pub(super) async fn ending(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = accord_view(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    if !view.may_end {
        return Ok(Redirect::to(&format!("/accords/{id}")).into_response());
    }
    Ok(html(&SECTION.form(&caller, word(t, "accord-end-open"), format!("/accords/{id}"), end_form(t, &view))))
}

/// Ends it; a refused form comes back as it was typed.
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match accord_end(&app, &caller.ctx, &id, typed.get("reason")).await {
        Ok(done) => {
            let links = vec![(format!("/accords/{id}"), word(t, "accord-back"))];
            Ok(SECTION.receipt(
                &caller,
                word(t, "accord-ended-title"),
                &done,
                vec![word(t, "accord-ended-next")],
                links,
            ))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = accord_view(&app, &caller.ctx, &id).await?;
            let form = end_form(t, &view);
            Ok(SECTION.again(&caller, word(t, "accord-end-open"), format!("/accords/{id}"), form, &typed, &refusal))
        }
    }
}
