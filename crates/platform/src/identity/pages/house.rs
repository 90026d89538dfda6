//! Administration of the house itself: jobs and the journal.

use crate::app::App;
use crate::capability::Route;
use crate::identity::actions;
use crate::jobs::Job;
use crate::journal::Recorded;
use crate::request::Caller;
use crate::web::{Problem, Shell, html};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

/// Jobs shown at once.
const JOBS_MAX: usize = 100;
/// Journal entries on one page.
const ENTRIES_PAGE: i64 = 50;
/// The states of a job, the one that needs a person first.
pub(in crate::identity) const STATES: [&str; 4] = ["dead", "ready", "running", "done"];

pub(super) fn routes() -> Vec<Route> {
    let row = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        row(Method::GET, "/admin/jobs", "job_list", None, get(jobs)),
        row(Method::POST, "/admin/jobs/{id}/retries", "job_retry", Some("job.retried"), post(retry)),
        row(Method::GET, "/admin/journal", "journal_list", None, get(journal)),
    ]
}

/// A tab: state, its name, how many, whether it is shown.
struct Tab {
    state: &'static str,
    label: String,
    count: i64,
    on: bool,
}

#[derive(Template)]
#[template(path = "identity/jobs.html")]
struct JobsPage {
    shell: Shell,
    dead: i64,
    tabs: Vec<Tab>,
    state: String,
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
struct AskedJobs {
    #[serde(default)]
    state: String,
}

async fn jobs(State(app): State<App>, caller: Caller, Query(asked): Query<AskedJobs>) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let state = STATES.into_iter().find(|state| *state == asked.state).unwrap_or(STATES[0]);
    let (jobs, counts) = actions::job_list(&app, &caller.ctx, state, JOBS_MAX).await?;
    let of = |state: &str| counts.iter().find(|(name, _)| name == state).map_or(0, |(_, count)| *count);
    let tabs = STATES.map(|each| Tab {
        state: each,
        label: t.msg(format!("job-{each}")).into_owned(),
        count: of(each),
        on: each == state,
    });
    let page = JobsPage {
        shell: caller.visit.shell(t.msg("admin-jobs")).private(),
        dead: of("dead"),
        tabs: tabs.into_iter().collect(),
        state: state.to_owned(),
        jobs,
    };
    Ok(html(&page))
}

async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    actions::job_retry(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/admin/jobs"))
}

#[derive(Template)]
#[template(path = "identity/journal.html")]
struct JournalPage {
    shell: Shell,
    entries: Vec<Recorded>,
    older_href: String,
}

#[derive(Deserialize)]
struct AskedEntries {
    #[serde(default)]
    before: String,
}

async fn journal(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<AskedEntries>,
) -> Result<Response, Problem> {
    // A place that cannot be read is the newest one.
    let before = asked.before.parse::<i64>().ok().filter(|leaf| *leaf >= 0);
    let (entries, _) = actions::journal_list(&app, &caller.ctx, before, ENTRIES_PAGE).await?;
    let oldest = entries.last().and_then(|entry| entry.leaf_index).filter(|leaf| *leaf > 0);
    let page = JournalPage {
        shell: caller.visit.shell(caller.visit.t.msg("admin-journal")).private(),
        entries,
        older_href: oldest.map(|leaf| format!("/admin/journal?before={leaf}")).unwrap_or_default(),
    };
    Ok(html(&page))
}
