//! A forgotten password: a link by mail.

use super::{WordPage, form_page};
use crate::actions::mail::reset_ask;
use axum::extract::{Form as Posted, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::{Place, on_form};
use platform::web::parts::{Field, Form};
use platform::web::{Problem, html};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::Deserialize;

/// Routes of forgotten passwords.
pub fn routes() -> Vec<Route> {
    vec![
        read("/password-resets/new", "reset_ask", get(page)),
        write("/password-resets", "reset_ask", "reset.asked", post(ask)),
    ]
}

fn form(caller: &Caller) -> Form {
    let t = caller.visit.t;
    Form::new(t, "/password-resets", t.msg("access-reset-submit"))
        .field(Field::line(t, "login", t.msg("sign-in-login")).autocomplete("username"))
}

async fn page(caller: Caller) -> Response {
    form_page(&caller, StatusCode::OK, "access-reset-title", "access-reset-lede", form(&caller))
}

#[derive(Deserialize)]
struct ResetForm {
    #[serde(default)]
    login: String,
}

/// The answer is the same whoever is named.
async fn ask(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Posted(typed): Posted<ResetForm>,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    if let Err(fault) = reset_ask(&app, &caller.ctx, &typed.login, &place.0).await {
        let (status, form) = on_form(fault, form(&caller).fill([("login", typed.login.as_str())]))?;
        return Ok(form_page(&caller, status, "access-reset-title", "access-reset-lede", form));
    }
    let heading = t.msg("access-reset-sent").into_owned();
    Ok(html(&WordPage {
        shell: caller.visit.shell(heading.clone()).private(),
        heading,
        lede: t.msg("access-reset-sent-lede").into_owned(),
        form: None,
        also: None,
        back: Some(("/sign-in".to_owned(), t.msg("nav-sign-in").into_owned())),
    }))
}
