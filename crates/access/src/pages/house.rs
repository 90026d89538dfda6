//! Administration of ways to sign in: what offices are asked for, and who has it.

use crate::actions::factor::factor_lift;
use crate::actions::house::{AccessView, access_change, access_list};
use crate::rules::refusals;
use askama::Template;
use axum::extract::{Form as Posted, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::on_form;
use platform::web::parts::{Choice, Crumbs, Field, FieldKind, Form};
use platform::web::{Problem, Shell, html, html_with};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::Deserialize;

/// Routes of administration.
pub fn routes() -> Vec<Route> {
    vec![
        read("/admin/access", "access_list", get(page)),
        write("/admin/access", "access_change", "access.changed", post(change)),
        write("/admin/accounts/{id}/factor-removals", "factor_lift", "factor.lifted", post(lift)),
    ]
}

#[derive(Template)]
#[template(path = "access/house.html")]
struct HousePage {
    shell: Shell,
    crumbs: Crumbs,
    view: AccessView,
    own: String,
    change: Form,
}

fn form(caller: &Caller, required: bool) -> Form {
    let t = caller.visit.t;
    let choice = |word: &str| {
        Choice::new(word, t.msg(format!("access-house-{word}"))).hint(t.msg(format!("access-house-{word}-hint")))
    };
    let word = if required { "required" } else { "offered" };
    let choices = FieldKind::Radio(["offered", "required"].map(choice).to_vec());
    Form::new(t, "/admin/access", t.msg("access-house-submit"))
        .field(Field::new(t, choices, "second_factor", t.msg("access-house-ask")).value(word))
}

async fn filled(app: &App, caller: &Caller) -> Result<HousePage, Problem> {
    let t = caller.visit.t;
    let view = access_list(app, &caller.ctx).await?;
    Ok(HousePage {
        shell: caller.visit.shell(t.msg("access-menu")).private(),
        crumbs: Crumbs::new(t, t.msg("access-menu").into_owned()).over("/admin", t.msg("nav-admin").into_owned()),
        change: form(caller, view.required),
        own: caller.actor().id().to_owned(),
        view,
    })
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(html(&filled(&app, &caller).await?))
}

/// Reads the word of the form or of a program.
///
/// # Errors
/// `second-factor-word`.
pub fn requirement(word: &str) -> Result<bool, kernel::Refusal> {
    match word {
        "required" => Ok(true),
        "offered" => Ok(false),
        _ => Err(refusals::requirement_unknown()),
    }
}

#[derive(Deserialize)]
struct HouseForm {
    #[serde(default)]
    second_factor: String,
}

async fn change(State(app): State<App>, caller: Caller, Posted(typed): Posted<HouseForm>) -> Result<Response, Problem> {
    let changed = match requirement(&typed.second_factor) {
        Ok(required) => access_change(&app, &caller.ctx, required).await,
        Err(refusal) => Err(refusal.into()),
    };
    let Err(fault) = changed else { return Ok(Redirect::to("/admin/access").into_response()) };
    let mut page = filled(&app, &caller).await?;
    let (status, form) = on_form(fault, page.change)?;
    page.change = form;
    Ok(html_with(status, &page))
}

async fn lift(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    factor_lift(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/admin/access"))
}
