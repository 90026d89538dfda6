//! Rows of draws and of the parts that seats have in them.

use super::{bad, json, read_json};
use crate::rules::call::Choosing;
use crate::rules::draw::{Draw, DrawState, Part};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// Tables of draws. A call has one draw under way, a draw has one number, a seat one part: the keys decide races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0022-draw",
    sql: "
CREATE TABLE call_draw (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), attempt BIGINT NOT NULL, number BIGINT NOT NULL,
  choosing TEXT NOT NULL, quotas TEXT NOT NULL, state TEXT NOT NULL CHECK (
    state IN ('committing', 'opening', 'opened', 'drawn', 'void')),
  committee TEXT, seats_min BIGINT NOT NULL, input TEXT, input_sha256 TEXT, seed TEXT, result TEXT, due_ms BIGINT,
  reason TEXT NOT NULL, by_account TEXT NOT NULL, demo BOOLEAN NOT NULL, created_ms BIGINT NOT NULL, ended_ms BIGINT,
  UNIQUE (call, number));
CREATE UNIQUE INDEX call_draw_live ON call_draw (call) WHERE state IN ('committing', 'opening', 'opened');
CREATE TABLE call_draw_part (
  draw TEXT NOT NULL REFERENCES call_draw (id), seat BIGINT NOT NULL, commitment TEXT NOT NULL, value TEXT, by_account TEXT NOT NULL,
  committed_ms BIGINT NOT NULL, opened_ms BIGINT, PRIMARY KEY (draw, seat));
",
}];

const DRAW: [&str; 19] = [
    "id",
    "call",
    "attempt",
    "number",
    "choosing",
    "quotas",
    "state",
    "committee",
    "seats_min",
    "input",
    "input_sha256",
    "seed",
    "result",
    "due_ms",
    "reason",
    "by_account",
    "demo",
    "created_ms",
    "ended_ms",
];
const PART: [&str; 7] = ["draw", "seat", "commitment", "value", "by_account", "committed_ms", "opened_ms"];
/// Draws of one call that are read: far more than a real one has.
const DRAWS_MAX: usize = 100;
/// Seats of a committee and the office, with room.
const PARTS_MAX: usize = 50;
/// Draws that are looked at for somebody's desk.
const DESK_MAX: usize = 100;

fn draw(row: &QueryResult) -> Outcome<Draw> {
    let code = |column: &str| get::<String>(row, column);
    Ok(Draw {
        id: get(row, "id")?,
        call: get(row, "call")?,
        attempt: get(row, "attempt")?,
        number: get(row, "number")?,
        choosing: Choosing::parse(&code("choosing")?).ok_or_else(|| bad("call_draw", "choosing"))?,
        quotas: read_json(row, "call_draw", "quotas")?,
        state: DrawState::parse(&code("state")?).ok_or_else(|| bad("call_draw", "state"))?,
        committee: get(row, "committee")?,
        seats_min: get(row, "seats_min")?,
        input: get(row, "input")?,
        input_sha256: get(row, "input_sha256")?,
        seed: get(row, "seed")?,
        result: get(row, "result")?,
        due_ms: get(row, "due_ms")?,
        reason: get(row, "reason")?,
        by: get(row, "by_account")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        ended_ms: get(row, "ended_ms")?,
    })
}

/// Stores a draw; one that was there is replaced.
pub async fn save(conn: &Conn, d: &Draw) -> Outcome<()> {
    let row = vec![
        d.id.clone().into(),
        d.call.clone().into(),
        d.attempt.into(),
        d.number.into(),
        d.choosing.code().into(),
        json(&d.quotas)?.into(),
        d.state.code().into(),
        d.committee.clone().into(),
        d.seats_min.into(),
        d.input.clone().into(),
        d.input_sha256.clone().into(),
        d.seed.clone().into(),
        d.result.clone().into(),
        d.due_ms.into(),
        d.reason.clone().into(),
        d.by.clone().into(),
        d.demo.into(),
        d.created_ms.into(),
        d.ended_ms.into(),
    ];
    put(conn, "call_draw", &DRAW, &["id"], vec![row]).await
}

async fn draws(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Draw>> {
    let text = format!("SELECT {} FROM call_draw {tail}", DRAW.join(", "));
    all(conn, &text, values).await?.iter().map(draw).collect()
}

/// One draw.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Draw>> {
    Ok(draws(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// The draws of a call, the newest first.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Draw>> {
    draws(conn, &format!("WHERE call = $1 ORDER BY number DESC LIMIT {DRAWS_MAX}"), vec![call.into()]).await
}

/// Draws under way in some states, the oldest first.
pub async fn in_states(conn: &Conn, states: &[DrawState]) -> Outcome<Vec<Draw>> {
    let mut clause = Where::new("1 = 1");
    clause.any("state", &states.iter().map(|state| state.code().to_owned()).collect::<Vec<_>>());
    draws(conn, &format!("WHERE {} ORDER BY created_ms, id LIMIT {DESK_MAX}", clause.text), clause.values).await
}

fn part_row(p: &Part) -> Vec<Value> {
    vec![
        p.draw.clone().into(),
        p.seat.into(),
        p.commitment.clone().into(),
        p.value.clone().into(),
        p.by.clone().into(),
        p.committed_ms.into(),
        p.opened_ms.into(),
    ]
}

/// Adds a commitment. Two at once for one seat: the key tells the second.
pub async fn add_part(conn: &Conn, part: &Part) -> Outcome<()> {
    put(conn, "call_draw_part", &PART, &[], vec![part_row(part)]).await
}

/// Stores an opened value.
pub async fn save_part(conn: &Conn, part: &Part) -> Outcome<()> {
    put(conn, "call_draw_part", &PART, &["draw", "seat"], vec![part_row(part)]).await
}

/// The parts of a draw, by seat.
pub async fn parts(conn: &Conn, draw: &str) -> Outcome<Vec<Part>> {
    let text =
        format!("SELECT {} FROM call_draw_part WHERE draw = $1 ORDER BY seat LIMIT {PARTS_MAX}", PART.join(", "));
    let rows = all(conn, &text, vec![draw.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Part {
                draw: get(row, "draw")?,
                seat: get(row, "seat")?,
                commitment: get(row, "commitment")?,
                value: get(row, "value")?,
                by: get(row, "by_account")?,
                committed_ms: get(row, "committed_ms")?,
                opened_ms: get(row, "opened_ms")?,
            })
        })
        .collect()
}
