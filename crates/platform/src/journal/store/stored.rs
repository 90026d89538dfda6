//! Entries as the database holds them, and the leaves they make.

use super::{run, statement};
use crate::db::images::{Owned, Plain};
use crate::db::{Conn, Outcome, Txn};
use crate::fault::Fault;
use crate::journal::{EntryId, PERSONAL};
use proof::leaf::{Personal, Record};
use proof::{Digest, SALT_BYTES, Salt, image};
use sea_orm::{ConnectionTrait, QueryResult};
use std::collections::HashMap;

/// Everything of an entry that its leaf is made of.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) entry: EntryId,
    /// Its leaf number in the database, once sealed.
    pub(crate) leaf_index: Option<i64>,
    pub(crate) batched: bool,
    at_ms: i64,
    request: String,
    pub(crate) kind: String,
    actor: String,
    actor_name: String,
    object_kind: String,
    object_id: String,
    city: Option<String>,
    public: bool,
    demo: bool,
    data: String,
    salts: Vec<u8>,
    pub(crate) images: Option<Vec<u8>>,
}

const COLUMNS: &str = "e.entry_id, e.at_ms, e.request_id, e.kind, e.actor, e.actor_name, e.object_kind, e.object_id, e.city, e.public, e.demo, e.data, e.salts, e.images";

/// What is left of fields that were erased: entry and field to commitment.
pub(crate) type Erased = HashMap<(EntryId, String), Digest>;

impl Stored {
    fn read(mut row: Plain) -> Outcome<Stored> {
        let row = &mut row;
        Ok(Stored {
            entry: integer(row, "entry_id")?,
            leaf_index: optional_integer(row, "leaf_index")?,
            batched: optional_integer(row, "batched")? == Some(1),
            at_ms: integer(row, "at_ms")?,
            request: text(row, "request_id")?,
            kind: text(row, "kind")?,
            actor: text(row, "actor")?,
            actor_name: text(row, "actor_name")?,
            object_kind: text(row, "object_kind")?,
            object_id: text(row, "object_id")?,
            city: match row.take("city") {
                None => None,
                Some(Owned::Text(city)) => Some(city),
                Some(_) => return Err(strange("city")),
            },
            public: integer(row, "public")? == 1,
            demo: integer(row, "demo")? == 1,
            data: text(row, "data")?,
            salts: bytes(row, "salts")?.unwrap_or_default(),
            images: bytes(row, "images")?,
        })
    }

    /// The entry and field whose erasure this entry records.
    pub(crate) fn erasure(&self) -> Option<(EntryId, String)> {
        let data: serde_json::Value = serde_json::from_str(&self.data).ok()?;
        Some((data["entry"].as_i64()?, data["field"].as_str()?.to_owned()))
    }

    /// Whether a personal field may be erased: the data of a public leaf can be read in the tree.
    pub(in crate::journal) fn may_lose(&self, field: &str) -> bool {
        self.is_salted() && !(self.public && field == PERSONAL[2])
    }

    pub(in crate::journal) fn salts(&self) -> &[u8] {
        &self.salts
    }

    /// The commitment to a personal field that is still there.
    pub(in crate::journal) fn commitment(&self, place: usize) -> Outcome<Digest> {
        let value = [&self.actor, &self.actor_name, &self.data][place];
        let salt =
            self.salt(place + 1).ok_or_else(|| Fault::Internal(format!("entry {} has lost its salts", self.entry)))?;
        Ok(Personal::Kept(value, salt).commitment(PERSONAL[place]))
    }

    /// The account that acted; empty once erased.
    pub(in crate::journal) fn actor(&self) -> &str {
        &self.actor
    }

    /// When it was made.
    pub(crate) fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// Whether it was made since leaves are kept; older entries stand in no tree.
    pub(crate) fn is_salted(&self) -> bool {
        !self.salts.is_empty()
    }

    fn salt(&self, place: usize) -> Option<&Salt> {
        self.salts.get(place * SALT_BYTES..(place + 1) * SALT_BYTES)?.try_into().ok()
    }

    /// The bytes of its leaf.
    ///
    /// # Errors
    /// A fault when salts or images are not as they were written, which is tampering.
    pub(crate) fn leaf(&self, erased: &Erased) -> Outcome<String> {
        let unsalted = || Fault::Internal(format!("entry {} has lost its salts", self.entry));
        let mut gone = [None; PERSONAL.len()];
        if !erased.is_empty() {
            gone = PERSONAL.map(|field| erased.get(&(self.entry, field.to_owned())));
        }
        let values = [&self.actor, &self.actor_name, &self.data];
        let personal = |place: usize| -> Outcome<Personal<'_>> {
            match gone[place] {
                Some(commitment) => Ok(Personal::Erased(commitment)),
                None => Ok(Personal::Kept(values[place], self.salt(place + 1).ok_or_else(unsalted)?)),
            }
        };
        let digest = self.images.as_deref().map(image::digest).transpose();
        let digest = digest.map_err(|error| Fault::Internal(format!("entry {}: {error}", self.entry)))?;
        let record = Record {
            entry: self.entry,
            at_ms: self.at_ms,
            request: &self.request,
            kind: &self.kind,
            object_kind: &self.object_kind,
            object_id: &self.object_id,
            city: self.city.as_deref(),
            demo: self.demo,
            public: self.public,
            actor: personal(0)?,
            actor_name: personal(1)?,
            data: personal(2)?,
            images: digest.as_ref(),
            salt: self.salt(0).ok_or_else(unsalted)?,
        };
        Ok(record.bytes())
    }
}

fn strange(column: &str) -> Fault {
    Fault::Internal(format!("the journal's {column} holds something strange"))
}

fn optional_integer(row: &mut Plain, column: &str) -> Outcome<Option<i64>> {
    match row.take(column) {
        None => Ok(None),
        Some(Owned::Integer(number)) => Ok(Some(number)),
        Some(_) => Err(strange(column)),
    }
}

fn integer(row: &mut Plain, column: &str) -> Outcome<i64> {
    optional_integer(row, column)?.ok_or_else(|| strange(column))
}

fn text(row: &mut Plain, column: &str) -> Outcome<String> {
    match row.take(column) {
        Some(Owned::Text(text)) => Ok(text),
        _ => Err(strange(column)),
    }
}

fn bytes(row: &mut Plain, column: &str) -> Outcome<Option<Vec<u8>>> {
    match row.take(column) {
        None => Ok(None),
        Some(Owned::Bytes(bytes)) => Ok(Some(bytes)),
        Some(_) => Err(strange(column)),
    }
}

async fn read(conn: &Conn, text: String, values: Vec<sea_orm::Value>) -> Outcome<Vec<Stored>> {
    conn.plain(statement(conn, &text, values)).await?.into_iter().map(Stored::read).collect()
}

/// Entries that wait for the sealer, oldest first.
pub(in crate::journal) async fn pending(conn: &Conn, batched: bool, limit: i64) -> Outcome<Vec<Stored>> {
    let text = format!(
        "SELECT {COLUMNS}, p.batched, CAST(NULL AS BIGINT) AS leaf_index FROM journal_pending p
         JOIN journal_entry e ON e.entry_id = p.entry_id WHERE p.batched = $1 ORDER BY p.entry_id LIMIT $2"
    );
    read(conn, text, vec![batched.into(), limit.into()]).await
}

/// Sealed entries in leaf order from a leaf on.
pub(in crate::journal) async fn from_leaf(conn: &Conn, leaf: i64, limit: i64) -> Outcome<Vec<Stored>> {
    let text = format!(
        "SELECT {COLUMNS}, CAST(NULL AS BOOLEAN) AS batched, l.leaf_index FROM journal_leaf l
         JOIN journal_entry e ON e.entry_id = l.entry_id WHERE l.leaf_index >= $1 ORDER BY l.leaf_index LIMIT $2"
    );
    read(conn, text, vec![leaf.into(), limit.into()]).await
}

/// One entry by its number, sealed or not.
pub(in crate::journal) async fn by_id(conn: &Conn, entry: EntryId) -> Outcome<Option<Stored>> {
    let text = format!(
        "SELECT {COLUMNS}, CAST(NULL AS BOOLEAN) AS batched, l.leaf_index FROM journal_entry e
         LEFT JOIN journal_leaf l ON l.entry_id = e.entry_id WHERE e.entry_id = $1"
    );
    Ok(read(conn, text, vec![entry.into()]).await?.pop())
}

/// What is left of the fields of one entry, or of all, that were erased.
pub(in crate::journal) async fn erased(conn: &Conn, entry: Option<EntryId>) -> Outcome<Erased> {
    let text = match entry {
        None => "SELECT entry_id, field, commitment FROM journal_erased",
        Some(_) => "SELECT entry_id, field, commitment FROM journal_erased WHERE entry_id = $1",
    };
    let values: Vec<sea_orm::Value> = entry.map(Into::into).into_iter().collect();
    let rows = conn.query_all_raw(statement(conn, text, values)).await?;
    let read = |row: &QueryResult| {
        let commitment: Vec<u8> = row.try_get("", "commitment")?;
        let commitment =
            commitment.try_into().map_err(|_| Fault::Internal("an erased field has no commitment".into()))?;
        Ok(((row.try_get("", "entry_id")?, row.try_get("", "field")?), commitment))
    };
    rows.iter().map(read).collect()
}

/// The first entry that is neither sealed nor waits to be.
pub(in crate::journal) async fn first_lost(conn: &Conn) -> Outcome<Option<EntryId>> {
    let text = "SELECT e.entry_id FROM journal_entry e LEFT JOIN journal_leaf l ON l.entry_id = e.entry_id
        LEFT JOIN journal_pending p ON p.entry_id = e.entry_id
        WHERE l.entry_id IS NULL AND p.entry_id IS NULL ORDER BY e.entry_id LIMIT 1";
    let row = conn.query_one_raw(statement(conn, text, Vec::new())).await?;
    Ok(row.map(|row| row.try_get("", "entry_id")).transpose()?)
}

/// Takes a personal value and its salt out of an entry and keeps the commitment.
pub(in crate::journal) async fn erase(
    tx: &Txn,
    entry: EntryId,
    column: &str,
    commitment: Digest,
    salts: Vec<u8>,
    by: EntryId,
) -> Outcome<()> {
    let gone = format!("UPDATE journal_entry SET {column} = '', salts = $1 WHERE entry_id = $2");
    run(tx, &gone, vec![salts.into(), entry.into()]).await?;
    let left = "INSERT INTO journal_erased (entry_id, field, commitment, erased_by) VALUES ($1, $2, $3, $4)";
    run(tx, left, vec![entry.into(), column.into(), commitment.to_vec().into(), by.into()]).await
}
