//! What waits for some organisations, and what was said to them lately.

use super::{PROJECTS_MAX, STEP_COLUMNS, by_ids, places, select, step, values_of};
use crate::rules::poc::{Project, Step};
use platform::db::{Conn, Outcome};
use rooms::store::rows::all;
use sea_orm::Value;
use std::collections::BTreeSet;

/// Steps with their projects, the oldest entry first; the tables are called `s` and `p`.
async fn steps_with(conn: &Conn, condition: &str, values: Vec<Value>) -> Outcome<Vec<(Step, Project)>> {
    let columns: Vec<String> = STEP_COLUMNS.iter().map(|column| format!("s.{column}")).collect();
    let text = format!(
        "SELECT {} FROM poc_step s JOIN poc_project p ON p.id = s.project
         WHERE {condition} ORDER BY s.created_ms, s.id LIMIT {PROJECTS_MAX}",
        columns.join(", ")
    );
    let rows = all(conn, &text, values).await?;
    let steps: Vec<Step> = rows.iter().map(step).collect::<Outcome<_>>()?;
    let ids: BTreeSet<String> = steps.iter().map(|step| step.project.clone()).collect();
    let projects = by_ids(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
    let with = |step: Step| projects.iter().find(|p| p.id == step.project).map(|project| (step, project.clone()));
    Ok(steps.into_iter().filter_map(with).collect())
}

/// Proposals that wait for the people of some organisations: the step with its project.
pub async fn proposals(conn: &Conn, organisations: &[String]) -> Outcome<Vec<(Step, Project)>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let condition = format!(
        "s.state = 'proposed' AND p.state = 'published' AND p.organisation IN ({})",
        places(organisations.len())
    );
    steps_with(conn, &condition, values_of(organisations)).await
}

/// Proposals of some organisations that were declined since a moment: the step with its project.
pub async fn declined(conn: &Conn, organisations: &[String], since_ms: i64) -> Outcome<Vec<(Step, Project)>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let count = organisations.len();
    let condition =
        format!("s.state = 'declined' AND s.entered_by IN ({}) AND s.answered_ms >= ${}", places(count), count + 1);
    let mut values = values_of(organisations);
    values.push(since_ms.into());
    steps_with(conn, &condition, values).await
}

/// Projects that ask some organisations to be their centre, the oldest first.
pub async fn asked(conn: &Conn, organisations: &[String]) -> Outcome<Vec<Project>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let tail = format!(
        "WHERE p.centre_state = 'asked' AND p.state <> 'closed' AND p.centre IN ({})
         ORDER BY p.centre_ms, p.id LIMIT {PROJECTS_MAX}",
        places(organisations.len())
    );
    select(conn, &tail, values_of(organisations)).await
}

/// Projects of some organisations whose centre has said no since a moment, the oldest first.
pub async fn refused(conn: &Conn, organisations: &[String], since_ms: i64) -> Outcome<Vec<Project>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let count = organisations.len();
    let tail = format!(
        "WHERE p.centre_state = 'declined' AND p.state <> 'closed' AND p.organisation IN ({}) AND p.centre_ms >= ${}
         ORDER BY p.centre_ms, p.id LIMIT {PROJECTS_MAX}",
        places(count),
        count + 1
    );
    let mut values = values_of(organisations);
    values.push(since_ms.into());
    select(conn, &tail, values).await
}
