//! Experts as JSON.

mod shapes;

pub(crate) use shapes::item;
pub use shapes::{ExpertBody, ExpertDetail, ExpertItem, WorkstationRef};

use crate::actions::expert::{
    Filter, expert_edit, expert_keep, expert_list, expert_register, expert_seat, expert_unseat, expert_view,
    expert_withdraw,
};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, done, values};

use crate::corridor;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::Deserialize;
use utoipa::OpenApi;

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExpertQuery {
    /// Words.
    pub q: String,
    /// City codes.
    pub city: String,
    /// Segment ids; what lies below one counts.
    pub segment: String,
    /// `committee` and `academy`.
    pub body: String,
    /// `open`, `limited` and `closed`.
    pub availability: String,
}

impl ExpertQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            text: self.q.clone(),
            cities: values(&self.city),
            segments: values(&self.segment),
            bodies: values(&self.body),
            availability: values(&self.availability),
            demo: None,
        }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/experts", "expert_list", get(list)),
        write("/api/v1/experts", "expert_register", "expert.registered", post(register)),
        write("/api/v1/experts/kept", "expert_keep", "expert.registered", post(keep)),
        read("/api/v1/experts/{id}", "expert_view", get(view)),
        write("/api/v1/experts/{id}/versions", "expert_edit", "expert.edited", post(edit)),
        write("/api/v1/experts/{id}/withdrawals", "expert_withdraw", "expert.withdrawn", post(withdraw)),
        write("/api/v1/experts/{id}/seats", "expert_seat", "expert.seated", post(seat)),
        write("/api/v1/experts/{id}/seats/withdrawals", "expert_seat", "expert.unseated", post(unseat)),
    ]
}

/// Experts in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, register, keep, view, edit, withdraw, seat, unseat),
    components(schemas(ExpertItem, ExpertDetail, ExpertBody, WorkstationRef))
)]
pub struct Document;

/// A page of experts as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &ExpertQuery,
    paging: &PageQuery,
) -> Result<Listed<ExpertItem>, Problem> {
    let found = expert_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|expert| item(&corridor, expert)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// Experts by institution. A name is there only while its bearer agrees to be named.
#[utoipa::path(get, path = "/api/v1/experts", tag = "experts", operation_id = "expert_list",
    params(("q" = Option<String>, Query, description = "Words in institution, title, fields, and the name where it is open"),
        ("city" = Option<String>, Query, description = "City codes, separated by commas"),
        ("segment" = Option<String>, Query, description = "Segment ids, separated by commas; what lies below one counts"),
        ("body" = Option<String>, Query, description = "committee (the corridor's advisory committee), academy (academicians), separated by commas"),
        ("availability" = Option<String>, Query, description = "open, limited, closed, separated by commas"),
        PageQuery),
    responses((status = 200, body = Listed<ExpertItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ExpertQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<ExpertItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One expert, with the workstations where he takes part.
#[utoipa::path(get, path = "/api/v1/experts/{id}", tag = "experts", operation_id = "expert_view",
    params(("id" = String, Path)), responses((status = 200, body = ExpertDetail), (status = 404)))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<ExpertDetail>, Problem> {
    let view = expert_view(&app, &caller.ctx, &id).await?;
    Ok(Json(shapes::detail(&corridor::of(&app), &view)))
}

/// Enters oneself; for accounts that were given the role of expert.
#[utoipa::path(post, path = "/api/v1/experts", tag = "experts", operation_id = "expert_register", request_body = ExpertBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 409, description = "In the list already"), (status = 422)))]
async fn register(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ExpertBody>,
) -> Result<Response, Problem> {
    let draft = body.draft();
    Ok(done(&caller, &expert_register(&app, &caller.ctx, draft).await?))
}

/// An office enters somebody of its city who has no account, and keeps the record.
#[utoipa::path(post, path = "/api/v1/experts/kept", tag = "experts", operation_id = "expert_keep", request_body = ExpertBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 422)))]
async fn keep(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ExpertBody>,
) -> Result<Response, Problem> {
    let draft = body.draft();
    Ok(done(&caller, &expert_keep(&app, &caller.ctx, draft).await?))
}

/// Changes a record; what is left out is taken out. Taking the consent back hides the name at once.
#[utoipa::path(post, path = "/api/v1/experts/{id}/versions", tag = "experts", operation_id = "expert_edit",
    params(("id" = String, Path)), request_body = ExpertBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ExpertBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &expert_edit(&app, &caller.ctx, &id, body.draft()).await?))
}

/// Takes a record out of the list.
#[utoipa::path(post, path = "/api/v1/experts/{id}/withdrawals", tag = "experts", operation_id = "expert_withdraw",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn withdraw(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &expert_withdraw(&app, &caller.ctx, &id).await?))
}

/// The joint office gives a seat on the corridor's advisory committee.
#[utoipa::path(post, path = "/api/v1/experts/{id}/seats", tag = "experts", operation_id = "expert_seat",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn seat(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &expert_seat(&app, &caller.ctx, &id).await?))
}

/// The joint office ends a seat.
#[utoipa::path(post, path = "/api/v1/experts/{id}/seats/withdrawals", tag = "experts", operation_id = "expert_unseat",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn unseat(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &expert_unseat(&app, &caller.ctx, &id).await?))
}
