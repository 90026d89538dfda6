//! One way to the database, the same for SQLite and PostgreSQL.
//!
//! [`Db::in_txn`] is the only way to write: one call is one transaction.
//! [`Db::read`] gives a connection that cannot write (on SQLite the connection
//! is `query_only`). Nothing else in the house begins or commits anything.

pub mod backup;
mod classify;
mod conn;
pub(crate) mod images;
pub use images::WORKING;
pub mod lease;
mod migrate;
mod places;
mod sqlite;
mod txn;
mod writer;

pub use classify::{DbFault, classify};
pub use conn::Conn;
pub use migrate::Migration;
pub use txn::{Txn, insert_chunked};

use crate::ctx::Ctx;
pub use crate::fault::{Fault, Outcome};
use crate::metrics::DbMeasures;
use conn::Inner;
use futures_util::future::BoxFuture;
use images::Tables;
use sea_orm::{AccessMode, ConnectOptions, Database, DatabaseConnection, IsolationLevel, TransactionTrait};
use sqlite::SqliteFile;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use writer::Writer;

/// How often a transaction that lost against another is tried again.
const TXN_ATTEMPTS_MAX: u32 = 8;
/// Connections to PostgreSQL.
const PG_CONNECTIONS_MAX: u32 = 16;
/// How long an action waits for one of them, or for a database that is starting.
const PG_ACQUIRE_MAX: Duration = Duration::from_secs(5);
/// A connection that nobody used for this long is asked whether it is still there: the server may have gone and come
/// back. Asking each time would cost every action a round trip.
const PG_ASK_AFTER: Duration = Duration::from_secs(1);

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address; a `schema=` option limits it to one schema.
    Postgres {
        /// The address without the schema option.
        url: String,
        /// The schema of every table.
        schema: String,
    },
}

impl DbUrl {
    /// Reads `sqlite:PATH` or `postgres://…[?schema=NAME]`.
    pub fn parse(text: &str) -> Result<DbUrl, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return if path.is_empty() { Err("sqlite: needs a path".into()) } else { Ok(DbUrl::Sqlite(path.into())) };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("a database address is sqlite:PATH or postgres://…".into());
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut schema, mut rest) = ("public".to_owned(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.strip_prefix("schema=") {
                Some(name) => schema = name.to_owned(),
                None => rest.push(pair),
            }
        }
        if schema.is_empty() || !schema.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err("a schema name has letters, digits and _ only".into());
        }
        let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        Ok(DbUrl::Postgres { url, schema })
    }
}

/// The database, of either kind. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    kind: Arc<Kind>,
    commits: Arc<AtomicU64>,
    /// The tables whose rows entries commit to; none before [`Db::record`].
    tables: Arc<OnceLock<Arc<Tables>>>,
    /// This process, among all that use the database.
    node: Arc<str>,
    measures: DbMeasures,
}

enum Kind {
    Sqlite { file: SqliteFile, writer: Writer },
    Postgres { pool: DatabaseConnection, schema: String },
}

impl Db {
    /// Opens the database; an SQLite file is created if it is missing.
    ///
    /// # Errors
    /// A [`Fault::Refused`] that says what to do when the place cannot be opened.
    pub async fn open(url: &DbUrl) -> Outcome<Db> {
        let measures = DbMeasures::default();
        let kind = match url {
            DbUrl::Sqlite(path) => {
                let (file, handle) = SqliteFile::open(path).map_err(|e| cannot_open(&e.to_string()))?;
                let writer = Writer::start(handle, measures.clone()).map_err(|e| cannot_open(&e.to_string()))?;
                Kind::Sqlite { file, writer }
            }
            DbUrl::Postgres { url, schema } => {
                let mut options = ConnectOptions::new(url.clone());
                options
                    .max_connections(PG_CONNECTIONS_MAX)
                    .acquire_timeout(PG_ACQUIRE_MAX)
                    .test_before_acquire_if_idle_for(PG_ASK_AFTER)
                    .sqlx_logging(false)
                    .set_schema_search_path(schema.clone());
                let pool = Database::connect(options).await.map_err(|e| cannot_open(&e.to_string()))?;
                Kind::Postgres { pool, schema: schema.clone() }
            }
        };
        Ok(Db {
            kind: Arc::new(kind),
            commits: Arc::default(),
            tables: Arc::default(),
            measures,
            node: crate::random::id().into(),
        })
    }

    /// A connection for reading only.
    pub fn read(&self) -> Conn {
        match &*self.kind {
            Kind::Sqlite { file, .. } => file.reader(),
            Kind::Postgres { pool, .. } => Conn::new(Inner::PgPool(pool.clone())),
        }
    }

    /// Transactions that this process has committed since it opened the database.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Acquire)
    }

    /// The name of this process among all that use the database: new with every start.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// A connection for reading that sees the database as it is now, whatever is written meanwhile.
    ///
    /// # Errors
    /// Database faults.
    #[expect(clippy::disallowed_methods, reason = "a transaction that only reads")]
    pub async fn snapshot(&self) -> Outcome<Conn> {
        match &*self.kind {
            Kind::Sqlite { file, .. } => file.snapshot().map_err(|error| classify::sqlite_error(&error).into()),
            Kind::Postgres { pool, .. } => {
                let (level, access) = (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly));
                Ok(Conn::new(Inner::PgTxn(Arc::new(pool.begin_with_config(level, access).await?))))
            }
        }
    }

    /// From now on journal entries commit to the rows that their transactions write, and a transaction that writes a
    /// row of any table but the `working` ones without an entry is refused.
    ///
    /// # Errors
    /// A fault when a table has no primary key.
    pub async fn record(&self, working: &[&str]) -> Outcome<()> {
        let tables = Arc::new(Tables::load(&self.read(), self.schema(), working).await?);
        self.tables.get_or_init(|| tables);
        Ok(())
    }

    /// The tables whose rows entries commit to.
    pub(crate) fn recorded(&self) -> Option<&Arc<Tables>> {
        self.tables.get()
    }

    /// The schema of a PostgreSQL database; none for SQLite.
    pub(crate) fn schema(&self) -> Option<&str> {
        match &*self.kind {
            Kind::Sqlite { .. } => None,
            Kind::Postgres { schema, .. } => Some(schema),
        }
    }

    /// What the database counts.
    pub(crate) fn measures(&self) -> &DbMeasures {
        &self.measures
    }

    /// Where an SQLite database lies; none for PostgreSQL.
    pub fn sqlite_path(&self) -> Option<&std::path::Path> {
        match &*self.kind {
            Kind::Sqlite { file, .. } => Some(&file.path),
            Kind::Postgres { .. } => None,
        }
    }

    /// Runs one action in one transaction.
    ///
    /// `input` is lent to the body, which may run again on PostgreSQL when
    /// another transaction was faster; it must do nothing but use `tx`. An
    /// `Err` rolls everything back, and a refusal never fails its neighbours
    /// in the same commit. Returns after the commit is durable.
    ///
    /// ```text
    /// db.in_txn(ctx, "need_submit", command, |tx, command| Box::pin(async move {
    ///     …
    /// })).await
    /// ```
    pub async fn in_txn<I, T, F>(&self, ctx: &Ctx, name: &'static str, input: I, body: F) -> Outcome<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Txn, &'a I) -> BoxFuture<'a, Outcome<T>> + Send + Sync + 'static,
    {
        let begun = std::time::Instant::now();
        let outcome = self.run(ctx, name, input, body).await;
        self.measures.action(name, begun.elapsed());
        if outcome.is_ok() {
            self.commits.fetch_add(1, Ordering::Release);
        }
        outcome
    }

    async fn run<I, T, F>(&self, ctx: &Ctx, name: &'static str, input: I, body: F) -> Outcome<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a Txn, &'a I) -> BoxFuture<'a, Outcome<T>> + Send + Sync + 'static,
    {
        let ctx = Arc::new(ctx.clone());
        let tables = self.tables.get().cloned();
        match &*self.kind {
            Kind::Sqlite { writer, .. } => {
                let run = move |conn: Conn| -> BoxFuture<'static, Outcome<Box<dyn std::any::Any + Send>>> {
                    Box::pin(async move {
                        let txn = Txn::begin(conn, ctx, tables);
                        let value = body(&txn, &input).await?;
                        txn.end(name).await?;
                        Ok(Box::new(value) as Box<dyn std::any::Any + Send>)
                    })
                };
                let erased = writer.submit(name, Box::new(run)).await?;
                let value =
                    erased.downcast::<T>().map_err(|_| Fault::Internal(format!("{name}: wrong answer type")))?;
                Ok(*value)
            }
            Kind::Postgres { pool, .. } => {
                let pool = pool.clone();
                // A task of its own: a caller that goes away does not stop the action half-way.
                let task = tokio::spawn(async move { pg_txn(&pool, &ctx, tables, name, &input, &body).await });
                task.await.map_err(|e| Fault::Internal(format!("{name}: {e}")))?
            }
        }
    }
}

async fn pg_txn<I, T, F>(
    pool: &DatabaseConnection,
    ctx: &Arc<Ctx>,
    tables: Option<Arc<Tables>>,
    name: &'static str,
    input: &I,
    body: &F,
) -> Outcome<T>
where
    I: Send + Sync,
    F: for<'a> Fn(&'a Txn, &'a I) -> BoxFuture<'a, Outcome<T>> + Send + Sync,
{
    let mut attempt = 1;
    loop {
        match pg_attempt(pool, ctx, tables.clone(), name, input, body).await {
            Err(Fault::Db(error)) if classify(&error).retryable() && attempt < TXN_ATTEMPTS_MAX => {
                tracing::debug!(name, attempt, "db.in_txn retried");
                // Spread the contenders; the wait grows with each loss.
                let spread = (crate::random::bits() % 8) as u64;
                tokio::time::sleep(Duration::from_millis((1 << attempt) + spread)).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that begins a transaction on PostgreSQL")]
async fn pg_attempt<I, T, F>(
    pool: &DatabaseConnection,
    ctx: &Arc<Ctx>,
    tables: Option<Arc<Tables>>,
    name: &'static str,
    input: &I,
    body: &F,
) -> Outcome<T>
where
    F: for<'a> Fn(&'a Txn, &'a I) -> BoxFuture<'a, Outcome<T>> + Send + Sync,
{
    let inner = Arc::new(pool.begin_with_config(Some(IsolationLevel::Serializable), None).await?);
    let outcome = {
        let txn = Txn::begin(Conn::new(Inner::PgTxn(inner.clone())), ctx.clone(), tables);
        match body(&txn, input).await {
            Ok(value) => txn.end(name).await.map(|()| value),
            Err(fault) => Err(fault),
        }
    };
    let inner = Arc::into_inner(inner).ok_or_else(|| Fault::Internal("a transaction outlived its action".into()))?;
    match outcome {
        Ok(value) => {
            inner.commit().await.map_err(commit_failed)?;
            Ok(value)
        }
        Err(fault) => {
            // The fault is what the caller needs; a failed rollback closes the connection anyway.
            let _ = inner.rollback().await;
            Err(fault)
        }
    }
}

/// A connection that is lost while it commits leaves open whether the action was kept.
fn commit_failed(error: sea_orm::DbErr) -> Fault {
    if classify(&error) != DbFault::Connection {
        return error.into();
    }
    tracing::error!(%error, "db.commit has no answer");
    kernel::Refusal::new(
        kernel::RefusalKind::Unavailable,
        "outcome-unknown",
        "保存时与数据库的连接中断，无法确定是否已保存。请稍后刷新查看；若未保存，请再提交一次。",
        "The connection to the database was lost while this was being saved, so it may or may not have been kept. Refresh in a moment and look; if it is not there, send it again.",
    )
    .into()
}

fn cannot_open(cause: &str) -> Fault {
    tracing::error!(cause, "db.open failed");
    kernel::Refusal::new(
        kernel::RefusalKind::Unavailable,
        "database-open",
        format!("无法打开数据库：{cause}。请检查数据目录是否存在、可写，或 PostgreSQL 地址是否正确。"),
        format!("Cannot open the database: {cause}. Check that the data folder exists and may be written, or that the PostgreSQL address is right."),
    )
    .into()
}

#[cfg(test)]
mod tests;
