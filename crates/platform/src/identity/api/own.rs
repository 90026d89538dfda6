//! One's own account: who one is, sessions, password, language, access tokens.

use super::row;
use crate::app::App;
use crate::capability::Route;
use crate::ctx::{Mandate, Role};
use crate::identity::actions::{self, NewToken};
use crate::identity::{ApiToken, Session, rules, secret};
use crate::request::Caller;
use crate::web::page::List;
use crate::web::{JsonBody, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

pub(super) fn routes() -> Vec<Route> {
    let ended = Some("session.ended");
    vec![
        row(Method::GET, "/api/v1/me", "me_view", None, get(me)),
        row(Method::POST, "/api/v1/me/passwords", "password_change", Some("password.changed"), post(password)),
        row(Method::POST, "/api/v1/me/languages", "locale_change", Some("locale.changed"), post(language)),
        row(Method::GET, "/api/v1/me/sessions", "session_end", None, get(sessions)),
        row(Method::POST, "/api/v1/me/sessions/{id}/endings", "session_end", ended, post(session_end)),
        row(
            Method::POST,
            "/api/v1/me/sessions/endings",
            "session_end",
            Some("session.others-ended"),
            post(sessions_end),
        ),
        row(Method::GET, "/api/v1/tokens", "token_list", None, get(tokens)),
        row(Method::POST, "/api/v1/tokens", "token_create", Some("token.created"), post(token_create)),
        row(Method::POST, "/api/v1/tokens/{id}/revocations", "token_revoke", Some("token.revoked"), post(token_revoke)),
    ]
}

/// One's own account.
#[derive(OpenApi)]
#[openapi(
    paths(me, password, language, sessions, session_end, sessions_end, tokens, token_create, token_revoke),
    components(schemas(
        Me,
        OwnMembership,
        PasswordBody,
        LanguageBody,
        SessionItem,
        SessionList,
        ApiToken,
        TokenBody,
        TokenAnswer,
        TokenList
    ))
)]
pub(super) struct Document;

/// Who one is.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The account's id.
    id: String,
    /// Its name.
    name: String,
    /// Roles that do not come from an organisation.
    roles: Vec<&'static str>,
    /// Cities of one's office.
    cities: Vec<String>,
    /// Organisations one is a member of.
    organisations: Vec<OwnMembership>,
    /// The scopes of the token, when the request came with one.
    scopes: Option<Vec<String>>,
}

/// A membership of one's own.
#[derive(Serialize, ToSchema)]
struct OwnMembership {
    /// The organisation's id.
    id: String,
    /// Its name.
    name: String,
    /// What the mandate covers.
    mandates: Vec<&'static str>,
}

/// Who one is, what one may do, and for a token what it is limited to.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", responses((status = 200, body = Me), (status = 401, description = "sign in first")))]
async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let account = actions::account_own(&app, &caller.ctx).await?;
    let actor = caller.actor();
    let organisations = actor.memberships.iter().map(|m| OwnMembership {
        id: m.organisation.clone(),
        name: m.name.clone(),
        mandates: m.mandates.iter().copied().map(Mandate::code).collect(),
    });
    Ok(Json(Me {
        id: account.id,
        name: account.name,
        roles: actor.roles.iter().copied().map(Role::code).collect(),
        cities: actor.cities.iter().map(ToString::to_string).collect(),
        organisations: organisations.collect(),
        scopes: actor.scopes.clone(),
    }))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// The present one.
    password: String,
    /// The new one, 10 to 128 characters.
    new_password: String,
}

/// Changes one's own password and signs out every other device. A key is not kept: what was asked is a secret.
#[utoipa::path(post, path = "/api/v1/me/passwords", tag = "identity", request_body = PasswordBody, security(("session" = [])),
    responses((status = 204, description = "changed"), (status = 401, description = "sign in first"), (status = 403, description = "a token changes no password"),
        (status = 422, description = "the present password is wrong, or the new one breaks a rule")))]
async fn password(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<StatusCode, Problem> {
    let keep = secret::cookie_of(&headers, app.site().https).unwrap_or_default();
    actions::password_change(&app, &caller.ctx, &body.password, &body.new_password, keep).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The language one prefers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LanguageBody {
    /// `zh-CN` or `en`.
    lang: String,
}

/// Changes the language one prefers, on every device.
#[utoipa::path(post, path = "/api/v1/me/languages", tag = "identity", request_body = LanguageBody, security(("session" = [])),
    responses((status = 204, description = "changed"), (status = 401, description = "sign in first"), (status = 403, description = "a token changes no language"), (status = 422, description = "no such language")))]
async fn language(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<LanguageBody>,
) -> Result<StatusCode, Problem> {
    actions::locale_change(&app, &caller.ctx, rules::language(&body.lang)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A browser one is signed in with.
#[derive(Serialize, ToSchema)]
struct SessionItem {
    /// Opaque id.
    id: String,
    /// When one signed in there.
    created_ms: i64,
    /// When it was last used, to within a few minutes.
    seen_ms: i64,
    /// When it ends unless it is used.
    expires_ms: i64,
    /// What the browser calls itself.
    user_agent: String,
    /// Whether it is the one that asks.
    here: bool,
}

impl From<(Session, bool)> for SessionItem {
    fn from((session, here): (Session, bool)) -> SessionItem {
        let Session { id, created_ms, seen_ms, expires_ms, user_agent, .. } = session;
        SessionItem { id, created_ms, seen_ms, expires_ms, user_agent, here }
    }
}

/// One's own open sessions.
#[derive(Serialize, ToSchema)]
struct SessionList {
    items: Vec<SessionItem>,
    total: i64,
    next: Option<String>,
}

/// One's own open sessions, newest first.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "identity", security(("session" = [])),
    responses((status = 200, body = SessionList), (status = 401, description = "sign in first"), (status = 403, description = "a token sees no sessions")))]
async fn sessions(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<List<SessionItem>, Problem> {
    let here = secret::cookie_of(&headers, app.site().https);
    let found = actions::session_list(&app, &caller.ctx, here).await?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    Ok(List { items: found.into_iter().map(SessionItem::from).collect(), total, next: None })
}

/// Ends one of one's own sessions.
#[utoipa::path(post, path = "/api/v1/me/sessions/{id}/endings", tag = "identity", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "ended"), (status = 401, description = "sign in first"), (status = 403, description = "a token ends no session"), (status = 404, description = "ended already, or not yours")))]
async fn session_end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::session_end(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs out every other device of one's own.
#[utoipa::path(post, path = "/api/v1/me/sessions/endings", tag = "identity", security(("session" = [])),
    responses((status = 204, description = "ended"), (status = 401, description = "sign in first"), (status = 403, description = "a token ends no session")))]
async fn sessions_end(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<StatusCode, Problem> {
    let keep = secret::cookie_of(&headers, app.site().https).unwrap_or_default();
    actions::session_others_end(&app, &caller.ctx, keep).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own tokens.
#[derive(Serialize, ToSchema)]
struct TokenList {
    items: Vec<ApiToken>,
    total: i64,
    next: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/tokens", tag = "identity", responses((status = 200, body = TokenList), (status = 401, description = "sign in first")))]
async fn tokens(State(app): State<App>, caller: Caller) -> Result<Json<TokenList>, Problem> {
    let items = actions::token_list(&app, &caller.ctx).await?;
    Ok(Json(TokenList { total: i64::try_from(items.len()).unwrap_or(i64::MAX), items, next: None }))
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    /// What the owner calls it.
    name: String,
    /// Any of read, write, import, admin.
    scopes: Vec<String>,
    /// Days until it ends, 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    days: i64,
}

/// A fresh token.
#[derive(Serialize, ToSchema)]
struct TokenAnswer {
    #[serde(flatten)]
    token: ApiToken,
    /// For `Authorization: Bearer …`; told once, null in the answer to a repeat.
    secret: Option<String>,
}

#[utoipa::path(post, path = "/api/v1/tokens", tag = "identity", request_body = TokenBody, security(("session" = [])),
    responses((status = 201, body = TokenAnswer), (status = 401, description = "sign in first"), (status = 403, description = "a token makes no tokens"),
        (status = 409, description = "too many tokens"), (status = 422, description = "a field breaks a rule")))]
async fn token_create(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<TokenBody>,
) -> Result<(StatusCode, Json<TokenAnswer>), Problem> {
    let new = NewToken { name: body.name, scopes: body.scopes, days: body.days };
    let made = actions::token_create(&app, &caller.ctx, new).await?;
    Ok((StatusCode::CREATED, Json(TokenAnswer { token: made.token, secret: made.secret })))
}

#[utoipa::path(post, path = "/api/v1/tokens/{id}/revocations", tag = "identity", params(("id" = String, Path)),
    responses((status = 204, description = "revoked"), (status = 401, description = "sign in first"), (status = 404, description = "not yours"), (status = 409, description = "revoked already")))]
async fn token_revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::token_revoke(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
