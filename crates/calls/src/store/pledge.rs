//! Rows of pledges.

use super::{bad, fen};
use crate::rules::pledge::{Condition, FUNDERS_MAX, FunderKind, Pledge, PledgeState};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put, run};
use sea_orm::{QueryResult, Value};

/// The table of pledges. A funder stands once in a call: the unique index decides races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0002-pledge",
    sql: "
CREATE TABLE call_pledge (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), ord BIGINT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL,
  name TEXT NOT NULL,
  name_en TEXT NOT NULL, account TEXT NOT NULL, cap_fen BIGINT NOT NULL, condition TEXT NOT NULL, ratio_hundredths BIGINT NOT NULL,
  note TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('asked', 'given', 'declined', 'withdrawn')),
  by_account TEXT NOT NULL, at_ms BIGINT NOT NULL, demo BOOLEAN NOT NULL, UNIQUE (call, code));
CREATE INDEX call_pledge_state ON call_pledge (state, code);
",
}];

const COLUMNS: [&str; 16] = [
    "id",
    "call",
    "ord",
    "kind",
    "code",
    "name",
    "name_en",
    "account",
    "cap_fen",
    "condition",
    "ratio_hundredths",
    "note",
    "state",
    "by_account",
    "at_ms",
    "demo",
];
/// Pledges that are looked at for somebody's desk.
const DESK_MAX: usize = 200;

fn pledge(row: &QueryResult) -> Outcome<Pledge> {
    let code = |column: &str| get::<String>(row, column);
    Ok(Pledge {
        id: get(row, "id")?,
        call: get(row, "call")?,
        ord: get(row, "ord")?,
        kind: FunderKind::parse(&code("kind")?).ok_or_else(|| bad("call_pledge", "kind"))?,
        code: get(row, "code")?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        account: get(row, "account")?,
        cap: fen(row, "call_pledge", "cap_fen")?,
        condition: Condition::parse(&code("condition")?).ok_or_else(|| bad("call_pledge", "condition"))?,
        ratio_hundredths: get(row, "ratio_hundredths")?,
        note: get(row, "note")?,
        state: PledgeState::parse(&code("state")?).ok_or_else(|| bad("call_pledge", "state"))?,
        by: get(row, "by_account")?,
        at_ms: get(row, "at_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Stores a pledge; one that was there is replaced.
pub async fn save(conn: &Conn, p: &Pledge) -> Outcome<()> {
    let row = vec![
        p.id.clone().into(),
        p.call.clone().into(),
        p.ord.into(),
        p.kind.code().into(),
        p.code.clone().into(),
        p.name.clone().into(),
        p.name_en.clone().into(),
        p.account.clone().into(),
        p.cap.get().into(),
        p.condition.code().into(),
        p.ratio_hundredths.into(),
        p.note.clone().into(),
        p.state.code().into(),
        p.by.clone().into(),
        p.at_ms.into(),
        p.demo.into(),
    ];
    put(conn, "call_pledge", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Pledge>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("p.{column}")).collect();
    let text = format!("SELECT {} FROM call_pledge p {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(pledge).collect()
}

/// The pledges of a call in the order in which their funders were asked.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Pledge>> {
    let tail = format!("WHERE p.call = $1 ORDER BY p.ord, p.id LIMIT {FUNDERS_MAX}");
    select(conn, &tail, vec![call.into()]).await
}

/// One pledge.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Pledge>> {
    Ok(select(conn, "WHERE p.id = $1", vec![id.into()]).await?.pop())
}

/// What has been pledged to several calls, in the order in which their funders were asked.
pub async fn given(conn: &Conn, calls: &[String]) -> Outcome<Vec<Pledge>> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = rooms::store::browse::Where::new("p.state = 'given'");
    clause.any("p.call", calls);
    let tail = format!("WHERE {} ORDER BY p.call, p.id LIMIT {}", clause.text, calls.len() * FUNDERS_MAX);
    select(conn, &tail, clause.values).await
}

/// Takes an invitation away that nobody has answered.
pub async fn remove(conn: &Conn, id: &str) -> Outcome<()> {
    run(conn, "DELETE FROM call_pledge WHERE id = $1", vec![id.into()]).await.map(|_| ())
}

/// Pledges that wait for one of these funders, by code.
pub async fn asked(conn: &Conn, codes: &[String]) -> Outcome<Vec<Pledge>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = rooms::store::browse::Where::new("p.state = 'asked'");
    clause.any("p.code", codes);
    let tail = format!("WHERE {} ORDER BY p.at_ms, p.id LIMIT {DESK_MAX}", clause.text);
    select(conn, &tail, clause.values).await
}
