//! The code after the password.

use super::{code_field, form_page, read, write};
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
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}", name(https));
    // Secrets are hexadecimal, so the text is always a valid header.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
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

async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<NextQuery>,
) -> Result<Response, Problem> {
    let secret = cookie_of(&headers, name(app.site().https)).unwrap_or_default();
    if second_step_view(&app, &caller.ctx, secret).await.is_err() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(form_page(&caller, StatusCode::OK, "access-enter-title", "access-enter-lede", form(&caller, &query.next)))
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
            Ok(form_page(&caller, status, "access-enter-title", "access-enter-lede", form))
        }
    }
}
