//! Bank statements as JSON: a file in, a report out.

use crate::actions::statement::{
    Import, Line, Report, Statement, View, statement_import, statement_list, statement_view, unmatched_list,
};
use crate::rules::payment::masked;
use crate::rules::statement::Problem as RowProblem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Date;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use registry::api::import::ImportProblem;
use rooms::api::paged::Listed;
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct StatementQuery {
    /// Id of an account.
    pub account: String,
}

/// Whose statement a file is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ImportQuery {
    account: String,
    file: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/statements", "statement_list", get(list)),
        // Files are taken under a path of this name only.
        write("/api/v1/statements/imports", "statement_import", "statement.imported", post(import)),
        read("/api/v1/statements/{id}", "statement_view", get(view)),
        read("/api/v1/statement-lines", "statement_list", get(lines)),
    ]
}

/// Statements in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, import, view, lines),
    components(schemas(BankStatementItem, BankStatementDetail, BankLineItem, BankMatchItem, StatementReport))
)]
pub struct Document;

/// A statement as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankStatementItem {
    /// Opaque id.
    pub id: String,
    /// The account of the ledger whose bank wrote it.
    pub account: String,
    /// Name of the file; may be empty.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
    /// Fen before its first line.
    pub opening_fen: i64,
    /// Fen after its last line.
    pub closing_fen: i64,
    /// How many lines it has.
    pub lines: i64,
    /// When it was loaded.
    pub at_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// A statement with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankStatementDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub statement: BankStatementItem,
    /// Fen that the ledger has on the account at the end of the last day.
    pub book_fen: i64,
    /// Sum of the lines that nothing explains yet, fen.
    pub open_fen: i64,
    /// Its lines, in order.
    pub entries: Vec<BankLineItem>,
}

/// A line of a statement. Account numbers of the other side are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankLineItem {
    /// Opaque id.
    pub id: String,
    /// Its statement.
    pub statement: String,
    /// The account of the ledger whose bank wrote it.
    pub account: String,
    /// The bank's own number.
    pub serial: String,
    /// The day it was booked, `YYYY-MM-DD`.
    pub day: String,
    /// Days since then.
    pub age_days: i64,
    /// Fen: positive for what came in, negative for what went out.
    pub amount_fen: i64,
    /// Fen after it.
    pub balance_fen: i64,
    /// The other side; may be empty.
    pub counterparty: String,
    /// The last four signs of its account number; empty where the bank did not say.
    pub counterparty_account: String,
    /// What went with it.
    pub reference: String,
    /// The bank's words.
    pub summary: String,
    /// What it was found to be; null while it is unmatched.
    pub matched: Option<BankMatchItem>,
    /// The proposal to enter it that waits for a checker.
    pub proposed: Option<String>,
}

/// What a line was found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankMatchItem {
    /// The payment.
    pub payment: Option<String>,
    /// The entry to an account.
    pub entry: Option<String>,
    /// `number`, `payee`, `manual` or `entered`.
    pub rule: String,
    /// The money of the payment came back.
    pub returned: bool,
    /// Why, where a person said so.
    pub reason: String,
    /// When.
    pub at_ms: i64,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementReport {
    /// The statement; null where the file was refused.
    pub statement: Option<String>,
    /// Number of the journal entry; 0 where the file was refused.
    pub entry: i64,
    /// Lines of the file.
    pub lines: usize,
    /// Lines that were found to be payments.
    pub matched: usize,
    /// What is wrong, the first thousand; while there is anything, nothing is stored. `column` counts cells.
    pub problems: Vec<ImportProblem>,
    /// How many problems there are.
    pub problems_total: usize,
}

fn item(one: &Statement) -> BankStatementItem {
    BankStatementItem {
        id: one.id.clone(),
        account: one.account.clone(),
        file: one.file.clone(),
        sha256: one.sha256.clone(),
        from: one.from.to_string(),
        to: one.to.to_string(),
        opening_fen: one.opening.get(),
        closing_fen: one.closing.get(),
        lines: one.lines,
        at_ms: one.at_ms,
        demo: one.demo,
    }
}

/// A line as JSON.
pub(super) fn line(line: &Line, today: Date) -> BankLineItem {
    let account = line.open.counterparty_account.as_str();
    BankLineItem {
        id: line.open.id.clone(),
        statement: line.statement.clone(),
        account: line.account.clone(),
        serial: line.serial.clone(),
        day: line.open.day.to_string(),
        age_days: line.open.age_days(today),
        amount_fen: line.open.amount.get(),
        balance_fen: line.balance.get(),
        counterparty: line.open.counterparty.clone(),
        counterparty_account: if account.is_empty() { String::new() } else { masked(account) },
        reference: line.reference.clone(),
        summary: line.summary.clone(),
        matched: line.matched.as_ref().map(|told| BankMatchItem {
            payment: told.payment.clone(),
            entry: told.entry.clone(),
            rule: told.rule.code().to_owned(),
            returned: told.returned,
            reason: told.reason.clone(),
            at_ms: told.at_ms,
        }),
        proposed: line.proposed.clone(),
    }
}

fn detail(view: &View, today: Date) -> BankStatementDetail {
    BankStatementDetail {
        statement: item(&view.statement),
        book_fen: view.book.get(),
        open_fen: view.open.get(),
        entries: view.lines.iter().map(|one| line(one, today)).collect(),
    }
}

fn report(report: Report) -> StatementReport {
    let problem = |one: RowProblem| ImportProblem {
        line: one.line,
        column: one.column,
        code: one.code.into_owned(),
        field: one.field,
        zh: one.zh,
        en: one.en,
    };
    StatementReport {
        statement: report.statement,
        entry: report.entry,
        lines: report.lines,
        matched: report.matched,
        problems_total: report.problems.total,
        problems: report.problems.listed.into_iter().map(problem).collect(),
    }
}

/// A page of statements as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &StatementQuery,
    paging: &PageQuery,
) -> Result<Listed<BankStatementItem>, Problem> {
    let found = statement_list(app, &caller.ctx, query.account.trim(), &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// The statements that the caller may see, the newest first.
#[utoipa::path(get, path = "/api/v1/statements", operation_id = "bank_statement_list", tag = "statements",
    params(("account" = Option<String>, Query, description = "Id of an account"), PageQuery),
    responses((status = 200, body = Listed<BankStatementItem>), (status = 401), (status = 422, description = "A limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StatementQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<BankStatementItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// Takes a statement, whole or not at all, and pairs its lines with payments that have left. The format is CSV as
/// docs/ledger-format.md describes it.
#[utoipa::path(post, path = "/api/v1/statements/imports", operation_id = "bank_statement_import", tag = "statements",
    params(("account" = String, Query, description = "The account whose bank wrote it"),
        ("file" = Option<String>, Query, description = "Name of the file")),
    request_body(content((String = "text/csv"))),
    responses((status = 200, body = StatementReport), (status = 422, body = StatementReport, description = "The file has problems, named in the report"), (status = 401), (status = 403), (status = 404), (status = 409, description = "This file was taken before"), (status = 413)))]
async fn import(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    body: Bytes,
) -> Result<Response, Problem> {
    let import = Import { account: query.account, file: query.file, bytes: body.to_vec() };
    let taken = statement_import(&app, &caller.ctx, import).await?;
    let status = if taken.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Json(report(taken))).into_response())
}

/// One statement with its lines.
#[utoipa::path(get, path = "/api/v1/statements/{id}", operation_id = "bank_statement_view", tag = "statements",
    params(("id" = String, Path)),
    responses((status = 200, body = BankStatementDetail), (status = 401), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<BankStatementDetail>, Problem> {
    Ok(Json(detail(&statement_view(&app, &caller.ctx, &id).await?, caller.ctx.now.date())))
}

/// Lines that nothing explains yet, the oldest first; the first two hundred.
#[utoipa::path(get, path = "/api/v1/statement-lines", operation_id = "bank_line_open_list", tag = "statements",
    responses((status = 200, body = Listed<BankLineItem>), (status = 401)))]
async fn lines(State(app): State<App>, caller: Caller) -> Result<Json<Listed<BankLineItem>>, Problem> {
    let (found, total) = unmatched_list(&app, &caller.ctx).await?;
    let today = caller.ctx.now.date();
    Ok(Json(Listed { items: found.iter().map(|one| line(one, today)).collect(), total, next: None }))
}
