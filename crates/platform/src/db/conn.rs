use super::classify::sqlite_error;
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
pub struct Conn(pub(super) Inner);

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
}

impl Opened {
    fn text(&mut self, sql: &str) -> Arc<Text> {
        if let Some(text) = self.texts.get(sql) {
            return text.clone();
        }
        let (places, order) = places(sql);
        let text = Arc::new(Text { sql: places.into_owned(), order, columns: OnceLock::new() });
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
        match &self.0 {
            Inner::Sqlite(_) => DbBackend::Sqlite,
            Inner::PgPool(_) | Inner::PgTxn(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Inner::Sqlite(handle) => Ok(handle.execute(&statement).map_err(|e| sqlite_error(&e))?.into()),
            Inner::PgPool(pool) => pool.execute_raw(statement).await,
            Inner::PgTxn(txn) => txn.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Inner::Sqlite(handle) => {
                handle.lock().connection.execute_batch(sql).map_err(|e| sqlite_error(&e))?;
                Ok(ProxyExecResult::default().into())
            }
            Inner::PgPool(pool) => pool.execute_unprepared(sql).await,
            Inner::PgTxn(txn) => txn.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Inner::Sqlite(handle) => {
                Ok(handle.query(&statement).map_err(|e| sqlite_error(&e))?.into_iter().next().map(Into::into))
            }
            Inner::PgPool(pool) => pool.query_one_raw(statement).await,
            Inner::PgTxn(txn) => txn.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Inner::Sqlite(handle) => {
                Ok(handle.query(&statement).map_err(|e| sqlite_error(&e))?.into_iter().map(Into::into).collect())
            }
            Inner::PgPool(pool) => pool.query_all_raw(statement).await,
            Inner::PgTxn(txn) => txn.query_all_raw(statement).await,
        }
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conn({:?})", self.get_database_backend())
    }
}
