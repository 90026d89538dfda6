//! One's own second factor.

use super::{code_field, password_field};
use crate::actions::factor::{
    Begun, FactorView, Removal, factor_begin, factor_confirm, factor_remove, factor_view, recovery_make,
};
use crate::picture;
use askama::Template;
use axum::extract::{Form as Posted, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::{Place, on_form};
use platform::web::parts::{Crumbs, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::Deserialize;

/// Routes of one's own second factor.
pub fn routes() -> Vec<Route> {
    vec![
        read("/account/factors", "factor_view", get(page)),
        write("/account/factors", "factor_begin", "factor.begun", post(begin)),
        write("/account/factors/confirmations", "factor_confirm", "factor.confirmed", post(confirm)),
        write("/account/factors/removals", "factor_remove", "factor.removed", post(remove)),
        write("/account/recovery-codes", "recovery_make", "factor.codes_made", post(codes)),
    ]
}

#[derive(Template)]
#[template(path = "access/factors.html")]
struct FactorsPage {
    shell: Shell,
    crumbs: Crumbs,
    view: FactorView,
    begin: Form,
    codes: Form,
    remove: Form,
}

/// A new secret with its picture, or only the question for a code when the secret has been shown.
#[derive(Template)]
#[template(path = "access/begun.html")]
struct BegunPage {
    shell: Shell,
    crumbs: Crumbs,
    begun: Option<Begun>,
    picture: picture::Picture,
    confirm: Form,
}

#[derive(Template)]
#[template(path = "access/codes.html")]
struct CodesPage {
    shell: Shell,
    crumbs: Crumbs,
    codes: Vec<String>,
}

fn crumbs(t: T, here: &str) -> Crumbs {
    Crumbs::new(t, t.msg(here).into_owned()).over("/account", t.msg("account-title").into_owned())
}

fn remove_form(t: T) -> Form {
    Form::new(t, "/account/factors/removals", t.msg("access-factor-remove"))
        .field(password_field(t))
        .field(code_field(t))
}

fn confirm_form(t: T) -> Form {
    Form::new(t, "/account/factors/confirmations", t.msg("access-factor-confirm"))
        .field(code_field(t).hint(t.msg("access-factor-confirm-hint")))
}

async fn filled(app: &App, caller: &Caller, remove: Form) -> Result<FactorsPage, Problem> {
    let t = caller.visit.t;
    Ok(FactorsPage {
        shell: caller.visit.shell(t.msg("access-factors")).private(),
        crumbs: crumbs(t, "access-factors"),
        view: factor_view(app, &caller.ctx).await?,
        begin: Form::new(t, "/account/factors", t.msg("access-factor-begin")),
        codes: Form::new(t, "/account/recovery-codes", t.msg("access-codes-make")),
        remove,
    })
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.signed_in()?;
    let remove = remove_form(caller.visit.t);
    Ok(html(&filled(&app, &caller, remove).await?))
}

fn begun_page(caller: &Caller, status: StatusCode, begun: Option<Begun>, confirm: Form) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let picture = picture::Picture::of(begun.as_ref().map_or("", |begun| begun.uri.as_str()))?;
    let shell = caller.visit.shell(t.msg("access-factor-begun")).private();
    let crumbs = crumbs(t, "access-factor-begun").over("/account/factors", t.msg("access-factors").into_owned());
    Ok(html_with(status, &BegunPage { shell, crumbs, begun, picture, confirm }))
}

async fn begin(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let begun = factor_begin(&app, &caller.ctx).await?;
    begun_page(&caller, StatusCode::OK, Some(begun), confirm_form(caller.visit.t))
}

#[derive(Deserialize)]
struct ConfirmForm {
    #[serde(default)]
    code: String,
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Posted(typed): Posted<ConfirmForm>,
) -> Result<Response, Problem> {
    match factor_confirm(&app, &caller.ctx, &typed.code, &place.0).await {
        Ok(codes) => Ok(codes_page(&caller, codes)),
        Err(fault) => {
            let (status, form) = on_form(fault, confirm_form(caller.visit.t))?;
            begun_page(&caller, status, None, form)
        }
    }
}

pub(super) fn codes_page(caller: &Caller, codes: Vec<String>) -> Response {
    let t = caller.visit.t;
    let shell = caller.visit.shell(t.msg("access-codes")).private();
    let crumbs = crumbs(t, "access-codes").over("/account/factors", t.msg("access-factors").into_owned());
    html(&CodesPage { shell, crumbs, codes })
}

async fn codes(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(codes_page(&caller, recovery_make(&app, &caller.ctx).await?))
}

#[derive(Deserialize)]
struct RemoveForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Posted(typed): Posted<RemoveForm>,
) -> Result<Response, Problem> {
    let removal = Removal { password: typed.password, code: typed.code, visitor: place.0 };
    match factor_remove(&app, &caller.ctx, removal).await {
        Ok(()) => Ok(Redirect::to("/account/factors").into_response()),
        Err(fault) => {
            let (status, form) = on_form(fault, remove_form(caller.visit.t))?;
            Ok(html_with(status, &filled(&app, &caller, form).await?))
        }
    }
}
