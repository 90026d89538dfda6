//! Statuses and confirmations as JSON.

use super::organisation::StatusBody;

use crate::actions::status::{statement_confirm, status_confirm, status_declare};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::{ReceiptOf, done};
use rooms::routes::write;
use utoipa::OpenApi;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        write("/api/v1/organisations/{id}/statuses", "status_declare", "organisation.status_declared", post(declare)),
        write("/api/v1/statuses/{id}/confirmations", "status_confirm", "organisation.status_confirmed", post(confirm)),
        write(
            "/api/v1/statements/{id}/confirmations",
            "statement_confirm",
            "organisation.statement_confirmed",
            post(confirm_statement),
        ),
    ]
}

/// Statuses in the API document.
#[derive(OpenApi)]
#[openapi(paths(declare, confirm, confirm_statement))]
pub struct Document;

/// Declares a status of one's own organisation; the city office issues one by the same call.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/statuses", tag = "statuses", params(("id" = String, Path)),
    request_body = StatusBody, responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn declare(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<StatusBody>,
) -> Result<Response, Problem> {
    let command = body.command();
    Ok(done(&caller, &status_declare(&app, &caller.ctx, &id, command).await?))
}

/// The city office confirms a declared status.
#[utoipa::path(post, path = "/api/v1/statuses/{id}/confirmations", tag = "statuses", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn confirm(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &status_confirm(&app, &caller.ctx, &id).await?.0))
}

/// The city office confirms one statement about an organisation.
#[utoipa::path(post, path = "/api/v1/statements/{id}/confirmations", tag = "statuses", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn confirm_statement(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &statement_confirm(&app, &caller.ctx, &id).await?.0))
}
