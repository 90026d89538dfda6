//! Imports as JSON: a file in, a report out; earlier imports.

use crate::actions::import::{Batch, Import, Report, import_by_id, import_create, import_list};
use crate::rules::import::{Format, Noun, Problem};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::Problem as WebProblem;
use platform::web::page::{List, PageQuery};
use platform::{App, Caller, Ctx, Fault};
use rooms::api::paged::Listed;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How a file is to be read.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ImportQuery {
    /// `1` or `true`: check and compare only, store nothing.
    pub dry_run: String,
    /// `csv` or `jsonl`; if left out, the content type tells (`text/csv`, `application/x-ndjson`).
    pub format: String,
    /// Name of the file, for the list of imports.
    pub file: String,
}

/// One place of the file and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportProblem {
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// Column in characters, from 1; 0 for the line as a whole.
    pub column: usize,
    /// Stable code.
    #[schema(example = "uscc-check")]
    pub code: String,
    /// Column of the table; may be empty.
    pub field: String,
    /// What to do, Chinese.
    pub zh: String,
    /// What to do, English.
    pub en: String,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Nothing was stored because only a check was asked for.
    pub dry_run: bool,
    /// Rows of the file.
    pub rows: usize,
    /// New records.
    pub created: usize,
    /// Records that change; they follow shortly after the new ones.
    pub updated: usize,
    /// Rows that say what the house holds already.
    pub unchanged: usize,
    /// Rows left alone, because their record is claimed, edited or came another way.
    pub kept: usize,
    /// What is wrong, the first thousand; while there is anything, nothing is stored.
    pub problems: Vec<ImportProblem>,
    /// How many problems there are.
    pub problems_total: usize,
    /// What was accepted all the same, and which rows were left alone; the first thousand.
    pub warnings: Vec<ImportProblem>,
    /// How many of these there are.
    pub warnings_total: usize,
    /// The batch; null when nothing was stored.
    pub batch: Option<String>,
}

/// An import in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportItem {
    /// Opaque id.
    pub id: String,
    /// `organisations`, `needs` or `offers`.
    pub noun: &'static str,
    /// `staging`, `published` or `dropped`.
    pub state: &'static str,
    /// Name of the file.
    pub file: String,
    /// Who began it.
    pub started_by: String,
    /// When it began, epoch milliseconds UTC.
    pub started_ms: i64,
    /// When it was published, epoch milliseconds UTC.
    pub published_ms: Option<i64>,
    /// Its report; null in the list.
    pub report: Option<ImportReport>,
}

impl From<Problem> for ImportProblem {
    fn from(p: Problem) -> ImportProblem {
        ImportProblem { line: p.line, column: p.column, code: p.code, field: p.field, zh: p.zh, en: p.en }
    }
}

impl From<Report> for ImportReport {
    fn from(r: Report) -> ImportReport {
        ImportReport {
            dry_run: r.dry_run,
            rows: r.rows,
            created: r.created,
            updated: r.updated,
            unchanged: r.unchanged,
            kept: r.kept,
            problems: r.problems.into_iter().map(Into::into).collect(),
            problems_total: r.problems_total,
            warnings: r.warnings.into_iter().map(Into::into).collect(),
            warnings_total: r.warnings_total,
            batch: r.batch,
        }
    }
}

fn item(batch: Batch, report: Option<Report>) -> ImportItem {
    ImportItem {
        id: batch.id,
        noun: batch.noun.code(),
        state: batch.state.code(),
        file: batch.file,
        started_by: batch.started_name,
        started_ms: batch.started_ms,
        published_ms: batch.published_ms,
        report: report.map(Into::into),
    }
}

/// Routes of imports.
pub fn routes() -> Vec<Route> {
    let create = |path, handler| Route {
        method: Method::POST,
        path,
        action: "import_create",
        journal: Some("import.published"),
        handler,
    };
    let view = |path, action, handler| Route { method: Method::GET, path, action, journal: None, handler };
    vec![
        create("/api/v1/imports/organisations", post(organisations)),
        create("/api/v1/imports/needs", post(needs)),
        create("/api/v1/imports/offers", post(offers)),
        view("/api/v1/imports", "import_list", get(list)),
        view("/api/v1/imports/{id}", "import_view", get(one)),
    ]
}

/// API document of imports.
#[derive(utoipa::OpenApi)]
#[openapi(paths(organisations, needs, offers, list, one), components(schemas(ImportReport, ImportProblem, ImportItem)))]
pub struct Document;

/// Imports organisations. All or nothing; the same key always means the same record.
#[utoipa::path(post, path = "/api/v1/imports/organisations", tag = "imports", params(ImportQuery),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 200, body = ImportReport), (status = 422, body = ImportReport, description = "The file has problems, named in the report; or how to read it is not known"), (status = 401), (status = 403), (status = 409), (status = 413)))]
pub async fn organisations(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebProblem> {
    take(app, caller.ctx, Noun::Organisations, query, &headers, body).await
}

/// Imports needs as drafts of their organisations.
#[utoipa::path(post, path = "/api/v1/imports/needs", tag = "imports", params(ImportQuery),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 200, body = ImportReport), (status = 422, body = ImportReport, description = "The file has problems, named in the report; or how to read it is not known"), (status = 401), (status = 403), (status = 409), (status = 413)))]
pub async fn needs(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebProblem> {
    take(app, caller.ctx, Noun::Needs, query, &headers, body).await
}

/// Imports offers as drafts of their organisations.
#[utoipa::path(post, path = "/api/v1/imports/offers", tag = "imports", params(ImportQuery),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 200, body = ImportReport), (status = 422, body = ImportReport, description = "The file has problems, named in the report; or how to read it is not known"), (status = 401), (status = 403), (status = 409), (status = 413)))]
pub async fn offers(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ImportQuery>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebProblem> {
    take(app, caller.ctx, Noun::Offers, query, &headers, body).await
}

async fn take(
    app: App,
    ctx: Ctx,
    noun: Noun,
    query: ImportQuery,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response, WebProblem> {
    let format = format(&query.format, headers)?;
    let dry_run = matches!(query.dry_run.as_str(), "1" | "true" | "yes");
    let import = Import { noun, format, bytes: body.to_vec(), file: query.file, dry_run, publish: false };
    // A task of its own: a caller that goes away, or a request that takes too long, does not stop it half-way.
    let task = tokio::spawn(async move { import_create(&app, &ctx, import).await });
    let report = task.await.map_err(|error| Fault::Internal(format!("import: {error}")))??;
    let status = if report.refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Json(ImportReport::from(report))).into_response())
}

fn format(asked: &str, headers: &HeaderMap) -> Result<Format, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let told = match kind.split(';').next().unwrap_or_default().trim() {
        "text/csv" => Some(Format::Csv),
        "application/x-ndjson" | "application/jsonl" | "application/jsonlines" => Some(Format::JsonLines),
        _ => None,
    };
    let found = if asked.is_empty() { told } else { Format::parse(asked) };
    found.ok_or_else(|| {
        Refusal::invalid(
            "import-format",
            "请写明文件格式：?format=csv 或 ?format=jsonl。",
            "Say how the file is written: ?format=csv or ?format=jsonl.",
        )
        .at("format")
    })
}

/// The newest imports one may see.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(PageQuery),
    responses((status = 200, body = Listed<ImportItem>), (status = 401), (status = 403)))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<List<ImportItem>, WebProblem> {
    let page = page.page()?;
    let (batches, total) = import_list(&app, &caller.ctx, page.cursor, page.limit).await?;
    let next = (batches.len() == page.limit).then(|| batches.last().map(|batch| batch.id.clone())).flatten();
    Ok(List { items: batches.into_iter().map(|batch| item(batch, None)).collect(), total, next })
}

/// One import with its report.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportItem), (status = 401), (status = 404)))]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ImportItem>, WebProblem> {
    let (batch, report) = import_by_id(&app, &caller.ctx, &id).await?;
    Ok(Json(item(batch, Some(report))))
}
