//! The form that seals: with scripts, questions whose answers never leave the browser; without them, a file made by
//! `yilang seal`. Nothing in the form sends plain text.

use crate::actions::envelope::{Form, SendCommand, envelope_form, envelope_send, round_plain};
use crate::pages::SECTION;
use crate::pages::committee::quoted;
use crate::pages::upload::file;
use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::Response;
use kernel::Refusal;
use platform::web::parts::{Field, FieldKind, SealContext, SealedForm, encode};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::{refused, status, word};
use sealing::context::Context;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "envelopes/send.html")]
struct Page {
    shell: Shell,
    title: String,
    round_href: String,
    organisation: String,
    others: Vec<(String, String)>,
    closes: String,
    trust: String,
    form: SealedForm,
    context_href: String,
    context_file: String,
}

/// For whom somebody sends.
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
    round_plain(&app, &id).await?;
    let form = envelope_form(&app, &caller.ctx, &id, query.organisation.as_deref()).await?;
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
    round_plain(&app, &id).await?;
    let outcome = match file(parts, "envelope").await? {
        Ok(bytes) => {
            let organisation = match query.organisation.clone() {
                Some(organisation) => organisation,
                None => envelope_form(&app, &caller.ctx, &id, None).await?.organisation.0,
            };
            envelope_send(&app, &caller.ctx, SendCommand { round: id.clone(), organisation, bytes }).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    let t = caller.visit.t;
    match outcome {
        Ok(sent) => {
            let next = if sent.replaced { "envelope-sent-replaced" } else { "envelope-sent-next" };
            let next = vec![t.with("envelope-sent-hash", "hash", sent.hash.as_str()), word(t, next)];
            let links = vec![
                (format!("/rounds/{id}/envelopes/{}", sent.done.id), word(t, "envelope-look")),
                (format!("/rounds/{id}"), word(t, "round-back")),
            ];
            Ok(SECTION.receipt(&caller, word(t, "envelope-sent-title"), &sent.done, next, links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = envelope_form(&app, &caller.ctx, &id, query.organisation.as_deref()).await?;
            Ok(html_with(status(&refusal), &build(&caller, &form, Some(&refusal))))
        }
    }
}

/// What the form that seals is bound to.
fn bound(context: &Context) -> SealContext {
    SealContext {
        origin: context.origin.clone(),
        round: context.round.clone(),
        committee: context.committee.clone(),
        key: hex::encode(context.key.bytes()),
        rules: hex::encode(context.rules),
        closes: i64::try_from(context.closes_ms).unwrap_or(i64::MAX),
        sender: context.sender.clone(),
    }
}

/// The questions of a plain round.
fn questions(t: T, form: SealedForm) -> SealedForm {
    form.field(
        Field::lines(t, "statement", t.msg("envelope-field-statement"), 6).hint(t.msg("envelope-statement-hint")),
    )
    .field(Field::new(t, FieldKind::Number, "amount", t.msg("envelope-field-amount")).optional())
    .field(
        Field::new(t, FieldKind::File(""), "documents", t.msg("envelope-files"))
            .hint(t.msg("envelope-documents-hint"))
            .optional(),
    )
}

fn build(caller: &Caller, form: &Form, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let round = &form.round;
    let (organisation, name) = &form.organisation;
    let address = |id: &str| format!("/rounds/{}/envelopes/new?organisation={}", round.id, encode(id));
    let others = form.senders.iter().filter(|(id, _)| id != organisation);
    let sender = encode(organisation);
    let context_file = format!("context-{}.json", round.id);
    let command = format!(
        "yilang seal --round {} --field statement={} --out envelope.ylse",
        quoted(&context_file),
        quoted(&t.msg("envelope-command-text"))
    );
    let action = format!("/rounds/{}/envelopes?organisation={sender}", round.id);
    let sealed = questions(t, SealedForm::new(t, action, bound(&form.context), command));
    Page {
        round_href: format!("/rounds/{}", round.id),
        organisation: name.clone(),
        others: others.map(|(id, name)| (address(id), name.clone())).collect(),
        closes: t.datetime(round.closes_ms),
        trust: t.with2("committee-trust", "threshold", round.threshold, "fewer", round.threshold - 1),
        form: refusal.into_iter().fold(sealed, SealedForm::refuse),
        context_href: format!("/api/v1/rounds/{}/context?organisation={sender}", round.id),
        context_file,
        title: t.pick(&round.title, &round.title_en).to_owned(),
        shell: SECTION.shell(caller, t.msg("envelope-new")).module("seal-form.js"),
    }
}
