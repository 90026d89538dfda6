//! Webhooks.

use super::{Kept, KeptPage, WordPage, on_form, places};
use crate::actions::Webhook;
use crate::actions::webhook::{New, webhook_create, webhook_list, webhook_remove};
use crate::rules::keeping::URL_BYTES_MAX;
use crate::rules::message::Topic;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::parts::{Action, Choice, Empty, Field, FieldKind, Form, Tag, Tone};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Mandate};
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

/// Routes of webhooks.
pub fn routes() -> Vec<Route> {
    vec![
        read("/webhooks", "webhook_list", get(list)),
        write("/webhooks", "webhook_create", "webhook.created", post(create)),
        write("/webhooks/{id}/removals", "webhook_remove", "webhook.removed", post(remove)),
    ]
}

fn new_form(caller: &Caller) -> Form {
    let t = caller.visit.t;
    let topic = |topic: Topic| Choice::new(topic.code(), t.msg(format!("notice-topic-{}", topic.code())));
    let keeps = |m: &&platform::Membership| m.mandates.contains(&Mandate::Manage);
    let own: Vec<Choice> =
        caller.actor().memberships.iter().filter(keeps).map(|m| Choice::new(&m.organisation, &m.name)).collect();
    let url = Field::new(t, FieldKind::Line("url"), "url", t.msg("webhook-url"));
    let mut form = Form::new(t, "/webhooks", t.msg("webhook-make"))
        .field(url.hint(t.msg("webhook-url-hint")).chars_max(URL_BYTES_MAX));
    if !own.is_empty() {
        let whose = Field::new(t, FieldKind::Select(own), "organisation", t.msg("webhook-organisation"));
        form = form.field(whose.hint(t.msg("webhook-organisation-hint")).optional());
    }
    let topics = FieldKind::Check(Topic::ALL.map(topic).to_vec());
    form.field(Field::new(t, topics, "topics", t.msg("webhook-topics")).hint(t.msg("webhook-topics-hint")).optional())
}

fn build(caller: &Caller, hooks: &[Webhook], form: Form) -> KeptPage {
    let t = caller.visit.t;
    let name = |id: &String| caller.actor().member_of(id).map_or_else(String::new, |m| m.name.clone());
    KeptPage {
        shell: caller.visit.shell(t.msg("webhook-title")).private(),
        places: places(t, "/webhooks"),
        heading: t.msg("webhook-title").into_owned(),
        lede: t.msg("webhook-lede").into_owned(),
        rows: hooks.iter().map(|hook| row(t, hook, hook.organisation.as_ref().map(name))).collect(),
        empty: Empty::new(t.msg("webhook-empty"), t.msg("webhook-empty-text")),
        form: Some(form),
    }
}

fn row(t: T, hook: &Webhook, organisation: Option<String>) -> Kept {
    let mut tags: Vec<Tag> = organisation.map(|name| Tag::new(Tone::Indigo, name)).into_iter().collect();
    tags.extend(hook.topics.iter().map(|topic| Tag::new(Tone::Plain, t.msg(format!("notice-topic-{}", topic.code())))));
    if hook.topics.is_empty() {
        tags.push(Tag::new(Tone::Plain, t.msg("webhook-all")));
    }
    Kept {
        href: String::new(),
        title: hook.url.clone(),
        about: String::new(),
        tags,
        at_ms: hook.created_ms,
        remove: Form::new(t, format!("/webhooks/{}/removals", hook.id), t.msg("webhook-remove")),
    }
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let hooks = webhook_list(&app, &caller.ctx).await?;
    Ok(html(&build(&caller, &hooks, new_form(&caller))))
}

fn command(typed: &Typed) -> Result<New, Refusal> {
    let topics = typed.all("topics");
    let topics = topics.iter().map(|code| Topic::parse(code).ok_or_else(topic_unknown));
    let organisation = Some(typed.get("organisation").to_owned()).filter(|id| !id.is_empty());
    Ok(New { url: typed.get("url").to_owned(), organisation, topics: topics.collect::<Result<_, _>>()? })
}

/// For a code that is no topic.
pub(crate) fn topic_unknown() -> Refusal {
    Refusal::invalid(
        "topic-unknown",
        "没有这类消息。请从页面列出的类别中选择。",
        "There is no such kind of message. Choose from those listed.",
    )
    .at("topics")
}

async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let done = match command(&typed) {
        Ok(new) => webhook_create(&app, &caller.ctx, new).await,
        Err(refusal) => Err(refusal.into()),
    };
    match done {
        Ok((hook, secret)) => Ok(html(&WordPage {
            shell: caller.visit.shell(t.msg("webhook-made")).private(),
            heading: t.msg("webhook-made").into_owned(),
            lede: hook.url,
            note: t.msg("webhook-secret").into_owned(),
            secret,
            form: None,
            on: Some(Action::new("/webhooks", t.msg("webhook-title"))),
        })),
        Err(fault) => {
            let refusal = on_form(fault)?;
            let form = new_form(&caller).fill(typed.pairs()).refuse(&refusal);
            let hooks = webhook_list(&app, &caller.ctx).await?;
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&caller, &hooks, form)))
        }
    }
}

async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    webhook_remove(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to("/webhooks").into_response())
}
