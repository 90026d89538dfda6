//! Rows of signed non-disclosure agreements.

use crate::rules::nda::Signature;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// The table of signatures. An organisation signs the same texts once: the unique index decides races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0010-nda",
    sql: "
CREATE TABLE call_nda (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), organisation TEXT NOT NULL, agreement_sha256 TEXT NOT NULL,
  details_sha256 TEXT NOT NULL, version BIGINT NOT NULL, by_account TEXT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL,
  demo BOOLEAN NOT NULL);
CREATE UNIQUE INDEX call_nda_once ON call_nda (call, organisation, agreement_sha256, details_sha256);
CREATE INDEX call_nda_organisation ON call_nda (organisation, call);
",
}];

const COLUMNS: [&str; 10] = [
    "id",
    "call",
    "organisation",
    "agreement_sha256",
    "details_sha256",
    "version",
    "by_account",
    "by_name",
    "at_ms",
    "demo",
];
/// Signatures of one call that are read.
const SIGNATURES_MAX: usize = 5_000;

fn signature(row: &QueryResult) -> Outcome<Signature> {
    Ok(Signature {
        id: get(row, "id")?,
        call: get(row, "call")?,
        organisation: get(row, "organisation")?,
        agreement_sha256: get(row, "agreement_sha256")?,
        details_sha256: get(row, "details_sha256")?,
        version: get(row, "version")?,
        by: get(row, "by_account")?,
        by_name: get(row, "by_name")?,
        at_ms: get(row, "at_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Keeps a signature.
pub async fn add(conn: &Conn, s: &Signature) -> Outcome<()> {
    let row = vec![
        s.id.clone().into(),
        s.call.clone().into(),
        s.organisation.clone().into(),
        s.agreement_sha256.clone().into(),
        s.details_sha256.clone().into(),
        s.version.into(),
        s.by.clone().into(),
        s.by_name.clone().into(),
        s.at_ms.into(),
        s.demo.into(),
    ];
    put(conn, "call_nda", &COLUMNS, &[], vec![row]).await
}

async fn select(conn: &Conn, clause: Where) -> Outcome<Vec<Signature>> {
    let text = format!(
        "SELECT {} FROM call_nda WHERE {} ORDER BY at_ms DESC, id LIMIT {SIGNATURES_MAX}",
        COLUMNS.join(", "),
        clause.text
    );
    all(conn, &text, clause.values).await?.iter().map(signature).collect()
}

/// What some organisations have signed for a call, the newest first.
pub async fn of_organisations(conn: &Conn, call: &str, organisations: &[String]) -> Outcome<Vec<Signature>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("1 = 1");
    clause.any("organisation", organisations);
    let place = clause.place(call);
    clause.and(&format!("call = {place}"));
    select(conn, clause).await
}

/// Ids of open calls that one of these organisations has signed for.
pub async fn open_calls(conn: &Conn, organisations: &[String], now_ms: i64, limit: usize) -> Outcome<Vec<String>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("c.state = 'open'");
    clause.any("n.organisation", organisations);
    let place = clause.place(Value::from(now_ms));
    clause.and(&format!("c.closes_ms > {place}"));
    let text = format!(
        "SELECT DISTINCT c.id AS id, c.closes_ms AS closes_ms FROM call c JOIN call_nda n ON n.call = c.id WHERE {}
         ORDER BY c.closes_ms, c.id LIMIT {limit}",
        clause.text
    );
    all(conn, &text, clause.values).await?.iter().map(|row| get(row, "id")).collect()
}
