use super::classify::sqlite_error;
use super::images::{Plain, Recorder, Table};
use super::places::places;
use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, ProxyExecResult, ProxyRow,
    QueryResult, Statement, Value,
};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Statements kept per connection, both as SQLite prepared them and what their texts told.
pub(super) const STATEMENTS_CACHED: usize = 256;
/// Longer texts hardly ever come again: they are lists of many values.
const TEXT_BYTES_MAX: usize = 4_096;

/// One connection, of either database, for entity code that is generic over [`ConnectionTrait`].
///
/// SQLite statements run at once on the calling thread through rusqlite's
/// prepared-statement cache; PostgreSQL goes through sqlx.
#[derive(Clone)]
pub struct Conn {
    inner: Inner,
    /// Notes what a transaction writes.
    recorder: Option<Arc<Recorder>>,
}

impl Conn {
    pub(super) fn new(inner: Inner) -> Conn {
        Conn { inner, recorder: None }
    }

    pub(super) fn recording(self, recorder: Arc<Recorder>) -> Conn {
        Conn { recorder: Some(recorder), ..self }
    }

    pub(crate) fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.recorder.as_ref()
    }

    /// Runs a write of a recorded table and notes what the rows look like afterwards.
    async fn record(&self, asking: &Statement, table: &Arc<Table>, recorder: &Recorder) -> Result<ExecResult, DbErr> {
        let gone = asking.sql.starts_with("DELETE");
        if let Inner::Sqlite(handle) = &self.inner {
            let rows = handle.record(asking, table, gone, recorder).map_err(|e| sqlite_error(&e))?;
            return Ok(ProxyExecResult::new(0, rows).into());
        }
        let rows = self.record_rows(asking.clone(), table, recorder).await?;
        Ok(ProxyExecResult::new(0, rows.len() as u64).into())
    }

    /// The same for who wants the rows.
    async fn record_rows(
        &self,
        asking: Statement,
        table: &Arc<Table>,
        recorder: &Recorder,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let gone = asking.sql.starts_with("DELETE");
        let rows = self.query_all(asking).await?;
        for row in &rows {
            recorder.row(table, gone, Plain::of(row)?.columns());
        }
        Ok(rows)
    }

    async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.inner {
            Inner::Sqlite(handle) => {
                Ok(handle.query(&statement).map_err(|e| sqlite_error(&e))?.into_iter().map(Into::into).collect())
            }
            Inner::PgPool(pool) => pool.query_all_raw(statement).await,
            Inner::PgTxn(txn) => txn.query_all_raw(statement).await,
        }
    }
}

#[derive(Clone)]
pub(super) enum Inner {
    Sqlite(SqliteHandle),
    PgPool(DatabaseConnection),
    PgTxn(Arc<DatabaseTransaction>),
}

/// A rusqlite connection that entity code may use from any thread, one statement at a time.
#[derive(Clone)]
pub(super) struct SqliteHandle(Arc<Mutex<Opened>>);

/// An open connection, and what it has learnt about the texts that came again and again.
pub(super) struct Opened {
    pub(super) connection: Connection,
    texts: HashMap<String, Arc<Text>>,
}

/// What a statement's text tells once and for all.
struct Text {
    /// The text for SQLite.
    sql: String,
    /// For each of its places the number of its value; empty when they are the same.
    order: Vec<usize>,
    /// Name and "is a boolean" of each column; known from the first row on.
    columns: OnceLock<Vec<(String, bool)>>,
    /// Name and place of each column, in the order of the names; known from the first row on.
    by_name: OnceLock<Vec<(String, usize)>>,
}

impl Opened {
    fn text(&mut self, sql: &str) -> Arc<Text> {
        if let Some(text) = self.texts.get(sql) {
            return text.clone();
        }
        let (places, order) = places(sql);
        let text =
            Arc::new(Text { sql: places.into_owned(), order, columns: OnceLock::new(), by_name: OnceLock::new() });
        if sql.len() <= TEXT_BYTES_MAX {
            if self.texts.len() >= STATEMENTS_CACHED {
                self.texts.clear();
            }
            self.texts.insert(sql.to_owned(), text.clone());
        }
        text
    }
}

impl SqliteHandle {
    pub(super) fn new(connection: Connection) -> SqliteHandle {
        SqliteHandle(Arc::new(Mutex::new(Opened { connection, texts: HashMap::new() })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn query(&self, statement: &Statement) -> rusqlite::Result<Vec<ProxyRow>> {
        let mut opened = self.lock();
        let text = opened.text(&statement.sql);
        let mut prepared = opened.connection.prepare_cached(&text.sql)?;
        bind(&mut prepared, statement, &text.order)?;
        let mut rows = prepared.raw_query();
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let known = text.columns.get_or_init(|| columns(row.as_ref()));
            // `SELECT *` grows when a migration adds a column.
            let grown = (known.len() != row.as_ref().column_count()).then(|| columns(row.as_ref()));
            let mut values = BTreeMap::new();
            for (index, (name, boolean)) in grown.as_ref().unwrap_or(known).iter().enumerate() {
                if let Some(value) = to_value(row.get_ref(index)?, *boolean) {
                    values.insert(name.clone(), value);
                }
            }
            out.push(ProxyRow::new(values));
        }
        Ok(out)
    }

    /// Runs a write that gives its rows back, straight into the recorder.
    fn record(
        &self,
        statement: &Statement,
        table: &Arc<Table>,
        gone: bool,
        recorder: &Recorder,
    ) -> rusqlite::Result<u64> {
        let mut opened = self.lock();
        let text = opened.text(&statement.sql);
        let mut prepared = opened.connection.prepare_cached(&text.sql)?;
        bind(&mut prepared, statement, &text.order)?;
        let mut rows = prepared.raw_query();
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let names = text.by_name.get_or_init(|| by_name(row.as_ref()));
            let grown = (names.len() != row.as_ref().column_count()).then(|| by_name(row.as_ref()));
            let names = grown.as_ref().unwrap_or(names);
            let values: Vec<Option<proof::image::Value<'_>>> =
                names.iter().map(|(_, place)| row.get_ref(*place).and_then(image_value)).collect::<Result<_, _>>()?;
            recorder.row(table, gone, names.iter().zip(&values).map(|((name, _), value)| (name.as_str(), *value)));
            count += 1;
        }
        Ok(count)
    }

    fn execute(&self, statement: &Statement) -> rusqlite::Result<ProxyExecResult> {
        let mut opened = self.lock();
        let text = opened.text(&statement.sql);
        let mut prepared = opened.connection.prepare_cached(&text.sql)?;
        bind(&mut prepared, statement, &text.order)?;
        let rows = prepared.raw_execute()?;
        let id = u64::try_from(opened.connection.last_insert_rowid()).unwrap_or_default();
        Ok(ProxyExecResult::new(id, rows as u64))
    }
}

fn columns(statement: &rusqlite::Statement<'_>) -> Vec<(String, bool)> {
    let boolean = |declared: Option<&str>| declared.is_some_and(|name| name.eq_ignore_ascii_case("boolean"));
    statement.columns().iter().map(|column| (column.name().to_owned(), boolean(column.decl_type()))).collect()
}

fn by_name(statement: &rusqlite::Statement<'_>) -> Vec<(String, usize)> {
    let names = statement.column_names().into_iter().map(str::to_owned);
    let mut names: Vec<(String, usize)> = names.enumerate().map(|(place, name)| (name, place)).collect();
    names.sort();
    names
}

/// A value as after-images see it.
fn image_value(value: ValueRef<'_>) -> rusqlite::Result<Option<proof::image::Value<'_>>> {
    use proof::image::Value;
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(Value::Integer(number)),
        ValueRef::Text(_) => Some(Value::Text(value.as_str()?)),
        ValueRef::Blob(bytes) => Some(Value::Bytes(bytes)),
        ValueRef::Real(_) => return Err(rusqlite::Error::InvalidColumnType(0, "real".into(), value.data_type())),
    })
}

/// NULL is left out of the row: the reader of an `Option` then finds nothing, whatever its type.
fn to_value(value: ValueRef<'_>, boolean: bool) -> Option<Value> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) if boolean => Value::Bool(Some(number != 0)),
        ValueRef::Integer(number) => Value::BigInt(Some(number)),
        ValueRef::Real(number) => Value::Double(Some(number)),
        ValueRef::Text(text) => Value::String(Some(String::from_utf8_lossy(text).into_owned())),
        ValueRef::Blob(bytes) => Value::Bytes(Some(bytes.to_vec())),
    })
}

struct Parameter<'a>(&'a Value);

impl rusqlite::ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        use ToSqlOutput::{Borrowed, Owned};
        use rusqlite::types::Value as Lite;
        let integer = |number: Option<i64>| Owned(number.map_or(Lite::Null, Lite::Integer));
        Ok(match self.0 {
            Value::Bool(v) => integer(v.map(i64::from)),
            Value::TinyInt(v) => integer(v.map(i64::from)),
            Value::SmallInt(v) => integer(v.map(i64::from)),
            Value::Int(v) => integer(v.map(i64::from)),
            Value::BigInt(v) => integer(*v),
            Value::TinyUnsigned(v) => integer(v.map(i64::from)),
            Value::SmallUnsigned(v) => integer(v.map(i64::from)),
            Value::Unsigned(v) => integer(v.map(i64::from)),
            // LIMIT and OFFSET arrive unsigned; beyond i64 they mean "all".
            Value::BigUnsigned(v) => integer(v.map(|n| i64::try_from(n).unwrap_or(i64::MAX))),
            Value::Float(v) => Owned(v.map_or(Lite::Null, |n| Lite::Real(f64::from(n)))),
            Value::Double(v) => Owned(v.map_or(Lite::Null, Lite::Real)),
            Value::String(Some(text)) => Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Bytes(Some(bytes)) => Borrowed(ValueRef::Blob(bytes)),
            Value::Char(Some(c)) => Owned(Lite::Text(c.to_string())),
            Value::String(None) | Value::Bytes(None) | Value::Char(None) => Owned(Lite::Null),
            other => {
                let text = format!("columns are integers, text, booleans and bytes only, not {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(text.into()));
            }
        })
    }
}

/// Binds values, each place its own.
fn bind(prepared: &mut rusqlite::Statement<'_>, statement: &Statement, order: &[usize]) -> rusqlite::Result<()> {
    let values = statement.values.as_ref().map_or(&[][..], |values| &values.0);
    for place in 1..=prepared.parameter_count() {
        let number = order.get(place - 1).copied().unwrap_or(place);
        let missing = || rusqlite::Error::InvalidParameterCount(values.len(), number);
        let value = number.checked_sub(1).and_then(|index| values.get(index)).ok_or_else(missing)?;
        prepared.raw_bind_parameter(place, Parameter(value))?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl ConnectionTrait for Conn {
    fn get_database_backend(&self) -> DbBackend {
        match &self.inner {
            Inner::Sqlite(_) => DbBackend::Sqlite,
            Inner::PgPool(_) | Inner::PgTxn(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        if let Some(recorder) = &self.recorder
            && let Some((asking, table)) = recorder.asks(&statement)
        {
            return self.record(&asking, &table, recorder).await;
        }
        match &self.inner {
            Inner::Sqlite(handle) => Ok(handle.execute(&statement).map_err(|e| sqlite_error(&e))?.into()),
            Inner::PgPool(pool) => pool.execute_raw(statement).await,
            Inner::PgTxn(txn) => txn.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.inner {
            Inner::Sqlite(handle) => {
                handle.lock().connection.execute_batch(sql).map_err(|e| sqlite_error(&e))?;
                Ok(ProxyExecResult::default().into())
            }
            Inner::PgPool(pool) => pool.execute_unprepared(sql).await,
            Inner::PgTxn(txn) => txn.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if let Some(recorder) = &self.recorder
            && let Some((asking, table)) = recorder.asks(&statement)
        {
            return Ok(self.record_rows(asking, &table, recorder).await?.into_iter().next());
        }
        match &self.inner {
            Inner::Sqlite(handle) => {
                Ok(handle.query(&statement).map_err(|e| sqlite_error(&e))?.into_iter().next().map(Into::into))
            }
            Inner::PgPool(pool) => pool.query_one_raw(statement).await,
            Inner::PgTxn(txn) => txn.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if let Some(recorder) = &self.recorder
            && let Some((asking, table)) = recorder.asks(&statement)
        {
            return self.record_rows(asking, &table, recorder).await;
        }
        self.query_all(statement).await
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conn({:?})", self.get_database_backend())
    }
}
