//! After-images: what every domain row looks like after a transaction has written it.
//!
//! Every INSERT, UPDATE and DELETE of a recorded table is run with `RETURNING *`; the rows that come back are written
//! down canonically and hashed ([`proof::image`]). The next journal entry of the transaction commits to them. A
//! transaction that writes a domain row without any entry is refused, so nothing changes unseen.

use super::conn::Conn;
use crate::fault::{Fault, Outcome};
use crate::journal::EntryId;
use proof::image::{self, GONE, Image, Value};
use sea_orm::sqlx::{Column, Row, TypeInfo, ValueRef};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tables of the house that hold no domain rows: queues, positions, limits, the journal itself.
///
/// A `table.column` is a working column of a recorded table: it is left out of images, and an update of it alone needs
/// no entry.
pub const WORKING: &[&str] = &[
    "migration",
    "migration_turn",
    "setting",
    "lease",
    "job",
    "idempotency",
    "session",
    "sign_in_tally",
    "account_place",
    "api_token.last_used_ms",
    "journal_entry",
    "journal_leaf",
    "journal_pending",
    "journal_tile",
    "journal_log",
    "journal_key",
    "journal_checkpoint",
    "journal_cosignature",
    "journal_erased",
    "journal_witness",
];

/// A table whose rows are recorded.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// Columns of its primary key, in order.
    pub(crate) key: Vec<String>,
    /// Columns left out.
    working: BTreeSet<String>,
}

/// The recorded tables of a database.
#[derive(Debug, Default)]
pub(crate) struct Tables(HashMap<String, Arc<Table>>);

impl Tables {
    /// Reads tables and keys from the database.
    pub(crate) async fn load(conn: &Conn, schema: Option<&str>, working: &[&str]) -> Outcome<Tables> {
        let mut tables: HashMap<String, Table> = HashMap::new();
        for (name, column) in key_columns(conn, schema).await? {
            if working.contains(&name.as_str()) {
                continue;
            }
            let columns = working.iter().filter_map(|each| each.split_once('.'));
            let working = columns.filter(|(table, _)| *table == name).map(|(_, column)| column.to_owned()).collect();
            let table = tables.entry(name.clone()).or_insert_with(|| Table { name, key: Vec::new(), working });
            table.key.extend(column);
        }
        if let Some(table) = tables.values().find(|table| table.key.is_empty()) {
            return Err(Fault::Internal(format!(
                "table {} has no primary key, so its rows cannot be recorded",
                table.name
            )));
        }
        Ok(Tables(tables.into_iter().map(|(name, table)| (name, Arc::new(table))).collect()))
    }

    /// All recorded tables, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Arc<Table>> {
        let mut all: Vec<Arc<Table>> = self.0.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    /// One table.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<Table>> {
        self.0.get(name).cloned()
    }

    /// The recorded table that a statement writes.
    fn written(&self, sql: &str) -> Option<&Arc<Table>> {
        let write = Write::of(sql)?;
        let table = self.0.get(write.table)?;
        let working = write.first_set.is_some_and(|column| table.working.contains(column));
        (!working).then_some(table)
    }
}

/// Every table with the columns of its primary key, in their order.
async fn key_columns(conn: &Conn, schema: Option<&str>) -> Outcome<Vec<(String, Option<String>)>> {
    let text = match conn.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT t.name AS table_name, k.name AS column_name FROM sqlite_master t
             LEFT JOIN pragma_table_info(t.name) k ON k.pk > 0
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND $1 = $1 ORDER BY t.name, k.pk"
        }
        _ => {
            // Not information_schema: it looks at every schema of the server first.
            "SELECT CAST(c.relname AS TEXT) AS table_name, CAST(a.attname AS TEXT) AS column_name
             FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
             LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
             LEFT JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place) ON TRUE
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
             WHERE s.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname, k.place"
        }
    };
    let values = [schema.unwrap_or("main").into()];
    let rows = conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, values)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "table_name")?, row.try_get("", "column_name")?))).collect()
}

/// What a writing statement says at its beginning. The house writes `INSERT INTO t`, `UPDATE t SET c =` and
/// `DELETE FROM t`, the name bare or in double quotes.
struct Write<'a> {
    table: &'a str,
    /// The first column an UPDATE sets.
    first_set: Option<&'a str>,
}

impl<'a> Write<'a> {
    fn of(sql: &'a str) -> Option<Write<'a>> {
        let mut words = sql.split([' ', '\n', '(', '=', ',']).filter(|word| !word.is_empty());
        let table = match words.next()? {
            "INSERT" | "DELETE" => words.nth(1)?,
            "UPDATE" => words.next()?,
            _ => return None,
        };
        let set = words.next() == Some("SET");
        let bare = |name: &'a str| name.trim_matches('"');
        Some(Write { table: bare(table), first_set: set.then(|| words.next()).flatten().map(bare) })
    }
}

/// Collects the images of one transaction.
pub(crate) struct Recorder {
    tables: Arc<Tables>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Images that no entry has taken yet.
    packed: Vec<u8>,
    /// The table of the first of them.
    first: Option<Arc<Table>>,
    /// The last entry with the images it has taken.
    entry: Option<(EntryId, Vec<u8>)>,
    row: Vec<u8>,
    key: Vec<u8>,
}

/// What is left when a transaction's body has ended.
pub(crate) enum Left {
    /// Every image belongs to an entry.
    Nothing,
    /// Rows were written after the last entry: it takes their images too.
    For(EntryId, Vec<u8>),
    /// Rows of this table were written and nothing was journalled.
    Unseen(String),
}

impl Recorder {
    pub(crate) fn new(tables: Arc<Tables>) -> Recorder {
        Recorder { tables, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorded table that a statement writes, if it writes one.
    pub(super) fn written(&self, sql: &str) -> Option<&Arc<Table>> {
        self.tables.written(sql)
    }

    /// Takes in one row that a statement gave back. `columns` come in the order of their names.
    pub(crate) fn row<'a>(
        &self,
        table: &Arc<Table>,
        gone: bool,
        columns: impl Iterator<Item = (&'a str, Option<Value<'a>>)> + Clone,
    ) {
        let mut state = self.state();
        let State { packed, first, row, key, .. } = &mut *state;
        let salt = crate::random::salt();
        canonical(table, columns.clone(), row);
        key_of(table, columns, key);
        let hash = if gone { GONE } else { image::hash(&salt, row) };
        image::pack(packed, &Image { table: &table.name, key, salt, hash });
        first.get_or_insert_with(|| table.clone());
    }

    /// The images for an entry that is about to be appended.
    pub(crate) fn take(&self) -> Option<Vec<u8>> {
        let mut state = self.state();
        state.first = None;
        let packed = std::mem::take(&mut state.packed);
        (!packed.is_empty()).then_some(packed)
    }

    /// Remembers the entry that took them, for what is written after it.
    pub(crate) fn taken(&self, entry: EntryId, images: Option<Vec<u8>>) {
        self.state().entry = Some((entry, images.unwrap_or_default()));
    }

    pub(crate) fn left(&self) -> Left {
        let mut state = self.state();
        let packed = std::mem::take(&mut state.packed);
        match (state.first.take(), state.entry.take()) {
            (None, _) => Left::Nothing,
            (Some(_), Some((entry, mut images))) => {
                images.extend_from_slice(&packed);
                Left::For(entry, images)
            }
            (Some(table), None) => Left::Unseen(table.name.clone()),
        }
    }
}

/// Writes a row canonically into `row`; working columns and NULLs are left out.
fn canonical<'a>(table: &Table, columns: impl Iterator<Item = (&'a str, Option<Value<'a>>)>, row: &mut Vec<u8>) {
    row.clear();
    for (name, value) in columns {
        if let Some(value) = value.filter(|_| !table.working.contains(name)) {
            image::column(row, name, value);
        }
    }
}

/// Writes a row's key into `key`, its columns in the key's own order.
fn key_of<'a>(table: &Table, columns: impl Iterator<Item = (&'a str, Option<Value<'a>>)> + Clone, key: &mut Vec<u8>) {
    key.clear();
    for name in &table.key {
        if let Some((_, Some(value))) = columns.clone().find(|(column, _)| *column == name.as_str()) {
            image::value(key, value);
        }
    }
}

/// A row of either database, as images see it: columns in the order of their names.
pub(crate) struct Plain {
    names: Arc<[String]>,
    values: Vec<Option<Owned>>,
}

pub(crate) enum Owned {
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Plain {
    /// `names` in their order, and the value of each.
    pub(super) fn new(names: Arc<[String]>, values: Vec<Option<Owned>>) -> Plain {
        Plain { names, values }
    }

    /// Reads a row of PostgreSQL.
    pub(super) fn of(row: &QueryResult) -> Result<Plain, DbErr> {
        let row = row.try_as_pg_row().ok_or_else(|| DbErr::Custom("a row of no known driver".into()))?;
        let mut columns = postgres(row)?;
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        let (names, values): (Vec<String>, _) = columns.into_iter().unzip();
        Ok(Plain { names: names.into(), values })
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, Option<Value<'_>>)> + Clone {
        self.names.iter().zip(&self.values).map(|(name, value)| {
            let value = value.as_ref().map(|value| match value {
                Owned::Integer(number) => Value::Integer(*number),
                Owned::Text(text) => Value::Text(text),
                Owned::Bytes(bytes) => Value::Bytes(bytes),
            });
            (name.as_str(), value)
        })
    }

    fn place(&self, column: &str) -> Option<usize> {
        self.names.iter().position(|name| name == column)
    }

    /// The value of a column; none for NULL.
    pub(crate) fn get(&self, column: &str) -> Option<&Owned> {
        self.values[self.place(column)?].as_ref()
    }

    /// Takes the value of a column out; none for NULL.
    pub(crate) fn take(&mut self, column: &str) -> Option<Owned> {
        let place = self.place(column)?;
        self.values[place].take()
    }

    /// The values of the row's key, to go on from.
    pub(crate) fn key_values(&self, table: &Table) -> Vec<sea_orm::Value> {
        let of = |name: &String| {
            self.get(name).map(|value| match value {
                Owned::Integer(number) => (*number).into(),
                Owned::Text(text) => text.clone().into(),
                Owned::Bytes(bytes) => bytes.clone().into(),
            })
        };
        table.key.iter().filter_map(of).collect()
    }

    /// The row's key and its canonical bytes.
    pub(crate) fn key_and_row(&self, table: &Table) -> (Vec<u8>, Vec<u8>) {
        let (mut key, mut row) = (Vec::new(), Vec::new());
        canonical(table, self.columns(), &mut row);
        key_of(table, self.columns(), &mut key);
        (key, row)
    }
}

fn postgres(row: &sea_orm::sqlx::postgres::PgRow) -> Result<Vec<(String, Option<Owned>)>, DbErr> {
    let strange = |error: sea_orm::sqlx::Error| DbErr::Custom(error.to_string());
    let mut columns = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        let null = row.try_get_raw(index).map_err(strange)?.is_null();
        let value = match column.type_info().name() {
            _ if null => None,
            "INT8" => Some(Owned::Integer(row.try_get(index).map_err(strange)?)),
            "INT4" => Some(Owned::Integer(row.try_get::<i32, _>(index).map_err(strange)?.into())),
            "BOOL" => Some(Owned::Integer(row.try_get::<bool, _>(index).map_err(strange)?.into())),
            "TEXT" | "VARCHAR" => Some(Owned::Text(row.try_get(index).map_err(strange)?)),
            "BYTEA" => Some(Owned::Bytes(row.try_get(index).map_err(strange)?)),
            other => return Err(DbErr::Custom(format!("column {} is of type {other}", column.name()))),
        };
        columns.push((column.name().to_owned(), value));
    }
    Ok(columns)
}

/// Rows of a table read at once.
const PAGE_ROWS: i64 = 2_000;

/// The rows of a table, page by page in the order of its key.
pub(crate) struct Rows {
    table: Arc<Table>,
    last: Vec<sea_orm::Value>,
    ended: bool,
}

impl Rows {
    pub(crate) fn new(table: Arc<Table>) -> Rows {
        Rows::after(table, Vec::new())
    }

    /// The rows after a key; from the first on if it is empty.
    pub(crate) fn after(table: Arc<Table>, key: Vec<sea_orm::Value>) -> Rows {
        Rows { table, last: key, ended: false }
    }

    /// The key to go on from; none when there are no more rows.
    pub(crate) fn last(self) -> Option<Vec<sea_orm::Value>> {
        (!self.ended).then_some(self.last)
    }

    pub(crate) async fn next(&mut self, conn: &Conn) -> Outcome<Option<Vec<Plain>>> {
        if self.ended {
            return Ok(None);
        }
        let Table { name, key, .. } = &*self.table;
        let columns = key.join(", ");
        let mut values = std::mem::take(&mut self.last);
        let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
        let after =
            if values.is_empty() { String::new() } else { format!("WHERE ({columns}) > ({})", places.join(", ")) };
        let text = format!("SELECT * FROM {name} {after} ORDER BY {columns} LIMIT ${}", values.len() + 1);
        values.push(PAGE_ROWS.into());
        let rows = conn.plain(Statement::from_sql_and_values(conn.get_database_backend(), text, values)).await?;
        self.ended = i64::try_from(rows.len()).unwrap_or(0) < PAGE_ROWS;
        self.last = rows.last().map(|row| row.key_values(&self.table)).unwrap_or_default();
        Ok((!rows.is_empty()).then_some(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_known_by_their_first_words() {
        let of = |sql| Write::of(sql).map(|write| (write.table, write.first_set));
        assert_eq!(of("INSERT INTO need (id) VALUES ($1)"), Some(("need", None)));
        assert_eq!(of("INSERT INTO need(id) VALUES ($1)"), Some(("need", None)));
        assert_eq!(of("UPDATE need SET state = $1, x = 2"), Some(("need", Some("state"))));
        assert_eq!(of("UPDATE need\n SET seen_ms=$1"), Some(("need", Some("seen_ms"))));
        assert_eq!(of("UPDATE \"need\" SET \"state\" = $1"), Some(("need", Some("state"))));
        assert_eq!(of("DELETE FROM need"), Some(("need", None)));
        assert_eq!(of("SELECT 1"), None);
        assert_eq!(of(""), None);
    }
}
