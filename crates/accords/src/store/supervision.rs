//! Rows of supervision.

use crate::rules::supervision::{Supervision, SupervisionState};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use rooms::store::{Allowed, adcode, allowed, bad};
use sea_orm::{QueryResult, Value};

/// Tables of supervision. A round is issued once: the unique key decides races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "accords-0004-supervision",
    sql: "
CREATE TABLE supervision (
  id TEXT PRIMARY KEY, item TEXT NOT NULL REFERENCES action_item (id), city TEXT NOT NULL, round BIGINT NOT NULL, text TEXT NOT NULL,
  issued_by TEXT NOT NULL, issued_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL, due_provisional BOOLEAN NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('issued', 'answered', 'closed', 'repeated')), answer TEXT NOT NULL, answered_by TEXT NOT NULL,
  answered_ms BIGINT, remark TEXT NOT NULL, closed_ms BIGINT, demo BOOLEAN NOT NULL, UNIQUE (item, city, round));
CREATE INDEX supervision_city ON supervision (city, state);
",
}];

const COLUMNS: [&str; 16] = [
    "id",
    "item",
    "city",
    "round",
    "text",
    "issued_by",
    "issued_ms",
    "due_ms",
    "due_provisional",
    "state",
    "answer",
    "answered_by",
    "answered_ms",
    "remark",
    "closed_ms",
    "demo",
];
/// Rounds that are read at once: many years of a corridor's.
const ROUNDS_MAX: usize = 5_000;

fn supervision(row: &QueryResult) -> Outcome<Supervision> {
    Ok(Supervision {
        id: get(row, "id")?,
        item: get(row, "item")?,
        city: adcode(&get::<String>(row, "city")?, "supervision")?,
        round: get(row, "round")?,
        text: get(row, "text")?,
        issued_by: get(row, "issued_by")?,
        issued_ms: get(row, "issued_ms")?,
        due_ms: get(row, "due_ms")?,
        due_provisional: get(row, "due_provisional")?,
        state: SupervisionState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("supervision", "state"))?,
        answer: get(row, "answer")?,
        answered_by: get(row, "answered_by")?,
        answered_ms: get(row, "answered_ms")?,
        remark: get(row, "remark")?,
        closed_ms: get(row, "closed_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Stores a round; one that was there is replaced.
pub async fn save(conn: &Conn, s: &Supervision) -> Outcome<()> {
    let row = vec![
        s.id.clone().into(),
        s.item.clone().into(),
        s.city.to_string().into(),
        s.round.into(),
        s.text.clone().into(),
        s.issued_by.clone().into(),
        s.issued_ms.into(),
        s.due_ms.into(),
        s.due_provisional.into(),
        s.state.code().into(),
        s.answer.clone().into(),
        s.answered_by.clone().into(),
        s.answered_ms.into(),
        s.remark.clone().into(),
        s.closed_ms.into(),
        s.demo.into(),
    ];
    put(conn, "supervision", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Supervision>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("s.{column}")).collect();
    let text = format!("SELECT {} FROM supervision s {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(supervision).collect()
}

/// One round.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Supervision>> {
    Ok(select(conn, "WHERE s.id = $1", vec![id.into()]).await?.pop())
}

/// The rounds about an item, the latest first.
pub async fn of_item(conn: &Conn, item: &str) -> Outcome<Vec<Supervision>> {
    let tail = format!("WHERE s.item = $1 ORDER BY s.issued_ms DESC, s.round DESC, s.id LIMIT {ROUNDS_MAX}");
    select(conn, &tail, vec![item.into()]).await
}

/// In which columns the attributes of a round stand.
pub const ATTRIBUTES: [(&str, &str); 1] = [("city", "s.city")];

/// The rounds that a policy allows, those that run first, the most urgent of them before the others.
pub async fn list(conn: &Conn, by_policy: Allowed) -> Outcome<Vec<Supervision>> {
    let clause = allowed(by_policy);
    let tail = format!(
        "WHERE {} ORDER BY CASE WHEN s.state IN ('issued', 'answered') THEN 0 ELSE 1 END, s.due_ms, s.id LIMIT {ROUNDS_MAX}",
        clause.text
    );
    select(conn, &tail, clause.values).await
}
