use super::classify::sqlite_error;
use super::places::places;
use rusqlite::types::{ToSqlOutput, ValueRef};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, ProxyExecResult, ProxyRow,
    QueryResult, Statement, Value,
};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
pub(super) struct SqliteHandle(pub(super) Arc<Mutex<rusqlite::Connection>>);

impl SqliteHandle {
    pub(super) fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn query(&self, statement: &Statement) -> rusqlite::Result<Vec<ProxyRow>> {
        let connection = self.lock();
        let (sql, order) = places(&statement.sql);
        let mut prepared = connection.prepare_cached(&sql)?;
        let columns: Vec<(String, bool)> = prepared
            .columns()
            .iter()
            .map(|c| (c.name().to_owned(), c.decl_type().is_some_and(|t| t.eq_ignore_ascii_case("boolean"))))
            .collect();
        bind(&mut prepared, statement, &order)?;
        let mut rows = prepared.raw_query();
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = BTreeMap::new();
            for (index, (name, boolean)) in columns.iter().enumerate() {
                if let Some(value) = to_value(row.get_ref(index)?, *boolean) {
                    values.insert(name.clone(), value);
                }
            }
            out.push(ProxyRow::new(values));
        }
        Ok(out)
    }

    fn execute(&self, statement: &Statement) -> rusqlite::Result<ProxyExecResult> {
        let connection = self.lock();
        let (sql, order) = places(&statement.sql);
        let mut prepared = connection.prepare_cached(&sql)?;
        bind(&mut prepared, statement, &order)?;
        let rows = prepared.raw_execute()?;
        let id = u64::try_from(connection.last_insert_rowid()).unwrap_or_default();
        Ok(ProxyExecResult::new(id, rows as u64))
    }
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
                handle.lock().execute_batch(sql).map_err(|e| sqlite_error(&e))?;
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
