//! The JSON twins of tokens, accounts and jobs.

use super::actions::{self, NewToken};
use super::idempotency::{KeyHeader, Once};
use super::{Account, ApiToken, Grant};
use crate::app::App;
use crate::capability::Route;
use crate::ctx::{Mandate, Role};
use crate::jobs::Job;
use crate::request::Caller;
use crate::web::page::{List, PageQuery};
use crate::web::{JsonBody, Problem};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/api/v1/me", "account_view", None, get(me)),
        row(Method::GET, "/api/v1/tokens", "token_list", None, get(tokens)),
        row(Method::POST, "/api/v1/tokens", "token_create", Some("token.created"), post(token_create)),
        row(Method::POST, "/api/v1/tokens/{id}/revocations", "token_revoke", Some("token.revoked"), post(token_revoke)),
        row(Method::GET, "/api/v1/accounts", "account_list", None, get(accounts)),
        row(Method::GET, "/api/v1/jobs", "job_list", None, get(jobs)),
        row(Method::POST, "/api/v1/jobs/{id}/retries", "job_retry", Some("job.retried"), post(job_retry)),
    ]
}

/// Accounts, tokens and jobs.
#[derive(OpenApi)]
#[openapi(
    paths(me, tokens, token_create, token_revoke, accounts, jobs, job_retry),
    components(schemas(Me, OwnMembership, ApiToken, TokenBody, TokenAnswer, TokenList, AccountItem, RoleItem, AccountList, JobItem, JobList)),
    tags((name = "identity", description = "账号、令牌与任务 · accounts, tokens and jobs"))
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

#[utoipa::path(get, path = "/api/v1/me", tag = "identity", responses((status = 200, body = Me), (status = 401, description = "sign in first")))]
async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let id = caller.signed_in()?.to_owned();
    let account = actions::account_by_id(&app, &caller.ctx, &id).await?;
    let actor = caller.actor();
    let organisations = actor.memberships.iter().map(|m| OwnMembership {
        id: m.organisation.clone(),
        name: m.name.clone(),
        mandates: m.mandates.iter().copied().map(Mandate::code).collect(),
    });
    Ok(Json(Me {
        id,
        name: account.name,
        roles: actor.roles.iter().copied().map(Role::code).collect(),
        cities: actor.cities.iter().map(ToString::to_string).collect(),
        organisations: organisations.collect(),
        scopes: actor.scopes.clone(),
    }))
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
    params(KeyHeader),
    responses((status = 201, body = TokenAnswer), (status = 401, description = "sign in first"), (status = 403, description = "a token makes no tokens"),
        (status = 409, description = "too many tokens"), (status = 422, description = "a field breaks a rule")))]
async fn token_create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<TokenBody>,
) -> Result<(StatusCode, Json<TokenAnswer>), Problem> {
    let new = NewToken { name: body.name, scopes: body.scopes, days: body.days };
    let once = Once::read("token_create", &headers, None, &new)?;
    let made = actions::token_create(&app, &caller.ctx, new, once).await?;
    Ok((StatusCode::CREATED, Json(TokenAnswer { token: made.token, secret: made.secret })))
}

#[utoipa::path(post, path = "/api/v1/tokens/{id}/revocations", tag = "identity", params(("id" = String, Path)),
    responses((status = 204, description = "revoked"), (status = 401, description = "sign in first"), (status = 404, description = "not yours"), (status = 409, description = "revoked already")))]
async fn token_revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::token_revoke(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

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

impl AccountItem {
    fn new(account: Account, grants: &[Grant]) -> AccountItem {
        let role = |grant: &Grant| RoleItem { role: grant.role.code(), city: grant.city.map(|city| city.to_string()) };
        AccountItem {
            id: account.id,
            login: account.login,
            name: account.name,
            email: account.email,
            roles: grants.iter().map(role).collect(),
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

/// A job of the queue.
#[derive(Serialize, ToSchema)]
struct JobItem {
    id: String,
    /// The handler's name.
    name: String,
    /// `ready`, `running`, `done` or `dead`.
    state: String,
    /// Tries so far.
    attempts: i64,
    /// When it may run next.
    run_at_ms: i64,
    /// What the last try said.
    error: Option<String>,
    created_ms: i64,
}

impl From<Job> for JobItem {
    fn from(job: Job) -> JobItem {
        JobItem {
            id: job.id,
            name: job.name,
            state: job.state,
            attempts: job.attempts,
            run_at_ms: job.run_at_ms,
            error: job.error,
            created_ms: job.created_ms,
        }
    }
}

/// The newest jobs of a state.
#[derive(Serialize, ToSchema)]
struct JobList {
    items: Vec<JobItem>,
    total: i64,
    next: Option<String>,
}

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JobQuery {
    /// `dead` (default), `ready`, `running` or `done`.
    #[serde(default)]
    state: String,
    /// Jobs at most, 1 to 100; 20 if left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

#[utoipa::path(get, path = "/api/v1/jobs", tag = "identity", params(JobQuery),
    responses((status = 200, body = JobList), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 422, description = "limit or state")))]
async fn jobs(State(app): State<App>, caller: Caller, Query(query): Query<JobQuery>) -> Result<List<JobItem>, Problem> {
    let page = PageQuery { limit: query.limit, cursor: None }.page()?;
    let state = if query.state.is_empty() { "dead" } else { query.state.as_str() };
    let (jobs, counts) = actions::job_list(&app, &caller.ctx, state, page.limit).await?;
    let states = super::pages::STATES;
    if !states.contains(&state) {
        return Err(unknown_state(&states).into());
    }
    let total = counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count);
    Ok(List { items: jobs.into_iter().map(JobItem::from).collect(), total, next: None })
}

fn unknown_state(states: &[&str]) -> kernel::Refusal {
    kernel::Refusal::invalid(
        "job-state",
        format!("没有这种任务状态。可用：{}。", states.join("、")),
        format!("There is no such state of a job. Use one of: {}.", states.join(", ")),
    )
    .at("state")
}

#[utoipa::path(post, path = "/api/v1/jobs/{id}/retries", tag = "identity", params(("id" = String, Path)),
    responses((status = 204, description = "will run again"), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 409, description = "not dead")))]
async fn job_retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::job_retry(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
