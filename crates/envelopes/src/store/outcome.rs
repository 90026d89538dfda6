//! Rows of outcomes: what became of each envelope on the list of a round.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// Table of outcomes. Documents are not stored: whoever may read one gets it out of the envelope and the shares anew.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "envelopes-0006-outcome",
    sql: "
CREATE TABLE envelope_outcome (
  envelope TEXT PRIMARY KEY REFERENCES envelope (id), round TEXT NOT NULL REFERENCES sealed_round (id), reason TEXT,
  content_sha256 TEXT, manifest TEXT, at_ms BIGINT NOT NULL);
CREATE INDEX envelope_outcome_round ON envelope_outcome (round);
",
}];

/// What became of one envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// The envelope's id.
    pub envelope: String,
    /// Why it cannot be opened; none where it was.
    pub reason: Option<String>,
    /// SHA-256 of the content, hexadecimal.
    pub content_sha256: Option<String>,
    /// The manifest: fields, and names, types and hashes of the files, as JSON. Protected.
    pub manifest: Option<String>,
    /// When.
    pub at_ms: i64,
}

const COLUMNS: [&str; 6] = ["envelope", "round", "reason", "content_sha256", "manifest", "at_ms"];

/// Keeps the outcomes of a round.
pub async fn add(conn: &Conn, round: &str, results: &[Fate]) -> Outcome<()> {
    let rows: Vec<Vec<Value>> = results
        .iter()
        .map(|one| {
            vec![
                one.envelope.clone().into(),
                round.into(),
                one.reason.clone().into(),
                one.content_sha256.clone().into(),
                one.manifest.clone().into(),
                one.at_ms.into(),
            ]
        })
        .collect();
    put(conn, "envelope_outcome", &COLUMNS, &[], rows).await
}

fn result(row: &QueryResult) -> Outcome<Fate> {
    Ok(Fate {
        envelope: get(row, "envelope")?,
        reason: get(row, "reason")?,
        content_sha256: get(row, "content_sha256")?,
        manifest: get(row, "manifest")?,
        at_ms: get(row, "at_ms")?,
    })
}

/// The outcome of one envelope.
pub async fn of_envelope(conn: &Conn, envelope: &str) -> Outcome<Option<Fate>> {
    let text = format!("SELECT {} FROM envelope_outcome WHERE envelope = $1", COLUMNS.join(", "));
    all(conn, &text, vec![envelope.into()]).await?.first().map(result).transpose()
}

/// The outcomes of a round as everybody learns them: without what was in the envelopes.
pub async fn told(conn: &Conn, round: &str) -> Outcome<Vec<Fate>> {
    let columns = COLUMNS.join(", ").replace("manifest", "CAST(NULL AS TEXT) AS manifest");
    let text = format!("SELECT {columns} FROM envelope_outcome WHERE round = $1");
    all(conn, &text, vec![round.into()]).await?.iter().map(result).collect()
}

/// The outcomes of a round with what was in the envelopes; as many as its list has.
pub async fn of_round(conn: &Conn, round: &str) -> Outcome<Vec<Fate>> {
    let text = format!("SELECT {} FROM envelope_outcome WHERE round = $1", COLUMNS.join(", "));
    all(conn, &text, vec![round.into()]).await?.iter().map(result).collect()
}
