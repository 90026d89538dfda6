use super::classify::sqlite_error;
use super::images::{Owned, Plain, Recorder, Table};
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

    pub(super) fn recorded_by(self, recorder: Arc<Recorder>) -> Conn {
        Conn { recorder: Some(recorder), ..self }
    }

    pub(crate) fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.recorder.as_ref()
    }

    /// What is to be noted of a statement; nothing unless it writes a recorded table within an action.
    fn recording(&self, statement: &Statement) -> Option<Recording<'_>> {
        let recorder = self.recorder.as_deref()?;
        let table = recorder.written(&statement.sql)?;
        Some(Recording { recorder, table, gone: statement.sql.starts_with("DELETE") })
    }

    /// Runs a write of a recorded table, notes what the rows look like afterwards and gives them back if they are wanted.
    async fn record(
        &self,
        statement: Statement,
        noted: &Recording<'_>,
        wanted: bool,
    ) -> Result<(Vec<QueryResult>, u64), DbErr> {
        if let Inner::Sqlite(handle) = &self.inner {
            let (rows, count) = handle.record(&statement, noted, wanted).map_err(|e| sqlite_error(&e))?;
            return Ok((rows.into_iter().map(Into::into).collect(), count));
        }
        let asking = Statement { sql: giving_back(&statement.sql), ..statement };
        let rows = self.query_all(asking).await?;
        for row in &rows {
            noted.recorder.row(noted.table, noted.gone, Plain::of(row)?.columns());
        }
        let count = rows.len() as u64;
        Ok((rows, count))
    }

    /// The rows of a question, as images see them.
    pub(crate) async fn plain(&self, statement: Statement) -> Result<Vec<Plain>, DbErr> {
        match &self.inner {
            Inner::Sqlite(handle) => handle.plain(&statement).map_err(|e| sqlite_error(&e)),
            _ => self.query_all(statement).await?.iter().map(Plain::of).collect(),
        }
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

/// What is to be noted of a statement's rows.
struct Recording<'a> {
    recorder: &'a Recorder,
    table: &'a Arc<Table>,
    gone: bool,
}

/// The text that gives back every column of the rows it writes. Who asks for some of them finds his own by name.
fn giving_back(sql: &str) -> String {
    let bare = sql.split_once(" RETURNING ").map_or(sql, |(bare, _)| bare);
    format!("{bare} RETURNING *")
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
    /// The same for writes that are noted, by their texts before `RETURNING *`.
    noted: HashMap<String, Arc<Text>>,
}

/// What a statement's text tells once and for all.
struct Text {
    /// The text for SQLite.
    sql: String,
    /// For each of its places the number of its value; empty when they are the same.
    order: Vec<usize>,
    /// Name and "is a boolean" of each column; known from the first row on.
    columns: OnceLock<Vec<(String, bool)>>,
    /// The columns in the order of their names; known from the first row on.
    by_name: OnceLock<ByName>,
}

/// Columns in the order of their names, and the place of each.
struct ByName {
    names: Arc<[String]>,
    places: Vec<usize>,
}

impl ByName {
    fn of(statement: &rusqlite::Statement<'_>) -> ByName {
        let names = statement.column_names().into_iter().map(str::to_owned);
        let mut names: Vec<(String, usize)> = names.enumerate().map(|(place, name)| (name, place)).collect();
        names.sort();
        let (names, places): (Vec<String>, _) = names.into_iter().unzip();
        ByName { names: names.into(), places }
    }
}

impl Opened {
    fn text(&mut self, sql: &str) -> Arc<Text> {
        known(&mut self.texts, sql, Text::new)
    }

    fn noted(&mut self, sql: &str) -> Arc<Text> {
        known(&mut self.noted, sql, |sql| Text::new(&giving_back(sql)))
    }
}

fn known(texts: &mut HashMap<String, Arc<Text>>, sql: &str, new: impl FnOnce(&str) -> Text) -> Arc<Text> {
    if let Some(text) = texts.get(sql) {
        return text.clone();
    }
    let text = Arc::new(new(sql));
    if sql.len() <= TEXT_BYTES_MAX {
        if texts.len() >= STATEMENTS_CACHED {
            texts.clear();
        }
        texts.insert(sql.to_owned(), text.clone());
    }
    text
}

impl Text {
    fn new(sql: &str) -> Text {
        let (places, order) = places(sql);
        Text { sql: places.into_owned(), order, columns: OnceLock::new(), by_name: OnceLock::new() }
    }
}

impl SqliteHandle {
    pub(super) fn new(connection: Connection) -> SqliteHandle {
        SqliteHandle(Arc::new(Mutex::new(Opened { connection, texts: HashMap::new(), noted: HashMap::new() })))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn query(&self, statement: &Statement) -> rusqlite::Result<Vec<ProxyRow>> {
        self.rows(statement, Text::read)
    }

    fn plain(&self, statement: &Statement) -> rusqlite::Result<Vec<Plain>> {
        self.rows(statement, Text::plain)
    }

    fn rows<T>(
        &self,
        statement: &Statement,
        read: impl Fn(&Text, &rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let mut opened = self.lock();
        let text = opened.text(&statement.sql);
        let mut prepared = opened.connection.prepare_cached(&text.sql)?;
        bind(&mut prepared, statement, &text.order)?;
        let mut rows = prepared.raw_query();
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push(read(&text, row)?);
        }
        Ok(out)
    }

    /// Runs a write that gives its rows back, straight into the recorder.
    fn record(
        &self,
        statement: &Statement,
        noted: &Recording<'_>,
        wanted: bool,
    ) -> rusqlite::Result<(Vec<ProxyRow>, u64)> {
        let mut opened = self.lock();
        let text = opened.noted(&statement.sql);
        let mut prepared = opened.connection.prepare_cached(&text.sql)?;
        bind(&mut prepared, statement, &text.order)?;
        let mut rows = prepared.raw_query();
        let (mut out, mut count) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            text.note(row, noted)?;
            if wanted {
                out.push(text.read(row)?);
            }
            count += 1;
        }
        Ok((out, count))
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

impl Text {
    /// A row for who asked. `SELECT *` grows when a migration adds a column; then what is known of its columns is old.
    fn read(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<ProxyRow> {
        let known = self.columns.get_or_init(|| columns(row.as_ref()));
        let grown = (known.len() != row.as_ref().column_count()).then(|| columns(row.as_ref()));
        let mut values = BTreeMap::new();
        for (index, (name, boolean)) in grown.as_ref().unwrap_or(known).iter().enumerate() {
            if let Some(value) = to_value(row.get_ref(index)?, *boolean) {
                values.insert(name.clone(), value);
            }
        }
        Ok(ProxyRow::new(values))
    }

    /// Calls with the columns by name and where they stand in the row.
    fn by_name<T>(
        &self,
        row: &rusqlite::Row<'_>,
        with: impl FnOnce(&ByName) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let known = self.by_name.get_or_init(|| ByName::of(row.as_ref()));
        if known.places.len() == row.as_ref().column_count() { with(known) } else { with(&ByName::of(row.as_ref())) }
    }

    /// A row for the recorder.
    fn note(&self, row: &rusqlite::Row<'_>, noted: &Recording<'_>) -> rusqlite::Result<()> {
        self.by_name(row, |ByName { names, places }| {
            let value = |place: &usize| row.get_ref(*place).and_then(image_value);
            let values: Vec<Option<proof::image::Value<'_>>> = places.iter().map(value).collect::<Result<_, _>>()?;
            let columns = names.iter().zip(&values).map(|(name, value)| (name.as_str(), *value));
            noted.recorder.row(noted.table, noted.gone, columns);
            Ok(())
        })
    }

    /// A row as images see it.
    fn plain(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<Plain> {
        use proof::image::Value;
        self.by_name(row, |ByName { names, places }| {
            let owned = |value: Value<'_>| match value {
                Value::Integer(number) => Owned::Integer(number),
                Value::Text(text) => Owned::Text(text.to_owned()),
                Value::Bytes(bytes) => Owned::Bytes(bytes.to_vec()),
            };
            let value = |place: &usize| Ok(row.get_ref(*place).and_then(image_value)?.map(owned));
            Ok(Plain::new(names.clone(), places.iter().map(value).collect::<rusqlite::Result<_>>()?))
        })
    }
}

fn columns(statement: &rusqlite::Statement<'_>) -> Vec<(String, bool)> {
    let boolean = |declared: Option<&str>| declared.is_some_and(|name| name.eq_ignore_ascii_case("boolean"));
    statement.columns().iter().map(|column| (column.name().to_owned(), boolean(column.decl_type()))).collect()
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
        if let Some(noted) = self.recording(&statement) {
            let (_, count) = self.record(statement, &noted, false).await?;
            return Ok(ProxyExecResult::new(0, count).into());
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
        if let Some(noted) = self.recording(&statement) {
            return Ok(self.record(statement, &noted, true).await?.0.into_iter().next());
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
        if let Some(noted) = self.recording(&statement) {
            return Ok(self.record(statement, &noted, true).await?.0);
        }
        self.query_all(statement).await
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conn({:?})", self.get_database_backend())
    }
}
