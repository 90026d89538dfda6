//! Periods and budget years as JSON.

use crate::actions::period::{period_close, year_end};
use crate::actions::periods::period_list;
use crate::rules::period::Month;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/ledger/periods", "period_list", get(list)),
        write("/api/v1/ledger/periods", "period_close", "period.closed", post(close)),
        write("/api/v1/ledger/year-ends", "year_end", "year.ended", post(end_year)),
    ]
}

/// Periods in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, close, end_year),
    components(schemas(
        PeriodsDocument,
        PeriodItem,
        PeriodBody,
        PeriodReceipt,
        YearEndBody,
        YearEndReport,
        YearEndKept
    ))
)]
pub struct Document;

/// What is closed, what comes next, and what stands in its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodsDocument {
    /// Closed months, the latest first; three years of them.
    pub closed: Vec<PeriodItem>,
    /// The month to be closed next, `YYYY-MM`.
    pub next: String,
    /// Lines of statements up to its end that nothing explains.
    pub unmatched: i64,
    /// Pending transfers up to its end that are open.
    pub pendings: i64,
}

/// A closed month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodItem {
    /// `YYYY-MM`.
    pub period: String,
    /// When it was closed.
    pub at_ms: i64,
}

/// A month to close.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PeriodBody {
    /// `YYYY-MM`.
    pub period: String,
}

/// A month that was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodReceipt {
    /// `YYYY-MM`.
    pub period: String,
    /// Accounts whose balance was written down.
    pub accounts: usize,
    /// Number of the journal entry.
    pub entry: i64,
}

/// A budget year to end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct YearEndBody {
    /// The year.
    pub year: i32,
}

/// What became of a budget year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct YearEndReport {
    /// Accounts that were ended and closed.
    pub ended: usize,
    /// Accounts that stay open.
    pub kept: Vec<YearEndKept>,
}

/// An account that could not be ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct YearEndKept {
    /// The account.
    pub account: String,
    /// Why, as the code of a refusal.
    pub code: String,
}

/// What is closed and what comes next.
#[utoipa::path(get, path = "/api/v1/ledger/periods", operation_id = "period_list", tag = "ledger",
    responses((status = 200, body = PeriodsDocument), (status = 401), (status = 403)))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<PeriodsDocument>, Problem> {
    let found = period_list(&app, &caller.ctx).await?;
    let closed =
        found.closed.iter().map(|one| PeriodItem { period: one.month.to_string(), at_ms: one.at_ms }).collect();
    Ok(Json(PeriodsDocument {
        closed,
        next: found.next.to_string(),
        unmatched: found.blocks.unmatched,
        pendings: found.blocks.pendings,
    }))
}

/// Closes a month. For the joint office. Asks for a fresh proof of who sits there.
#[utoipa::path(post, path = "/api/v1/ledger/periods", operation_id = "period_close", tag = "ledger",
    request_body = PeriodBody,
    responses((status = 201, body = PeriodReceipt), (status = 401), (status = 403), (status = 409, description = "It runs, is closed, is not next, or something of it is open"), (status = 422)))]
async fn close(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<PeriodBody>,
) -> Result<Response, Problem> {
    let closed = period_close(&app, &caller.ctx, Month::parse(&body.period)?).await?;
    let receipt = PeriodReceipt { period: closed.month.to_string(), accounts: closed.accounts, entry: closed.entry };
    Ok((StatusCode::CREATED, Json(receipt)).into_response())
}

/// Ends a budget year by the rule of each account. For the joint office. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/ledger/year-ends", operation_id = "year_end", tag = "ledger",
    request_body = YearEndBody,
    responses((status = 200, body = YearEndReport), (status = 401), (status = 403), (status = 409, description = "The year is not over"), (status = 422)))]
async fn end_year(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<YearEndBody>,
) -> Result<Json<YearEndReport>, Problem> {
    let ended = year_end(&app, &caller.ctx, body.year).await?;
    let kept = ended.kept.into_iter().map(|(account, code)| YearEndKept { account, code }).collect();
    Ok(Json(YearEndReport { ended: ended.ended, kept }))
}
