//! Rows of committees and their seats.

use crate::rules::committee::{Committee, CommitteeState, Seat, SeatKind};
use kernel::Adcode;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get, put};
use rooms::store::{Position, after, bad, number};
use sea_orm::{QueryResult, Value};
use std::collections::HashMap;

/// Tables of committees. What a seat hands in is public and small; a seat's row is written again at each step.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "envelopes-0001-committee",
    sql: "
CREATE TABLE committee (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, name_en TEXT NOT NULL, origin TEXT NOT NULL, threshold BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('registering', 'dealing', 'accepting', 'ready', 'void', 'retired')),
  plan TEXT, key TEXT, transcript_hash TEXT, liar BIGINT, reason TEXT NOT NULL, drafted_by TEXT NOT NULL,
  demo BOOLEAN NOT NULL, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL, ready_ms BIGINT, ended_ms BIGINT);
CREATE INDEX committee_list ON committee (updated_ms, id);
CREATE TABLE committee_seat (
  committee TEXT NOT NULL REFERENCES committee (id), number BIGINT NOT NULL, kind TEXT NOT NULL, city TEXT, name TEXT NOT NULL,
  name_en TEXT NOT NULL, registration TEXT, deal TEXT, answer TEXT, PRIMARY KEY (committee, number));
CREATE INDEX committee_seat_city ON committee_seat (city);
",
}];

const COLUMNS: [&str; 17] = [
    "id",
    "name",
    "name_en",
    "origin",
    "threshold",
    "state",
    "plan",
    "key",
    "transcript_hash",
    "liar",
    "reason",
    "drafted_by",
    "demo",
    "created_ms",
    "updated_ms",
    "ready_ms",
    "ended_ms",
];
const SEAT_COLUMNS: [&str; 9] =
    ["committee", "number", "kind", "city", "name", "name_en", "registration", "deal", "answer"];
/// Committees that are looked at for somebody's desk or a form.
const LOOKED_AT_MAX: usize = 200;

/// What a list is narrowed to; an empty part narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in the name.
    pub text: String,
    /// States.
    pub states: Vec<String>,
}

fn committee(row: &QueryResult) -> Outcome<Committee> {
    Ok(Committee {
        id: get(row, "id")?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        origin: get(row, "origin")?,
        threshold: get(row, "threshold")?,
        state: CommitteeState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("committee", "state"))?,
        seats: Vec::new(),
        plan: get(row, "plan")?,
        key: get(row, "key")?,
        transcript_hash: get(row, "transcript_hash")?,
        liar: get(row, "liar")?,
        reason: get(row, "reason")?,
        drafted_by: get(row, "drafted_by")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
        ready_ms: get(row, "ready_ms")?,
        ended_ms: get(row, "ended_ms")?,
    })
}

fn seat(row: &QueryResult) -> Outcome<Seat> {
    let city: Option<String> = get(row, "city")?;
    Ok(Seat {
        number: get(row, "number")?,
        kind: SeatKind::parse(&get::<String>(row, "kind")?).ok_or_else(|| bad("committee_seat", "kind"))?,
        city: city.map(|city| Adcode::parse(&city)).transpose().map_err(|_| bad("committee_seat", "city"))?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        registration: get(row, "registration")?,
        deal: get(row, "deal")?,
        answer: get(row, "answer")?,
    })
}

/// Stores a committee and those of its seats that differ from what was there.
pub async fn save(conn: &Conn, c: &Committee, old: Option<&Committee>) -> Outcome<()> {
    let row = vec![
        c.id.clone().into(),
        c.name.clone().into(),
        c.name_en.clone().into(),
        c.origin.clone().into(),
        c.threshold.into(),
        c.state.code().into(),
        c.plan.clone().into(),
        c.key.clone().into(),
        c.transcript_hash.clone().into(),
        c.liar.into(),
        c.reason.clone().into(),
        c.drafted_by.clone().into(),
        c.demo.into(),
        c.created_ms.into(),
        c.updated_ms.into(),
        c.ready_ms.into(),
        c.ended_ms.into(),
    ];
    put(conn, "committee", &COLUMNS, &["id"], vec![row]).await?;
    let changed = c.seats.iter().filter(|seat| !old.is_some_and(|old| old.seats.contains(seat)));
    let rows: Vec<Vec<Value>> = changed.map(|seat| seat_row(&c.id, seat)).collect();
    put(conn, "committee_seat", &SEAT_COLUMNS, &["committee", "number"], rows).await
}

fn seat_row(committee: &str, seat: &Seat) -> Vec<Value> {
    vec![
        committee.into(),
        seat.number.into(),
        seat.kind.code().into(),
        seat.city.map(|city| city.to_string()).into(),
        seat.name.clone().into(),
        seat.name_en.clone().into(),
        seat.registration.clone().into(),
        seat.deal.clone().into(),
        seat.answer.clone().into(),
    ]
}

/// Committees by a tail of the query about `committee c`, with their seats.
async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Committee>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("c.{column}")).collect();
    let text = format!("SELECT {} FROM committee c {tail}", columns.join(", "));
    let mut found: Vec<Committee> =
        all(conn, &text, values).await?.iter().map(committee).collect::<Outcome<Vec<Committee>>>()?;
    let ids: Vec<String> = found.iter().map(|committee| committee.id.clone()).collect();
    let mut seats = seats_of(conn, &ids).await?;
    for committee in &mut found {
        committee.seats = seats.remove(&committee.id).unwrap_or_default();
    }
    Ok(found)
}

async fn seats_of(conn: &Conn, committees: &[String]) -> Outcome<HashMap<String, Vec<Seat>>> {
    let mut by_committee: HashMap<String, Vec<Seat>> = HashMap::new();
    if committees.is_empty() {
        return Ok(by_committee);
    }
    let mut clause = Where::new("1 = 1");
    clause.any("committee", committees);
    let text = format!(
        "SELECT {} FROM committee_seat WHERE {} ORDER BY committee, number",
        SEAT_COLUMNS.join(", "),
        clause.text
    );
    for row in &all(conn, &text, clause.values).await? {
        by_committee.entry(get(row, "committee")?).or_default().push(seat(row)?);
    }
    Ok(by_committee)
}

/// One committee, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Committee>> {
    Ok(select(conn, "WHERE c.id = $1", vec![id.into()]).await?.pop())
}

/// Committees in a ceremony, the oldest first.
pub async fn in_ceremony(conn: &Conn) -> Outcome<Vec<Committee>> {
    let tail = format!(
        "WHERE c.state IN ('registering', 'dealing', 'accepting') ORDER BY c.updated_ms, c.id LIMIT {LOOKED_AT_MAX}"
    );
    select(conn, &tail, Vec::new()).await
}

/// Committees that new rounds can be sealed to, the newest first.
pub async fn ready(conn: &Conn, demo: bool) -> Outcome<Vec<Committee>> {
    let tail = format!("WHERE c.state = 'ready' AND c.demo = $1 ORDER BY c.ready_ms DESC, c.id LIMIT {LOOKED_AT_MAX}");
    select(conn, &tail, vec![demo.into()]).await
}

fn narrowed(filter: &Filter, states: bool) -> Where {
    let mut clause = Where::new("1 = 1");
    clause.words(&filter.text, &["c.name", "c.name_en"]);
    if states {
        clause.any("c.state", &filter.states);
    }
    clause
}

/// One page of committees, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    filter: &Filter,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Committee>, i64)> {
    let mut clause = narrowed(filter, true);
    let text = format!("SELECT COUNT(*) AS n FROM committee c WHERE {}", clause.text);
    let total = number(conn, &text, clause.values.clone()).await?;
    after(&mut clause, from, "c.updated_ms", "c.id");
    let tail = format!("WHERE {} ORDER BY c.updated_ms DESC, c.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// How many committees of a filter are in each state.
pub async fn states(conn: &Conn, filter: &Filter) -> Outcome<Vec<(String, i64)>> {
    counted(conn, "c.state", "committee c", narrowed(filter, false)).await
}

/// The place of one committee in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT updated_ms FROM committee WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "updated_ms")?, id: id.to_owned() })).transpose()
}
