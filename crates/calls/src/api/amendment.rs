//! Amendments as JSON.

use super::{done, read, write};
use crate::actions::amendment::{amendment_list, call_amend};
use crate::rules::amendment::{AmendDraft, Amendment};
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

/// One thing that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallChangeItem {
    /// `summary`, `summary_en`, `details`, `nda`, `eligibility`, `ip` or `closes_ms`.
    pub field: String,
    /// What it was; empty where it is protected.
    pub old: String,
    /// What it is; empty where it is protected.
    pub new: String,
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAmendmentItem {
    /// Opaque id.
    pub id: String,
    /// The version of the call that it made.
    pub version: i64,
    /// What everybody was told.
    pub notice: String,
    /// What has changed.
    pub changes: Vec<CallChangeItem>,
    /// The round that was given up: nothing that was sealed in it is ever opened.
    pub round_old: String,
    /// The round that takes answers since.
    pub round_new: String,
    /// When.
    pub at_ms: i64,
}

/// An amendment to make; what is left out stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallAmendmentBody {
    /// What everybody is told.
    notice: String,
    /// What everybody reads, Chinese.
    summary: Option<String>,
    /// English.
    summary_en: Option<String>,
    /// What is protected.
    details: Option<String>,
    /// The non-disclosure agreement.
    nda: Option<String>,
    /// Who may answer.
    eligibility: Option<String>,
    /// How intellectual property is shared.
    ip: Option<String>,
    /// The new closing time, at least five days ahead.
    closes_ms: Option<i64>,
    /// First moment that is too late for a share of the committee.
    opens_by_ms: Option<i64>,
}

fn item(amendment: &Amendment) -> CallAmendmentItem {
    let change = |change: &crate::rules::amendment::Change| CallChangeItem {
        field: change.field.clone(),
        old: change.old.clone(),
        new: change.new.clone(),
    };
    CallAmendmentItem {
        id: amendment.id.clone(),
        version: amendment.version,
        notice: amendment.notice.clone(),
        changes: amendment.changes.iter().map(change).collect(),
        round_old: amendment.round_old.clone(),
        round_new: amendment.round_new.clone(),
        at_ms: amendment.at_ms,
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/amendments", "amendment_list", get(list)),
        write("/api/v1/calls/{id}/amendments", "call_amend", "call.amended", post(amend)),
    ]
}

/// Amendments in the API document.
#[derive(OpenApi)]
#[openapi(paths(list, amend), components(schemas(CallAmendmentItem, CallChangeItem, CallAmendmentBody)))]
pub struct Document;

/// The amendments of a call, the newest first, with what has changed.
#[utoipa::path(get, path = "/api/v1/calls/{id}/amendments", operation_id = "amendment_list", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = Listed<CallAmendmentItem>), (status = 404)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Listed<CallAmendmentItem>>, Problem> {
    let found = amendment_list(&app, &caller.ctx, &id).await?;
    let total = i64::try_from(found.items.len()).unwrap_or(i64::MAX);
    Ok(Json(Listed { items: found.items.iter().map(item).collect(), total, next: None }))
}

/// Amends an open call: a new round begins, what was sealed before is never opened, and everybody seals again. For the
/// joint office.
#[utoipa::path(post, path = "/api/v1/calls/{id}/amendments", operation_id = "call_amend", tag = "calls",
    params(("id" = String, Path)), request_body = CallAmendmentBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The call does not take answers now"),
        (status = 422, description = "Nothing changes, or it would close too soon")))]
async fn amend(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallAmendmentBody>,
) -> Result<Response, Problem> {
    let draft = AmendDraft {
        summary: body.summary,
        summary_en: body.summary_en,
        details: body.details,
        nda: body.nda,
        eligibility: body.eligibility,
        ip: body.ip,
        closes_ms: body.closes_ms,
        opens_by_ms: body.opens_by_ms,
        notice: body.notice,
    };
    Ok(done(&caller, &call_amend(&app, &caller.ctx, &id, draft).await?))
}
