//! Claims as JSON.

use super::organisation::{ClaimItem, DecisionBody, EvidenceBody, claim};
use crate::actions::claim::{claim_decide, claim_file, claim_list, claim_own, claim_view, claim_withdraw};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, done};
use rooms::routes::{read, write};
use serde::Deserialize;
use utoipa::OpenApi;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/claims", "claim_list", get(list)),
        read("/api/v1/claims/{id}", "claim_view", get(view)),
        write("/api/v1/organisations/{id}/claims", "organisation_claim", "claim.filed", post(file)),
        write("/api/v1/claims/{id}/decisions", "claim_decide", "claim.approved", post(decide)),
        write("/api/v1/claims/{id}/withdrawals", "claim_withdraw", "claim.withdrawn", post(withdraw)),
    ]
}

/// Claims in the API document.
#[derive(OpenApi)]
#[openapi(paths(list, view, file, decide, withdraw))]
pub struct Document;

/// Whose claims.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ClaimQuery {
    /// `1` for the caller's own instead of those that wait for his office.
    pub own: String,
}

/// Claims that wait for the caller's office, the most urgent first; with `own=1` the caller's own, newest first.
#[utoipa::path(get, path = "/api/v1/claims", tag = "claims",
    params(("own" = Option<String>, Query, description = "1 for one's own claims"),
        PageQuery),
    responses((status = 200, body = Listed<ClaimItem>), (status = 401), (status = 403)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ClaimQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<ClaimItem>>, Problem> {
    let cards =
        if query.own == "1" { claim_own(&app, &caller.ctx).await? } else { claim_list(&app, &caller.ctx).await? };
    let items: Vec<ClaimItem> = cards.iter().map(claim).collect();
    Ok(Json(rooms::api::paged::cut(items, &paging, |item| item.id.as_str())?))
}

/// One claim, for the claimant and the office.
#[utoipa::path(get, path = "/api/v1/claims/{id}", tag = "claims", params(("id" = String, Path)),
    responses((status = 200, body = ClaimItem), (status = 401), (status = 404)))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<ClaimItem>, Problem> {
    Ok(Json(claim(&claim_view(&app, &caller.ctx, &id).await?.card)))
}

/// Says that the caller speaks for an organisation.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/claims", tag = "claims", params(("id" = String, Path)),
    request_body = EvidenceBody, responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409), (status = 422)))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<EvidenceBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &claim_file(&app, &caller.ctx, &id, &body.evidence).await?))
}

/// The office decides: the claimant becomes a member with every mandate, or gets a coded reason.
#[utoipa::path(post, path = "/api/v1/claims/{id}/decisions", tag = "claims", params(("id" = String, Path)),
    request_body = DecisionBody, responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &claim_decide(&app, &caller.ctx, &id, body.command()).await?))
}

/// The claimant takes a claim back.
#[utoipa::path(post, path = "/api/v1/claims/{id}/withdrawals", tag = "claims", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409)))]
async fn withdraw(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &claim_withdraw(&app, &caller.ctx, &id).await?))
}
