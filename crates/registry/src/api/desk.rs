//! My desk as JSON.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::routing::get;
use platform::capability::{DeskItem, Route};
use platform::desk::desk_view;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use rooms::api::paged::{Listed, cut};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route { method: Method::GET, path: "/api/v1/desk", action: "desk_view", journal: None, handler: get(list) }]
}

/// The desk in the API document.
#[derive(OpenApi)]
#[openapi(paths(list))]
pub struct Document;

/// Something that waits for the caller.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Task {
    /// Kind of work, such as `review`, `claim`, `contact`.
    pub kind: String,
    /// What it is about.
    pub title: String,
    /// Page on which it is done.
    pub url: String,
    /// Since when it waits, epoch milliseconds UTC.
    pub since_ms: i64,
    /// When it is due, epoch milliseconds UTC; null where no clock runs.
    pub due_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

impl From<DeskItem> for Task {
    fn from(item: DeskItem) -> Task {
        let kind = item.kind.strip_prefix("desk-").unwrap_or(item.kind).to_owned();
        Task { kind, title: item.title, url: item.href, since_ms: item.since_ms, due_ms: item.due_ms, demo: item.demo }
    }
}

/// What waits for me, the most urgent first.
#[utoipa::path(get, path = "/api/v1/desk", tag = "desk",
    params(PageQuery),
    responses((status = 200, body = Listed<Task>), (status = 401), (status = 422)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<Task>>, Problem> {
    let tasks: Vec<Task> = desk_view(&app, &caller.ctx).await?.into_iter().map(Task::from).collect();
    Ok(Json(cut(tasks, &query, |task| &task.url)?))
}
