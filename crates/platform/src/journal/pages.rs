//! The log's page for everybody: the newest checkpoint, any entry and its proof.

use super::actions::{self, JournalView};
use super::api::number;
use super::erase::{REASON_CHARS_MAX, journal_erase};
use super::prove::Standing;
use super::{EntryId, Recorded, api};
use crate::app::App;
use crate::capability::Route;
use crate::identity::on_form;
use crate::policy::Resource;
use crate::request::Caller;
use crate::web::parts::{Choice, Crumbs, Field, FieldKind, Form};
use crate::web::{Problem, Shell, html, html_with};
use askama::Template;
use axum::extract::{Form as Posted, Path, Query, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    let row = |path, handler| Route { method: Method::GET, path, action: "journal_view", journal: None, handler };
    let mut routes = vec![row("/journal", get(journal)), row("/journal/entries/{id}", get(entry))];
    routes.push(Route {
        method: Method::POST,
        path: "/journal/entries/{id}/erasures",
        action: "journal_erase",
        journal: Some(super::ERASED),
        handler: post(erasure),
    });
    routes.extend(api::routes());
    routes
}

/// The page with the proof of an entry.
pub fn entry_href(entry: i64) -> String {
    format!("/journal/entries/{entry}")
}

#[derive(Template)]
#[template(path = "journal/log.html")]
struct LogPage {
    shell: Shell,
    view: JournalView,
    asked: String,
    refused: bool,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    entry: String,
}

async fn journal(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let wanted = asked.entry.trim().trim_start_matches('#').replace([',', ' '], "");
    if let Ok(entry) = number(&wanted)
        && super::by_id(&app.db().read(), entry).await?.is_some()
    {
        return Ok(Redirect::to(&entry_href(entry)).into_response());
    }
    let page = LogPage {
        view: actions::journal_view(&app, &caller.ctx).await?,
        shell: caller.visit.shell(caller.visit.t.msg("journal-title")).live("*"),
        refused: !asked.entry.trim().is_empty(),
        asked: asked.entry,
    };
    Ok(html(&page))
}

#[derive(Template)]
#[template(path = "journal/entry.html")]
struct EntryPage {
    shell: Shell,
    crumbs: Crumbs,
    standing: Standing,
    recorded: Option<Recorded>,
    object_href: String,
    /// For those who may erase.
    erase: Option<Form>,
}

async fn entry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let entry = number(&id)?;
    let form = erasure_form(&caller, entry);
    Ok(html(&filled(&app, &caller, entry, form).await?))
}

/// The form that erases a personal field.
fn erasure_form(caller: &Caller, entry: EntryId) -> Form {
    let t = caller.visit.t;
    let fields = super::PERSONAL.map(|field| Choice::new(field, t.msg(format!("journal-field-{field}")))).to_vec();
    Form::new(t, format!("/journal/entries/{entry}/erasures"), t.msg("journal-erase"))
        .field(Field::new(t, FieldKind::Select(fields), "field", t.msg("journal-field")))
        .field(
            Field::lines(t, "reason", t.msg("journal-reason"), 3)
                .hint(t.msg("journal-reason-hint"))
                .chars_max(REASON_CHARS_MAX),
        )
        .idempotency_key(crate::random::id())
}

#[derive(Deserialize)]
struct TypedErasure {
    #[serde(default)]
    field: String,
    #[serde(default)]
    reason: String,
}

async fn erasure(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Posted(typed): Posted<TypedErasure>,
) -> Result<Response, Problem> {
    let entry = number(&id)?;
    let values = [("field", typed.field.as_str()), ("reason", typed.reason.as_str())];
    match journal_erase(&app, &caller.ctx, entry, typed.field.clone(), typed.reason.clone()).await {
        Ok(by) => Ok(Redirect::to(&entry_href(by)).into_response()),
        Err(fault) => {
            let (status, form) = on_form(fault, erasure_form(&caller, entry).fill(values))?;
            Ok(html_with(status, &filled(&app, &caller, entry, form).await?))
        }
    }
}

async fn filled(app: &App, caller: &Caller, entry: EntryId, erase: Form) -> Result<EntryPage, Problem> {
    let (standing, recorded) = actions::journal_entry(app, &caller.ctx, entry).await?;
    let may = app.policies().require(&caller.ctx, "journal_erase", &Resource::house()).is_ok();
    let t = caller.visit.t;
    let title = t.n("proof-entry", standing.entry);
    Ok(EntryPage {
        crumbs: Crumbs::new(t, title.clone()).over("/journal", t.msg("journal-title")),
        shell: caller.visit.shell(title),
        object_href: recorded.as_ref().and_then(object_href).unwrap_or_default(),
        erase: (may && standing.index.is_some()).then_some(erase),
        standing,
        recorded,
    })
}

/// The page of what an entry is about, where that is known from its kind alone.
fn object_href(recorded: &Recorded) -> Option<String> {
    let list = match recorded.object_kind.as_str() {
        "need" => "needs",
        "offer" => "offers",
        "organisation" => "organisations",
        _ => return None,
    };
    Some(format!("/{list}/{}", recorded.object_id))
}
