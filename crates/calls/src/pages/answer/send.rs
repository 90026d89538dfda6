//! The form that seals an answer: with scripts, questions whose answers never leave the browser; without them, a file made
//! by `yilang seal` with the same names. Nothing in the form sends plain text.

use crate::actions::answer::{AnswerForm, answer_form, answer_send};
use crate::pages::words::title;
use crate::pages::{receipt, refused, status, word};
use crate::rules::answer::{INDICATOR_CHARS_MAX, MEMBERS_MAX, MONTHS_MAX, STAGES_MAX, TASK_CHARS_MAX};
use askama::Template;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::Response;
use kernel::Refusal;
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use platform::web::parts::{Choice, Field, FieldKind, SealContext, SealedForm, encode};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "calls/answer_new.html")]
struct Page {
    shell: Shell,
    back: String,
    title: String,
    organisation: String,
    others: Vec<(String, String)>,
    closes: String,
    trust: String,
    form: SealedForm,
    context_href: String,
    context_file: String,
}

/// For whom somebody answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SenderQuery {
    organisation: Option<String>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SenderQuery>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let form = answer_form(&app, &caller.ctx, &id, query.organisation.as_deref()).await?;
    Ok(html(&build(&caller, &form, None)))
}

/// Takes an envelope; a refused one leads back to the form.
pub(super) async fn take(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SenderQuery>,
    parts: Multipart,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let organisation = query.organisation.as_deref();
    let outcome = match file(parts).await? {
        Some(bytes) => answer_send(&app, &caller.ctx, &id, organisation, bytes).await,
        None => Err(Refusal::invalid("file-missing", "请选择一个文件。", "Choose a file.").at("envelope").into()),
    };
    let t = caller.visit.t;
    match outcome {
        Ok(sent) => {
            let next = if sent.replaced { "answer-sent-replaced" } else { "answer-sent-next" };
            let next = vec![t.with("answer-sent-hash", "hash", sent.hash.as_str()), word(t, next)];
            let links = vec![
                (format!("/calls/{id}/answers"), word(t, "answer-own-look")),
                (format!("/calls/{id}"), word(t, "call-back")),
            ];
            Ok(receipt(&caller, word(t, "answer-sent-title"), &sent.done, next, links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            match answer_form(&app, &caller.ctx, &id, organisation).await {
                Ok(form) => Ok(html_with(status(&refusal), &build(&caller, &form, Some(&refusal)))),
                // Once the round is closed there is no form to come back to.
                Err(_) => Err(refusal.into()),
            }
        }
    }
}

/// The file `envelope` of a form; none where there is none.
async fn file(mut parts: Multipart) -> Result<Option<Vec<u8>>, Problem> {
    let unreadable = |error: MultipartError| Problem::bare(error.status());
    let mut found = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        if part.name() == Some("envelope") {
            found = part.bytes().await.map_err(unreadable)?.to_vec();
        }
    }
    Ok((!found.is_empty()).then_some(found))
}

/// A question of the form; its text key is its name without the number.
fn field(t: T, kind: FieldKind, name: &str, key: &str, place: usize) -> Field {
    let label = if place == 0 { word(t, key) } else { t.n(key, place) };
    Field::new(t, kind, name, label)
}

fn member(t: T, form: SealedForm, place: usize, answer: &AnswerForm) -> SealedForm {
    let line = |name: &str| {
        let field = field(
            t,
            FieldKind::Line("text"),
            &format!("member_{place}_{name}"),
            &format!("answer-member-{name}"),
            place,
        );
        if place == 1 && name != "uscc" { field } else { field.optional() }
    };
    let elsewhere = Choice::new("", t.msg("answer-member-elsewhere"));
    let cities = answer.cities.iter().map(|(code, zh, en)| Choice::new(code, t.pick(zh, en)));
    let cities: Vec<Choice> = std::iter::once(elsewhere).chain(cities).collect();
    let name = line("name").chars_max(TITLE_CHARS_MAX);
    let name = if place == 1 { name.value(&answer.form.organisation.1).hint(t.msg("answer-lead-hint")) } else { name };
    let city = format!("member_{place}_city");
    let share = format!("member_{place}_share");
    let share = field(t, FieldKind::Number, &share, "answer-member-share", place).unit("%");
    let share = if place == 1 { share.hint(t.msg("answer-share-hint")) } else { share.optional() };
    form.field(name)
        .field(line("uscc"))
        .field(field(t, FieldKind::Select(cities), &city, "answer-member-city", place).optional())
        .field(share)
        .field(line("task").chars_max(TASK_CHARS_MAX).optional())
}

fn stage(t: T, form: SealedForm, place: usize) -> SealedForm {
    let part = |kind: FieldKind, name: &str| {
        let field = field(t, kind, &format!("stage_{place}_{name}"), &format!("answer-stage-{name}"), place);
        if place == 1 { field } else { field.optional() }
    };
    form.field(part(FieldKind::Line("text"), "title").chars_max(TITLE_CHARS_MAX))
        .field(part(FieldKind::Lines(3), "indicators").chars_max(INDICATOR_CHARS_MAX))
        .field(part(FieldKind::Number, "months").hint(t.n("answer-months-hint", MONTHS_MAX)))
        .field(part(FieldKind::Number, "yuan").unit(word(t, "answer-yuan")))
}

/// The questions of an answer; docs/calls.md names them for those who seal a file.
fn questions(t: T, form: SealedForm, answer: &AnswerForm) -> SealedForm {
    let total = field(t, FieldKind::Number, "total_yuan", "answer-field-total", 0).unit(word(t, "answer-yuan"));
    let budget = t.with("answer-total-hint", "budget", t.fen(answer.call.budget));
    let mut form = form
        .field(field(t, FieldKind::Line("text"), "title", "answer-field-title", 0).chars_max(TITLE_CHARS_MAX))
        .field(field(t, FieldKind::Lines(4), "summary", "answer-field-summary", 0).chars_max(ABSTRACT_CHARS_MAX))
        .field(field(t, FieldKind::Lines(12), "plan", "answer-field-plan", 0).chars_max(DETAIL_CHARS_MAX))
        .field(total.hint(budget));
    for place in 1..=MEMBERS_MAX {
        form = member(t, form, place, answer);
    }
    for place in 1..=STAGES_MAX {
        form = stage(t, form, place);
    }
    let files = field(t, FieldKind::File(""), "documents", "answer-field-papers", 0);
    form.field(files.hint(t.msg("answer-papers-hint")).optional())
}

fn build(caller: &Caller, answer: &AnswerForm, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let (call, form) = (&answer.call, &answer.form);
    let context = &form.context;
    let bound = SealContext {
        origin: context.origin.clone(),
        round: context.round.clone(),
        committee: context.committee.clone(),
        key: hex::encode(context.key.bytes()),
        rules: hex::encode(context.rules),
        closes: i64::try_from(context.closes_ms).unwrap_or(i64::MAX),
        sender: context.sender.clone(),
    };
    let (organisation, name) = &form.organisation;
    let address = |id: &str| format!("/calls/{}/answers/new?organisation={}", call.id, encode(id));
    let others = form.senders.iter().filter(|(id, _)| id != organisation);
    let sender = encode(organisation);
    let context_file = format!("context-{}.json", form.round.id);
    let command = format!(
        "yilang seal --round {context_file} --field title=… --field total_yuan=900000 --field member_1_name=… \
         --field plan=\"$(cat plan.txt)\" --file plan.pdf --out envelope.ylse"
    );
    let action = format!("/calls/{}/answers/envelopes?organisation={sender}", call.id);
    let sealed = questions(t, SealedForm::new(t, action, bound, command), answer);
    Page {
        back: format!("/calls/{}", call.id),
        organisation: name.clone(),
        others: others.map(|(id, name)| (address(id), name.clone())).collect(),
        closes: t.datetime(form.round.closes_ms),
        trust: t.with2("committee-trust", "threshold", form.round.threshold, "fewer", form.round.threshold - 1),
        form: refusal.into_iter().fold(sealed, SealedForm::refuse),
        context_href: format!("/api/v1/rounds/{}/context?organisation={sender}", form.round.id),
        context_file,
        title: title(t, call),
        shell: caller.visit.shell(t.msg("answer-new")).private().here("/calls").module("seal-form.js"),
    }
}
