//! Signing in and out.

use super::{FormPage, Place, form_page, on_form, password_field};
use crate::app::App;
use crate::capability::Route;
use crate::identity::actions::{self, Entered, SignIn, SignedIn};
use crate::identity::secret;
use crate::request::Caller;
use crate::web::parts::{Field, Form};
use crate::web::{Menu, Problem, html_with};
use axum::extract::{Form as Posted, Query, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/sign-in", "session_create", None, get(page)),
        row(Method::POST, "/sign-in", "session_create", Some("session.created"), post(sign_in)),
        row(Method::POST, "/sign-out", "session_end", Some("session.ended"), post(sign_out)),
    ]
}

/// Longest way back that is kept.
const NEXT_BYTES_MAX: usize = 2_000;

/// Where to go after signing in: a path of this site, never another site's address.
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && next.len() <= NEXT_BYTES_MAX;
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if local && plain && !next.starts_with("/sign-") { next } else { "/desk" }
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

fn form(caller: &Caller, next: &str) -> Form {
    let t = caller.visit.t;
    Form::new(t, "/sign-in", t.msg("sign-in-submit"))
        .hidden("next", safe_next(next))
        .field(Field::line(t, "login", t.msg("sign-in-login")).autocomplete("username"))
        .field(password_field(t, "password", "sign-in-password", "current-password"))
}

/// The form, and the other ways in.
fn shown(app: &App, caller: &Caller, status: StatusCode, form: Form, next: &str) -> Response {
    let t = caller.visit.t;
    let sources = app.capabilities().iter().filter_map(|capability| capability.access);
    let page = FormPage {
        ways: sources.flat_map(|access| (access.ways)(app, t)).collect(),
        next: safe_next(next).to_owned(),
        links: caller.visit.menu(Menu::SignIn),
        ..form_page(caller, "sign-in-title", "sign-in-lede", form, "sign-in-note")
    };
    html_with(status, &page)
}

async fn page(State(app): State<App>, caller: Caller, Query(query): Query<Next>) -> Response {
    if caller.actor().account.is_some() {
        return Redirect::to(safe_next(&query.next)).into_response();
    }
    shown(&app, &caller, StatusCode::OK, form(&caller, &query.next), &query.next)
}

async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Posted(typed): Posted<SignInForm>,
) -> Result<Response, Problem> {
    let next = safe_next(&typed.next);
    let SignInForm { login, password, .. } = &typed;
    let attempt = SignIn { login: login.clone(), password: password.clone(), visitor: place.0, next: next.to_owned() };
    match actions::sign_in(&app, &caller.ctx, attempt).await {
        Ok(entered) => Ok(lead_on(&app, &entered, next)),
        Err(fault) => {
            let form = form(&caller, &typed.next).fill([("login", typed.login.as_str())]);
            let (status, form) = on_form(fault, form)?;
            Ok(shown(&app, &caller, status, form, &typed.next))
        }
    }
}

/// Hands the browser what it has reached: its session, or the way to a second step.
pub(super) fn lead_on(app: &App, entered: &Entered, next: &str) -> Response {
    match entered {
        Entered::Session(signed_in) => welcome(app, signed_in, next),
        Entered::Step(step) => {
            let mut response = Redirect::to(&step.href).into_response();
            response.headers_mut().append(header::SET_COOKIE, step.cookie.clone());
            response
        }
    }
}

/// Hands the browser its session, switches to the account's language, and leads on.
pub fn welcome(app: &App, signed_in: &SignedIn, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    let session = secret::set_cookie(&signed_in.secret, signed_in.age_ms / 1000, app.site().https);
    response.headers_mut().append(header::SET_COOKIE, session);
    response.headers_mut().append(header::SET_COOKIE, language_cookie(signed_in.locale));
    response
}

/// Keeps the language in the browser, as the switch of the header does.
pub(super) fn language_cookie(locale: kernel::Locale) -> HeaderValue {
    let (name, age) = (crate::web::visit::LANG_COOKIE, crate::web::visit::PREFERENCE_AGE_S);
    let text = format!("{name}={}; Path=/; Max-Age={age}; SameSite=Lax", locale.tag());
    // Tags are plain ASCII, so the text is always a valid header.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

async fn sign_out(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let https = app.site().https;
    if let Some(secret) = secret::cookie_of(&headers, https) {
        actions::sign_out(&app, &caller.ctx, secret).await?;
    }
    let mut response = Redirect::to("/").into_response();
    response.headers_mut().append(header::SET_COOKIE, secret::set_cookie("", 0, https));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_site() {
        for good in ["/", "/needs/7?lang=en", "/search?q=%E7%A1%85"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "needs", "/a\r\nx: y", "/sign-out", "/硅"]
        {
            assert_eq!(safe_next(bad), "/desk", "{bad}");
        }
        assert_eq!(safe_next(&format!("/{}", "a".repeat(NEXT_BYTES_MAX))), "/desk");
    }
}
