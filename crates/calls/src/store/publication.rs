//! What was published: releases, which are only added, and the grants as they stand.

use super::{bad, number};
use platform::db::{Conn, Migration, Outcome, Txn};
use rooms::store::rows::{all, first, get, join, put, run, split};
use sea_orm::{QueryResult, Value};

/// Tables of publication. A number of a process is given once: the key decides between two nodes that publish the same,
/// after the row of the position, which only one of them moves on.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0040-release",
    sql: "
CREATE TABLE call_publication (name TEXT PRIMARY KEY, leaf BIGINT NOT NULL);
INSERT INTO call_publication (name, leaf) SELECT 'ocds', COALESCE(MAX(leaf_index), -1) FROM journal_leaf;
CREATE TABLE call_release (
  call TEXT NOT NULL REFERENCES call (id), ord BIGINT NOT NULL, ocid TEXT NOT NULL, tags TEXT NOT NULL, at_ms BIGINT NOT NULL,
  body TEXT NOT NULL, sha256 TEXT NOT NULL, entry BIGINT NOT NULL, PRIMARY KEY (call, ord));
CREATE UNIQUE INDEX call_release_ocid ON call_release (ocid, ord);
CREATE TABLE call_grant (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), body TEXT NOT NULL, body_en TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX call_grant_call ON call_grant (call);
",
}];

/// Tables that hold no domain rows: how far the journal is published.
pub const WORKING: &[&str] = &["call_publication"];

const COLUMNS: [&str; 8] = ["call", "ord", "ocid", "tags", "at_ms", "body", "sha256", "entry"];
/// Releases of one process that are read: far more than a real one has.
const RELEASES_MAX: usize = 2_000;

/// A release as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The call.
    pub call: String,
    /// Its number in the process, from 1: its identifier too.
    pub ord: i64,
    /// The process.
    pub ocid: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its date.
    pub at_ms: i64,
    /// What was published: JSON on one line.
    pub body: String,
    /// SHA-256 of the body, hexadecimal; the journal entry says it too.
    pub sha256: String,
    /// The journal entry that tells of it.
    pub entry: i64,
}

/// A grant as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Its identifier in the house.
    pub id: String,
    /// The call.
    pub call: String,
    /// JSON on one line, Chinese.
    pub body: String,
    /// The same in English.
    pub body_en: String,
    /// When it last changed.
    pub at_ms: i64,
}

/// A process with how far it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// The call.
    pub call: String,
    /// The process.
    pub ocid: String,
    /// The number of its last release.
    pub last: i64,
    /// The date of its last release.
    pub at_ms: i64,
}

fn published(row: &QueryResult) -> Outcome<Published> {
    Ok(Published {
        call: get(row, "call")?,
        ord: get(row, "ord")?,
        ocid: get(row, "ocid")?,
        tags: split(&get::<String>(row, "tags")?),
        at_ms: get(row, "at_ms")?,
        body: get(row, "body")?,
        sha256: get(row, "sha256")?,
        entry: get(row, "entry")?,
    })
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Published>> {
    let text = format!("SELECT {} FROM call_release {tail}", COLUMNS.join(", "));
    all(conn, &text, values).await?.iter().map(published).collect()
}

/// Adds a release. Nothing ever changes one.
pub async fn add(conn: &Conn, p: &Published) -> Outcome<()> {
    let row = vec![
        p.call.clone().into(),
        p.ord.into(),
        p.ocid.clone().into(),
        join(&p.tags).into(),
        p.at_ms.into(),
        p.body.clone().into(),
        p.sha256.clone().into(),
        p.entry.into(),
    ];
    put(conn, "call_release", &COLUMNS, &[], vec![row]).await
}

/// The releases of a call, the first first.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Published>> {
    select(conn, &format!("WHERE call = $1 ORDER BY ord LIMIT {RELEASES_MAX}"), vec![call.into()]).await
}

/// One release.
pub async fn one(conn: &Conn, call: &str, ord: i64) -> Outcome<Option<Published>> {
    Ok(select(conn, "WHERE call = $1 AND ord = $2", vec![call.into(), ord.into()]).await?.pop())
}

/// The call that an id or an ocid names, where something of it is published.
pub async fn named(conn: &Conn, key: &str) -> Outcome<Option<String>> {
    let text = "SELECT call FROM call_release WHERE call = $1 OR ocid = $1 LIMIT 1";
    first(conn, text, vec![key.into()]).await?.map(|row| get(&row, "call")).transpose()
}

const PROCESS: &str = "SELECT call, MIN(ocid) AS ocid, CAST(MAX(ord) AS BIGINT) AS last, CAST(MAX(at_ms) AS BIGINT) AS at_ms FROM call_release";

fn process(row: &QueryResult) -> Outcome<Process> {
    Ok(Process { call: get(row, "call")?, ocid: get(row, "ocid")?, last: get(row, "last")?, at_ms: get(row, "at_ms")? })
}

/// Processes after one, in the order of their ocids.
pub async fn processes(conn: &Conn, after: &str, limit: usize) -> Outcome<Vec<Process>> {
    let text = format!("{PROCESS} WHERE ocid > $1 GROUP BY call ORDER BY 2 LIMIT {limit}");
    all(conn, &text, vec![after.into()]).await?.iter().map(process).collect()
}

/// How far the calls of a list are published.
pub async fn of_calls(conn: &Conn, calls: &[String]) -> Outcome<Vec<Process>> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = rooms::store::browse::Where::new("1 = 1");
    clause.any("call", calls);
    let text = format!("{PROCESS} WHERE {} GROUP BY call LIMIT {}", clause.text, calls.len());
    all(conn, &text, clause.values).await?.iter().map(process).collect()
}

/// How many processes are published.
pub async fn count(conn: &Conn) -> Outcome<i64> {
    number(conn, "SELECT COUNT(*) AS n FROM call_release WHERE ord = 1", Vec::new()).await
}

/// Puts the grants of a call in the place of those it had.
pub async fn put_grants(tx: &Txn, call: &str, grants: &[GrantRow]) -> Outcome<()> {
    run(tx, "DELETE FROM call_grant WHERE call = $1", vec![call.into()]).await?;
    let row = |g: &GrantRow| {
        vec![
            g.id.clone().into(),
            g.call.clone().into(),
            g.body.clone().into(),
            g.body_en.clone().into(),
            g.at_ms.into(),
        ]
    };
    let columns = ["id", "call", "body", "body_en", "at_ms"];
    put(tx, "call_grant", &columns, &["id"], grants.iter().map(row).collect()).await
}

/// Grants after one, in the order of their identifiers.
pub async fn grants(conn: &Conn, after: &str, limit: usize) -> Outcome<Vec<GrantRow>> {
    let text = format!("SELECT id, call, body, body_en, at_ms FROM call_grant WHERE id > $1 ORDER BY id LIMIT {limit}");
    let row = |row: &QueryResult| {
        Outcome::Ok(GrantRow {
            id: get(row, "id")?,
            call: get(row, "call")?,
            body: get(row, "body")?,
            body_en: get(row, "body_en")?,
            at_ms: get(row, "at_ms")?,
        })
    };
    all(conn, &text, vec![after.into()]).await?.iter().map(row).collect()
}

/// How many grants are published.
pub async fn grants_count(conn: &Conn) -> Outcome<i64> {
    number(conn, "SELECT COUNT(*) AS n FROM call_grant", Vec::new()).await
}

/// The leaf up to which the journal is published.
pub async fn position(conn: &Conn) -> Outcome<i64> {
    let row = first(conn, "SELECT leaf FROM call_publication WHERE name = 'ocds'", Vec::new()).await?;
    row.map(|row| get(&row, "leaf")).transpose()?.ok_or_else(|| bad("call_publication", "leaf"))
}

/// Moves the position on. False when another node was faster: the row decides, and whoever loses writes nothing.
pub async fn position_move(tx: &Txn, from: i64, to: i64) -> Outcome<bool> {
    let text = "UPDATE call_publication SET leaf = $1 WHERE name = 'ocds' AND leaf = $2";
    Ok(run(tx, text, vec![to.into(), from.into()]).await? == 1)
}

/// The call that something belongs to, by the journal's name of its kind.
pub async fn call_of(conn: &Conn, kind: &str, id: &str) -> Outcome<Option<String>> {
    let table = match kind {
        "call" => return Ok(Some(id.to_owned())),
        "call_question" => "call_question",
        "call_answer" => "call_answer",
        "call_award" => "call_award",
        "call_objection" => "call_objection",
        _ => return Ok(None),
    };
    let text = format!("SELECT call FROM {table} WHERE id = $1");
    first(conn, &text, vec![id.into()]).await?.map(|row| get(&row, "call")).transpose()
}
