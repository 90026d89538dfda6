//! Entries: appended in the transaction of what they record, read in the order of their leaves.

use super::{run, statement};
use crate::ctx::Ctx;
use crate::db::{Conn, Outcome};
use crate::fault::Fault;
use crate::journal::{Entry, EntryId, PERSONAL, Recorded};
use kernel::Refusal;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;

/// Bytes of what an entry says: a leaf has a length of two bytes in its tile, and names and marks stand beside it.
const DATA_BYTES_MAX: usize = 56 * 1024;

/// Appends an entry; returns its number.
pub(crate) async fn append(conn: &Conn, ctx: &Ctx, entry: Entry) -> Outcome<EntryId> {
    let data = if entry.data.is_null() { "{}".to_owned() } else { entry.data.to_string() };
    if data.len() > DATA_BYTES_MAX {
        return Err(too_large().into());
    }
    let images = conn.recorder().and_then(|recorder| recorder.take());
    // One salt for a protected leaf and one for each field that can be erased.
    let salts: Vec<u8> = (0..=PERSONAL.len()).flat_map(|_| crate::random::salt()).collect();
    let text = "INSERT INTO journal_entry
        (at_ms, request_id, kind, actor, actor_name, object_kind, object_id, city, public, demo, data, salts, images)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING entry_id";
    let values = vec![
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
        salts.into(),
        images.clone().into(),
    ];
    let row = conn.query_one_raw(statement(conn, text, values)).await?;
    let row = row.ok_or_else(|| Fault::Internal("the journal gave no entry number".into()))?;
    let id: EntryId = row.try_get("", "entry_id")?;
    let pending = "INSERT INTO journal_pending (entry_id, batched) VALUES ($1, $2)";
    run(conn, pending, vec![id.into(), entry.batched.into()]).await?;
    if let Some(recorder) = conn.recorder() {
        recorder.taken(id, images);
    }
    Ok(id)
}

fn too_large() -> Refusal {
    Refusal::invalid(
        "entry-large",
        "这项操作一次涉及的内容过多，存证日志无法记为一条。请分批办理。",
        "This is too much at once for one entry of the journal. Do it in parts.",
    )
}

/// Gives an entry of the running transaction the images of rows that were written after it.
pub(crate) async fn take_images(conn: &Conn, entry: EntryId, images: Vec<u8>) -> Outcome<()> {
    let text = "UPDATE journal_entry SET images = $1 WHERE entry_id = $2";
    run(conn, text, vec![images.into(), entry.into()]).await
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
    conn.query_all_raw(statement(conn, &text, values)).await?.iter().map(recorded).collect()
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
    let row = conn.query_one_raw(statement(conn, text, Vec::new())).await?;
    Ok(row.map(|r| r.try_get("", "leaf")).transpose()?.unwrap_or(-1))
}
