//! Rows of ties, competitors and waivers.

use super::{bad, json, read_json};
use crate::rules::conflict::{ConflictKind, Party, RIVALS_MAX, TIES_MAX, Tie, Waiver};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// Tables of conflicts. A pair has one waiver: the unique key tells the second who asks.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0021-conflict",
    sql: "
CREATE TABLE call_tie (
  id TEXT PRIMARY KEY, expert TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, uscc TEXT NOT NULL, organisation TEXT,
  left_ms BIGINT, call TEXT, answer TEXT, reason TEXT NOT NULL, by_account TEXT NOT NULL, at_ms BIGINT NOT NULL, ended_ms BIGINT);
CREATE INDEX call_tie_expert ON call_tie (expert, ended_ms);
CREATE INDEX call_tie_call ON call_tie (call);
CREATE TABLE call_rival (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), name TEXT NOT NULL, uscc TEXT NOT NULL, organisation TEXT,
  by_account TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX call_rival_call ON call_rival (call);
CREATE TABLE call_waiver (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), expert TEXT NOT NULL, answer TEXT NOT NULL, kinds TEXT NOT NULL,
  reason TEXT NOT NULL, asked_by TEXT NOT NULL, asked_ms BIGINT NOT NULL, granted BOOLEAN, remark TEXT NOT NULL,
  decided_by TEXT NOT NULL, decided_ms BIGINT, UNIQUE (call, expert, answer));
",
}];

const TIE: [&str; 13] = [
    "id",
    "expert",
    "kind",
    "name",
    "uscc",
    "organisation",
    "left_ms",
    "call",
    "answer",
    "reason",
    "by_account",
    "at_ms",
    "ended_ms",
];
const WAIVER: [&str; 12] = [
    "id",
    "call",
    "expert",
    "answer",
    "kinds",
    "reason",
    "asked_by",
    "asked_ms",
    "granted",
    "remark",
    "decided_by",
    "decided_ms",
];
/// Ties of a whole pool that are read.
const POOL_TIES_MAX: usize = 100_000;
/// Waivers of one call that are read.
const WAIVERS_MAX: usize = 2_000;

fn party(row: &QueryResult) -> Outcome<Party> {
    Ok(Party { name: get(row, "name")?, uscc: get(row, "uscc")?, organisation: get(row, "organisation")? })
}

fn tie(row: &QueryResult) -> Outcome<Tie> {
    Ok(Tie {
        id: get(row, "id")?,
        expert: get(row, "expert")?,
        kind: ConflictKind::parse(&get::<String>(row, "kind")?).ok_or_else(|| bad("call_tie", "kind"))?,
        party: party(row)?,
        left_ms: get(row, "left_ms")?,
        call: get(row, "call")?,
        answer: get(row, "answer")?,
        reason: get(row, "reason")?,
        by: get(row, "by_account")?,
        at_ms: get(row, "at_ms")?,
        ended_ms: get(row, "ended_ms")?,
    })
}

/// Stores a tie; one that was there is replaced.
pub async fn save(conn: &Conn, t: &Tie) -> Outcome<()> {
    let row = vec![
        t.id.clone().into(),
        t.expert.clone().into(),
        t.kind.code().into(),
        t.party.name.clone().into(),
        t.party.uscc.clone().into(),
        t.party.organisation.clone().into(),
        t.left_ms.into(),
        t.call.clone().into(),
        t.answer.clone().into(),
        t.reason.clone().into(),
        t.by.clone().into(),
        t.at_ms.into(),
        t.ended_ms.into(),
    ];
    put(conn, "call_tie", &TIE, &["id"], vec![row]).await
}

async fn ties(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Tie>> {
    let text = format!("SELECT {} FROM call_tie {tail}", TIE.join(", "));
    all(conn, &text, values).await?.iter().map(tie).collect()
}

/// One tie.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Tie>> {
    Ok(ties(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// The live ties that an expert has declared, the newest first.
pub async fn declared(conn: &Conn, expert: &str) -> Outcome<Vec<Tie>> {
    let tail =
        format!("WHERE expert = $1 AND ended_ms IS NULL AND call IS NULL ORDER BY at_ms DESC, id LIMIT {TIES_MAX}");
    ties(conn, &tail, vec![expert.into()]).await
}

/// The live ties of experts: their own, and those that officers have set for one call.
pub async fn of_experts(conn: &Conn, call: &str, experts: &[String]) -> Outcome<Vec<Tie>> {
    if experts.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("ended_ms IS NULL");
    let place = clause.place(call);
    clause.and(&format!("(call IS NULL OR call = {place})"));
    clause.any("expert", experts);
    ties(conn, &format!("WHERE {} ORDER BY id LIMIT {POOL_TIES_MAX}", clause.text), clause.values).await
}

/// What officers have set for a call, the newest first.
pub async fn set_for(conn: &Conn, call: &str) -> Outcome<Vec<Tie>> {
    let tail = format!("WHERE call = $1 AND ended_ms IS NULL ORDER BY at_ms DESC, id LIMIT {WAIVERS_MAX}");
    ties(conn, &tail, vec![call.into()]).await
}

/// Names a competitor of the challenge owner.
pub async fn add_rival(conn: &Conn, id: &str, call: &str, party: &Party, by: (&str, i64)) -> Outcome<()> {
    let columns = ["id", "call", "name", "uscc", "organisation", "by_account", "at_ms"];
    let row = vec![
        id.into(),
        call.into(),
        party.name.clone().into(),
        party.uscc.clone().into(),
        party.organisation.clone().into(),
        by.0.into(),
        by.1.into(),
    ];
    put(conn, "call_rival", &columns, &[], vec![row]).await
}

/// Competitors of the challenge owner that the office has named.
pub async fn rivals(conn: &Conn, call: &str) -> Outcome<Vec<Party>> {
    let text = format!(
        "SELECT name, uscc, organisation FROM call_rival WHERE call = $1 ORDER BY at_ms, id LIMIT {RIVALS_MAX}"
    );
    all(conn, &text, vec![call.into()]).await?.iter().map(party).collect()
}

fn waiver(row: &QueryResult) -> Outcome<Waiver> {
    let kinds: Vec<String> = read_json(row, "call_waiver", "kinds")?;
    let kind = |code: &String| ConflictKind::parse(code).ok_or_else(|| bad("call_waiver", "kinds"));
    Ok(Waiver {
        id: get(row, "id")?,
        call: get(row, "call")?,
        expert: get(row, "expert")?,
        answer: get(row, "answer")?,
        kinds: kinds.iter().map(kind).collect::<Outcome<_>>()?,
        reason: get(row, "reason")?,
        asked_by: get(row, "asked_by")?,
        asked_ms: get(row, "asked_ms")?,
        granted: get(row, "granted")?,
        remark: get(row, "remark")?,
        decided_by: get(row, "decided_by")?,
        decided_ms: get(row, "decided_ms")?,
    })
}

/// Stores a waiver; one that was there under the same id is replaced.
pub async fn save_waiver(conn: &Conn, w: &Waiver) -> Outcome<()> {
    let kinds: Vec<&str> = w.kinds.iter().map(|kind| kind.code()).collect();
    let row = vec![
        w.id.clone().into(),
        w.call.clone().into(),
        w.expert.clone().into(),
        w.answer.clone().into(),
        json(&kinds)?.into(),
        w.reason.clone().into(),
        w.asked_by.clone().into(),
        w.asked_ms.into(),
        w.granted.into(),
        w.remark.clone().into(),
        w.decided_by.clone().into(),
        w.decided_ms.into(),
    ];
    put(conn, "call_waiver", &WAIVER, &["id"], vec![row]).await
}

async fn waivers(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Waiver>> {
    let text = format!("SELECT {} FROM call_waiver {tail}", WAIVER.join(", "));
    all(conn, &text, values).await?.iter().map(waiver).collect()
}

/// One waiver.
pub async fn waiver_by_id(conn: &Conn, id: &str) -> Outcome<Option<Waiver>> {
    Ok(waivers(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// The waivers of a call, the newest first.
pub async fn waivers_of(conn: &Conn, call: &str) -> Outcome<Vec<Waiver>> {
    let tail = format!("WHERE call = $1 ORDER BY asked_ms DESC, id LIMIT {WAIVERS_MAX}");
    waivers(conn, &tail, vec![call.into()]).await
}
