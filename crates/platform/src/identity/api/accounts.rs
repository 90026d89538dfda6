//! Accounts, their roles, and the one-time links people come in by.

use super::row;
use crate::app::App;
use crate::capability::Route;
use crate::identity::actions::{self, NewInvite, OneTimeLink};
use crate::identity::rules::{grant_of, role_unknown};
use crate::identity::{Account, Grant, Invite};
use crate::policy::Resource;
use crate::request::Caller;
use crate::web::page::{List, PageQuery};
use crate::web::{JsonBody, Problem};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

pub(super) fn routes() -> Vec<Route> {
    let post_row = |path, action, journal, handler| row(Method::POST, path, action, Some(journal), handler);
    vec![
        row(Method::GET, "/api/v1/accounts", "account_list", None, get(accounts)),
        row(Method::GET, "/api/v1/accounts/{id}", "account_view", None, get(account)),
        post_row("/api/v1/accounts/{id}/roles", "role_grant", "role.granted", post(role_grant)),
        post_row("/api/v1/accounts/{id}/role-revocations", "role_revoke", "role.revoked", post(role_revoke)),
        post_row("/api/v1/accounts/{id}/disablings", "account_disable", "account.disabled", post(account_disable)),
        post_row("/api/v1/accounts/{id}/enablings", "account_enable", "account.enabled", post(account_enable)),
        post_row("/api/v1/accounts/{id}/resets", "reset_create", "invite.created", post(reset)),
        row(Method::GET, "/api/v1/invites", "invite_revoke", None, get(invites)),
        post_row("/api/v1/invites", "invite_create", "invite.created", post(invite)),
        post_row("/api/v1/invites/{id}/revocations", "invite_revoke", "invite.revoked", post(invite_revoke)),
    ]
}

/// Accounts and invites.
#[derive(OpenApi)]
#[openapi(
    paths(
        accounts,
        account,
        role_grant,
        role_revoke,
        account_disable,
        account_enable,
        reset,
        invites,
        invite,
        invite_revoke
    ),
    components(schemas(AccountItem, RoleItem, AccountList, RoleBody, InviteBody, InviteItem, InviteList, LinkAnswer))
)]
pub(super) struct Document;

/// An account as administrators see it.
#[derive(Serialize, ToSchema)]
struct AccountItem {
    id: String,
    login: String,
    name: String,
    email: Option<String>,
    roles: Vec<RoleItem>,
    demo: bool,
    created_ms: i64,
    disabled_ms: Option<i64>,
}

/// A role held.
#[derive(Serialize, ToSchema)]
struct RoleItem {
    role: &'static str,
    city: Option<String>,
}

impl From<&Grant> for RoleItem {
    fn from(grant: &Grant) -> RoleItem {
        RoleItem { role: grant.role.code(), city: grant.city.map(|city| city.to_string()) }
    }
}

impl AccountItem {
    fn new(account: Account, grants: &[Grant]) -> AccountItem {
        AccountItem {
            id: account.id,
            login: account.login,
            name: account.name,
            email: account.email,
            roles: grants.iter().map(RoleItem::from).collect(),
            demo: account.demo,
            created_ms: account.created_ms,
            disabled_ms: account.disabled_ms,
        }
    }
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
struct AccountList {
    items: Vec<AccountItem>,
    total: i64,
    next: Option<String>,
}

/// Which accounts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountQuery {
    /// Part of login name, name or e-mail.
    #[serde(default)]
    q: String,
}

/// Accounts by login name.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "identity", params(AccountQuery, PageQuery),
    responses((status = 200, body = AccountList), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 422, description = "limit or cursor")))]
async fn accounts(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AccountQuery>,
    Query(page): Query<PageQuery>,
) -> Result<List<AccountItem>, Problem> {
    let page = page.page()?;
    let after = page.cursor.unwrap_or_default();
    let (mut rows, total) = actions::account_list(&app, &caller.ctx, &query.q, &after, page.limit + 1).await?;
    let more = rows.len() > page.limit;
    rows.truncate(page.limit);
    let next = rows.last().filter(|_| more).map(|account| account.login.clone());
    let mut items = Vec::with_capacity(rows.len());
    for account in rows {
        let grants = actions::grants_of(&app, &caller.ctx, &account.id).await?;
        items.push(AccountItem::new(account, &grants));
    }
    Ok(List { items, total, next })
}

/// One account.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "identity", params(("id" = String, Path)),
    responses((status = 200, body = AccountItem), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 404)))]
async fn account(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<AccountItem>, Problem> {
    app.policies().require(&caller.ctx, "account_list", &Resource::house())?;
    let account = actions::account_by_id(&app, &caller.ctx, &id).await?;
    let grants = actions::grants_of(&app, &caller.ctx, &id).await?;
    Ok(Json(AccountItem::new(account, &grants)))
}

/// A role to give or to take.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleBody {
    /// `administrator`, `joint-office`, `city-officer` or `expert`.
    role: String,
    /// For a city officer: of which city, six digits.
    #[serde(default)]
    city: String,
}

impl RoleBody {
    fn grant(&self) -> Result<Grant, kernel::Refusal> {
        grant_of(&self.role, &self.city)?.ok_or_else(role_unknown)
    }
}

/// Gives an account a role; nobody gives himself one.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/roles", tag = "identity", params(("id" = String, Path)), request_body = RoleBody, security(("session" = [])),
    responses((status = 204, description = "given"), (status = 401, description = "sign in first"), (status = 403, description = "another administrator, not a token"), (status = 404), (status = 409, description = "held already"), (status = 422, description = "no such role, or its city is missing")))]
async fn role_grant(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RoleBody>,
) -> Result<StatusCode, Problem> {
    actions::role_grant(&app, &caller.ctx, id, body.grant()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a role from an account.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/role-revocations", tag = "identity", params(("id" = String, Path)), request_body = RoleBody, security(("session" = [])),
    responses((status = 204, description = "taken"), (status = 401, description = "sign in first"), (status = 403, description = "administrators, not a token"), (status = 404), (status = 409, description = "not held, or the last administrator"), (status = 422, description = "no such role")))]
async fn role_revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RoleBody>,
) -> Result<StatusCode, Problem> {
    actions::role_revoke(&app, &caller.ctx, id, body.grant()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps an account from signing in and ends its sessions.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/disablings", tag = "identity", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "disabled"), (status = 401, description = "sign in first"), (status = 403, description = "another administrator, not a token"), (status = 404), (status = 409, description = "disabled already, or the last administrator")))]
async fn account_disable(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    actions::account_disable(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a disabled account sign in again.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/enablings", tag = "identity", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "enabled"), (status = 401, description = "sign in first"), (status = 403, description = "another administrator, not a token"), (status = 404), (status = 409, description = "not disabled")))]
async fn account_enable(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::account_enable(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A fresh one-time link.
#[derive(Serialize, ToSchema)]
struct LinkAnswer {
    /// The invite's id.
    id: String,
    /// Until when it works.
    expires_ms: i64,
    /// The whole link; told once, null in the answer to a repeat.
    link: Option<String>,
}

fn link_made(app: &App, made: OneTimeLink) -> (StatusCode, Json<LinkAnswer>) {
    let link = made.url(&app.settings().public_url);
    (StatusCode::CREATED, Json(LinkAnswer { id: made.invite.id, expires_ms: made.invite.expires_ms, link }))
}

/// Makes a link with which an account gets a new password; earlier ones of that account end.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/resets", tag = "identity", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 201, body = LinkAnswer), (status = 401, description = "sign in first"), (status = 403, description = "another administrator, not a token"), (status = 404)))]
async fn reset(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<LinkAnswer>), Problem> {
    let made = actions::reset_create(&app, &caller.ctx, id).await?;
    Ok(link_made(&app, made))
}

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    /// The name the form proposes.
    name: String,
    /// E-mail address.
    #[serde(default)]
    email: String,
    /// A role the account gets; none if left out.
    #[serde(default)]
    role: String,
    /// For a city officer: of which city, six digits.
    #[serde(default)]
    city: String,
}

/// Makes a link with which somebody makes an account.
#[utoipa::path(post, path = "/api/v1/invites", tag = "identity", request_body = InviteBody, security(("session" = [])),
    responses((status = 201, body = LinkAnswer), (status = 401, description = "sign in first"), (status = 403, description = "administrators, not a token"), (status = 422, description = "a field breaks a rule")))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<InviteBody>,
) -> Result<(StatusCode, Json<LinkAnswer>), Problem> {
    let roles = grant_of(&body.role, &body.city)?.into_iter().collect();
    let made =
        actions::invite_create(&app, &caller.ctx, NewInvite { name: body.name, email: body.email, roles }).await?;
    Ok(link_made(&app, made))
}

/// A link that can still be used, without its secret.
#[derive(Serialize, ToSchema)]
struct InviteItem {
    id: String,
    /// `invite`, `reset` or `first-administrator`.
    kind: &'static str,
    /// For a reset: whose password.
    account: Option<String>,
    name: String,
    email: Option<String>,
    roles: Vec<RoleItem>,
    created_ms: i64,
    expires_ms: i64,
}

impl From<Invite> for InviteItem {
    fn from(invite: Invite) -> InviteItem {
        InviteItem {
            id: invite.id,
            kind: invite.kind.code(),
            account: invite.account,
            name: invite.name,
            email: invite.email,
            roles: invite.roles.iter().map(RoleItem::from).collect(),
            created_ms: invite.created_ms,
            expires_ms: invite.expires_ms,
        }
    }
}

/// Links that can still be used.
#[derive(Serialize, ToSchema)]
struct InviteList {
    items: Vec<InviteItem>,
    total: i64,
    next: Option<String>,
}

/// Links that can still be used, newest first.
#[utoipa::path(get, path = "/api/v1/invites", tag = "identity", security(("session" = [])),
    responses((status = 200, body = InviteList), (status = 401, description = "sign in first"), (status = 403, description = "administrators, not a token")))]
async fn invites(State(app): State<App>, caller: Caller) -> Result<List<InviteItem>, Problem> {
    let found = actions::invite_list(&app, &caller.ctx).await?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    Ok(List { items: found.into_iter().map(InviteItem::from).collect(), total, next: None })
}

/// Takes a link back before it is used.
#[utoipa::path(post, path = "/api/v1/invites/{id}/revocations", tag = "identity", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "taken back"), (status = 401, description = "sign in first"), (status = 403, description = "administrators, not a token"), (status = 404, description = "used, taken back or unknown")))]
async fn invite_revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::invite_revoke(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
