//! Rows of scores. Both phases are kept.

use super::{json, read_json};
use crate::rules::score::Sheet;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// The table of scores: one row a task and phase.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0023-score",
    sql: "
CREATE TABLE call_sheet (
  task TEXT NOT NULL REFERENCES call_task (id), phase BIGINT NOT NULL, points TEXT NOT NULL, comment TEXT NOT NULL,
  total BIGINT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (task, phase));
",
}];

const SHEET: [&str; 6] = ["task", "phase", "points", "comment", "total", "at_ms"];
/// Sheets of one call that are read.
const SHEETS_MAX: usize = 100_000;

fn sheet(row: &QueryResult) -> Outcome<Sheet> {
    Ok(Sheet {
        task: get(row, "task")?,
        phase: get(row, "phase")?,
        points: read_json(row, "call_sheet", "points")?,
        comment: get(row, "comment")?,
        total: get(row, "total")?,
        at_ms: get(row, "at_ms")?,
    })
}

/// Stores a sheet; one of the same phase is replaced.
pub async fn save(conn: &Conn, s: &Sheet) -> Outcome<()> {
    let row = vec![
        s.task.clone().into(),
        s.phase.into(),
        json(&s.points)?.into(),
        s.comment.clone().into(),
        s.total.into(),
        s.at_ms.into(),
    ];
    put(conn, "call_sheet", &SHEET, &["task", "phase"], vec![row]).await
}

async fn sheets(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Sheet>> {
    let text = format!("SELECT {} FROM call_sheet h {tail}", SHEET.map(|column| format!("h.{column}")).join(", "));
    all(conn, &text, values).await?.iter().map(sheet).collect()
}

/// The sheets of one review.
pub async fn of_call(conn: &Conn, call: &str, attempt: i64) -> Outcome<Vec<Sheet>> {
    let tail = format!(
        "JOIN call_task t ON t.id = h.task WHERE t.call = $1 AND t.attempt = $2 ORDER BY h.task, h.phase LIMIT {SHEETS_MAX}"
    );
    sheets(conn, &tail, vec![call.into(), attempt.into()]).await
}

/// The sheets of one answer in one review.
pub async fn of_answer(conn: &Conn, answer: &str, attempt: i64) -> Outcome<Vec<Sheet>> {
    let tail = format!(
        "JOIN call_task t ON t.id = h.task WHERE t.answer = $1 AND t.attempt = $2 ORDER BY h.task, h.phase LIMIT {SHEETS_MAX}"
    );
    sheets(conn, &tail, vec![answer.into(), attempt.into()]).await
}
