//! Payment instructions as JSON, and the files they leave in.

use crate::actions::payment::{
    FileView, Filter, View, payment_decide, payment_draft, payment_edit, payment_export, payment_file_view,
    payment_list, payment_return, payment_submit, payment_view, payment_withdraw,
};
use crate::pages::payment::{ContentQuery, bytes};
use crate::rules::payment::{Draft, Payment, PaymentFile, Step, Word, masked};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Fen;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, created, done, values};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PaymentQuery {
    /// Words in number, payee and purpose.
    pub q: String,
    /// Codes of states.
    pub state: String,
    /// Ids of accounts.
    pub account: String,
}

impl PaymentQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { text: self.q.trim().to_owned(), states: values(&self.state), accounts: values(&self.account) }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/payments", "payment_list", get(list)),
        write("/api/v1/payments", "payment_draft", "payment.drafted", post(draft)),
        read("/api/v1/payments/{id}", "payment_view", get(view)),
        write("/api/v1/payments/{id}/drafts", "payment_edit", "payment.edited", post(edit)),
        write("/api/v1/payments/{id}/submissions", "payment_submit", "payment.submitted", post(submit)),
        write("/api/v1/payments/{id}/withdrawals", "payment_withdraw", "payment.withdrawn", post(withdraw)),
        write("/api/v1/payments/{id}/decisions", "payment_check", "payment.approved", post(decide)),
        write("/api/v1/payments/{id}/returns", "payment_return", "payment.returned", post(give_back)),
        write("/api/v1/payment-files", "payment_export", "payment.exported", post(export)),
        read("/api/v1/payment-files/{id}", "payment_file_view", get(file)),
        read("/api/v1/payment-files/{id}/content", "payment_file_view", get(content)),
    ]
}

/// Payments in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, draft, view, edit, submit, withdraw, decide, give_back, export, file, content),
    components(schemas(
        PaymentItem,
        PaymentDetail,
        PaymentStepItem,
        PaymentBody,
        PaymentDecisionBody,
        PaymentReturnBody,
        PaymentExportBody,
        PaymentFileDetail
    ))
)]
pub struct Document;

/// A payment instruction as lists show it. Account numbers of payees are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentItem {
    /// Opaque id.
    pub id: String,
    /// The number that goes with it to the bank.
    pub number: String,
    /// The account of the ledger that pays.
    pub account: String,
    /// Name of the payee.
    pub payee_name: String,
    /// Its bank.
    pub payee_bank: String,
    /// The last four signs of its account number.
    pub payee_account: String,
    /// Fen.
    pub amount_fen: i64,
    /// What for.
    pub purpose: String,
    /// `drafted`, `submitted`, `approved`, `rejected`, `withdrawn`, `exported`, `settled`, `returned`.
    pub state: String,
    /// The file it left in.
    pub file: Option<String>,
    /// When it was made.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// An instruction with what happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub payment: PaymentItem,
    /// What happened to it, in order.
    pub steps: Vec<PaymentStepItem>,
    /// Ids of lines of statements that are it.
    pub lines: Vec<String>,
    /// The caller may check it.
    pub may_check: bool,
}

/// One step of an instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentStepItem {
    /// Where it stood afterwards.
    pub state: String,
    /// Code of the reason; may be empty.
    pub reason: String,
    /// What was said; may be empty.
    pub remark: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// An instruction to make or to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentBody {
    /// The account of the ledger that pays.
    pub account: String,
    /// Name of the payee's account.
    pub payee_name: String,
    /// Its bank with the branch.
    pub payee_bank: String,
    /// Its account number.
    pub payee_account: String,
    /// Fen.
    pub amount_fen: i64,
    /// What for.
    pub purpose: String,
}

/// What a checker says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentDecisionBody {
    /// `approve` or `reject`.
    pub decision: String,
    /// With `reject`: `payee`, `amount`, `purpose`, `budget`, `evidence`, `duplicate`, `other`.
    pub reason: String,
    /// More in words.
    pub remark: String,
}

/// Why the bank did not pay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentReturnBody {
    /// `account`, `name`, `closed`, `limit`, `other`.
    pub reason: String,
    /// More in words.
    pub remark: String,
}

/// What is to leave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentExportBody {
    /// The account of the ledger that pays.
    pub account: String,
    /// Ids of approved instructions of that account.
    pub payments: Vec<String>,
}

/// A file for the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentFileDetail {
    /// Opaque id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// The account of the ledger that pays.
    pub account: String,
    /// Payments in it.
    pub count: i64,
    /// Their sum, fen.
    pub total_fen: i64,
    /// SHA-256 of the CSV, hexadecimal.
    pub csv_sha256: String,
    /// SHA-256 of the JSON, hexadecimal.
    pub json_sha256: String,
    /// When it was made.
    pub at_ms: i64,
    /// Its payments, in order of their numbers.
    pub payments: Vec<PaymentItem>,
    /// From the demonstration.
    pub demo: bool,
}

fn item(payment: &Payment) -> PaymentItem {
    PaymentItem {
        id: payment.id.clone(),
        number: payment.number.clone(),
        account: payment.account.clone(),
        payee_name: payment.payee.name.clone(),
        payee_bank: payment.payee.bank.clone(),
        payee_account: masked(&payment.payee.account),
        amount_fen: payment.amount.get(),
        purpose: payment.purpose.clone(),
        state: payment.state.code().to_owned(),
        file: payment.file.clone(),
        created_ms: payment.created_ms,
        updated_ms: payment.updated_ms,
        demo: payment.demo,
    }
}

fn detail(view: &View) -> PaymentDetail {
    let step = |step: &Step| PaymentStepItem {
        state: step.state.code().to_owned(),
        reason: step.reason.clone(),
        remark: step.remark.clone(),
        by: step.by_name.clone(),
        at_ms: step.at_ms,
    };
    PaymentDetail {
        payment: item(&view.payment),
        steps: view.steps.iter().map(step).collect(),
        lines: view.lines.iter().map(|line| line.open.id.clone()).collect(),
        may_check: view.may_check,
    }
}

fn file_detail(view: &FileView) -> PaymentFileDetail {
    let PaymentFile { id, number, account, count, total, csv_sha256, json_sha256, demo, at_ms, .. } = view.file.clone();
    let payments = view.payments.iter().map(item).collect();
    PaymentFileDetail {
        id,
        number,
        account,
        count,
        total_fen: total.get(),
        csv_sha256,
        json_sha256,
        at_ms,
        payments,
        demo,
    }
}

/// As the action reads it. What is no amount of money is left as it was sent, for the rule to refuse.
fn typed(body: PaymentBody) -> Draft {
    let amount = Fen::new(body.amount_fen).map_or_else(|_| body.amount_fen.to_string(), |amount| amount.to_string());
    Draft {
        account: body.account,
        payee_name: body.payee_name,
        payee_bank: body.payee_bank,
        payee_account: body.payee_account,
        amount_yuan: amount,
        purpose: body.purpose,
    }
}

/// The name of the field as it was sent.
fn as_sent(fault: platform::Fault) -> Problem {
    match fault {
        platform::Fault::Refused(refusal) if refusal.field.as_deref() == Some("amount_yuan") => {
            refusal.at("amount_fen").into()
        }
        fault => fault.into(),
    }
}

/// A page of instructions as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &PaymentQuery,
    paging: &PageQuery,
) -> Result<Listed<PaymentItem>, Problem> {
    let found = payment_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// The instructions that the caller may see, the newest change first.
#[utoipa::path(get, path = "/api/v1/payments", operation_id = "payment_list", tag = "payments",
    params(("q" = Option<String>, Query, description = "Words in number, payee and purpose"),
        ("state" = Option<String>, Query, description = "Codes of states, such as `submitted`"),
        ("account" = Option<String>, Query, description = "Ids of accounts"),
        PageQuery),
    responses((status = 200, body = Listed<PaymentItem>), (status = 401), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PaymentQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<PaymentItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// Makes an instruction; it stays a draft until it is put before the checkers.
#[utoipa::path(post, path = "/api/v1/payments", operation_id = "payment_draft", tag = "payments",
    request_body = PaymentBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401)))]
async fn draft(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<PaymentBody>,
) -> Result<Response, Problem> {
    let made = payment_draft(&app, &caller.ctx, typed(body)).await.map_err(as_sent)?;
    Ok(created(&caller, &made, "/api/v1/payments"))
}

/// One instruction with what happened to it.
#[utoipa::path(get, path = "/api/v1/payments/{id}", operation_id = "payment_view", tag = "payments",
    params(("id" = String, Path)),
    responses((status = 200, body = PaymentDetail), (status = 401), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<PaymentDetail>, Problem> {
    Ok(Json(detail(&payment_view(&app, &caller.ctx, &id).await?)))
}

/// Changes a draft of one's own.
#[utoipa::path(post, path = "/api/v1/payments/{id}/drafts", operation_id = "payment_edit", tag = "payments",
    request_body = PaymentBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It is no draft any more")))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PaymentBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &payment_edit(&app, &caller.ctx, &id, typed(body)).await.map_err(as_sent)?))
}

/// Puts a draft before the checkers. Asks for a fresh proof of who sits there.
#[utoipa::path(post, path = "/api/v1/payments/{id}/submissions", operation_id = "payment_submit", tag = "payments",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It has moved on")))]
async fn submit(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &payment_submit(&app, &caller.ctx, &id).await?))
}

/// Takes an instruction back before it left; held money is free again. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/payments/{id}/withdrawals", operation_id = "payment_withdraw", tag = "payments",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It has moved on")))]
async fn withdraw(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &payment_withdraw(&app, &caller.ctx, &id).await?))
}

/// Approves an instruction, which holds its money, or rejects it. Never by its maker. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/payments/{id}/decisions", operation_id = "payment_decide", tag = "payments",
    request_body = PaymentDecisionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It has moved on, or the account is short of money")))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PaymentDecisionBody>,
) -> Result<Response, Problem> {
    let word = Word { decision: body.decision, reason: body.reason, remark: body.remark };
    Ok(done(&caller, &payment_decide(&app, &caller.ctx, &id, word).await?))
}

/// Notes that the bank did not pay; held money is free again. Never by its maker. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/payments/{id}/returns", operation_id = "payment_return", tag = "payments",
    request_body = PaymentReturnBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409, description = "It has moved on")))]
async fn give_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PaymentReturnBody>,
) -> Result<Response, Problem> {
    let word = Word { decision: String::new(), reason: body.reason, remark: body.remark };
    Ok(done(&caller, &payment_return(&app, &caller.ctx, &id, word).await?))
}

/// Puts approved instructions of one account into a file for the bank. Asks for a fresh proof.
#[utoipa::path(post, path = "/api/v1/payment-files", operation_id = "payment_export", tag = "payments",
    request_body = PaymentExportBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 404), (status = 409, description = "One of them is no longer approved")))]
async fn export(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<PaymentExportBody>,
) -> Result<Response, Problem> {
    let made = payment_export(&app, &caller.ctx, &body.account, body.payments).await?;
    Ok(created(&caller, &made, "/api/v1/payment-files"))
}

/// A file with its payments.
#[utoipa::path(get, path = "/api/v1/payment-files/{id}", operation_id = "payment_file_view", tag = "payments",
    params(("id" = String, Path)),
    responses((status = 200, body = PaymentFileDetail), (status = 401), (status = 404, description = "Not there, or not for the caller to know")))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PaymentFileDetail>, Problem> {
    Ok(Json(file_detail(&payment_file_view(&app, &caller.ctx, &id).await?)))
}

/// The file itself, the same bytes every time, with whole account numbers. Its digest is in `x-content-sha256`.
#[utoipa::path(get, path = "/api/v1/payment-files/{id}/content", operation_id = "payment_file_content", tag = "payments",
    params(("id" = String, Path), ("format" = Option<String>, Query, description = "`csv` or `json`; CSV if left out")),
    responses((status = 200, content((String = "text/csv"), (String = "application/json"))), (status = 401), (status = 404)))]
async fn content(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ContentQuery>,
) -> Result<Response, Problem> {
    Ok(bytes(&payment_file_view(&app, &caller.ctx, &id).await?, &query))
}
