//! An expert's own ties as JSON.

use super::{done, read, write};
use crate::actions::conflict::{tie_declare, tie_end, tie_list};
use crate::rules::conflict::{Tie, TieDraft};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use rooms::api::paged::Listed;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// A tie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TieItem {
    /// Opaque id.
    pub id: String,
    /// The kind.
    pub kind: String,
    /// The organisation's name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// With a former employer: the last moment there.
    pub left_ms: Option<i64>,
    /// What was said of it.
    pub reason: String,
    /// When it was declared.
    pub at_ms: i64,
}

fn item(tie: &Tie) -> TieItem {
    TieItem {
        id: tie.id.clone(),
        kind: tie.kind.code().to_owned(),
        name: tie.party.name.clone(),
        uscc: tie.party.uscc.clone(),
        left_ms: tie.left_ms,
        reason: tie.reason.clone(),
        at_ms: tie.at_ms,
    }
}

/// A tie to declare.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TieBody {
    /// `employer`, `former-employer`, `co-author`, `co-applicant`, `co-owner`, `supervisor`, `family`, `group`,
    /// `competitor` or `declared`.
    pub kind: String,
    /// The organisation's name.
    pub name: String,
    /// Its unified social credit code; may be empty.
    pub uscc: String,
    /// The last day there, such as `2025-03-16`; only with `former-employer`.
    pub left: String,
    /// What there is to say; may be empty.
    pub reason: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/reviewing/ties", "tie_view", get(list)),
        write("/api/v1/reviewing/ties", "tie_declare", "review.tie_declared", post(declare)),
        write("/api/v1/reviewing/ties/{id}/endings", "tie_end", "review.tie_ended", post(end)),
    ]
}

/// Ties in the API document.
#[derive(OpenApi)]
#[openapi(paths(list, declare, end), components(schemas(TieItem, TieBody)))]
pub struct Document;

/// The caller's ties, the newest first.
#[utoipa::path(get, path = "/api/v1/reviewing/ties", operation_id = "tie_list", tag = "call reviews",
    responses((status = 200, body = Listed<TieItem>), (status = 401), (status = 404)))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Listed<TieItem>>, Problem> {
    caller.signed_in()?;
    let items: Vec<TieItem> = tie_list(&app, &caller.ctx).await?.iter().map(item).collect();
    Ok(Json(Listed { total: i64::try_from(items.len()).unwrap_or(i64::MAX), items, next: None }))
}

/// Declares a tie.
#[utoipa::path(post, path = "/api/v1/reviewing/ties", operation_id = "tie_declare", tag = "call reviews",
    request_body = TieBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "Too many"), (status = 422)))]
async fn declare(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<TieBody>,
) -> Result<Response, Problem> {
    let draft = TieDraft { kind: body.kind, name: body.name, uscc: body.uscc, left: body.left, reason: body.reason };
    Ok(done(&caller, &tie_declare(&app, &caller.ctx, draft).await?))
}

/// Ends a tie.
#[utoipa::path(post, path = "/api/v1/reviewing/ties/{id}/endings", operation_id = "tie_end", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404)))]
async fn end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &tie_end(&app, &caller.ctx, &id).await?))
}
