//! Lines of statements as JSON: what they are, and saying so by hand.

use super::statement::{BankLineItem, line};
use crate::actions::line::{View, line_entry_decide, line_match, line_propose, line_unmatch, line_view};
use crate::rules::reconcile::{EntryDraft, LineEntry};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Date;
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::{ReceiptOf, done};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/statement-lines/{id}", "statement_view", get(view)),
        write("/api/v1/statement-lines/{id}/matches", "line_match", "line.matched", post(matches)),
        write("/api/v1/statement-lines/{id}/unmatchings", "line_unmatch", "line.unmatched", post(unmatch)),
        write("/api/v1/statement-lines/{id}/entries", "line_propose", "line.proposed", post(propose)),
        write("/api/v1/line-entries/{id}/decisions", "line_entry_check", "line.entered", post(decide)),
    ]
}

/// Lines in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(view, matches, unmatch, propose, decide),
    components(schemas(
        BankLineDetail,
        LineEntryItem,
        LineMatchBody,
        LineUnmatchBody,
        LineEntryBody,
        LineEntryDecisionBody
    ))
)]
pub struct Document;

/// A line with the proposals to enter it and the payments it can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankLineDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub line: BankLineItem,
    /// Every proposal to enter it, the newest first.
    pub entries: Vec<LineEntryItem>,
    /// Ids of payments it can be.
    pub candidates: Vec<String>,
    /// The caller may decide the open proposal.
    pub may_check: bool,
}

/// A proposal to enter a line to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineEntryItem {
    /// Opaque id.
    pub id: String,
    /// The account.
    pub account: String,
    /// What it is.
    pub purpose: String,
    /// `proposed`, `approved`, `rejected` or `undone`.
    pub state: String,
    /// Who proposed it.
    pub maker: String,
    /// Who decided; empty before.
    pub checker: String,
    /// What the checker said.
    pub remark: String,
    /// When it was proposed.
    pub created_ms: i64,
    /// When it was decided.
    pub decided_ms: Option<i64>,
}

/// What a line is, by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LineMatchBody {
    /// Id of the payment.
    pub payment: String,
    /// Why.
    pub reason: String,
}

/// Why a match is taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LineUnmatchBody {
    /// Why.
    pub reason: String,
}

/// A line to enter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LineEntryBody {
    /// The account, of the same owner.
    pub account: String,
    /// What it is.
    pub purpose: String,
}

/// What a checker says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LineEntryDecisionBody {
    /// `approve` or `reject`.
    pub decision: String,
    /// Why not; needed with `reject`.
    pub remark: String,
}

fn entry(entry: &LineEntry) -> LineEntryItem {
    LineEntryItem {
        id: entry.id.clone(),
        account: entry.account.clone(),
        purpose: entry.purpose.clone(),
        state: entry.state.code().to_owned(),
        maker: entry.maker_name.clone(),
        checker: entry.checker_name.clone(),
        remark: entry.remark.clone(),
        created_ms: entry.created_ms,
        decided_ms: entry.decided_ms,
    }
}

fn detail(view: &View, today: Date) -> BankLineDetail {
    BankLineDetail {
        line: line(&view.line, today),
        entries: view.entries.iter().map(entry).collect(),
        candidates: view.candidates.iter().map(|payment| payment.id.clone()).collect(),
        may_check: view.may_check,
    }
}

/// One line with the proposals about it.
#[utoipa::path(get, path = "/api/v1/statement-lines/{id}", operation_id = "bank_line_view", tag = "statements",
    params(("id" = String, Path)),
    responses((status = 200, body = BankLineDetail), (status = 401), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<BankLineDetail>, Problem> {
    Ok(Json(detail(&line_view(&app, &caller.ctx, &id).await?, caller.ctx.now.date())))
}

/// Says which payment a line is. Asks for a fresh proof of who sits there.
#[utoipa::path(post, path = "/api/v1/statement-lines/{id}/matches", operation_id = "bank_line_match", tag = "statements",
    request_body = LineMatchBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "The line or the payment has moved on"), (status = 422)))]
async fn matches(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LineMatchBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &line_match(&app, &caller.ctx, &id, body.payment, body.reason).await?))
}

/// Takes back what a line was found to be; money that moved because of it moves back. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/statement-lines/{id}/unmatchings", operation_id = "bank_line_unmatch", tag = "statements",
    request_body = LineUnmatchBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It is not matched, or its payment has moved on"), (status = 422)))]
async fn unmatch(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LineUnmatchBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &line_unmatch(&app, &caller.ctx, &id, body.reason).await?))
}

/// Proposes to enter a line to an account. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/statement-lines/{id}/entries", operation_id = "bank_line_propose", tag = "statements",
    request_body = LineEntryBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It is matched, or another proposal waits"), (status = 422)))]
async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LineEntryBody>,
) -> Result<Response, Problem> {
    let draft = EntryDraft { account: body.account, purpose: body.purpose };
    Ok(done(&caller, &line_propose(&app, &caller.ctx, &id, draft).await?))
}

/// Enters a line to its account, or says no. Never by whoever proposed it. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/line-entries/{id}/decisions", operation_id = "line_entry_decide", tag = "statements",
    request_body = LineEntryDecisionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It was decided already"), (status = 422)))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LineEntryDecisionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &line_entry_decide(&app, &caller.ctx, &id, body.decision, body.remark).await?))
}
