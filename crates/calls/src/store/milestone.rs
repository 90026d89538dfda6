//! Rows of milestones and of their tranches.

use super::{bad, fen, json};
use crate::rules::milestone::{Milestone, MilestoneState};
use kernel::Fen;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Tables of milestones. A tranche says which hold of the ledger stands for it; whether it is paid, only the ledger says.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0033-milestone",
    sql: "
CREATE TABLE call_milestone (
  award TEXT NOT NULL REFERENCES call_award (id), ord BIGINT NOT NULL, call TEXT NOT NULL REFERENCES call (id), title TEXT NOT NULL,
  indicators TEXT NOT NULL, months BIGINT NOT NULL, amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0), due_ms BIGINT, state TEXT NOT NULL,
  report TEXT, reported_by TEXT NOT NULL, reported_ms BIGINT, opinion TEXT, confirmed_by TEXT NOT NULL, refused BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL, PRIMARY KEY (award, ord));
CREATE INDEX call_milestone_call ON call_milestone (call);
CREATE INDEX call_milestone_state ON call_milestone (state, due_ms);
CREATE TABLE call_tranche (
  award TEXT NOT NULL, milestone BIGINT NOT NULL, source BIGINT NOT NULL, pledge TEXT NOT NULL REFERENCES call_pledge (id),
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0), hold TEXT NOT NULL UNIQUE, PRIMARY KEY (award, milestone, source),
  FOREIGN KEY (award, milestone) REFERENCES call_milestone (award, ord));
",
}];

const COLUMNS: [&str; 16] = [
    "award",
    "ord",
    "call",
    "title",
    "indicators",
    "months",
    "amount_fen",
    "due_ms",
    "state",
    "report",
    "reported_by",
    "reported_ms",
    "opinion",
    "confirmed_by",
    "refused",
    "updated_ms",
];
/// Milestones of one call that are read.
const MILESTONES_MAX: usize = 2_000;
/// Tranches of one call that are read: as many transfers as the ledger makes at once.
const TRANCHES_MAX: usize = 8_000;
/// Milestones that are looked at for somebody's desk.
const DESK_MAX: usize = 200;

/// What one source pays for one milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tranche {
    /// The award.
    pub award: String,
    /// The number of the milestone.
    pub milestone: i64,
    /// The number of the source in the call.
    pub source: i64,
    /// The pledge.
    pub pledge: String,
    /// How much.
    pub amount: Fen,
    /// The transfer that holds it.
    pub hold: String,
}

fn some<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Outcome<Option<T>> {
    let text: Option<String> = get(row, column)?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| bad("call_milestone", column))).transpose()
}

fn opt<T: Serialize>(value: Option<&T>) -> Outcome<Value> {
    Ok(value.map(json).transpose()?.into())
}

fn milestone(row: &QueryResult) -> Outcome<Milestone> {
    Ok(Milestone {
        award: get(row, "award")?,
        ord: get(row, "ord")?,
        call: get(row, "call")?,
        title: get(row, "title")?,
        indicators: get(row, "indicators")?,
        months: get(row, "months")?,
        amount: fen(row, "call_milestone", "amount_fen")?,
        due_ms: get(row, "due_ms")?,
        state: MilestoneState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("call_milestone", "state"))?,
        report: some(row, "report")?,
        reported_by: get(row, "reported_by")?,
        reported_ms: get(row, "reported_ms")?,
        opinion: some(row, "opinion")?,
        confirmed_by: get(row, "confirmed_by")?,
        refused: get(row, "refused")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores milestones; those that were there are replaced.
pub async fn save(conn: &Conn, milestones: &[Milestone]) -> Outcome<()> {
    let row = |m: &Milestone| {
        Outcome::Ok(vec![
            m.award.clone().into(),
            m.ord.into(),
            m.call.clone().into(),
            m.title.clone().into(),
            m.indicators.clone().into(),
            m.months.into(),
            m.amount.get().into(),
            m.due_ms.into(),
            m.state.code().into(),
            opt(m.report.as_ref())?,
            m.reported_by.clone().into(),
            m.reported_ms.into(),
            opt(m.opinion.as_ref())?,
            m.confirmed_by.clone().into(),
            m.refused.into(),
            m.updated_ms.into(),
        ])
    };
    let rows = milestones.iter().map(row).collect::<Outcome<Vec<Vec<Value>>>>()?;
    put(conn, "call_milestone", &COLUMNS, &["award", "ord"], rows).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Milestone>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("m.{column}")).collect();
    let text = format!("SELECT {} FROM call_milestone m {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(milestone).collect()
}

/// The milestones of a call, award by award.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Milestone>> {
    let tail = format!("WHERE m.call = $1 ORDER BY m.award, m.ord LIMIT {MILESTONES_MAX}");
    select(conn, &tail, vec![call.into()]).await
}

/// The milestones of an award in their order.
pub async fn of_award(conn: &Conn, award: &str) -> Outcome<Vec<Milestone>> {
    let tail = format!("WHERE m.award = $1 ORDER BY m.ord LIMIT {MILESTONES_MAX}");
    select(conn, &tail, vec![award.into()]).await
}

/// One milestone.
pub async fn by_ord(conn: &Conn, award: &str, ord: i64) -> Outcome<Option<Milestone>> {
    Ok(select(conn, "WHERE m.award = $1 AND m.ord = $2", vec![award.into(), ord.into()]).await?.pop())
}

/// Milestones that wait for somebody, those whose day comes first before the others.
pub async fn waiting(conn: &Conn) -> Outcome<Vec<Milestone>> {
    let tail = format!(
        "WHERE m.state IN ('open', 'reported', 'judged') ORDER BY COALESCE(m.due_ms, m.updated_ms), m.award, m.ord LIMIT {DESK_MAX}"
    );
    select(conn, &tail, Vec::new()).await
}

/// Stores tranches.
pub async fn add_tranches(conn: &Conn, tranches: &[Tranche]) -> Outcome<()> {
    let row = |t: &Tranche| {
        vec![
            t.award.clone().into(),
            t.milestone.into(),
            t.source.into(),
            t.pledge.clone().into(),
            t.amount.get().into(),
            t.hold.clone().into(),
        ]
    };
    let columns = ["award", "milestone", "source", "pledge", "amount_fen", "hold"];
    put(conn, "call_tranche", &columns, &[], tranches.iter().map(row).collect()).await
}

const TRANCHES: &str = "SELECT t.award, t.milestone, t.source, t.pledge, t.amount_fen, t.hold FROM call_tranche t";

fn tranche(row: &QueryResult) -> Outcome<Tranche> {
    Ok(Tranche {
        award: get(row, "award")?,
        milestone: get(row, "milestone")?,
        source: get(row, "source")?,
        pledge: get(row, "pledge")?,
        amount: fen(row, "call_tranche", "amount_fen")?,
        hold: get(row, "hold")?,
    })
}

/// The tranches of an award, milestone by milestone.
pub async fn tranches(conn: &Conn, award: &str) -> Outcome<Vec<Tranche>> {
    let text = format!("{TRANCHES} WHERE t.award = $1 ORDER BY t.milestone, t.source LIMIT {TRANCHES_MAX}");
    all(conn, &text, vec![award.into()]).await?.iter().map(tranche).collect()
}

/// The tranches of all awards of a call.
pub async fn tranches_of_call(conn: &Conn, call: &str) -> Outcome<Vec<Tranche>> {
    let text = format!(
        "{TRANCHES} JOIN call_award a ON a.id = t.award WHERE a.call = $1
         ORDER BY a.ord, t.milestone, t.source LIMIT {TRANCHES_MAX}"
    );
    all(conn, &text, vec![call.into()]).await?.iter().map(tranche).collect()
}
