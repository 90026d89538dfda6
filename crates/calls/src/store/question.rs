//! Rows of questions.

use super::bad;
use crate::rules::question::{Before, QUESTIONS_MAX, Question, QuestionState, Voice};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, first, get, put};
use sea_orm::{QueryResult, Value};

/// The table of questions. A number is given once in a call: the unique index makes one of two who ask at once try again,
/// so that the limits of an organisation hold.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0011-question",
    sql: "
CREATE TABLE call_question (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), number BIGINT NOT NULL, organisation TEXT NOT NULL,
  by_account TEXT NOT NULL, words TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'dismissed')),
  reply TEXT NOT NULL, voice TEXT, reply_by TEXT NOT NULL, demo BOOLEAN NOT NULL, asked_ms BIGINT NOT NULL, replied_ms BIGINT);
CREATE UNIQUE INDEX call_question_number ON call_question (call, number);
CREATE INDEX call_question_state ON call_question (state, call);
",
}];

const COLUMNS: [&str; 13] = [
    "id",
    "call",
    "number",
    "organisation",
    "by_account",
    "words",
    "state",
    "reply",
    "voice",
    "reply_by",
    "demo",
    "asked_ms",
    "replied_ms",
];

fn question(row: &QueryResult) -> Outcome<Question> {
    let voice: Option<String> = get(row, "voice")?;
    Ok(Question {
        id: get(row, "id")?,
        call: get(row, "call")?,
        number: get(row, "number")?,
        organisation: get(row, "organisation")?,
        by: get(row, "by_account")?,
        text: get(row, "words")?,
        state: QuestionState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("call_question", "state"))?,
        reply: get(row, "reply")?,
        voice: voice.map(|code| Voice::parse(&code).ok_or_else(|| bad("call_question", "voice"))).transpose()?,
        reply_by: get(row, "reply_by")?,
        demo: get(row, "demo")?,
        asked_ms: get(row, "asked_ms")?,
        replied_ms: get(row, "replied_ms")?,
    })
}

/// Stores a question; one that was there is replaced.
pub async fn save(conn: &Conn, q: &Question) -> Outcome<()> {
    let row = vec![
        q.id.clone().into(),
        q.call.clone().into(),
        q.number.into(),
        q.organisation.clone().into(),
        q.by.clone().into(),
        q.text.clone().into(),
        q.state.code().into(),
        q.reply.clone().into(),
        q.voice.map(|voice| voice.code().to_owned()).into(),
        q.reply_by.clone().into(),
        q.demo.into(),
        q.asked_ms.into(),
        q.replied_ms.into(),
    ];
    put(conn, "call_question", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Question>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("q.{column}")).collect();
    let text = format!("SELECT {} FROM call_question q {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(question).collect()
}

/// One question of a call.
pub async fn by_id(conn: &Conn, call: &str, id: &str) -> Outcome<Option<Question>> {
    Ok(select(conn, "WHERE q.id = $1 AND q.call = $2", vec![id.into(), call.into()]).await?.pop())
}

/// What has been asked before.
pub async fn before(conn: &Conn, call: &str, organisation: &str) -> Outcome<Before> {
    let text = "SELECT COUNT(*) AS n,
         CAST(COALESCE(SUM(CASE WHEN organisation = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS own,
         CAST(COALESCE(SUM(CASE WHEN organisation = $2 AND state = 'asked' THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting
         FROM call_question WHERE call = $1";
    let row = first(conn, text, vec![call.into(), organisation.into()]).await?;
    row.map_or(Ok(Before::default()), |row| {
        Ok(Before { all: get(&row, "n")?, own: get(&row, "own")?, waiting: get(&row, "waiting")? })
    })
}

/// Who reads questions, and so which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reader {
    /// The office and the owner read every question.
    pub inside: bool,
    /// Everybody reads what his organisations have asked.
    pub organisations: Vec<String>,
}

fn visible(call: &str, reader: &Reader) -> Where {
    let mut clause = Where::new("1 = 1");
    let place = clause.place(call);
    clause.and(&format!("q.call = {place}"));
    if !reader.inside {
        let places: Vec<String> = reader.organisations.iter().map(|id| clause.place(id.as_str())).collect();
        let own =
            if places.is_empty() { String::new() } else { format!(" OR q.organisation IN ({})", places.join(", ")) };
        clause.and(&format!("(q.state = 'answered'{own})"));
    }
    clause
}

/// One page of the questions of a call that somebody may read, the newest first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    call: &str,
    reader: &Reader,
    before: Option<i64>,
    limit: usize,
) -> Outcome<(Vec<Question>, i64)> {
    let mut clause = visible(call, reader);
    let text = format!("SELECT COUNT(*) AS n FROM call_question q WHERE {}", clause.text);
    let total = super::number(conn, &text, clause.values.clone()).await?;
    if let Some(before) = before {
        let place = clause.place(before);
        clause.and(&format!("q.number < {place}"));
    }
    let tail = format!("WHERE {} ORDER BY q.number DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// Calls with questions that wait, and since when the oldest does.
pub async fn waiting(conn: &Conn, limit: usize) -> Outcome<Vec<(String, i64)>> {
    let text = format!(
        "SELECT call, MIN(asked_ms) AS since_ms FROM call_question WHERE state = 'asked' GROUP BY call
         ORDER BY since_ms, call LIMIT {limit}"
    );
    let rows = all(conn, &text, Vec::new()).await?;
    rows.iter().map(|row| Ok((get(row, "call")?, get(row, "since_ms")?))).collect()
}

/// What stands in the answer of a call's questions is public: all of them, for publication.
pub async fn answered(conn: &Conn, call: &str) -> Outcome<Vec<Question>> {
    let tail = format!("WHERE q.call = $1 AND q.state = 'answered' ORDER BY q.number LIMIT {QUESTIONS_MAX}");
    select(conn, &tail, vec![call.into()]).await
}
