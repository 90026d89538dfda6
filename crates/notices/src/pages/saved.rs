//! Saved searches.

use super::{Kept, KeptPage, WordPage, on_form, places};
use crate::actions::Saved;
use crate::actions::saved::{address_of, question_of, saved_search_create, saved_search_list, saved_search_remove};
use crate::rules::keeping::NAME_CHARS_MAX;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::parts::{Action, Empty, Field, Form, Tag};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller};
use registry::api::search::SearchQuery;
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

/// Routes of saved searches.
pub fn routes() -> Vec<Route> {
    vec![
        read("/saved-searches", "saved_search_list", get(list)),
        read("/saved-searches/new", "saved_search_create", get(new)),
        write("/saved-searches", "saved_search_create", "saved_search.created", post(create)),
        write("/saved-searches/{id}/removals", "saved_search_remove", "saved_search.removed", post(remove)),
    ]
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let saved = saved_search_list(&app, &caller.ctx).await?;
    Ok(html(&KeptPage {
        shell: caller.visit.shell(t.msg("saved-title")).private(),
        places: places(t, "/saved-searches"),
        heading: t.msg("saved-title").into_owned(),
        lede: t.msg("saved-lede").into_owned(),
        rows: saved.iter().map(|one| row(t, one)).collect(),
        empty: Empty::new(t.msg("saved-empty"), t.msg("saved-empty-text")).action("/search", t.msg("nav-search")),
        form: None,
    }))
}

fn row(t: T, saved: &Saved) -> Kept {
    Kept {
        href: format!("/search?{}", saved.address),
        title: saved.name.clone(),
        about: saved.told_ms.map_or_else(
            || t.msg("saved-nothing-yet").into_owned(),
            |told| t.with("saved-told", "at", t.datetime(told)),
        ),
        tags: if saved.demo { vec![Tag::demo(t)] } else { Vec::new() },
        at_ms: saved.created_ms,
        remove: Form::new(t, format!("/saved-searches/{}/removals", saved.id), t.msg("saved-remove")),
    }
}

/// The parameters of the search page that a saved search keeps.
fn parts(query: &SearchQuery) -> [(&'static str, &str); 6] {
    [
        ("q", &query.q),
        ("kind", &query.kind),
        ("city", &query.city),
        ("status", &query.status),
        ("segment", &query.segment),
        ("year", &query.year),
    ]
}

fn name_form(t: T, query: &SearchQuery, name: &str) -> Form {
    let field = Field::line(t, "name", t.msg("saved-name")).hint(t.msg("saved-name-hint")).chars_max(NAME_CHARS_MAX);
    let form = Form::new(t, "/saved-searches", t.msg("saved-save")).field(field.value(name));
    let form = parts(query).into_iter().fold(form, |form, (name, value)| match value.is_empty() {
        true => form,
        false => form.hidden(name, value),
    });
    form.idempotency_key(platform::identity::idempotency::new_key())
}

fn question(caller: &Caller, query: &SearchQuery, form: Form) -> WordPage {
    let t = caller.visit.t;
    let address = address_of(query);
    WordPage {
        shell: caller.visit.shell(t.msg("saved-new-title")).private(),
        heading: t.msg("saved-new-title").into_owned(),
        lede: t.msg("saved-new-lede").into_owned(),
        note: String::new(),
        secret: String::new(),
        form: Some(form),
        on: Some(Action::new(format!("/search?{address}"), t.msg("saved-back"))),
    }
}

async fn new(caller: Caller, Query(query): Query<SearchQuery>) -> Result<Response, Problem> {
    caller.signed_in()?;
    question_of(&query)?;
    let name: String = query.q.trim().chars().take(NAME_CHARS_MAX).collect();
    let form = name_form(caller.visit.t, &query, &name);
    Ok(html(&question(&caller, &query, form)))
}

fn query_of(typed: &Typed) -> SearchQuery {
    let get = |name: &str| typed.get(name).to_owned();
    SearchQuery {
        q: get("q"),
        kind: get("kind"),
        city: get("city"),
        status: get("status"),
        segment: get("segment"),
        year: get("year"),
    }
}

async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let query = query_of(&typed);
    let Err(fault) = saved_search_create(&app, &caller.ctx, typed.get("name"), &query).await else {
        return Ok(Redirect::to("/saved-searches").into_response());
    };
    let refusal = on_form(fault)?;
    let form = name_form(caller.visit.t, &query, typed.get("name")).refuse(&refusal);
    Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &question(&caller, &query, form)))
}

async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    saved_search_remove(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to("/saved-searches").into_response())
}
