//! Rows of envelopes: what they are held by. Their bytes lie in parts; see [`super::part`].

use crate::rules::round::{Before, ENVELOPES_MAX, Envelope, SENT_MAX};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::number;
use rooms::store::rows::{all, first, get, put, run};
use sea_orm::{QueryResult, Value};

/// Table of envelopes. Of two sent at once by one organisation the unique indexes let one transaction run again: numbers
/// have no gaps, and one envelope of a sender counts.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "envelopes-0003-envelope",
    sql: "
CREATE TABLE envelope (
  id TEXT PRIMARY KEY, round TEXT NOT NULL REFERENCES sealed_round (id), number BIGINT NOT NULL, hash TEXT NOT NULL,
  head {bytes} NOT NULL, bytes BIGINT NOT NULL, organisation TEXT NOT NULL, pseudonym TEXT NOT NULL, sent_by TEXT NOT NULL,
  sent_ms BIGINT NOT NULL, superseded_ms BIGINT, demo BOOLEAN NOT NULL);
CREATE UNIQUE INDEX envelope_number ON envelope (round, number);
CREATE UNIQUE INDEX envelope_hash ON envelope (round, hash);
CREATE UNIQUE INDEX envelope_current ON envelope (round, organisation) WHERE superseded_ms IS NULL;
CREATE INDEX envelope_sender ON envelope (organisation, sent_ms);
",
}];

const COLUMNS: [&str; 12] = [
    "id",
    "round",
    "number",
    "hash",
    "head",
    "bytes",
    "organisation",
    "pseudonym",
    "sent_by",
    "sent_ms",
    "superseded_ms",
    "demo",
];

fn envelope(row: &QueryResult) -> Outcome<Envelope> {
    Ok(Envelope {
        id: get(row, "id")?,
        round: get(row, "round")?,
        number: get(row, "number")?,
        hash: get(row, "hash")?,
        head: get(row, "head")?,
        bytes: get(row, "bytes")?,
        organisation: get(row, "organisation")?,
        pseudonym: get(row, "pseudonym")?,
        sent_by: get(row, "sent_by")?,
        sent_ms: get(row, "sent_ms")?,
        superseded_ms: get(row, "superseded_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Stores a new envelope.
pub async fn add(conn: &Conn, e: &Envelope) -> Outcome<()> {
    let row = vec![
        e.id.clone().into(),
        e.round.clone().into(),
        e.number.into(),
        e.hash.clone().into(),
        e.head.clone().into(),
        e.bytes.into(),
        e.organisation.clone().into(),
        e.pseudonym.clone().into(),
        e.sent_by.clone().into(),
        e.sent_ms.into(),
        e.superseded_ms.into(),
        e.demo.into(),
    ];
    put(conn, "envelope", &COLUMNS, &[], vec![row]).await
}

/// A later envelope takes the place of what the sender had sent before.
pub async fn supersede(conn: &Conn, round: &str, organisation: &str, at_ms: i64) -> Outcome<()> {
    let text =
        "UPDATE envelope SET superseded_ms = $1 WHERE round = $2 AND organisation = $3 AND superseded_ms IS NULL";
    run(conn, text, vec![at_ms.into(), round.into(), organisation.into()]).await.map(|_| ())
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Envelope>> {
    let text = format!("SELECT {} FROM envelope {tail}", COLUMNS.join(", "));
    all(conn, &text, values).await?.iter().map(envelope).collect()
}

/// One envelope.
pub async fn by_id(conn: &Conn, round: &str, id: &str) -> Outcome<Option<Envelope>> {
    Ok(select(conn, "WHERE id = $1 AND round = $2", vec![id.into(), round.into()]).await?.pop())
}

/// What the senders of some organisations have sent for a round, the newest first.
pub async fn of_senders(conn: &Conn, round: &str, organisations: &[String]) -> Outcome<Vec<Envelope>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = rooms::store::browse::Where::new("1 = 1");
    clause.any("organisation", organisations);
    let place = clause.place(round);
    clause.and(&format!("round = {place}"));
    let limit = organisations.len() * usize::try_from(SENT_MAX).unwrap_or(usize::MAX);
    let tail = format!("WHERE {} ORDER BY number DESC LIMIT {limit}", clause.text);
    select(conn, &tail, clause.values).await
}

/// What counts in a round, in the order of acceptance.
pub async fn current(conn: &Conn, round: &str) -> Outcome<Vec<Envelope>> {
    let tail = format!("WHERE round = $1 AND superseded_ms IS NULL ORDER BY number LIMIT {ENVELOPES_MAX}");
    select(conn, &tail, vec![round.into()]).await
}

/// What counts in a round, as lists show it: without the lids, which are long.
pub async fn listed(conn: &Conn, round: &str) -> Outcome<Vec<Envelope>> {
    let columns = COLUMNS.join(", ").replace("head", "SUBSTR(head, 1, 0) AS head");
    let text = format!(
        "SELECT {columns} FROM envelope WHERE round = $1 AND superseded_ms IS NULL ORDER BY number LIMIT {ENVELOPES_MAX}"
    );
    all(conn, &text, vec![round.into()]).await?.iter().map(envelope).collect()
}

/// How many envelopes count in a round.
pub async fn count(conn: &Conn, round: &str) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM envelope WHERE round = $1 AND superseded_ms IS NULL";
    number(conn, text, vec![round.into()]).await
}

/// What is there before one more envelope of a sender, and the number it would get.
pub async fn before(conn: &Conn, round: &str, organisation: &str, hash: &str) -> Outcome<(Before, i64)> {
    let text = "SELECT CAST(COUNT(*) AS BIGINT) AS sent, CAST(COALESCE(SUM(CASE WHEN organisation = $2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS own,
         CAST(COALESCE(SUM(CASE WHEN organisation <> $2 AND superseded_ms IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS others,
         CAST(COALESCE(SUM(CASE WHEN hash = $3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS same
         FROM envelope WHERE round = $1";
    let row = first(conn, text, vec![round.into(), organisation.into(), hash.into()]).await?;
    let Some(row) = row else { return Ok((Before::default(), 1)) };
    let before = Before { own: get(&row, "own")?, others: get(&row, "others")?, same: get::<i64>(&row, "same")? > 0 };
    Ok((before, get::<i64>(&row, "sent")? + 1))
}

/// The hashes of what counts in a round, in the order of acceptance.
pub async fn hashes(conn: &Conn, round: &str) -> Outcome<Vec<String>> {
    let text = format!(
        "SELECT hash FROM envelope WHERE round = $1 AND superseded_ms IS NULL ORDER BY number LIMIT {ENVELOPES_MAX}"
    );
    all(conn, &text, vec![round.into()]).await?.iter().map(|row| get(row, "hash")).collect()
}

/// The envelope of a sender with this hash.
pub async fn by_hash(conn: &Conn, round: &str, organisation: &str, hash: &str) -> Outcome<Option<Envelope>> {
    let values = vec![round.into(), organisation.into(), hash.into()];
    Ok(select(conn, "WHERE round = $1 AND organisation = $2 AND hash = $3", values).await?.pop())
}
