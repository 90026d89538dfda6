//! One's own account: sessions, password, language, access tokens.

use super::sign_in::language_cookie;
use super::{OncePage, on_form, password_field};
use crate::app::App;
use crate::capability::Route;
use crate::fault::Fault;
use crate::identity::actions::{self, NewToken};
use crate::identity::idempotency;
use crate::identity::{ApiToken, Session, rules, secret};
use crate::policy::SCOPES;
use crate::request::Caller;
use crate::web::parts::{Choice, Field, FieldKind, Form};
use crate::web::shell::NavLink;
use crate::web::{Menu, Problem, Shell, html, html_with};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form as Posted;
use kernel::Refusal;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/account", "account_view", None, get(page)),
        row(Method::POST, "/account/passwords", "password_change", Some("password.changed"), post(password)),
        row(Method::POST, "/account/languages", "locale_change", Some("locale.changed"), post(language)),
        row(Method::POST, "/account/tokens", "token_create", Some("token.created"), post(token)),
        row(
            Method::POST,
            "/account/tokens/{id}/revocations",
            "token_revoke",
            Some("token.revoked"),
            post(token_revoke),
        ),
        row(Method::POST, "/account/sessions/{id}/endings", "session_end", Some("session.ended"), post(session_end)),
        row(Method::POST, "/account/sessions/endings", "session_end", Some("session.others-ended"), post(others_end)),
    ]
}

#[derive(Template)]
#[template(path = "identity/account.html")]
struct AccountPage {
    shell: Shell,
    name: String,
    login: String,
    organisations: Vec<(String, String)>,
    roles: Vec<String>,
    sessions: Vec<(Session, bool)>,
    tokens: Vec<ApiToken>,
    password: Form,
    language: Form,
    token: Form,
    further: Vec<NavLink>,
}

/// The three forms of the page; a refused one takes the place of its fresh twin.
struct Forms {
    password: Form,
    language: Form,
    token: Form,
}

impl Forms {
    fn fresh(caller: &Caller) -> Forms {
        let t = caller.visit.t;
        let password = Form::new(t, "/account/passwords", t.msg("account-password-submit"))
            .field(password_field(t, "password", "account-password-present", "current-password"))
            .field(
                password_field(t, "new_password", "account-password-new", "new-password")
                    .hint(t.msg("link-password-hint")),
            );
        let languages = vec![Choice::new("zh-CN", "中文"), Choice::new("en", "English")];
        let language = Form::new(t, "/account/languages", t.msg("account-language-submit"))
            .field(Field::new(t, FieldKind::Radio(languages), "lang", t.msg("account-language")).value(t.lang()));
        let scopes =
            SCOPES.iter().filter(|scope| **scope != "admin" || caller.actor().has(crate::ctx::Role::Administrator));
        let scopes = scopes.map(|scope| Choice::new(*scope, *scope).hint(t.msg(format!("scope-{scope}")))).collect();
        let token = Form::new(t, "/account/tokens", t.msg("account-token-submit"))
            .idempotency_key(idempotency::new_key())
            .field(Field::line(t, "name", t.msg("account-token-name")).hint(t.msg("account-token-name-hint")))
            .field(Field::new(t, FieldKind::Check(scopes), "scopes", t.msg("account-token-scopes")))
            .field(Field::new(t, FieldKind::Number, "days", t.msg("account-token-days")).unit(t.msg("unit-days")));
        Forms { password, language, token }
    }
}

async fn page(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let mut forms = Forms::fresh(&caller);
    forms.token = forms.token.fill([("days", "90")]);
    Ok(html(&filled(&app, &caller, &headers, forms).await?))
}

async fn filled(app: &App, caller: &Caller, headers: &HeaderMap, forms: Forms) -> Result<AccountPage, Problem> {
    let id = caller.signed_in()?.to_owned();
    let t = caller.visit.t;
    let account = actions::account_by_id(app, &caller.ctx, &id).await?;
    let grants = actions::grants_of(app, &caller.ctx, &id).await?;
    let memberships = caller.actor().memberships.iter();
    Ok(AccountPage {
        shell: caller.visit.shell(t.msg("account-title")).private(),
        name: account.name,
        login: account.login,
        organisations: memberships.map(|m| (format!("/organisations/{}", m.organisation), m.name.clone())).collect(),
        roles: grants.iter().map(|grant| super::role_text(t, grant)).collect(),
        sessions: actions::session_list(app, &caller.ctx, secret::cookie_of(headers, app.site().https)).await?,
        tokens: actions::token_list(app, &caller.ctx).await?,
        password: forms.password,
        language: forms.language,
        token: forms.token,
        further: caller.visit.menu(Menu::Account),
    })
}

async fn refused(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    forms: Forms,
    status: StatusCode,
) -> Result<Response, Problem> {
    Ok(html_with(status, &filled(app, caller, headers, forms).await?))
}

#[derive(Deserialize)]
struct TypedPassword {
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
}

async fn password(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Posted(typed): Posted<TypedPassword>,
) -> Result<Response, Problem> {
    let keep = secret::cookie_of(&headers, app.site().https).unwrap_or_default();
    match actions::password_change(&app, &caller.ctx, &typed.password, &typed.new_password, keep).await {
        Ok(()) => Ok(Redirect::to("/account").into_response()),
        Err(fault) => {
            let fresh = Forms::fresh(&caller);
            let (status, password) = on_form(fault, fresh.password)?;
            refused(&app, &caller, &headers, Forms { password, ..Forms::fresh(&caller) }, status).await
        }
    }
}

#[derive(Deserialize)]
struct TypedLanguage {
    #[serde(default)]
    lang: String,
}

async fn language(
    State(app): State<App>,
    caller: Caller,
    Posted(typed): Posted<TypedLanguage>,
) -> Result<Response, Problem> {
    let locale = rules::language(&typed.lang)?;
    actions::locale_change(&app, &caller.ctx, locale).await?;
    let mut response = Redirect::to("/account").into_response();
    response.headers_mut().append(header::SET_COOKIE, language_cookie(locale));
    Ok(response)
}

#[derive(Deserialize)]
struct TypedToken {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    days: String,
}

async fn token(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Posted(typed): Posted<TypedToken>,
) -> Result<Response, Problem> {
    // A number that cannot be read is no number of days; the rule says so at the field.
    let days = typed.days.trim().parse().unwrap_or(0);
    let new = NewToken { name: typed.name.clone(), scopes: typed.scopes.clone(), days };
    match actions::token_create(&app, &caller.ctx, new).await {
        Ok(made) => Ok(shown_once(&caller, made.secret)),
        Err(fault) => {
            let scopes = typed.scopes.iter().map(|scope| ("scopes", scope.as_str()));
            let typed = [("name", typed.name.as_str()), ("days", &typed.days)].into_iter().chain(scopes);
            let (status, token) = on_form(fault, Forms::fresh(&caller).token.fill(typed))?;
            refused(&app, &caller, &headers, Forms { token, ..Forms::fresh(&caller) }, status).await
        }
    }
}

fn shown_once(caller: &Caller, secret: Option<String>) -> Response {
    let t = caller.visit.t;
    let lede = if secret.is_some() { "account-token-once" } else { "account-token-told" };
    html(&OncePage {
        shell: caller.visit.shell(t.msg("account-token-made")).private(),
        heading: t.msg("account-token-made").into_owned(),
        lede: t.msg(lede).into_owned(),
        secret: secret.unwrap_or_default(),
        back_href: "/account".to_owned(),
        back_label: t.msg("account-title").into_owned(),
    })
}

async fn token_revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    actions::token_revoke(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/account"))
}

async fn session_end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    actions::session_end(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/account"))
}

async fn others_end(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Redirect, Problem> {
    let keep = secret::cookie_of(&headers, app.site().https);
    let keep = keep.ok_or_else(|| Fault::from(Refusal::sign_in()))?;
    actions::session_others_end(&app, &caller.ctx, keep).await?;
    Ok(Redirect::to("/account"))
}
