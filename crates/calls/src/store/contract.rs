//! Rows of contracts and signatures.

use super::{bad, json, read_json};
use crate::rules::contract::{Contract, Side, Signature};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put, run};
use sea_orm::QueryResult;

/// Tables of contracts. An award has one, and each side signs it once: the keys decide races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0032-contract",
    sql: "
CREATE TABLE call_contract (
  award TEXT PRIMARY KEY REFERENCES call_award (id), call TEXT NOT NULL REFERENCES call (id), number TEXT NOT NULL, summary TEXT NOT NULL,
  rights TEXT NOT NULL, registration TEXT NOT NULL, version BIGINT NOT NULL, hash TEXT NOT NULL, by_account TEXT NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL, signed_ms BIGINT);
CREATE TABLE call_signature (
  award TEXT NOT NULL REFERENCES call_contract (award), side TEXT NOT NULL, hash TEXT NOT NULL, by_account TEXT NOT NULL,
  by_name TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (award, side));
",
}];

const COLUMNS: [&str; 12] = [
    "award",
    "call",
    "number",
    "summary",
    "rights",
    "registration",
    "version",
    "hash",
    "by_account",
    "created_ms",
    "updated_ms",
    "signed_ms",
];

fn contract(row: &QueryResult) -> Outcome<Contract> {
    Ok(Contract {
        award: get(row, "award")?,
        call: get(row, "call")?,
        number: get(row, "number")?,
        summary: get(row, "summary")?,
        rights: read_json(row, "call_contract", "rights")?,
        registration: get(row, "registration")?,
        version: get(row, "version")?,
        hash: get(row, "hash")?,
        by: get(row, "by_account")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
        signed_ms: get(row, "signed_ms")?,
    })
}

/// Stores a contract; one that was there is replaced.
pub async fn save(conn: &Conn, c: &Contract) -> Outcome<()> {
    let row = vec![
        c.award.clone().into(),
        c.call.clone().into(),
        c.number.clone().into(),
        c.summary.clone().into(),
        json(&c.rights)?.into(),
        c.registration.clone().into(),
        c.version.into(),
        c.hash.clone().into(),
        c.by.clone().into(),
        c.created_ms.into(),
        c.updated_ms.into(),
        c.signed_ms.into(),
    ];
    put(conn, "call_contract", &COLUMNS, &["award"], vec![row]).await
}

/// The contract of an award.
pub async fn of_award(conn: &Conn, award: &str) -> Outcome<Option<Contract>> {
    let text = format!("SELECT {} FROM call_contract WHERE award = $1", COLUMNS.join(", "));
    all(conn, &text, vec![award.into()]).await?.first().map(contract).transpose()
}

/// Adds a signature. Two at once: the key decides.
pub async fn sign(conn: &Conn, s: &Signature) -> Outcome<()> {
    let row = vec![
        s.award.clone().into(),
        s.side.code().into(),
        s.hash.clone().into(),
        s.by.clone().into(),
        s.by_name.clone().into(),
        s.at_ms.into(),
    ];
    let columns = ["award", "side", "hash", "by_account", "by_name", "at_ms"];
    put(conn, "call_signature", &columns, &[], vec![row]).await
}

/// The signatures under an award's contract.
pub async fn signatures(conn: &Conn, award: &str) -> Outcome<Vec<Signature>> {
    let text = "SELECT award, side, hash, by_account, by_name, at_ms FROM call_signature WHERE award = $1 ORDER BY at_ms, side LIMIT 2";
    let read = |row: &QueryResult| {
        Outcome::Ok(Signature {
            award: get(row, "award")?,
            side: Side::parse(&get::<String>(row, "side")?).ok_or_else(|| bad("call_signature", "side"))?,
            hash: get(row, "hash")?,
            by: get(row, "by_account")?,
            by_name: get(row, "by_name")?,
            at_ms: get(row, "at_ms")?,
        })
    };
    all(conn, text, vec![award.into()]).await?.iter().map(read).collect()
}

/// Takes the signatures away from a contract that has changed.
pub async fn clear_signatures(conn: &Conn, award: &str) -> Outcome<()> {
    run(conn, "DELETE FROM call_signature WHERE award = $1", vec![award.into()]).await.map(|_| ())
}
