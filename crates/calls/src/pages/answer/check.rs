//! The formal check on pages: deciding an answer, asking for another look, looking again, ending the check.

use super::detail::{Again, build};
use crate::actions::answer::{
    CheckDraft, View, answer_again, answer_check, answer_finish, answer_recheck, answer_view,
};
use crate::pages::{receipt, receipt_of, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::answer::check::CheckReason;
use axum::extract::{Path, State};
use axum::response::Response;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html_with};
use platform::{App, Caller, Fault, Outcome};
use registry::corridor;
use rooms::actions::Done;
use rooms::pages::typed::Typed;

/// The form that decides an answer, for the first time or again.
pub(super) fn check_form(t: T, view: &View, again: Option<&Again<'_>>) -> Form {
    let what = if view.may_recheck { "rechecks" } else { "checks" };
    let action = format!("/calls/{}/answers/{}/{what}", view.call.id, view.item.answer.id);
    let words = [("admit", "answer-admit"), ("refuse", "answer-refuse")];
    let words = words.map(|(value, key)| Choice::new(value, t.msg(key))).to_vec();
    let none = Choice::new("", t.msg("answer-check-none"));
    let reasons =
        CheckReason::ALL.iter().map(|code| Choice::new(code.code(), t.msg(format!("answer-check-{}", code.code()))));
    let reasons: Vec<Choice> = std::iter::once(none).chain(reasons).collect();
    let form = Form::new(t, action, t.msg("answer-check-send"))
        .field(Field::new(t, FieldKind::Radio(words), "word", t.msg("answer-check-word")))
        .field(Field::new(t, FieldKind::Select(reasons), "code", t.msg("answer-check-code")).optional())
        .field(
            Field::lines(t, "words", t.msg("answer-check-words"), 3)
                .hint(t.msg("answer-check-words-hint"))
                .chars_max(REASON_CHARS_MAX)
                .optional(),
        )
        .idempotency_key(new_key());
    filled(form, again)
}

/// The form that asks for another look.
pub(super) fn again_form(t: T, view: &View, again: Option<&Again<'_>>) -> Form {
    let action = format!("/calls/{}/answers/{}/objections", view.call.id, view.item.answer.id);
    let until = view.again_until_ms.map_or(String::new(), |ms| t.datetime(ms));
    let form = Form::new(t, action, t.msg("answer-again-send"))
        .field(
            Field::lines(t, "words", t.msg("answer-again-field"), 4)
                .hint(t.with("answer-again-hint", "until", until))
                .chars_max(REASON_CHARS_MAX),
        )
        .idempotency_key(new_key());
    filled(form, again)
}

fn filled(form: Form, again: Option<&Again<'_>>) -> Form {
    match again {
        Some(again) => form.fill(again.typed.pairs()).refuse(again.refusal),
        None => form,
    }
}

fn draft(typed: &Typed) -> CheckDraft {
    CheckDraft {
        word: typed.get("word").to_owned(),
        code: typed.get("code").to_owned(),
        words: typed.get("words").to_owned(),
    }
}

/// The receipt, or the answer's page with what was wrong.
async fn told(
    app: &App,
    caller: &Caller,
    (call, id): (&str, &str),
    (outcome, what): (Outcome<Done>, &str),
    typed: &Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match outcome {
        Ok(done) => {
            let links = vec![
                (format!("/calls/{call}/answers"), word(t, "answer-list-back")),
                (format!("/calls/{call}"), word(t, "call-back")),
            ];
            let next = vec![word(t, format!("answer-{what}-next"))];
            Ok(receipt(caller, word(t, format!("answer-{what}-title")), &done, next, links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = answer_view(app, &caller.ctx, call, id).await?;
            let again = Again { refusal: &refusal, typed };
            // Where nothing can be decided any more there is no form to come back to.
            if !(view.may_check || view.may_recheck || view.may_again) {
                return Err(Fault::Refused(refusal).into());
            }
            Ok(html_with(status(&refusal), &build(caller, &corridor::of(app), &view, Some(&again))))
        }
    }
}

pub(super) async fn check(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = answer_check(&app, &caller.ctx, &call, &id, draft(&typed)).await;
    told(&app, &caller, (&call, &id), (outcome, "checked"), &typed).await
}

pub(super) async fn recheck(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = answer_recheck(&app, &caller.ctx, &call, &id, draft(&typed)).await;
    told(&app, &caller, (&call, &id), (outcome, "rechecked"), &typed).await
}

pub(super) async fn again(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = answer_again(&app, &caller.ctx, &call, &id, typed.get("words")).await;
    told(&app, &caller, (&call, &id), (outcome, "again"), &typed).await
}

/// Ends the check.
pub(super) async fn finish(
    State(app): State<App>,
    caller: Caller,
    Path(call): Path<String>,
) -> Result<Response, Problem> {
    let done = answer_finish(&app, &caller.ctx, &call).await?;
    Ok(receipt_of(&caller, "answer", "finished", &call, &done))
}
