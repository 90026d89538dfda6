//! One-time links: the first administrator, invited people, a new password.

use super::sign_in::lead_on;
use super::{Place, form_page, on_form, password_field};
use crate::app::App;
use crate::capability::Route;
use crate::fault::Outcome;
use crate::identity::actions::{self, Accept, SignIn, Visitor};
use crate::identity::{Invite, InviteKind};
use crate::request::Caller;
use crate::web::parts::{Field, FieldKind, Form};
use crate::web::{Problem, html_with};
use axum::extract::{Form as Posted, Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/first/{secret}", "account_create_first", None, get(first_page)),
        row(Method::POST, "/first/{secret}", "account_create_first", Some("account.created"), post(first)),
        row(Method::GET, "/invite/{secret}", "invite_accept", None, get(invite_page)),
        row(Method::POST, "/invite/{secret}", "invite_accept", Some("invite.accepted"), post(accept)),
    ]
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

fn form(caller: &Caller, invite: &Invite, action: String) -> Form {
    let t = caller.visit.t;
    let new_password = password_field(t, "password", "link-password", "new-password").hint(t.msg("link-password-hint"));
    let mut form = Form::new(t, action, t.msg("link-submit"));
    if invite.kind == InviteKind::Reset {
        return form.field(new_password);
    }
    form = form
        .field(
            Field::line(t, "login", t.msg("link-login"))
                .hint(t.msg("link-login-hint"))
                .autocomplete("username")
                .chars_max(32),
        )
        .field(
            Field::line(t, "name", t.msg("link-name")).autocomplete("name").chars_max(kernel::limits::TITLE_CHARS_MAX),
        )
        .field(Field::new(t, FieldKind::Line("email"), "email", t.msg("link-email")).autocomplete("email").optional());
    form.field(new_password)
}

fn shown(caller: &Caller, status: StatusCode, invite: &Invite, form: Form) -> Response {
    let (heading, lede) = match invite.kind {
        InviteKind::FirstAdministrator => ("link-first-title", "link-first-lede"),
        InviteKind::Invite => ("link-invite-title", "link-invite-lede"),
        InviteKind::Reset => ("link-reset-title", "link-reset-lede"),
    };
    html_with(status, &form_page(caller, heading, lede, form, ""))
}

async fn first_page(State(app): State<App>, caller: Caller, Path(secret): Path<String>) -> Result<Response, Problem> {
    open(&app, &caller, &secret, "first").await
}

async fn invite_page(State(app): State<App>, caller: Caller, Path(secret): Path<String>) -> Result<Response, Problem> {
    open(&app, &caller, &secret, "invite").await
}

async fn open(app: &App, caller: &Caller, secret: &str, place: &str) -> Result<Response, Problem> {
    let invite = actions::invite_of(app, &caller.ctx, secret).await?;
    if (invite.kind == InviteKind::FirstAdministrator) != (place == "first") {
        return Err(Problem::not_found());
    }
    let proposed = [("name", invite.name.as_str()), ("email", invite.email.as_deref().unwrap_or_default())];
    let form = form(caller, &invite, format!("/{place}/{secret}")).fill(proposed);
    Ok(shown(caller, StatusCode::OK, &invite, form))
}

async fn first(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Path(secret): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Problem> {
    let made = actions::account_create_first(&app, &caller.ctx, command(&caller, &secret, &typed)).await;
    answer(&app, &caller, place.0, &typed, made, (&secret, "first")).await
}

async fn accept(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Path(secret): Path<String>,
    Posted(typed): Posted<Typed>,
) -> Result<Response, Problem> {
    let made = actions::invite_accept(&app, &caller.ctx, command(&caller, &secret, &typed)).await;
    answer(&app, &caller, place.0, &typed, made, (&secret, "invite")).await
}

fn command(caller: &Caller, secret: &str, typed: &Typed) -> Accept {
    Accept {
        secret: secret.to_owned(),
        login: typed.login.clone(),
        name: typed.name.clone(),
        email: typed.email.clone(),
        password: typed.password.clone(),
        locale: caller.ctx.locale,
    }
}

/// Signs the newcomer in, or gives the form back with what was typed.
async fn answer(
    app: &App,
    caller: &Caller,
    visitor: Visitor,
    typed: &Typed,
    made: Outcome<String>,
    (secret, place): (&str, &str),
) -> Result<Response, Problem> {
    match made {
        Ok(account) => {
            let login = actions::login_of(app, &account).await?;
            let next = if place == "first" { "/admin" } else { "/desk" };
            let attempt = SignIn { login, password: typed.password.clone(), visitor, next: next.to_owned() };
            let entered = actions::sign_in(app, &caller.ctx, attempt).await?;
            Ok(lead_on(app, &entered, next))
        }
        Err(fault) => {
            let invite = actions::invite_of(app, &caller.ctx, secret).await?;
            let filled = [("login", typed.login.as_str()), ("name", &typed.name), ("email", &typed.email)];
            let form = form(caller, &invite, format!("/{place}/{secret}")).fill(filled);
            let (status, form) = on_form(fault, form)?;
            Ok(shown(caller, status, &invite, form))
        }
    }
}
