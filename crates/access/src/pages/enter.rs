//! The code after the password.

use super::{code_field, cookie_header, form_page_also};
use crate::actions::enter::{second_step_take, second_step_view};
use crate::rules::refusals;
use axum::extract::{Form as Posted, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::{Place, on_form, safe_next, welcome};
use platform::web::Problem;
use platform::web::parts::Form;
use platform::web::visit::cookie as cookie_of;
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::Deserialize;

/// Routes of the second step.
pub fn routes() -> Vec<Route> {
    vec![
        read("/sign-in/codes", "second_step_take", get(page)),
        write("/sign-in/codes", "second_step_take", "session.created", post(take)),
    ]
}

fn name(https: bool) -> &'static str {
    if https { "__Host-step" } else { "step" }
}

/// Carries what was reached by the password, for so many seconds; 0 takes it away. It is no session.
pub fn cookie(secret: &str, age_s: i64, https: bool) -> HeaderValue {
    cookie_header(name(https), secret, age_s, https)
}

#[derive(Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

fn form(caller: &Caller, next: &str) -> Form {
    let t = caller.visit.t;
    Form::new(t, "/sign-in/codes", t.msg("access-enter-submit")).hidden("next", safe_next(next)).field(code_field(t))
}

/// The form for a code, and the way by a passkey where the account has one.
fn shown(caller: &Caller, status: StatusCode, form: Form, passkey: bool, next: &str) -> Response {
    let t = caller.visit.t;
    let also = Form::new(t, "/sign-in/passkeys", t.msg("access-passkey-instead")).hidden("next", safe_next(next));
    form_page_also(caller, status, "access-enter-title", "access-enter-lede", form, passkey.then_some(also))
}

async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let secret = cookie_of(&headers, name(app.site().https)).unwrap_or_default();
    let Ok(passkey) = second_step_view(&app, &caller.ctx, secret).await else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    Ok(shown(&caller, StatusCode::OK, form(&caller, &query.next), passkey, &query.next))
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    headers: HeaderMap,
    Posted(typed): Posted<CodeForm>,
) -> Result<Response, Problem> {
    let https = app.site().https;
    let secret = cookie_of(&headers, name(https)).ok_or_else(refusals::step_over)?;
    match second_step_take(&app, &caller.ctx, secret, &typed.code, place.0).await {
        Ok(signed_in) => {
            let mut response = welcome(&app, &signed_in, safe_next(&typed.next));
            response.headers_mut().append(header::SET_COOKIE, cookie("", 0, https));
            Ok(response)
        }
        Err(fault) => {
            let (status, form) = on_form(fault, form(&caller, &typed.next))?;
            let passkey = second_step_view(&app, &caller.ctx, secret).await.unwrap_or(false);
            Ok(shown(&caller, status, form, passkey, &typed.next))
        }
    }
}
