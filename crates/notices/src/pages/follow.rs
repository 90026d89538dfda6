//! What one follows.

use super::{Kept, KeptPage, WordPage, places};
use crate::actions::Follow;
use crate::actions::follow::{follow_create, follow_list, follow_remove, follow_view, kind_of};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Locale, Refusal};
use platform::capability::Route;
use platform::web::parts::{Action, Empty, Form, Tag};
use platform::web::{Problem, T, html};
use platform::{App, Caller};
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

/// Routes of follows.
pub fn routes() -> Vec<Route> {
    vec![
        read("/follows", "follow_list", get(list)),
        read("/follows/new/{noun}/{id}", "follow_create", get(new)),
        write("/follows", "follow_create", "follow.created", post(create)),
        write("/follows/{id}/removals", "follow_remove", "follow.removed", post(remove)),
    ]
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let follows = follow_list(&app, &caller.ctx).await?;
    Ok(html(&KeptPage {
        shell: caller.visit.shell(t.msg("follow-title")).private(),
        places: places(t, "/follows"),
        heading: t.msg("follow-title").into_owned(),
        lede: t.msg("follow-lede").into_owned(),
        rows: follows.iter().map(|follow| row(t, follow)).collect(),
        empty: Empty::new(t.msg("follow-empty"), t.msg("follow-empty-text")).action("/needs", t.msg("follow-start")),
        form: None,
    }))
}

fn row(t: T, follow: &Follow) -> Kept {
    let english = t.locale == Locale::En && !follow.title_en.is_empty();
    Kept {
        href: follow.href.clone(),
        title: if english { follow.title_en.clone() } else { follow.title.clone() },
        about: String::new(),
        tags: if follow.demo { vec![Tag::demo(t)] } else { Vec::new() },
        at_ms: follow.since_ms,
        remove: Form::new(t, format!("/follows/{}/removals", follow.id), t.msg("follow-end")),
    }
}

async fn new(
    State(app): State<App>,
    caller: Caller,
    Path((noun, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    caller.signed_in()?;
    let kind = kind_of(&noun).ok_or_else(Refusal::not_found)?;
    let found = follow_view(&app, &caller.ctx, kind, &id).await?;
    let form = match &found.already {
        Some(follow) => Form::new(t, format!("/follows/{}/removals", follow.id), t.msg("follow-end")),
        None => Form::new(t, "/follows", t.msg("follow-menu")).hidden("kind", kind).hidden("id", id.as_str()),
    };
    let lede = if found.already.is_some() { "follow-already" } else { "follow-ask" };
    Ok(html(&WordPage {
        shell: caller.visit.shell(t.msg("follow-menu")).private(),
        heading: found.title,
        lede: t.msg(lede).into_owned(),
        note: String::new(),
        secret: String::new(),
        form: Some(form),
        on: Some(Action::new(found.href, t.msg("follow-back"))),
    }))
}

async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let (kind, id) = (typed.get("kind"), typed.get("id"));
    if kind.is_empty() || id.is_empty() {
        return Err(Refusal::not_found().into());
    }
    follow_create(&app, &caller.ctx, kind, id).await?;
    Ok(Redirect::to("/follows").into_response())
}

async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    follow_remove(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to("/follows").into_response())
}
