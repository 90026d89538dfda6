//! The steps a call has taken: who, when and why. Rows are only added.

use super::bad;
use crate::rules::call::{CallState, Step};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};

/// The table of steps.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0003-step",
    sql: "
CREATE TABLE call_step (
  call TEXT NOT NULL REFERENCES call (id), ord BIGINT NOT NULL, step TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL,
  by_account TEXT NOT NULL, reason TEXT NOT NULL, due_ms BIGINT, due_provisional BOOLEAN NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (call, ord));
",
}];

const COLUMNS: [&str; 10] =
    ["call", "ord", "step", "from_state", "to_state", "by_account", "reason", "due_ms", "due_provisional", "at_ms"];
/// Steps of one call that are read: far more than a real one takes.
const STEPS_MAX: usize = 500;

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its place among the steps of its call, from 1.
    pub ord: i64,
    /// Which.
    pub step: Step,
    /// From where.
    pub from: CallState,
    /// To where.
    pub to: CallState,
    /// The account that took it.
    pub by: String,
    /// Why; may be empty.
    pub reason: String,
    /// Until when whoever is next had to be done.
    pub due_ms: Option<i64>,
    /// That day may still move.
    pub due_provisional: bool,
    /// When.
    pub at_ms: i64,
}

/// Adds a step. Two at once: the key decides.
pub async fn add(conn: &Conn, call: &str, taken: &Taken) -> Outcome<()> {
    let row = vec![
        call.into(),
        taken.ord.into(),
        taken.step.code().into(),
        taken.from.code().into(),
        taken.to.code().into(),
        taken.by.clone().into(),
        taken.reason.clone().into(),
        taken.due_ms.into(),
        taken.due_provisional.into(),
        taken.at_ms.into(),
    ];
    put(conn, "call_step", &COLUMNS, &[], vec![row]).await
}

/// The steps of a call, the first first.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Taken>> {
    let text = format!("SELECT {} FROM call_step WHERE call = $1 ORDER BY ord LIMIT {STEPS_MAX}", COLUMNS.join(", "));
    let rows = all(conn, &text, vec![call.into()]).await?;
    let state = |text: String, column| CallState::parse(&text).ok_or_else(|| bad("call_step", column));
    rows.iter()
        .map(|row| {
            Ok(Taken {
                ord: get(row, "ord")?,
                step: Step::parse(&get::<String>(row, "step")?).ok_or_else(|| bad("call_step", "step"))?,
                from: state(get(row, "from_state")?, "from_state")?,
                to: state(get(row, "to_state")?, "to_state")?,
                by: get(row, "by_account")?,
                reason: get(row, "reason")?,
                due_ms: get(row, "due_ms")?,
                due_provisional: get(row, "due_provisional")?,
                at_ms: get(row, "at_ms")?,
            })
        })
        .collect()
}

/// Places that are taken: how many steps a call has had.
pub async fn count(conn: &Conn, call: &str) -> Outcome<i64> {
    super::number(conn, "SELECT COUNT(*) AS n FROM call_step WHERE call = $1", vec![call.into()]).await
}
