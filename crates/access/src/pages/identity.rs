//! Identities of other houses: one's own links, and signing in by them.

use super::{again_page, cookie_header};
use crate::actions::identity::{gate, identity_list, identity_remove};
use crate::actions::trip::{Ended, Leaving, Returned, TRIP_MS, link_begin, trip_begin, trip_end};
use crate::store::identity::Identity;
use askama::Template;
use axum::extract::{Form as Posted, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::actions::Entered;
use platform::identity::{Place, on_form, safe_next, welcome};
use platform::web::parts::{Crumbs, Form};
use platform::web::visit::cookie as cookie_of;
use platform::web::{Problem, Shell, assets, html, html_with};
use platform::{App, Caller, Fault};
use rooms::routes::{read, write};
use serde::Deserialize;

/// Routes of identities.
pub fn routes() -> Vec<Route> {
    vec![
        read("/account/identities", "identity_list", get(page)),
        write("/account/identities/{id}/links", "identity_link", "provider.asked", post(link)),
        write("/account/identities/{id}/removals", "identity_remove", "identity.removed", post(remove)),
        write("/sign-in/providers/{id}", "provider_enter", "provider.asked", post(leave)),
        read("/sign-in/returns/{id}", "provider_enter", get(arrive)),
        write("/sign-in/returns/{id}", "provider_enter", "session.created", post(end)),
    ]
}

#[derive(Template)]
#[template(path = "access/identities.html")]
struct IdentitiesPage {
    shell: Shell,
    crumbs: Crumbs,
    linked: Vec<(String, Identity)>,
    offered: Vec<Form>,
    error: String,
}

/// A page that leads to another house. A form may not lead there by itself: the browser is told so by every page.
#[derive(Template)]
#[template(path = "access/leave.html")]
struct LeavePage {
    shell: Shell,
    heading: String,
    href: String,
    back: &'static str,
}

/// What was brought back, sent on by the page itself: whatever merely opens the address changes nothing.
#[derive(Template)]
#[template(path = "access/arrive.html")]
struct ArrivePage {
    shell: Shell,
    script: &'static str,
    form: Form,
}

async fn filled(app: &App, caller: &Caller, fault: Option<Fault>) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let gate = gate(app);
    let (status, said) = match fault {
        Some(fault) => on_form(fault, Form::new(t, "", ""))?,
        None => (StatusCode::OK, Form::new(t, "", "")),
    };
    let named = |identity: Identity| {
        let provider = gate.providers().iter().find(|provider| provider.issuer == identity.issuer);
        (provider.map_or_else(|| identity.provider.clone(), |provider| t.text(&provider.name).to_owned()), identity)
    };
    let offer = |provider: &crate::provider::Provider| {
        let words = t.with("access-identity-link", "name", t.text(&provider.name));
        Form::new(t, format!("/account/identities/{}/links", provider.id), words)
    };
    let page = IdentitiesPage {
        shell: caller.visit.shell(t.msg("access-identities")).private(),
        crumbs: Crumbs::new(t, t.msg("access-identities").into_owned())
            .over("/account", t.msg("account-title").into_owned()),
        linked: identity_list(app, &caller.ctx).await?.into_iter().map(named).collect(),
        offered: gate.providers().iter().map(offer).collect(),
        error: said.errors.first().cloned().unwrap_or_default(),
    };
    Ok(html_with(status, &page))
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.signed_in()?;
    filled(&app, &caller, None).await
}

async fn link(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    match link_begin(&app, &caller.ctx, &id).await {
        Ok(leaving) => Ok(leave_page(&app, &caller, leaving, "/account/identities")),
        Err(fault) => filled(&app, &caller, Some(fault)).await,
    }
}

async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    identity_remove(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/account/identities"))
}

fn name(https: bool) -> &'static str {
    if https { "__Host-trip" } else { "trip" }
}

/// Ties a trip to the browser that set out, for so many seconds; 0 takes it away. It is no session.
fn cookie(secret: &str, age_s: i64, https: bool) -> HeaderValue {
    cookie_header(name(https), secret, age_s, https)
}

fn leave_page(app: &App, caller: &Caller, leaving: Leaving, back: &'static str) -> Response {
    let t = caller.visit.t;
    let heading = t.with("access-leave-title", "name", t.text(&leaving.name));
    let shell = caller.visit.shell(heading.clone()).private();
    let mut response = html(&LeavePage { shell, heading, href: leaving.href, back });
    let cookie = cookie(&leaving.secret, TRIP_MS / 1000, app.site().https);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

#[derive(Deserialize)]
struct Leave {
    #[serde(default)]
    next: String,
}

async fn leave(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Path(id): Path<String>,
    Posted(typed): Posted<Leave>,
) -> Result<Response, Problem> {
    match trip_begin(&app, &caller.ctx, &id, &typed.next, &place.0).await {
        Ok(leaving) => Ok(leave_page(&app, &caller, leaving, "/sign-in")),
        Err(fault) => again(&caller, fault, &id, &typed.next),
    }
}

/// What went wrong, and the way to begin again.
fn again(caller: &Caller, fault: Fault, id: &str, next: &str) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let form = Form::new(t, format!("/sign-in/providers/{id}"), t.msg("access-passkey-again"));
    let (status, form) = on_form(fault, form.hidden("next", safe_next(next)))?;
    Ok(again_page(caller, status, "access-provider-title", "access-provider-again-lede", form))
}

#[derive(Deserialize, Default)]
struct Brought {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    iss: String,
    #[serde(default)]
    error: String,
}

async fn arrive(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(brought): Query<Brought>,
) -> Result<Response, Problem> {
    gate(&app).provider(&id)?;
    let t = caller.visit.t;
    let form = Form::new(t, format!("/sign-in/returns/{id}"), t.msg("access-leave-on"));
    let values = [("code", brought.code), ("state", brought.state), ("iss", brought.iss), ("error", brought.error)];
    let form = values.into_iter().fold(form, |form, (name, value)| form.hidden(name, value));
    let shell = caller.visit.shell(t.msg("access-arrive-title")).private();
    Ok(html(&ArrivePage { shell, script: assets::href("sign-in.js"), form }))
}

async fn end(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Path(id): Path<String>,
    headers: HeaderMap,
    Posted(brought): Posted<Brought>,
) -> Result<Response, Problem> {
    let https = app.site().https;
    let secret = cookie_of(&headers, name(https)).unwrap_or_default();
    let Brought { code, state, iss, error } = brought;
    let brought = Returned { code, state, iss, error };
    let mut response = match trip_end(&app, &caller.ctx, &id, secret, &brought, place.0).await {
        Ok(Ended::Linked) => Redirect::to("/account/identities").into_response(),
        Ok(Ended::Entered(Entered::Session(signed_in), next)) => welcome(&app, &signed_in, safe_next(&next)),
        Ok(Ended::Entered(Entered::Step(step), _)) => {
            let mut response = Redirect::to(&step.href).into_response();
            response.headers_mut().append(header::SET_COOKIE, step.cookie);
            response
        }
        // Whoever is signed in has come to link something.
        Err(fault) if caller.actor().account.is_some() => filled(&app, &caller, Some(fault)).await?,
        Err(fault) => again(&caller, fault, &id, "")?,
    };
    response.headers_mut().append(header::SET_COOKIE, cookie("", 0, https));
    Ok(response)
}
