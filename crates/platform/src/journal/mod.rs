//! The journal: what happened, appended in the same transaction as the change.
//!
//! `entry_id` is given at append. Row ids do not follow commit order on
//! PostgreSQL, so readers never follow them: the sealer gives every committed
//! entry a gapless `leaf_index`, and search, live pages and all other
//! followers read in leaf order.

use crate::ctx::Ctx;
use crate::db::{Conn, Db, Migration, Outcome};
use kernel::Instant;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The number an entry gets at append.
pub type EntryId = i64;

/// Tables of the journal.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "journal-0001",
    sql: "
CREATE TABLE journal_entry (
  entry_id {id}, at_ms BIGINT NOT NULL, request_id TEXT NOT NULL, kind TEXT NOT NULL,
  actor TEXT NOT NULL, actor_name TEXT NOT NULL, object_kind TEXT NOT NULL, object_id TEXT NOT NULL,
  city TEXT, public BOOLEAN NOT NULL, demo BOOLEAN NOT NULL, data TEXT NOT NULL);
CREATE INDEX journal_entry_object ON journal_entry (object_kind, object_id);
CREATE TABLE journal_leaf (leaf_index BIGINT PRIMARY KEY, entry_id BIGINT NOT NULL UNIQUE REFERENCES journal_entry (entry_id));
",
}];

/// An entry about to be appended.
#[derive(Debug, Clone)]
pub struct Entry {
    kind: &'static str,
    object: (String, String),
    city: Option<String>,
    public: bool,
    demo: bool,
    data: Value,
}

impl Entry {
    /// What happened to what: `Entry::new("need.published", "need", id)`.
    pub fn new(kind: &'static str, object_kind: &str, object_id: &str) -> Entry {
        let object = (object_kind.to_owned(), object_id.to_owned());
        Entry { kind, object, city: None, public: false, demo: false, data: Value::Null }
    }

    /// Everybody may read it. Without this only those who may see the object can.
    pub fn public(mut self) -> Entry {
        self.public = true;
        self
    }

    /// The city it belongs to, by its code.
    pub fn city(mut self, city: Option<impl ToString>) -> Entry {
        self.city = city.map(|c| c.to_string());
        self
    }

    /// Marks an entry of the demo; such entries never enter a published figure.
    pub fn demo(mut self, demo: bool) -> Entry {
        self.demo = demo;
        self
    }

    /// What else is worth keeping. No secrets and nothing protected in a public entry.
    pub fn data(mut self, data: Value) -> Entry {
        self.data = data;
        self
    }
}

/// An entry as it stands in the journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Recorded {
    /// Its place in the order that all followers share; none while it waits for the sealer.
    pub leaf_index: Option<i64>,
    /// The number it got at append, shown on receipts.
    pub entry_id: EntryId,
    /// When.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// The account that acted.
    pub actor: String,
    /// Its name at that time.
    pub actor_name: String,
    /// What it happened to.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// The city it belongs to.
    pub city: Option<String>,
    /// Whether everybody may read it.
    pub public: bool,
    /// Whether it belongs to the demo.
    pub demo: bool,
    /// What else was kept.
    pub data: Value,
}

pub(crate) async fn append(conn: &Conn, ctx: &Ctx, entry: Entry) -> Outcome<EntryId> {
    let data = if entry.data.is_null() { "{}".to_owned() } else { entry.data.to_string() };
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "INSERT INTO journal_entry (at_ms, request_id, kind, actor, actor_name, object_kind, object_id, city, public, demo, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING entry_id",
        [
            ctx.now.ms().into(),
            ctx.request_id.clone().into(),
            entry.kind.into(),
            ctx.actor.id().into(),
            ctx.actor.name.clone().into(),
            entry.object.0.into(),
            entry.object.1.into(),
            entry.city.into(),
            entry.public.into(),
            (entry.demo || ctx.actor.demo).into(),
            data.into(),
        ],
    );
    let row = conn.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| crate::fault::Fault::Internal("the journal gave no entry number".into()))?;
    Ok(row.try_get("", "entry_id")?)
}

const COLUMNS: &str = "e.entry_id, e.at_ms, e.kind, e.actor, e.actor_name, e.object_kind, e.object_id, e.city, e.public, e.demo, e.data, l.leaf_index";

fn recorded(row: &QueryResult) -> Outcome<Recorded> {
    let data: String = row.try_get("", "data")?;
    Ok(Recorded {
        leaf_index: row.try_get("", "leaf_index")?,
        entry_id: row.try_get("", "entry_id")?,
        at_ms: row.try_get("", "at_ms")?,
        kind: row.try_get("", "kind")?,
        actor: row.try_get("", "actor")?,
        actor_name: row.try_get("", "actor_name")?,
        object_kind: row.try_get("", "object_kind")?,
        object_id: row.try_get("", "object_id")?,
        city: row.try_get("", "city")?,
        public: row.try_get("", "public")?,
        demo: row.try_get("", "demo")?,
        data: serde_json::from_str(&data).unwrap_or(Value::Null),
    })
}

async fn select(conn: &Conn, tail: &str, values: Vec<sea_orm::Value>) -> Outcome<Vec<Recorded>> {
    let text =
        format!("SELECT {COLUMNS} FROM journal_entry e LEFT JOIN journal_leaf l ON l.entry_id = e.entry_id {tail}");
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    conn.query_all_raw(statement).await?.iter().map(recorded).collect()
}

/// Entries in leaf order after a leaf (−1 for the beginning), at most `limit`.
pub async fn after(conn: &Conn, leaf: i64, limit: u64) -> Outcome<Vec<Recorded>> {
    let tail = "WHERE l.leaf_index > $1 ORDER BY l.leaf_index LIMIT $2";
    select(conn, tail, vec![leaf.into(), i64::try_from(limit).unwrap_or(i64::MAX).into()]).await
}

/// The history of one object, newest first, at most `limit`.
pub async fn of_object(conn: &Conn, kind: &str, id: &str, limit: i64) -> Outcome<Vec<Recorded>> {
    let tail = "WHERE e.object_kind = $1 AND e.object_id = $2 ORDER BY e.entry_id DESC LIMIT $3";
    select(conn, tail, vec![kind.into(), id.into(), limit.into()]).await
}

/// One entry by its number.
pub async fn by_id(conn: &Conn, id: EntryId) -> Outcome<Option<Recorded>> {
    Ok(select(conn, "WHERE e.entry_id = $1", vec![id.into()]).await?.pop())
}

/// The newest entries that everybody may read, newest first.
pub async fn newest_public(conn: &Conn, limit: i64) -> Outcome<Vec<Recorded>> {
    select(conn, "WHERE e.public ORDER BY e.entry_id DESC LIMIT $1", vec![limit.into()]).await
}

/// The last leaf, or −1 while there is none.
pub async fn last_leaf(conn: &Conn) -> Outcome<i64> {
    let text = "SELECT COALESCE(MAX(leaf_index), -1) AS leaf FROM journal_leaf";
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await?;
    Ok(row.map(|r| r.try_get("", "leaf")).transpose()?.unwrap_or(-1))
}

/// Entries sealed by one call at most.
const SEAL_ENTRIES_MAX: i64 = 4_096;

/// On PostgreSQL a transaction may commit after one with higher entry numbers
/// was sealed; entries this far behind the newest sealed one are still looked for.
/// SQLite has one writer, so numbers commit in order.
const LATE_ENTRIES_MAX: i64 = 10_000;

/// Gives the next leaf numbers to committed entries; returns the last leaf.
///
/// Several nodes may call it: the key of `journal_leaf` lets one win, and the
/// loser tries again with what is then left.
pub async fn seal(db: &Db, now: Instant) -> Outcome<i64> {
    if !waiting(&db.read()).await? {
        return last_leaf(&db.read()).await;
    }
    db.in_txn(&Ctx::system(now), "journal_seal", (), |tx, ()| {
        Box::pin(async move {
            let text = "INSERT INTO journal_leaf (leaf_index, entry_id)
                SELECT (SELECT COALESCE(MAX(leaf_index), -1) FROM journal_leaf) + ROW_NUMBER() OVER (ORDER BY e.entry_id), e.entry_id
                FROM journal_entry e LEFT JOIN journal_leaf l ON l.entry_id = e.entry_id
                WHERE l.entry_id IS NULL AND e.entry_id > $1 ORDER BY e.entry_id LIMIT $2";
            let values = [sea_orm::Value::from(floor(tx).await?), SEAL_ENTRIES_MAX.into()];
            tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
            last_leaf(tx).await
        })
    })
    .await
}

/// Every entry up to this number is sealed.
async fn floor(conn: &Conn) -> Outcome<i64> {
    let text = "SELECT COALESCE(MAX(entry_id), 0) AS id FROM journal_leaf";
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await?;
    let newest: i64 = row.map(|r| r.try_get("", "id")).transpose()?.unwrap_or(0);
    let late = if conn.get_database_backend() == sea_orm::DbBackend::Sqlite { 0 } else { LATE_ENTRIES_MAX };
    Ok(newest - late)
}

async fn waiting(conn: &Conn) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM journal_entry e LEFT JOIN journal_leaf l ON l.entry_id = e.entry_id
        WHERE e.entry_id > $1 AND l.entry_id IS NULL LIMIT 1";
    let values = [floor(conn).await?.into()];
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_one_raw(statement).await?.is_some())
}
