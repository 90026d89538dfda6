//! Backups: everything a database holds, in one file that either kind of database takes back.
//!
//! A backup is a gzip of JSON lines: a head with the steps of the schema, then for each table its columns and rows.
//! It is read in one snapshot, so it is whole while the house runs. It holds no signing key, and no session, lease or
//! first answer: a restored house opens a new log, and everybody signs in again.

use crate::ctx::Ctx;
use crate::db::images::{Owned, Rows, Table, Tables};
use crate::db::{Conn, Db, Migration, Outcome, Txn};
use crate::fault::Fault;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kernel::{Instant, Refusal};
use sea_orm::{ConnectionTrait, Statement, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::Arc;

/// The name and version of the format.
const FORMAT: &str = "yilang/backup/v1";
/// Tables that are not carried over.
const LEFT_OUT: &[&str] = &["migration", "lease", "session", "sign_in_tally", "idempotency"];
/// Rows written in one transaction.
const CHUNK_ROWS: usize = 500;
/// Bind variables in one statement.
const VARIABLES_MAX: usize = 16_000;

/// The first line of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: String,
    /// When it was taken.
    at_ms: i64,
    /// Steps of the schema it was taken at.
    steps: Vec<String>,
}

/// The line before the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TableHead {
    table: String,
    columns: Vec<String>,
}

/// What was written or read back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Tables.
    pub tables: u64,
    /// Rows.
    pub rows: u64,
}

/// A table as the steps of the schema make it.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    name: String,
    /// Its column that numbers itself.
    counter: Option<String>,
}

/// The tables in the order in which they are made, so that whatever a row refers to comes before it.
fn shapes(steps: &[Migration]) -> Vec<Shape> {
    let statements = steps.iter().flat_map(|step| step.sql.split(";\n")).map(str::trim);
    let shape = |statement: &str| {
        let (name, columns) = statement.strip_prefix("CREATE TABLE ")?.split_once('(')?;
        let counter = columns.split_once(" {id}").and_then(|(before, _)| before.rsplit([' ', '\n', ',']).next());
        Some(Shape { name: name.trim().to_owned(), counter: counter.map(str::to_owned) })
    };
    statements.filter_map(shape).filter(|shape| !LEFT_OUT.contains(&shape.name.as_str())).collect()
}

/// Writes everything that the database holds now.
///
/// # Errors
/// Database faults; input/output errors.
pub async fn write(db: &Db, steps: &[Migration], now: Instant, out: impl Write + Send) -> Outcome<Counted> {
    let conn = db.snapshot().await?;
    let tables = Tables::load(&conn, db.schema(), &[]).await?;
    if tables.get("migration").is_none() {
        return Err(Refusal::conflict(
            "backup-nothing",
            "这里还没有数据可备份。请核对 --data 或 --database 是否指向正在使用的目录或数据库。",
            "There is nothing here to back up. Check that --data or --database names the folder or database in use.",
        )
        .into());
    }
    let mut out = GzEncoder::new(out, Compression::fast());
    let text = "SELECT name FROM migration ORDER BY name";
    let applied = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await?;
    let applied = applied.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?;
    line(&mut out, &Head { format: FORMAT.into(), at_ms: now.ms(), steps: applied })?;
    let mut counted = Counted::default();
    for shape in shapes(steps) {
        let table = tables.get(&shape.name).ok_or_else(|| Fault::Internal(format!("no table {}", shape.name)))?;
        counted.tables += 1;
        counted.rows += write_table(&conn, db.schema(), &table, &mut out).await?;
    }
    out.finish().and_then(|mut inner| inner.flush()).map_err(failed)?;
    Ok(counted)
}

fn failed(error: std::io::Error) -> Fault {
    Fault::Internal(format!("the backup: {error}"))
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Outcome<()> {
    serde_json::to_writer(&mut *out, value).map_err(|error| failed(error.into()))?;
    out.write_all(b"\n").map_err(failed)
}

async fn write_table(
    conn: &Conn,
    schema: Option<&str>,
    table: &Arc<Table>,
    out: &mut (impl Write + Send),
) -> Outcome<u64> {
    let mut count = 0;
    let mut columns: Option<Vec<String>> = None;
    let mut pages = Rows::new(table.clone());
    while let Some(rows) = pages.next(conn).await? {
        for row in rows {
            if columns.is_none() {
                let names = all_columns(conn, schema, table).await?;
                line(out, &TableHead { table: table.name.clone(), columns: names.clone() })?;
                columns = Some(names);
            }
            let values: Vec<serde_json::Value> =
                columns.iter().flatten().map(|column| row.get(column).map_or(serde_json::Value::Null, json)).collect();
            line(out, &values)?;
            count += 1;
        }
    }
    Ok(count)
}

/// The names of a table's columns, from both databases' own list.
async fn all_columns(conn: &Conn, schema: Option<&str>, table: &Table) -> Outcome<Vec<String>> {
    if schema.is_some() {
        let types = types(conn, schema, Some(&table.name)).await?;
        return Ok(types.into_keys().map(|(_, column)| column).collect());
    }
    let text = "SELECT name FROM pragma_table_info($1)";
    let values = [table.name.as_str().into()];
    let rows = conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, values)).await?;
    rows.iter().map(|row| Ok(row.try_get("", "name")?)).collect()
}

/// Bytes are hexadecimal in an object of their own; the rest is what it is.
fn json(value: &Owned) -> serde_json::Value {
    match value {
        Owned::Integer(number) => (*number).into(),
        Owned::Text(text) => text.as_str().into(),
        Owned::Bytes(bytes) => serde_json::json!({ "hex": hex::encode(bytes) }),
    }
}

/// Reads a file to its end, so that one that is cut off or damaged is refused before anything is written.
///
/// # Errors
/// `backup-form` for a file that is no backup or is cut off.
pub fn check_whole(file: impl Read) -> Outcome<()> {
    std::io::copy(&mut GzDecoder::new(file), &mut std::io::sink()).map(|_| ()).map_err(|_| form_refused().into())
}

/// Takes a backup into an empty database. The schema is brought to where the backup was taken; steps that are newer
/// are for the next start of the house.
///
/// # Errors
/// `backup-form` for a file that is no backup or is cut off; `backup-newer` when it was taken by a newer version;
/// `backup-not-empty` when the database holds anything.
pub async fn restore(db: &Db, steps: &[Migration], now: Instant, file: impl Read + Send) -> Outcome<Counted> {
    let mut lines = BufReader::new(GzDecoder::new(file)).lines();
    let mut next = || lines.next().transpose().map_err(|_| Fault::from(form_refused()));
    let head: Head = next()?.and_then(|text| serde_json::from_str(&text).ok()).ok_or_else(form_refused)?;
    if head.format != FORMAT {
        return Err(form_refused().into());
    }
    if let Some(step) = head.steps.iter().find(|name| steps.iter().all(|step| step.name != name.as_str())) {
        return Err(newer(step).into());
    }
    let then: Vec<Migration> =
        steps.iter().filter(|step| head.steps.iter().any(|name| name == step.name)).copied().collect();
    let fresh = Tables::load(&db.read(), db.schema(), &[]).await?.get("migration").is_none();
    db.migrate(now, then.clone()).await?;
    let mut restoring =
        Restoring { db, now, types: types(&db.read(), db.schema(), None).await?, counted: Counted::default() };
    // What steps put into a new database themselves stands in the backup, too.
    for shape in shapes(&then).iter().rev() {
        if fresh { restoring.clear(&shape.name).await? } else { restoring.must_be_empty(&shape.name).await? }
    }
    let mut table: Option<TableHead> = None;
    let mut rows: Vec<Vec<serde_json::Value>> = Vec::new();
    while let Some(text) = next()? {
        if text.starts_with('{') {
            restoring.flush(table.as_ref(), &mut rows).await?;
            table = Some(serde_json::from_str(&text).map_err(|_| form_refused())?);
            restoring.counted.tables += 1;
        } else {
            rows.push(serde_json::from_str(&text).map_err(|_| form_refused())?);
        }
        if rows.len() == CHUNK_ROWS {
            restoring.flush(table.as_ref(), &mut rows).await?;
        }
    }
    restoring.flush(table.as_ref(), &mut rows).await?;
    restoring.count_on(&then).await?;
    Ok(restoring.counted)
}

/// Types of PostgreSQL's columns, so that values arrive as what they are; SQLite needs none.
type Types = BTreeMap<(String, String), String>;

async fn types(conn: &Conn, schema: Option<&str>, table: Option<&str>) -> Outcome<Types> {
    let Some(schema) = schema else { return Ok(Types::new()) };
    let text = "SELECT CAST(c.relname AS TEXT) AS table_name, CAST(a.attname AS TEXT) AS column_name,
        format_type(a.atttypid, NULL) AS data_type
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE s.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        AND ($2 = '' OR c.relname = $2)";
    let values = [schema.into(), table.unwrap_or_default().into()];
    let rows = conn.query_all_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, values)).await?;
    let read = |row: &sea_orm::QueryResult| {
        Ok(((row.try_get("", "table_name")?, row.try_get("", "column_name")?), row.try_get("", "data_type")?))
    };
    rows.iter().map(read).collect()
}

struct Restoring<'a> {
    db: &'a Db,
    now: Instant,
    types: Types,
    counted: Counted,
}

impl Restoring<'_> {
    async fn must_be_empty(&self, table: &str) -> Outcome<()> {
        let conn = self.db.read();
        let text = format!("SELECT 1 AS one FROM {table} LIMIT 1");
        match conn.query_one_raw(Statement::from_string(conn.get_database_backend(), text)).await? {
            None => Ok(()),
            Some(_) => Err(not_empty().into()),
        }
    }

    async fn clear(&self, table: &str) -> Outcome<()> {
        let text = format!("DELETE FROM {table}");
        let ctx = Ctx::system(self.now);
        let clear = self.db.in_txn(&ctx, "backup_clear", text, |tx, text| {
            Box::pin(async move { Ok(tx.execute_unprepared(text).await.map(|_| ())?) })
        });
        clear.await
    }

    async fn flush(&mut self, head: Option<&TableHead>, rows: &mut Vec<Vec<serde_json::Value>>) -> Outcome<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let head = head.filter(|head| plain(&head.table) && head.columns.iter().all(|column| plain(column)));
        let head = head.ok_or_else(form_refused)?;
        let mut chunk = Vec::with_capacity(rows.len());
        for row in rows.drain(..) {
            if row.len() != head.columns.len() {
                return Err(form_refused().into());
            }
            let values = head.columns.iter().zip(row).map(|(column, value)| self.value(&head.table, column, value));
            chunk.push(values.collect::<Option<Vec<Value>>>().ok_or_else(form_refused)?);
        }
        self.counted.rows += chunk.len() as u64;
        let input = (head.table.clone(), head.columns.clone(), chunk);
        self.db
            .in_txn(&Ctx::system(self.now), "backup_restore", input, |tx, (table, columns, rows)| {
                Box::pin(insert(tx, table, columns, rows))
            })
            .await
    }

    fn value(&self, table: &str, column: &str, value: serde_json::Value) -> Option<Value> {
        use serde_json::Value as Json;
        let kind = self.types.get(&(table.to_owned(), column.to_owned())).map(String::as_str);
        Some(match (value, kind) {
            (Json::Null, Some("bigint" | "integer")) => Value::BigInt(None),
            (Json::Null, Some("boolean")) => Value::Bool(None),
            (Json::Null, Some("bytea")) => Value::Bytes(None),
            (Json::Null, _) => Value::String(None),
            (Json::Number(number), Some("boolean")) => (number.as_i64()? != 0).into(),
            (Json::Number(number), _) => number.as_i64()?.into(),
            (Json::String(text), _) => text.into(),
            (Json::Object(object), _) => hex::decode(object.get("hex")?.as_str()?).ok()?.into(),
            _ => return None,
        })
    }

    /// Columns that number themselves go on behind the highest number. SQLite does so by itself.
    async fn count_on(&self, steps: &[Migration]) -> Outcome<()> {
        let Some(schema) = self.db.schema() else { return Ok(()) };
        for Shape { name, counter } in shapes(steps) {
            let Some(counter) = counter else { continue };
            let text = format!(
                "SELECT setval(pg_get_serial_sequence('{schema}.{name}', '{counter}'),
                 (SELECT COALESCE(MAX({counter}), 0) + 1 FROM {name}), FALSE)"
            );
            let ctx = Ctx::system(self.now);
            let run = self.db.in_txn(&ctx, "backup_count_on", text, |tx, text| {
                Box::pin(async move { Ok(tx.execute_unprepared(text).await.map(|_| ())?) })
            });
            run.await?;
        }
        Ok(())
    }
}

/// Whether this is a bare name; names go into statements as they are.
fn plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

async fn insert(tx: &Txn, table: &str, columns: &[String], rows: &[Vec<Value>]) -> Outcome<()> {
    let names = columns.join(", ");
    for some in rows.chunks((VARIABLES_MAX / columns.len().max(1)).max(1)) {
        let places = |row: usize| {
            let places: Vec<String> = (1..=columns.len()).map(|c| format!("${}", row * columns.len() + c)).collect();
            format!("({})", places.join(", "))
        };
        let places: Vec<String> = (0..some.len()).map(places).collect();
        let text = format!("INSERT INTO {table} ({names}) VALUES {}", places.join(", "));
        let values: Vec<Value> = some.iter().flatten().cloned().collect();
        tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
    }
    Ok(())
}

fn form_refused() -> Refusal {
    Refusal::invalid(
        "backup-form",
        "这个文件不是 yilang 备份，或不完整。请使用 yilang backup 生成的文件，并核对它的大小。",
        "This file is not a backup of yilang, or it is cut off. Use a file that yilang backup wrote and compare its size.",
    )
}

fn newer(step: &str) -> Refusal {
    Refusal::conflict(
        "backup-newer",
        format!("这个备份由更新的版本生成（未知步骤 {step}）。请用该版本恢复；数据库未作更改。"),
        format!(
            "This backup was taken by a newer version (unknown step {step}). Restore it with that version; the database was not changed."
        ),
    )
}

fn not_empty() -> Refusal {
    Refusal::conflict(
        "backup-not-empty",
        "目标数据库不是空的，恢复会覆盖数据。请用 --data 或 --database 指定一个空的位置。",
        "The database is not empty, and restoring would overwrite it. Name an empty place with --data or --database.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_come_in_the_order_they_are_made_with_what_counts_in_them() {
        let steps = [
            Migration {
                name: "a",
                sql: "\nCREATE TABLE one (\n  n {id}, x TEXT);\nCREATE INDEX i ON one (x);\nCREATE TABLE lease (name TEXT PRIMARY KEY);\n",
            },
            Migration {
                name: "b",
                sql: "ALTER TABLE one ADD COLUMN y TEXT;\nCREATE TABLE two (id TEXT PRIMARY KEY);\n",
            },
        ];
        let shape =
            |name: &str, counter: Option<&str>| Shape { name: name.into(), counter: counter.map(str::to_owned) };
        assert_eq!(shapes(&steps), [shape("one", Some("n")), shape("two", None)]);
    }

    #[test]
    fn a_name_from_a_file_is_a_bare_name() {
        assert!(plain("journal_entry"));
        for bad in ["", "a b", "a;", "a\"", "A"] {
            assert!(!plain(bad), "{bad}");
        }
    }
}
