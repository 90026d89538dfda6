//! Rows of answers, as they were taken over from their envelopes.

pub mod check;

use super::{Allowed, allowed, bad, fen, json, read_json};
use crate::rules::answer::{Answer, AnswerState, Fault};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get, join, put, split};
use sea_orm::{QueryResult, Value};

/// The table of answers. An envelope is taken over once, and a place of a list is one answer's: the unique indexes decide
/// races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0013-answer",
    sql: "
CREATE TABLE call_answer (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), number BIGINT NOT NULL, round TEXT NOT NULL,
  envelope TEXT NOT NULL, content_sha256 TEXT, organisation TEXT NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL,
  plan TEXT NOT NULL, total_fen BIGINT NOT NULL, members TEXT NOT NULL, stages TEXT NOT NULL, papers TEXT NOT NULL,
  faults TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, demo BOOLEAN NOT NULL, opened_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX call_answer_envelope ON call_answer (envelope);
CREATE UNIQUE INDEX call_answer_number ON call_answer (round, number);
CREATE INDEX call_answer_call ON call_answer (call, round, state, number);
CREATE INDEX call_answer_organisation ON call_answer (organisation, state);
",
}];

const COLUMNS: [&str; 20] = [
    "id",
    "call",
    "number",
    "round",
    "envelope",
    "content_sha256",
    "organisation",
    "title",
    "summary",
    "plan",
    "total_fen",
    "members",
    "stages",
    "papers",
    "faults",
    "state",
    "reason",
    "demo",
    "opened_ms",
    "updated_ms",
];
/// Answers of one round that are read at once: as many as a round takes.
const ANSWERS_MAX: usize = 5_000;
/// Attributes of an answer that policies ask about, and their columns.
pub const ATTRIBUTES: [(&str, &str); 5] = [
    ("state", "a.state"),
    ("organisation", "a.organisation"),
    ("owner", "c.owner"),
    ("office", "c.office"),
    ("phase", "c.state"),
];
/// Answers stand beside their call; only those of its present round count.
const TABLES: &str = "call_answer a JOIN call c ON c.id = a.call AND c.round = a.round";

/// What a list is narrowed to; an empty part narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// States.
    pub states: Vec<String>,
}

fn answer(row: &QueryResult) -> Outcome<Answer> {
    let faults = split(&get::<String>(row, "faults")?);
    Ok(Answer {
        id: get(row, "id")?,
        call: get(row, "call")?,
        number: get(row, "number")?,
        round: get(row, "round")?,
        envelope: get(row, "envelope")?,
        content_sha256: get(row, "content_sha256")?,
        organisation: get(row, "organisation")?,
        title: get(row, "title")?,
        summary: get(row, "summary")?,
        plan: get(row, "plan")?,
        total: fen(row, "call_answer", "total_fen")?,
        members: read_json(row, "call_answer", "members")?,
        stages: read_json(row, "call_answer", "stages")?,
        papers: read_json(row, "call_answer", "papers")?,
        faults: faults
            .iter()
            .map(|code| Fault::parse(code).ok_or_else(|| bad("call_answer", "faults")))
            .collect::<Outcome<_>>()?,
        state: AnswerState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("call_answer", "state"))?,
        reason: get(row, "reason")?,
        demo: get(row, "demo")?,
        opened_ms: get(row, "opened_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

fn row(a: &Answer) -> Outcome<Vec<Value>> {
    let faults: Vec<String> = a.faults.iter().map(|fault| fault.code().to_owned()).collect();
    Ok(vec![
        a.id.clone().into(),
        a.call.clone().into(),
        a.number.into(),
        a.round.clone().into(),
        a.envelope.clone().into(),
        a.content_sha256.clone().into(),
        a.organisation.clone().into(),
        a.title.clone().into(),
        a.summary.clone().into(),
        a.plan.clone().into(),
        a.total.get().into(),
        json(&a.members)?.into(),
        json(&a.stages)?.into(),
        json(&a.papers)?.into(),
        join(&faults).into(),
        a.state.code().into(),
        a.reason.clone().into(),
        a.demo.into(),
        a.opened_ms.into(),
        a.updated_ms.into(),
    ])
}

/// Stores the answers of a round, many in one statement.
pub async fn add(conn: &Conn, answers: &[Answer]) -> Outcome<()> {
    let rows = answers.iter().map(row).collect::<Outcome<Vec<_>>>()?;
    put(conn, "call_answer", &COLUMNS, &[], rows).await
}

/// Stores answers; those that were there are replaced.
pub async fn save(conn: &Conn, answers: &[Answer]) -> Outcome<()> {
    let rows = answers.iter().map(row).collect::<Outcome<Vec<_>>>()?;
    put(conn, "call_answer", &COLUMNS, &["id"], rows).await
}

fn columns() -> String {
    COLUMNS.iter().map(|column| format!("a.{column}")).collect::<Vec<_>>().join(", ")
}

/// As lists show it: without the plan and the words of milestones, which are long.
fn short() -> String {
    columns().replace("a.plan", "'' AS plan").replace("a.stages", "'[]' AS stages")
}

async fn select(conn: &Conn, columns: &str, tail: &str, values: Vec<Value>) -> Outcome<Vec<Answer>> {
    let text = format!("SELECT {columns} FROM {TABLES} {tail}");
    all(conn, &text, values).await?.iter().map(answer).collect()
}

/// One answer of the present round of a call.
pub async fn by_id(conn: &Conn, call: &str, id: &str) -> Outcome<Option<Answer>> {
    Ok(select(conn, &columns(), "WHERE a.id = $1 AND a.call = $2", vec![id.into(), call.into()]).await?.pop())
}

/// The answers of a call's present round in some states, in the order of their numbers, whole.
pub async fn of_call(conn: &Conn, call: &str, states: &[AnswerState]) -> Outcome<Vec<Answer>> {
    let (tail, values) = narrowed_to(call, states);
    select(conn, &columns(), &tail, values).await
}

/// The same without plans and milestones.
pub async fn heads(conn: &Conn, call: &str, states: &[AnswerState]) -> Outcome<Vec<Answer>> {
    let (tail, values) = narrowed_to(call, states);
    select(conn, &short(), &tail, values).await
}

fn narrowed_to(call: &str, states: &[AnswerState]) -> (String, Vec<Value>) {
    let mut clause = Where::new("1 = 1");
    let place = clause.place(call);
    clause.and(&format!("a.call = {place}"));
    let states: Vec<String> = states.iter().map(|state| state.code().to_owned()).collect();
    clause.any("a.state", &states);
    (format!("WHERE {} ORDER BY a.number LIMIT {ANSWERS_MAX}", clause.text), clause.values)
}

/// How many answers of a call's present round are in each state.
pub async fn states(conn: &Conn, call: &str) -> Outcome<Vec<(AnswerState, i64)>> {
    let mut clause = Where::new("1 = 1");
    let place = clause.place(call);
    clause.and(&format!("a.call = {place}"));
    let found = counted(conn, "a.state", TABLES, clause).await?;
    let read = |(code, n): (String, i64)| {
        AnswerState::parse(&code).map(|state| (state, n)).ok_or_else(|| bad("call_answer", "state"))
    };
    found.into_iter().map(read).collect()
}

fn narrowed(seen: Allowed, call: &str, filter: Option<&Filter>) -> Where {
    let mut clause = allowed(seen);
    let place = clause.place(call);
    clause.and(&format!("a.call = {place}"));
    if let Some(filter) = filter {
        clause.any("a.state", &filter.states);
    }
    clause
}

/// One page of the answers of a call that a policy allows, by number, and how many there are in all.
pub async fn list(
    conn: &Conn,
    seen: Allowed,
    (call, filter): (&str, &Filter),
    after: Option<i64>,
    limit: usize,
) -> Outcome<(Vec<Answer>, i64)> {
    let mut clause = narrowed(seen, call, Some(filter));
    let text = format!("SELECT COUNT(*) AS n FROM {TABLES} WHERE {}", clause.text);
    let total = super::number(conn, &text, clause.values.clone()).await?;
    if let Some(after) = after {
        let place = clause.place(after);
        clause.and(&format!("a.number > {place}"));
    }
    let tail = format!("WHERE {} ORDER BY a.number LIMIT {limit}", clause.text);
    Ok((select(conn, &short(), &tail, clause.values).await?, total))
}

/// How many answers that a policy allows are in each state.
pub async fn facets(conn: &Conn, seen: Allowed, call: &str) -> Outcome<Vec<(String, i64)>> {
    counted(conn, "a.state", TABLES, narrowed(seen, call, None)).await
}

/// The number of an answer that a cursor names.
pub async fn position(conn: &Conn, call: &str, id: &str) -> Outcome<Option<i64>> {
    let row = first(conn, "SELECT number FROM call_answer WHERE id = $1 AND call = $2", vec![id.into(), call.into()]);
    row.await?.map(|row| get(&row, "number")).transpose()
}

/// Calls in their formal check with answers that wait for it.
pub async fn to_check(conn: &Conn, limit: usize) -> Outcome<Vec<String>> {
    let text = format!(
        "SELECT DISTINCT a.call AS call FROM {TABLES} WHERE c.state = 'checking' ORDER BY a.call LIMIT {limit}"
    );
    all(conn, &text, Vec::new()).await?.iter().map(|row| get(row, "call")).collect()
}

/// Refused answers of some organisations in calls that are still checked: answer, call and when it last changed.
pub async fn refused_of(conn: &Conn, organisations: &[String], limit: usize) -> Outcome<Vec<Answer>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("a.state = 'refused' AND c.state = 'checking'");
    clause.any("a.organisation", organisations);
    let tail = format!("WHERE {} ORDER BY a.updated_ms, a.id LIMIT {limit}", clause.text);
    select(conn, &short(), &tail, clause.values).await
}
