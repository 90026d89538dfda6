//! Rows of imports: batches, keys, and changes that wait for their turn.
//!
//! Keys and changes carry their batch too, so that nothing of a batch counts before it is published.

mod document;
mod lookup;

pub use document::{coming, document_changes};
pub use lookup::{Table, by_codes, by_keys, open_of, owners_by_codes, owners_by_keys};

use crate::rules::import::Noun;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, put, run};
use sea_orm::{QueryResult, Value};

/// Tables of imports. Their columns have defaults, so that a batch is as little as an id and a state.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "registry-0401-import",
        sql: "
CREATE TABLE import_batch (
  id TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('staging', 'published', 'dropped')),
  noun TEXT NOT NULL DEFAULT 'organisations', file TEXT NOT NULL DEFAULT '', publish BOOLEAN NOT NULL DEFAULT FALSE,
  started_by TEXT NOT NULL DEFAULT 'system', started_name TEXT NOT NULL DEFAULT '', started_ms BIGINT NOT NULL DEFAULT 0,
  touched_ms BIGINT NOT NULL DEFAULT 0, published_ms BIGINT, report TEXT NOT NULL DEFAULT '{}');
CREATE INDEX import_batch_started ON import_batch (started_ms, id);
CREATE INDEX import_batch_staging ON import_batch (touched_ms) WHERE state = 'staging';
CREATE TABLE import_key (
  noun TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL, batch TEXT NOT NULL REFERENCES import_batch (id),
  digest TEXT NOT NULL, seen_ms BIGINT NOT NULL, PRIMARY KEY (noun, key));
CREATE INDEX import_key_batch ON import_key (batch);
CREATE TABLE import_change (
  batch TEXT NOT NULL REFERENCES import_batch (id), object TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL,
  payload TEXT NOT NULL, PRIMARY KEY (batch, object));
",
    },
    // A batch is read page by page in order of id.
    Migration {
        name: "registry-0402-batch-order",
        sql: "
DROP INDEX organisation_batch;
CREATE INDEX organisation_batch ON organisation (batch, id) WHERE batch IS NOT NULL;
DROP INDEX listing_batch;
CREATE INDEX listing_batch ON listing (batch, id) WHERE batch IS NOT NULL;
",
    },
];

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its rows are being written; nobody sees them.
    Staging,
    /// Its rows count.
    Published,
    /// It was given up; its rows are being removed or are gone.
    Dropped,
}

impl State {
    /// The code in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            State::Staging => "staging",
            State::Published => "published",
            State::Dropped => "dropped",
        }
    }

    fn parse(code: &str) -> State {
        match code {
            "staging" => State::Staging,
            "published" => State::Published,
            // A word of a newer version: its rows stay hidden.
            _ => State::Dropped,
        }
    }
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Opaque id.
    pub id: String,
    /// Where it stands.
    pub state: State,
    /// What it holds.
    pub noun: Noun,
    /// Name of the file, without folders.
    pub file: String,
    /// Needs and offers are published at once.
    pub publish: bool,
    /// The account that began it.
    pub started_by: String,
    /// Its name at that time.
    pub started_name: String,
    /// When it began.
    pub started_ms: i64,
    /// When it last wrote a chunk.
    pub touched_ms: i64,
    /// When it was published.
    pub published_ms: Option<i64>,
    /// What was reported, as JSON.
    pub report: String,
}

/// A key and the record it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The owner's key.
    pub key: String,
    /// Id of the record.
    pub object: String,
    /// Digest of the row last taken over.
    pub digest: String,
}

/// A change of a record that is already visible, waiting for its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Key and record, with the digest of the new row.
    pub key: Key,
    /// The new row as JSON.
    pub payload: String,
}

const COLUMNS: &str = "b.id, b.state, b.noun, b.file, b.publish, b.started_by, b.started_name, b.started_ms, b.touched_ms, b.published_ms, b.report";

fn batch(row: &QueryResult) -> Outcome<Batch> {
    let (state, noun): (String, String) = (get(row, "state")?, get(row, "noun")?);
    Ok(Batch {
        id: get(row, "id")?,
        state: State::parse(&state),
        noun: Noun::parse(&noun).unwrap_or(Noun::Organisations),
        file: get(row, "file")?,
        publish: get(row, "publish")?,
        started_by: get(row, "started_by")?,
        started_name: get(row, "started_name")?,
        started_ms: get(row, "started_ms")?,
        touched_ms: get(row, "touched_ms")?,
        published_ms: get(row, "published_ms")?,
        report: get(row, "report")?,
    })
}

/// Begins a batch.
pub async fn start(conn: &Conn, batch: &Batch) -> Outcome<()> {
    let columns = [
        "id",
        "state",
        "noun",
        "file",
        "publish",
        "started_by",
        "started_name",
        "started_ms",
        "touched_ms",
        "published_ms",
        "report",
    ];
    let row = vec![
        batch.id.clone().into(),
        batch.state.code().into(),
        batch.noun.code().into(),
        batch.file.clone().into(),
        batch.publish.into(),
        batch.started_by.clone().into(),
        batch.started_name.clone().into(),
        batch.started_ms.into(),
        batch.touched_ms.into(),
        batch.published_ms.into(),
        batch.report.clone().into(),
    ];
    put(conn, "import_batch", &columns, &[], vec![row]).await
}

/// Notes that a batch is still being written; false when it has been given up.
pub async fn touch(conn: &Conn, id: &str, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE import_batch SET touched_ms = $1 WHERE id = $2 AND state = 'staging'";
    Ok(run(conn, text, vec![now_ms.into(), id.into()]).await? == 1)
}

/// The flip: everything of the batch counts from now on. False when it has been given up.
pub async fn publish(conn: &Conn, id: &str, report: &str, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE import_batch SET state = 'published', published_ms = $1, report = $2 WHERE id = $3 AND state = 'staging'";
    Ok(run(conn, text, vec![now_ms.into(), report.into(), id.into()]).await? == 1)
}

/// Gives up a batch that nobody has written to since a time; false when there is no such batch.
pub async fn give_up(conn: &Conn, id: &str, idle_since_ms: i64) -> Outcome<bool> {
    let text = "UPDATE import_batch SET state = 'dropped' WHERE id = $1 AND state = 'staging' AND touched_ms <= $2";
    Ok(run(conn, text, vec![id.into(), idle_since_ms.into()]).await? == 1)
}

/// One batch.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Batch>> {
    let text = format!("SELECT {COLUMNS} FROM import_batch b WHERE b.id = $1");
    first(conn, &text, vec![id.into()]).await?.as_ref().map(batch).transpose()
}

/// The batches that are being written; there is one at most, besides those whose process has died.
pub async fn staging(conn: &Conn) -> Outcome<Vec<Batch>> {
    let text =
        format!("SELECT {COLUMNS} FROM import_batch b WHERE b.state = 'staging' ORDER BY b.started_ms, b.id LIMIT 100");
    all(conn, &text, vec![]).await?.iter().map(batch).collect()
}

/// Published batches whose changes have not all been applied, the oldest first.
pub async fn unapplied(conn: &Conn) -> Outcome<Vec<String>> {
    let text = "SELECT b.id FROM import_batch b WHERE b.state = 'published' AND EXISTS (SELECT 1 FROM import_change c WHERE c.batch = b.id)
        ORDER BY b.published_ms, b.id LIMIT 100";
    all(conn, text, vec![]).await?.iter().map(|row| get(row, "id")).collect()
}

/// The newest batches that a policy lets somebody see, and how many there are. `allowed` is a condition on
/// `import_batch b` from `$1` on; `before` is the last batch of the page before.
pub async fn list(
    conn: &Conn,
    allowed: (String, Vec<Value>),
    before: Option<(i64, String)>,
    limit: i64,
) -> Outcome<(Vec<Batch>, i64)> {
    let (condition, mut values) = allowed;
    let count =
        first(conn, &format!("SELECT COUNT(*) AS n FROM import_batch b WHERE ({condition})"), values.clone()).await?;
    let total = count.map_or(Ok(0), |row| get(&row, "n"))?;
    let mut after = String::new();
    if let Some((started_ms, id)) = before {
        let n = values.len();
        after = format!(" AND (b.started_ms < ${} OR (b.started_ms = ${} AND b.id < ${}))", n + 1, n + 2, n + 3);
        values.extend([started_ms.into(), started_ms.into(), id.into()]);
    }
    let text = format!(
        "SELECT {COLUMNS} FROM import_batch b WHERE ({condition}){after} ORDER BY b.started_ms DESC, b.id DESC LIMIT {limit}"
    );
    let found = all(conn, &text, values).await?.iter().map(batch).collect::<Outcome<Vec<Batch>>>()?;
    Ok((found, total))
}

/// In which columns the attributes of an import stand, for policies.
pub const POLICY_COLUMNS: [(&str, &str); 1] = [("by", "b.started_by")];

/// Notes keys that a batch brings.
pub async fn put_keys(conn: &Conn, batch: &str, noun: Noun, keys: &[Key], now_ms: i64) -> Outcome<()> {
    let row = |key: &Key| {
        vec![
            noun.code().into(),
            key.key.clone().into(),
            key.object.clone().into(),
            batch.into(),
            key.digest.clone().into(),
            now_ms.into(),
        ]
    };
    put(
        conn,
        "import_key",
        &["noun", "key", "object", "batch", "digest", "seen_ms"],
        &[],
        keys.iter().map(row).collect(),
    )
    .await
}

/// Notes what a key said last.
pub async fn save_key(conn: &Conn, noun: Noun, key: &Key, now_ms: i64) -> Outcome<()> {
    let text = "UPDATE import_key SET digest = $1, seen_ms = $2 WHERE noun = $3 AND key = $4";
    run(conn, text, vec![key.digest.clone().into(), now_ms.into(), noun.code().into(), key.key.clone().into()]).await?;
    Ok(())
}

/// Puts changes aside until the batch is published.
pub async fn put_changes(conn: &Conn, batch: &str, changes: &[Change]) -> Outcome<()> {
    let row = |change: &Change| {
        vec![
            batch.into(),
            change.key.object.clone().into(),
            change.key.key.clone().into(),
            change.key.digest.clone().into(),
            change.payload.clone().into(),
        ]
    };
    let columns = ["batch", "object", "key", "digest", "payload"];
    put(conn, "import_change", &columns, &[], changes.iter().map(row).collect()).await
}

/// Some changes of a published batch that still wait.
pub async fn changes(conn: &Conn, batch: &str, limit: i64) -> Outcome<Vec<Change>> {
    let text = "SELECT c.object, c.key, c.digest, c.payload FROM import_change c JOIN import_batch b ON b.id = c.batch
        WHERE c.batch = $1 AND b.state = 'published' ORDER BY c.object LIMIT $2";
    let change = |row: &QueryResult| {
        let key = Key { key: get(row, "key")?, object: get(row, "object")?, digest: get(row, "digest")? };
        Ok(Change { key, payload: get(row, "payload")? })
    };
    all(conn, text, vec![batch.into(), limit.into()]).await?.iter().map(change).collect()
}

/// Forgets changes that have been applied.
pub async fn forget_changes(conn: &Conn, batch: &str, objects: &[String]) -> Outcome<()> {
    let Some((text, mut values)) = in_list(2, objects) else { return Ok(()) };
    values.insert(0, batch.into());
    run(conn, &format!("DELETE FROM import_change WHERE batch = $1 AND object IN ({text})"), values).await?;
    Ok(())
}

/// Takes the statuses of an organisation away, before it gets those of a newer row.
pub async fn clear_statuses(conn: &Conn, organisation: &str) -> Outcome<()> {
    run(conn, "DELETE FROM organisation_status WHERE organisation = $1", vec![organisation.into()]).await?;
    Ok(())
}

/// `$2, $3 …` and the values for it; none for an empty list.
fn in_list(start: usize, items: &[String]) -> Option<(String, Vec<Value>)> {
    let places: Vec<String> = (start..start + items.len()).map(|n| format!("${n}")).collect();
    (!items.is_empty()).then(|| (places.join(", "), items.iter().map(|item| item.as_str().into()).collect()))
}

/// Tables that hang on a record, and the column that says on which.
const PARTS: [(&str, &str, &[&str]); 2] = [
    (
        "organisation",
        "organisation",
        &["organisation_name", "organisation_segment", "statement", "organisation_status"],
    ),
    ("listing", "listing", &["listing_segment"]),
];

/// Removes some rows of a batch that was given up; true while there may be more.
pub async fn remove_some(conn: &Conn, batch: &str, limit: i64) -> Outcome<bool> {
    for (table, column, parts) in PARTS.into_iter().rev() {
        let rows =
            all(conn, &format!("SELECT id FROM {table} WHERE batch = $1 LIMIT $2"), vec![batch.into(), limit.into()])
                .await?;
        let ids: Vec<String> = rows.iter().map(|row| get(row, "id")).collect::<Outcome<_>>()?;
        let Some((places, values)) = in_list(1, &ids) else { continue };
        for part in parts {
            run(conn, &format!("DELETE FROM {part} WHERE {column} IN ({places})"), values.clone()).await?;
        }
        run(conn, &format!("DELETE FROM {table} WHERE id IN ({places})"), values).await?;
        return Ok(true);
    }
    let some = |table: &str, column: &str| {
        format!(
            "DELETE FROM {table} WHERE batch = $1 AND {column} IN (SELECT {column} FROM {table} WHERE batch = $2 LIMIT $3)"
        )
    };
    let mut removed = 0;
    for (table, column) in [("import_key", "key"), ("import_change", "object")] {
        removed += run(conn, &some(table, column), vec![batch.into(), batch.into(), limit.into()]).await?;
    }
    Ok(removed > 0)
}
