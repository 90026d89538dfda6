//! Administration of one account: its roles, its standing, a new password.

use super::admin::{link_once, tags};
use super::{city_field, on_form, role_field, role_text};
use crate::app::App;
use crate::capability::Route;
use crate::identity::actions;
use crate::identity::rules::{grant_of, role_unknown};
use crate::request::Caller;
use crate::web::kinds::DetailFrame;
use crate::web::parts::{Crumbs, Fact, Facts, Form};
use crate::web::{Problem, Shell, html, html_with};
use askama::Template;
use axum::extract::{Form as Posted, Path, State};
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/admin/accounts/{id}", "account_view", None, get(page)),
        row(Method::POST, "/admin/accounts/{id}/roles", "role_grant", Some("role.granted"), post(grant)),
        row(Method::POST, "/admin/accounts/{id}/role-revocations", "role_revoke", Some("role.revoked"), post(revoke)),
        row(
            Method::POST,
            "/admin/accounts/{id}/disablings",
            "account_disable",
            Some("account.disabled"),
            post(disable),
        ),
        row(Method::POST, "/admin/accounts/{id}/enablings", "account_enable", Some("account.enabled"), post(enable)),
        row(Method::POST, "/admin/accounts/{id}/resets", "reset_create", Some("invite.created"), post(reset)),
    ]
}

/// A role held: code, city code, words.
struct Held {
    role: &'static str,
    city: String,
    text: String,
}

#[derive(Template)]
#[template(path = "identity/admin_account.html")]
struct AdminAccountPage {
    shell: Shell,
    detail: DetailFrame,
    id: String,
    disabled: bool,
    own: bool,
    held: Vec<Held>,
    grant: Form,
}

fn grant_form(caller: &Caller, id: &str) -> Form {
    let t = caller.visit.t;
    Form::new(t, format!("/admin/accounts/{id}/roles"), t.msg("admin-role-submit"))
        .field(role_field(t))
        .field(city_field(t))
}

async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let form = grant_form(&caller, &id);
    Ok(html(&filled(&app, &caller, &id, form).await?))
}

async fn filled(app: &App, caller: &Caller, id: &str, grant: Form) -> Result<AdminAccountPage, Problem> {
    app.policies().require(&caller.ctx, "account_list", &crate::policy::Resource::house())?;
    let t = caller.visit.t;
    let account = actions::account_by_id(app, &caller.ctx, id).await?;
    let grants = actions::grants_of(app, &caller.ctx, id).await?;
    let text = |key: &str| t.msg(key).into_owned();
    let mut facts = vec![
        Fact::new(text("link-login"), account.login.clone()),
        Fact::new(text("link-email"), account.email.clone().unwrap_or_else(|| text("not-given"))),
        Fact::new(text("admin-account-since"), t.datetime(account.created_ms)),
    ];
    facts.extend(account.disabled_ms.map(|ms| Fact::new(text("admin-account-disabled"), t.datetime(ms))));
    let held = grants.iter().map(|grant| Held {
        role: grant.role.code(),
        city: grant.city.map(|city| city.to_string()).unwrap_or_default(),
        text: role_text(t, grant),
    });
    let detail = DetailFrame {
        crumbs: Crumbs::new(t, account.name.clone())
            .over("/admin", text("nav-admin"))
            .over("/admin/accounts", text("admin-accounts")),
        heading: account.name.clone(),
        other_name: String::new(),
        tags: tags(caller, &account, &grants),
        lede: String::new(),
        phases: None,
        facts: vec![Facts { title: String::new(), facts }],
        actions: Vec::new(),
        source: None,
        proof: None,
    };
    Ok(AdminAccountPage {
        shell: caller.visit.shell(account.name.clone()).private(),
        detail,
        id: id.to_owned(),
        disabled: account.disabled_ms.is_some(),
        own: caller.actor().id() == id,
        held: held.collect(),
        grant,
    })
}

#[derive(Deserialize)]
struct TypedRole {
    #[serde(default)]
    role: String,
    #[serde(default)]
    city: String,
}

async fn grant(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Posted(typed): Posted<TypedRole>,
) -> Result<Response, Problem> {
    let granted = match grant_of(&typed.role, &typed.city) {
        Ok(Some(grant)) => actions::role_grant(&app, &caller.ctx, id.clone(), grant).await,
        Ok(None) => Err(role_unknown().into()),
        Err(refusal) => Err(refusal.into()),
    };
    match granted {
        Ok(()) => Ok(Redirect::to(&format!("/admin/accounts/{id}")).into_response()),
        Err(fault) => {
            let form = grant_form(&caller, &id).fill([("role", typed.role.as_str()), ("city", &typed.city)]);
            let (status, form) = on_form(fault, form)?;
            Ok(html_with(status, &filled(&app, &caller, &id, form).await?))
        }
    }
}

async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Posted(typed): Posted<TypedRole>,
) -> Result<Redirect, Problem> {
    let grant = grant_of(&typed.role, &typed.city)?.ok_or_else(role_unknown)?;
    actions::role_revoke(&app, &caller.ctx, id.clone(), grant).await?;
    Ok(Redirect::to(&format!("/admin/accounts/{id}")))
}

async fn disable(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    actions::account_disable(&app, &caller.ctx, id.clone()).await?;
    Ok(Redirect::to(&format!("/admin/accounts/{id}")))
}

async fn enable(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    actions::account_enable(&app, &caller.ctx, id.clone()).await?;
    Ok(Redirect::to(&format!("/admin/accounts/{id}")))
}

async fn reset(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let link = actions::reset_create(&app, &caller.ctx, id).await?;
    Ok(link_once(&app, &caller, &link))
}
