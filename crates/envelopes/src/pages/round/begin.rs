//! Beginning a plain round of the joint office.

use crate::actions::committee::committee_choices;
use crate::actions::round::round_begin;
use crate::pages::SECTION;
use crate::rules::round::{NewRound, Owner, moment};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::{DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, html};
use platform::{App, Caller, Fault};
use rooms::pages::typed::Typed;
use rooms::pages::{refused, word};

async fn form(app: &App, caller: &Caller) -> Result<Form, Problem> {
    let t = caller.visit.t;
    let committees = committee_choices(app, &caller.ctx).await?;
    let committees =
        committees.iter().map(|one| Choice::new(&one.id, t.pick(&one.name, &one.name_en))).collect::<Vec<Choice>>();
    let moment = |name: &'static str, label: &str| {
        Field::new(t, FieldKind::Line("datetime-local"), name, t.msg(label)).hint(t.msg("round-form-moment-hint"))
    };
    Ok(Form::new(t, "/rounds", t.msg("round-form-send"))
        .idempotency_key(new_key())
        .cancel("/rounds", t.msg("committee-cancel"))
        .field(Field::line(t, "title", t.msg("round-form-title")).chars_max(TITLE_CHARS_MAX))
        .field(Field::line(t, "title_en", t.msg("round-form-title-en")).chars_max(TITLE_CHARS_MAX).optional())
        .field(
            Field::lines(t, "rules", t.msg("round-form-rules"), 8)
                .hint(t.msg("round-form-rules-hint"))
                .chars_max(DETAIL_CHARS_MAX),
        )
        .field(
            Field::new(t, FieldKind::Select(committees), "committee", t.msg("round-form-committee"))
                .hint(t.msg("round-form-committee-hint")),
        )
        .field(moment("closes", "round-form-closes"))
        .field(moment("opens_by", "round-form-opens-by")))
}

/// The empty form.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let form = form(&app, &caller).await?;
    Ok(html(&SECTION.form(&caller, word(caller.visit.t, "round-new"), "/rounds", form)))
}

fn command(typed: &Typed) -> Result<NewRound, Refusal> {
    Ok(NewRound {
        owner: Owner::office(),
        title: typed.get("title").to_owned(),
        title_en: typed.get("title_en").to_owned(),
        rules: typed.raw("rules").unwrap_or_default().to_owned(),
        committee: typed.get("committee").to_owned(),
        closes_ms: moment(typed.get("closes"), "closes")?,
        opens_by_ms: moment(typed.get("opens_by"), "opens_by")?,
    })
}

/// Begins it; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let outcome = match command(&typed) {
        Ok(new) => round_begin(&app, &caller.ctx, new).await,
        Err(refusal) => Err(Fault::from(refusal)),
    };
    match outcome {
        Ok(done) => Ok(Redirect::to(&format!("/rounds/{}", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = form(&app, &caller).await?;
            Ok(SECTION.again(&caller, word(caller.visit.t, "round-new"), "/rounds", form, &typed, &refusal))
        }
    }
}
