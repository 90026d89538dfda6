//! The house itself: jobs and the journal.

use super::row;
use crate::app::App;
use crate::capability::Route;
use crate::identity::actions;
use crate::jobs::Job;
use crate::journal::Recorded;
use crate::request::Caller;
use crate::web::Problem;
use crate::web::page::{List, PageQuery, cursor_refused};
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

pub(super) fn routes() -> Vec<Route> {
    vec![
        row(Method::GET, "/api/v1/jobs", "job_list", None, get(jobs)),
        row(Method::POST, "/api/v1/jobs/{id}/retries", "job_retry", Some("job.retried"), post(job_retry)),
        row(Method::GET, "/api/v1/journal", "journal_list", None, get(journal)),
    ]
}

/// Jobs and the journal.
#[derive(OpenApi)]
#[openapi(paths(jobs, job_retry, journal), components(schemas(JobItem, JobList, Recorded, EntryList)))]
pub(super) struct Document;

/// A job of the queue.
#[derive(Serialize, ToSchema)]
struct JobItem {
    id: String,
    /// The handler's name.
    name: String,
    /// `ready`, `running`, `done` or `dead`.
    state: String,
    /// Tries so far.
    attempts: i64,
    /// When it may run next.
    run_at_ms: i64,
    /// What the last try said.
    error: Option<String>,
    created_ms: i64,
}

impl From<Job> for JobItem {
    fn from(job: Job) -> JobItem {
        JobItem {
            id: job.id,
            name: job.name,
            state: job.state,
            attempts: job.attempts,
            run_at_ms: job.run_at_ms,
            error: job.error,
            created_ms: job.created_ms,
        }
    }
}

/// The newest jobs of a state.
#[derive(Serialize, ToSchema)]
struct JobList {
    items: Vec<JobItem>,
    total: i64,
    next: Option<String>,
}

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JobQuery {
    /// `dead` (default), `ready`, `running` or `done`.
    #[serde(default)]
    state: String,
    /// Jobs at most, 1 to 100; 20 if left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// The newest jobs of a state.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "identity", params(JobQuery),
    responses((status = 200, body = JobList), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 422, description = "limit or state")))]
async fn jobs(State(app): State<App>, caller: Caller, Query(query): Query<JobQuery>) -> Result<List<JobItem>, Problem> {
    let page = PageQuery { limit: query.limit, cursor: None }.page()?;
    let state = if query.state.is_empty() { "dead" } else { query.state.as_str() };
    let (jobs, counts) = actions::job_list(&app, &caller.ctx, state, page.limit).await?;
    let states = crate::identity::pages::STATES;
    if !states.contains(&state) {
        return Err(unknown_state(&states).into());
    }
    let total = counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count);
    Ok(List { items: jobs.into_iter().map(JobItem::from).collect(), total, next: None })
}

fn unknown_state(states: &[&str]) -> kernel::Refusal {
    kernel::Refusal::invalid(
        "job-state",
        format!("没有这种任务状态。可用：{}。", states.join("、")),
        format!("There is no such state of a job. Use one of: {}.", states.join(", ")),
    )
    .at("state")
}

/// Lets a dead job run again.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retries", tag = "identity", params(("id" = String, Path)),
    responses((status = 204, description = "will run again"), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 409, description = "not dead")))]
async fn job_retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    actions::job_retry(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of the journal.
#[derive(Serialize, ToSchema)]
struct EntryList {
    items: Vec<Recorded>,
    total: i64,
    next: Option<String>,
}

/// The sealed entries of the journal, newest first.
#[utoipa::path(get, path = "/api/v1/journal", tag = "identity", params(PageQuery),
    responses((status = 200, body = EntryList), (status = 401, description = "sign in first"), (status = 403, description = "administrators only"), (status = 422, description = "limit or cursor")))]
async fn journal(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<List<Recorded>, Problem> {
    let page = page.page()?;
    let before = page.cursor.map(|cursor| cursor.parse::<i64>().ok().filter(|leaf| *leaf >= 0));
    let before = before.map(|leaf| leaf.ok_or_else(cursor_refused)).transpose()?;
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let (items, total) = actions::journal_list(&app, &caller.ctx, before, limit).await?;
    let next = items.last().and_then(|entry| entry.leaf_index).filter(|leaf| *leaf > 0).map(|leaf| leaf.to_string());
    Ok(List { items, total, next })
}
