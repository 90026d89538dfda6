//! The log's page for everybody: the newest checkpoint, any entry and its proof.

use super::actions::{self, JournalView};
use super::api::number;
use super::erase::{self, Decision, Erasure, REASON_CHARS_MAX, journal_erase_ask};
use super::prove::Standing;
use super::{EntryId, Recorded, api};
use crate::app::App;
use crate::capability::Route;
use crate::identity::on_form;
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
        action: "journal_erase_ask",
        journal: Some(super::erase::ASKED),
        handler: post(erasure),
    });
    routes.push(Route {
        method: Method::GET,
        path: "/admin/erasures",
        action: "journal_erase_list",
        journal: None,
        handler: get(erasures),
    });
    routes.push(Route {
        method: Method::POST,
        path: "/admin/erasures/{id}/decisions",
        action: "journal_erase_decide",
        journal: Some(super::ERASED),
        handler: post(decision),
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
    /// For those who may ask for an erasure.
    erase: Option<Form>,
    /// Erasures that wait for a decision, for those who may ask for one.
    waiting: Vec<Erasure>,
}

async fn entry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let entry = number(&id)?;
    let form = erasure_form(&caller, entry);
    Ok(html(&filled(&app, &caller, entry, form).await?))
}

/// The form that asks for the erasure of a personal field.
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
    match journal_erase_ask(&app, &caller.ctx, entry, typed.field.clone(), typed.reason.clone()).await {
        Ok(_) => Ok(Redirect::to(&entry_href(entry)).into_response()),
        Err(fault) => {
            let (status, form) = on_form(fault, erasure_form(&caller, entry).fill(values))?;
            Ok(html_with(status, &filled(&app, &caller, entry, form).await?))
        }
    }
}

async fn filled(app: &App, caller: &Caller, entry: EntryId, form: Form) -> Result<EntryPage, Problem> {
    let (standing, recorded) = actions::journal_entry(app, &caller.ctx, entry).await?;
    let may = erase::may_ask(app, &caller.ctx, entry).await?;
    let waiting = if may { erase::waiting(&app.db().read(), Some(entry)).await? } else { Vec::new() };
    let t = caller.visit.t;
    let title = t.n("proof-entry", standing.entry);
    Ok(EntryPage {
        crumbs: Crumbs::new(t, title.clone()).over("/journal", t.msg("journal-title")),
        shell: caller.visit.shell(title),
        object_href: recorded.as_ref().and_then(object_href).unwrap_or_default(),
        erase: (may && standing.index.is_some()).then_some(form),
        waiting,
        standing,
        recorded,
    })
}

#[derive(Template)]
#[template(path = "journal/erasures.html")]
struct ErasuresPage {
    shell: Shell,
    /// What waits, each with its form.
    waiting: Vec<(Erasure, Form)>,
}

async fn erasures(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(html(&erasures_page(&app, &caller, |_, form| form).await?))
}

/// The list of requests; `fill` gives one of the forms back with what was typed.
async fn erasures_page(
    app: &App,
    caller: &Caller,
    fill: impl Fn(&Erasure, Form) -> Form,
) -> Result<ErasuresPage, Problem> {
    let waiting = erase::journal_erase_list(app, &caller.ctx).await?;
    let form = |asked: Erasure| {
        let form = fill(&asked, decision_form(caller, &asked.id));
        (asked, form)
    };
    Ok(ErasuresPage {
        shell: caller.visit.shell(caller.visit.t.msg("admin-erasures")).private(),
        waiting: waiting.into_iter().map(form).collect(),
    })
}

fn decision_form(caller: &Caller, id: &str) -> Form {
    let t = caller.visit.t;
    let choices = [("grant", "journal-erase-grant"), ("refuse", "journal-erase-refuse")];
    let choices = choices.map(|(code, key)| Choice::new(code, t.msg(key))).to_vec();
    let remark = Field::lines(t, "remark", t.msg("journal-erase-remark"), 2).hint(t.msg("journal-erase-remark-hint"));
    Form::new(t, format!("/admin/erasures/{id}/decisions"), t.msg("journal-erase-decide"))
        .field(Field::new(t, FieldKind::Select(choices), "decision", t.msg("journal-erase-decision")))
        .field(remark.optional().chars_max(REASON_CHARS_MAX))
        .idempotency_key(crate::random::id())
}

#[derive(Deserialize)]
struct TypedDecision {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    remark: String,
}

async fn decision(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Posted(typed): Posted<TypedDecision>,
) -> Result<Response, Problem> {
    let decided = match Decision::parse(&typed.decision) {
        Ok(decision) => {
            erase::journal_erase_decide(&app, &caller.ctx, id.clone(), decision, typed.remark.clone()).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match decided {
        Ok(by) => Ok(Redirect::to(&entry_href(by)).into_response()),
        Err(fault) => {
            let values = [("decision", typed.decision.as_str()), ("remark", typed.remark.as_str())];
            let (status, refused) = on_form(fault, decision_form(&caller, &id).fill(values))?;
            let page = erasures_page(&app, &caller, |asked, form| if asked.id == id { refused.clone() } else { form });
            Ok(html_with(status, &page.await?))
        }
    }
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
