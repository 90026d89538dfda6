//! Rows of objections and of the panels that judge them.

use super::{bad, json, number, read_json};
use crate::rules::objection::{OBJECTIONS_MAX, Objection, ObjectionState, PANEL_MAX, Panelist, Verdict};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put, run};
use sea_orm::{QueryResult, Value};

/// Tables of objections. A number of a call is given once, an account has one open objection in a call, and an expert sits
/// once in a panel: the unique keys decide races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0031-objection",
    sql: "
CREATE TABLE call_objection (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), ord BIGINT NOT NULL, organisation TEXT, by_account TEXT NOT NULL,
  by_name TEXT NOT NULL, text TEXT NOT NULL, links TEXT NOT NULL, state TEXT NOT NULL, admission TEXT NOT NULL, admitted_by TEXT NOT NULL,
  verdict TEXT, due_ms BIGINT, due_provisional BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, filed_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL, UNIQUE (call, ord));
CREATE UNIQUE INDEX call_objection_open ON call_objection (call, by_account) WHERE state IN ('filed', 'admitted', 'judged');
CREATE INDEX call_objection_state ON call_objection (state, due_ms);
CREATE TABLE call_panel (
  objection TEXT NOT NULL REFERENCES call_objection (id), expert TEXT NOT NULL, account TEXT NOT NULL, named_by TEXT NOT NULL,
  vote TEXT, reason TEXT NOT NULL, voted_ms BIGINT, PRIMARY KEY (objection, expert));
CREATE INDEX call_panel_account ON call_panel (account);
",
}];

const COLUMNS: [&str; 17] = [
    "id",
    "call",
    "ord",
    "organisation",
    "by_account",
    "by_name",
    "text",
    "links",
    "state",
    "admission",
    "admitted_by",
    "verdict",
    "due_ms",
    "due_provisional",
    "demo",
    "filed_ms",
    "updated_ms",
];
/// Objections that are looked at for somebody's desk.
const DESK_MAX: usize = 200;

fn verdict(code: Option<String>, table: &str, column: &str) -> Outcome<Option<Verdict>> {
    code.map(|code| Verdict::parse(&code).ok_or_else(|| bad(table, column))).transpose()
}

fn objection(row: &QueryResult) -> Outcome<Objection> {
    Ok(Objection {
        id: get(row, "id")?,
        call: get(row, "call")?,
        ord: get(row, "ord")?,
        organisation: get(row, "organisation")?,
        by: get(row, "by_account")?,
        by_name: get(row, "by_name")?,
        text: get(row, "text")?,
        links: read_json(row, "call_objection", "links")?,
        state: ObjectionState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("call_objection", "state"))?,
        admission: get(row, "admission")?,
        admitted_by: get(row, "admitted_by")?,
        verdict: verdict(get(row, "verdict")?, "call_objection", "verdict")?,
        due_ms: get(row, "due_ms")?,
        due_provisional: get(row, "due_provisional")?,
        demo: get(row, "demo")?,
        filed_ms: get(row, "filed_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores objections; those that were there are replaced.
pub async fn save(conn: &Conn, objections: &[Objection]) -> Outcome<()> {
    let row = |o: &Objection| {
        Outcome::Ok(vec![
            o.id.clone().into(),
            o.call.clone().into(),
            o.ord.into(),
            o.organisation.clone().into(),
            o.by.clone().into(),
            o.by_name.clone().into(),
            o.text.clone().into(),
            json(&o.links)?.into(),
            o.state.code().into(),
            o.admission.clone().into(),
            o.admitted_by.clone().into(),
            o.verdict.map(|verdict| verdict.code().to_owned()).into(),
            o.due_ms.into(),
            o.due_provisional.into(),
            o.demo.into(),
            o.filed_ms.into(),
            o.updated_ms.into(),
        ])
    };
    let rows = objections.iter().map(row).collect::<Outcome<Vec<Vec<Value>>>>()?;
    put(conn, "call_objection", &COLUMNS, &["id"], rows).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Objection>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("o.{column}")).collect();
    let text = format!("SELECT {} FROM call_objection o {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(objection).collect()
}

/// One objection.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Objection>> {
    Ok(select(conn, "WHERE o.id = $1", vec![id.into()]).await?.pop())
}

/// The objections of a call, the first first.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Objection>> {
    select(conn, &format!("WHERE o.call = $1 ORDER BY o.ord LIMIT {OBJECTIONS_MAX}"), vec![call.into()]).await
}

/// Numbers that are given out.
pub async fn count(conn: &Conn, call: &str) -> Outcome<i64> {
    number(conn, "SELECT COUNT(*) AS n FROM call_objection WHERE call = $1", vec![call.into()]).await
}

/// Objections that are open, those whose clock ends first before the others.
pub async fn open(conn: &Conn) -> Outcome<Vec<Objection>> {
    let tail = format!(
        "WHERE o.state IN ('filed', 'admitted', 'judged') ORDER BY COALESCE(o.due_ms, o.filed_ms), o.id LIMIT {DESK_MAX}"
    );
    select(conn, &tail, Vec::new()).await
}

fn panelist(row: &QueryResult) -> Outcome<Panelist> {
    Ok(Panelist {
        objection: get(row, "objection")?,
        expert: get(row, "expert")?,
        account: get(row, "account")?,
        named_by: get(row, "named_by")?,
        vote: verdict(get(row, "vote")?, "call_panel", "vote")?,
        reason: get(row, "reason")?,
        voted_ms: get(row, "voted_ms")?,
    })
}

const PANEL: [&str; 7] = ["objection", "expert", "account", "named_by", "vote", "reason", "voted_ms"];

/// Stores members of panels; those that were there are replaced.
pub async fn save_panel(conn: &Conn, panel: &[Panelist]) -> Outcome<()> {
    let row = |p: &Panelist| {
        vec![
            p.objection.clone().into(),
            p.expert.clone().into(),
            p.account.clone().into(),
            p.named_by.clone().into(),
            p.vote.map(|vote| vote.code().to_owned()).into(),
            p.reason.clone().into(),
            p.voted_ms.into(),
        ]
    };
    put(conn, "call_panel", &PANEL, &["objection", "expert"], panel.iter().map(row).collect()).await
}

/// The panel of an objection, in the order of its experts' ids.
pub async fn panel(conn: &Conn, objection: &str) -> Outcome<Vec<Panelist>> {
    let text = format!(
        "SELECT {} FROM call_panel WHERE objection = $1 ORDER BY expert LIMIT {}",
        PANEL.join(", "),
        2 * PANEL_MAX
    );
    all(conn, &text, vec![objection.into()]).await?.iter().map(panelist).collect()
}

/// Members who have not voted leave their seats.
pub async fn clear_unvoted(conn: &Conn, objection: &str) -> Outcome<()> {
    run(conn, "DELETE FROM call_panel WHERE objection = $1 AND vote IS NULL", vec![objection.into()]).await.map(|_| ())
}

/// Objections whose panel waits for an account's vote.
pub async fn waiting_for(conn: &Conn, account: &str) -> Outcome<Vec<Objection>> {
    let tail = format!(
        "WHERE o.state = 'judged' AND EXISTS (SELECT 1 FROM call_panel p
           WHERE p.objection = o.id AND p.account = $1 AND p.vote IS NULL) ORDER BY o.due_ms, o.id LIMIT {DESK_MAX}"
    );
    select(conn, &tail, vec![account.into()]).await
}
