//! Rows of awards that end early and of money that comes back.

use super::{bad, fen};
use crate::rules::accounts::{ClawBack, PairState, Stop, StopKind};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// Tables of what takes two people. An award has one proposal to end it and one to get money back that was not refused:
/// the unique indexes decide races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0034-accounts",
    sql: "
CREATE TABLE call_stop (
  id TEXT PRIMARY KEY, award TEXT NOT NULL REFERENCES call_award (id), call TEXT NOT NULL REFERENCES call (id), kind TEXT NOT NULL,
  reason TEXT NOT NULL, state TEXT NOT NULL, by_account TEXT NOT NULL, at_ms BIGINT NOT NULL, other_account TEXT NOT NULL, other_ms BIGINT);
CREATE UNIQUE INDEX call_stop_award ON call_stop (award) WHERE state <> 'refused';
CREATE INDEX call_stop_call ON call_stop (call);
CREATE TABLE call_claw_back (
  id TEXT PRIMARY KEY, award TEXT NOT NULL REFERENCES call_award (id), call TEXT NOT NULL REFERENCES call (id),
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0), reason TEXT NOT NULL, state TEXT NOT NULL, by_account TEXT NOT NULL,
  at_ms BIGINT NOT NULL, other_account TEXT NOT NULL, other_ms BIGINT, paid_ms BIGINT);
CREATE UNIQUE INDEX call_claw_back_award ON call_claw_back (award) WHERE state <> 'refused';
CREATE INDEX call_claw_back_call ON call_claw_back (call);
",
}];

/// Rows of one call that are read.
const ROWS_MAX: usize = 500;

fn state(row: &QueryResult, table: &str) -> Outcome<PairState> {
    PairState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad(table, "state"))
}

const STOP: [&str; 10] =
    ["id", "award", "call", "kind", "reason", "state", "by_account", "at_ms", "other_account", "other_ms"];

/// Stores a proposal to end an award; one that was there is replaced.
pub async fn save_stop(conn: &Conn, s: &Stop) -> Outcome<()> {
    let row = vec![
        s.id.clone().into(),
        s.award.clone().into(),
        s.call.clone().into(),
        s.kind.code().into(),
        s.reason.clone().into(),
        s.state.code().into(),
        s.by.clone().into(),
        s.at_ms.into(),
        s.other.clone().into(),
        s.other_ms.into(),
    ];
    put(conn, "call_stop", &STOP, &["id"], vec![row]).await
}

async fn stops(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Stop>> {
    let text = format!("SELECT {} FROM call_stop {tail} LIMIT {ROWS_MAX}", STOP.join(", "));
    let read = |row: &QueryResult| {
        Outcome::Ok(Stop {
            id: get(row, "id")?,
            award: get(row, "award")?,
            call: get(row, "call")?,
            kind: StopKind::parse(&get::<String>(row, "kind")?).ok_or_else(|| bad("call_stop", "kind"))?,
            reason: get(row, "reason")?,
            state: state(row, "call_stop")?,
            by: get(row, "by_account")?,
            at_ms: get(row, "at_ms")?,
            other: get(row, "other_account")?,
            other_ms: get(row, "other_ms")?,
        })
    };
    all(conn, &text, values).await?.iter().map(read).collect()
}

/// One proposal to end an award.
pub async fn stop_by_id(conn: &Conn, id: &str) -> Outcome<Option<Stop>> {
    Ok(stops(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// The proposals of a call to end an award, the first first.
pub async fn stops_of_call(conn: &Conn, call: &str) -> Outcome<Vec<Stop>> {
    stops(conn, "WHERE call = $1 ORDER BY at_ms, id", vec![call.into()]).await
}

/// Proposals to end an award that wait for a second person.
pub async fn stops_proposed(conn: &Conn) -> Outcome<Vec<Stop>> {
    stops(conn, "WHERE state = 'proposed' ORDER BY at_ms, id", Vec::new()).await
}

const BACK: [&str; 11] = [
    "id",
    "award",
    "call",
    "amount_fen",
    "reason",
    "state",
    "by_account",
    "at_ms",
    "other_account",
    "other_ms",
    "paid_ms",
];

/// Stores a proposal to get money back; one that was there is replaced.
pub async fn save_back(conn: &Conn, c: &ClawBack) -> Outcome<()> {
    let row = vec![
        c.id.clone().into(),
        c.award.clone().into(),
        c.call.clone().into(),
        c.amount.get().into(),
        c.reason.clone().into(),
        c.state.code().into(),
        c.by.clone().into(),
        c.at_ms.into(),
        c.other.clone().into(),
        c.other_ms.into(),
        c.paid_ms.into(),
    ];
    put(conn, "call_claw_back", &BACK, &["id"], vec![row]).await
}

async fn backs(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<ClawBack>> {
    let text = format!("SELECT {} FROM call_claw_back {tail} LIMIT {ROWS_MAX}", BACK.join(", "));
    let read = |row: &QueryResult| {
        Outcome::Ok(ClawBack {
            id: get(row, "id")?,
            award: get(row, "award")?,
            call: get(row, "call")?,
            amount: fen(row, "call_claw_back", "amount_fen")?,
            reason: get(row, "reason")?,
            state: state(row, "call_claw_back")?,
            by: get(row, "by_account")?,
            at_ms: get(row, "at_ms")?,
            other: get(row, "other_account")?,
            other_ms: get(row, "other_ms")?,
            paid_ms: get(row, "paid_ms")?,
        })
    };
    all(conn, &text, values).await?.iter().map(read).collect()
}

/// One proposal to get money back.
pub async fn back_by_id(conn: &Conn, id: &str) -> Outcome<Option<ClawBack>> {
    Ok(backs(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// The proposals of a call to get money back, the first first.
pub async fn backs_of_call(conn: &Conn, call: &str) -> Outcome<Vec<ClawBack>> {
    backs(conn, "WHERE call = $1 ORDER BY at_ms, id", vec![call.into()]).await
}

/// Proposals to get money back that wait for a second person or for the money.
pub async fn backs_waiting(conn: &Conn) -> Outcome<Vec<ClawBack>> {
    backs(conn, "WHERE state IN ('proposed', 'owed') ORDER BY at_ms, id", Vec::new()).await
}
