use super::conn::Conn;
use super::images::{Left, Recorder, Tables};
use super::{Fault, Outcome};
use crate::ctx::Ctx;
use crate::jobs::NewJob;
use crate::journal::{Entry, EntryId};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExecResult, QueryResult, Statement};
use std::ops::Deref;
use std::sync::Arc;

/// Bind variables in one statement: below SQLite's 32,766.
const VARIABLES_MAX: usize = 30_000;

/// One open transaction, with who acts and when. Use it as a connection.
pub struct Txn {
    conn: Conn,
    ctx: Arc<Ctx>,
}

impl Txn {
    /// A transaction in which every written row of `tables` is noted.
    pub(super) fn begin(conn: Conn, ctx: Arc<Ctx>, tables: Option<Arc<Tables>>) -> Txn {
        let conn = match tables {
            Some(tables) => conn.recorded_by(Arc::new(Recorder::new(tables))),
            None => conn,
        };
        Txn { conn, ctx }
    }

    /// Ends the body of an action: every row it wrote belongs to a journal entry, or nothing is committed.
    pub(super) async fn end(&self, name: &'static str) -> Outcome<()> {
        match self.conn.recorder().map_or(Left::Nothing, |recorder| recorder.left()) {
            Left::Nothing => Ok(()),
            Left::For(entry, images) => crate::journal::take_images(&self.conn, entry, images).await,
            Left::Unseen(table) => Err(Fault::Internal(format!("{name} wrote {table} without a journal entry"))),
        }
    }

    /// Who acts and when.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// Appends an entry to the journal; every action that changes something does so at least once.
    pub async fn journal(&self, entry: Entry) -> Outcome<EntryId> {
        crate::journal::append(&self.conn, &self.ctx, entry).await
    }

    /// Enqueues follow-up work that runs after the commit.
    pub async fn job(&self, job: NewJob) -> Outcome<()> {
        crate::jobs::enqueue(&self.conn, &self.ctx, job).await
    }
}

impl Deref for Txn {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Txn {
    fn get_database_backend(&self) -> DbBackend {
        self.conn.get_database_backend()
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.conn.execute_raw(statement).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.conn.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.conn.query_one_raw(statement).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.conn.query_all_raw(statement).await
    }
}

/// Inserts many rows with as few statements as the variable limit allows.
pub async fn insert_chunked<A>(conn: &impl ConnectionTrait, columns: usize, rows: Vec<A>) -> Outcome<()>
where
    A: ActiveModelTrait + Send,
{
    let size = (VARIABLES_MAX / columns.max(1)).max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(size).collect();
        <A::Entity as EntityTrait>::insert_many(chunk).exec_without_returning(conn).await.map_err(Fault::from)?;
    }
    Ok(())
}
