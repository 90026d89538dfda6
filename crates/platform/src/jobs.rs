//! Work that follows an action: rows written in the action's transaction, run after it.
//!
//! A job may run twice (a node may die before it reports), so every handler is
//! idempotent. A job that keeps failing is dead: it keeps its error, raises an
//! alarm in the journal, and a person can retry it.

use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Db, Migration, Outcome, Txn};
use crate::fault::Fault;
use crate::journal::Entry;
use crate::lifecycle::Phase;
use futures_util::future::BoxFuture;
use kernel::{Instant, Refusal};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use serde::Serialize;
use serde_json::Value;

/// Tables of the job queue.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
    name: "jobs-0001",
    sql: "
CREATE TABLE job (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, dedupe TEXT, payload TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
  attempts BIGINT NOT NULL, run_at_ms BIGINT NOT NULL, lease_until_ms BIGINT NOT NULL, error TEXT, created_ms BIGINT NOT NULL, ended_ms BIGINT);
CREATE INDEX job_due ON job (state, run_at_ms);
CREATE UNIQUE INDEX job_dedupe ON job (dedupe) WHERE state = 'ready' AND dedupe IS NOT NULL;
",
},
    Migration { name: "jobs-0002-made", sql: "CREATE INDEX job_made ON job (state, created_ms);\n" },
];

/// Tries before a job is dead.
pub const JOB_ATTEMPTS_MAX: i64 = 6;
/// How long a node may work on one job before another may take it.
const LEASE_MS: i64 = 5 * 60_000;
/// Pause before the second try; it doubles with each further one.
const RETRY_MS: i64 = 30_000;

/// A job about to be enqueued.
#[derive(Debug, Clone)]
pub struct NewJob {
    name: &'static str,
    payload: Value,
    dedupe: Option<String>,
    run_at: Option<Instant>,
}

impl NewJob {
    /// Work for the handler registered under `name`.
    pub fn new(name: &'static str, payload: Value) -> NewJob {
        NewJob { name, payload, dedupe: None, run_at: None }
    }

    /// While a job with this key waits, a second one is not enqueued.
    pub fn once(mut self, key: impl Into<String>) -> NewJob {
        self.dedupe = Some(format!("{}:{}", self.name, key.into()));
        self
    }

    /// Not before this time.
    pub fn at(mut self, run_at: Instant) -> NewJob {
        self.run_at = Some(run_at);
        self
    }
}

/// A job as administrators see it.
#[derive(Debug, Clone, Serialize)]
pub struct Job {
    /// Opaque id.
    pub id: String,
    /// The handler's name.
    pub name: String,
    /// What it works on.
    pub payload: Value,
    /// `ready`, `running`, `done` or `dead`.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it may run next.
    pub run_at_ms: i64,
    /// What the last try said.
    pub error: Option<String>,
    /// When it was enqueued.
    pub created_ms: i64,
}

/// What a job does. `Err` is kept with the job and tried again later.
pub type Handler = for<'a> fn(&'a App, &'a Ctx, &'a Value) -> BoxFuture<'a, Result<(), String>>;

/// A kind of job that a capability registers.
#[derive(Clone, Copy)]
pub struct JobSpec {
    /// Unique, dotted: `registry.index_rebuild`.
    pub name: &'static str,
    /// The work.
    pub handler: Handler,
}

pub(crate) async fn enqueue(conn: &Conn, ctx: &Ctx, job: NewJob) -> Outcome<()> {
    let run_at = job.run_at.unwrap_or(ctx.now);
    let statement = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "INSERT INTO job (id, name, dedupe, payload, state, attempts, run_at_ms, lease_until_ms, created_ms)
         VALUES ($1, $2, $3, $4, 'ready', 0, $5, 0, $6) ON CONFLICT DO NOTHING",
        [
            crate::random::id().into(),
            job.name.into(),
            job.dedupe.into(),
            job.payload.to_string().into(),
            run_at.ms().into(),
            ctx.now.ms().into(),
        ],
    );
    conn.execute_raw(statement).await?;
    Ok(())
}

const COLUMNS: &str = "id, name, payload, state, attempts, run_at_ms, error, created_ms";

fn job(row: &QueryResult) -> Outcome<Job> {
    let payload: String = row.try_get("", "payload")?;
    Ok(Job {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        payload: serde_json::from_str(&payload).unwrap_or(Value::Null),
        state: row.try_get("", "state")?,
        attempts: row.try_get("", "attempts")?,
        run_at_ms: row.try_get("", "run_at_ms")?,
        error: row.try_get("", "error")?,
        created_ms: row.try_get("", "created_ms")?,
    })
}

/// Jobs in a state, newest first, at most `limit`.
pub async fn list(conn: &Conn, state: &str, limit: i64) -> Outcome<Vec<Job>> {
    let text = format!("SELECT {COLUMNS} FROM job WHERE state = $1 ORDER BY created_ms DESC, id LIMIT $2");
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, [state.into(), limit.into()]);
    conn.query_all_raw(statement).await?.iter().map(job).collect()
}

/// How many jobs are in each state.
pub async fn counts(conn: &Conn) -> Outcome<Vec<(String, i64)>> {
    let text = "SELECT state, COUNT(*) AS n FROM job GROUP BY state ORDER BY state";
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "state")?, row.try_get("", "n")?))).collect()
}

/// Lets a dead job run again; the person's act is in the journal.
pub async fn retry(tx: &Txn, id: &str) -> Outcome<()> {
    let statement = Statement::from_sql_and_values(
        tx.get_database_backend(),
        "UPDATE job SET state = 'ready', attempts = 0, run_at_ms = $1, ended_ms = NULL WHERE id = $2 AND state = 'dead'",
        [tx.ctx().now.ms().into(), id.into()],
    );
    if tx.execute_raw(statement).await?.rows_affected() == 0 {
        return Err(Refusal::conflict(
            "job-not-dead",
            "这个任务不在失败状态，可能已被重试。请刷新任务列表。",
            "This job is not dead; it may have been retried already. Refresh the list.",
        )
        .into());
    }
    tx.journal(Entry::new("job.retried", "job", id)).await?;
    Ok(())
}

async fn claim(db: &Db, ctx: &Ctx) -> Outcome<Option<Job>> {
    if !any_due(&db.read(), ctx.now).await? {
        return Ok(None);
    }
    db.in_txn(ctx, "job_claim", (), |tx, ()| Box::pin(claim_in(tx))).await
}

/// What may run at `$1`, with `$2` the longest lease that can end after it. A clock that was stepped back must not keep
/// work waiting: a job that was to run at once runs although it seems to come from the future, and so does one whose
/// lease ends later than any that could be given now.
const DUE: &str =
    "((state = 'ready' AND run_at_ms <= $1) OR (state = 'ready' AND created_ms > $1 AND run_at_ms <= created_ms)
    OR (state = 'running' AND (lease_until_ms <= $1 OR lease_until_ms > $2)))";

fn due(now: Instant) -> [sea_orm::Value; 2] {
    [now.ms().into(), (now.ms() + 2 * LEASE_MS).into()]
}

async fn any_due(conn: &Conn, now: Instant) -> Outcome<bool> {
    let text = format!("SELECT 1 AS n FROM job WHERE {DUE} LIMIT 1");
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, due(now));
    Ok(conn.query_one_raw(statement).await?.is_some())
}

async fn claim_in(tx: &Txn) -> Outcome<Option<Job>> {
    let now = tx.ctx().now;
    let skip = if tx.get_database_backend() == DbBackend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
    let text = format!(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until_ms = $3
         WHERE id IN (SELECT id FROM job WHERE {DUE} ORDER BY run_at_ms, created_ms LIMIT 1{skip}) RETURNING {COLUMNS}"
    );
    let [now_ms, lease_max] = due(now);
    let values = [now_ms, lease_max, now.plus_ms(LEASE_MS).ms().into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), text, values);
    tx.query_one_raw(statement).await?.as_ref().map(job).transpose()
}

async fn finish(db: &Db, ctx: &Ctx, job: Job, result: Result<(), String>) -> Outcome<()> {
    db.in_txn(ctx, "job_finish", (job, result), |tx, (job, result)| Box::pin(finish_in(tx, job, result))).await
}

async fn finish_in(tx: &Txn, job: &Job, result: &Result<(), String>) -> Outcome<()> {
    let now = tx.ctx().now;
    let (state, error, run_at) = match result {
        Ok(()) => ("done", None, now),
        Err(error) if job.attempts >= JOB_ATTEMPTS_MAX => ("dead", Some(error.clone()), now),
        Err(error) => ("ready", Some(error.clone()), now.plus_ms(RETRY_MS << (job.attempts - 1))),
    };
    let ended = (state != "ready").then_some(now.ms());
    // A twin that was enqueued meanwhile takes this one's place: its dedupe key would collide.
    let text = "UPDATE job SET state = $1, error = $2, run_at_ms = $3, ended_ms = $4, dedupe = CASE WHEN $1 = 'ready' THEN NULL ELSE dedupe END
        WHERE id = $5 AND state = 'running' AND attempts = $6";
    let values = [
        state.into(),
        error.clone().into(),
        run_at.ms().into(),
        ended.into(),
        job.id.clone().into(),
        job.attempts.into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
    if state == "dead" {
        let data = serde_json::json!({ "name": job.name, "error": error });
        tx.journal(Entry::new("job.died", "job", &job.id).data(data)).await?;
    }
    Ok(())
}

/// Puts a job back that a stopping node could not finish: another node, or this one when it is back, runs it at once.
async fn give_back(db: &Db, ctx: &Ctx, job: Job) -> Outcome<()> {
    db.in_txn(ctx, "job_give_back", job, |tx, job| Box::pin(give_back_in(tx, job))).await
}

async fn give_back_in(tx: &Txn, job: &Job) -> Outcome<()> {
    // The try does not count. As in `finish_in`, a twin may have come meanwhile.
    let text = "UPDATE job SET state = 'ready', attempts = attempts - 1, lease_until_ms = 0, dedupe = NULL
        WHERE id = $1 AND state = 'running' AND attempts = $2";
    let values = [job.id.clone().into(), job.attempts.into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
    Ok(())
}

/// What waits, for the node's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// By name, how many jobs are ready.
    pub waiting: Vec<(String, i64)>,
    /// When the oldest due job was to run.
    pub oldest_due_ms: Option<i64>,
    /// Jobs that failed for good.
    pub dead: i64,
}

/// What waits at a time.
pub async fn queue(conn: &Conn, now: Instant) -> Outcome<Queue> {
    let backend = conn.get_database_backend();
    let text = "SELECT name, COUNT(*) AS n, MIN(run_at_ms) AS at_ms FROM job WHERE state = 'ready' GROUP BY name";
    let rows = conn.query_all_raw(Statement::from_string(backend, text)).await?;
    let mut queue = Queue { waiting: Vec::new(), oldest_due_ms: None, dead: 0 };
    for row in rows {
        queue.waiting.push((row.try_get("", "name")?, row.try_get("", "n")?));
        let at_ms: i64 = row.try_get("", "at_ms")?;
        let oldest = queue.oldest_due_ms.map_or(at_ms, |oldest| oldest.min(at_ms));
        queue.oldest_due_ms = Some(oldest).filter(|oldest| *oldest <= now.ms());
    }
    let dead = "SELECT COUNT(*) AS n FROM job WHERE state = 'dead'";
    let row = conn.query_one_raw(Statement::from_string(backend, dead)).await?;
    queue.dead = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
    Ok(queue)
}

/// Runs jobs until none is due, or the node is closing; returns how many ran.
pub async fn run_due(app: &App) -> Outcome<usize> {
    let mut count = 0;
    while app.lifecycle().phase() < Phase::Closing {
        let ctx = Ctx::system(app.clock().now());
        let Some(job) = claim(app.db(), &ctx).await? else { break };
        run(app, &ctx, job).await?;
        count += 1;
    }
    Ok(count)
}

async fn run(app: &App, ctx: &Ctx, job: Job) -> Outcome<()> {
    let kind = app.job_kind(&job.name);
    let work = async {
        match app.job_handler(&job.name) {
            Some(handler) => handler(app, ctx, &job.payload).await,
            None => Err(format!("no handler is registered for {}", job.name)),
        }
    };
    let result = tokio::select! {
        result = work => result,
        () = app.lifecycle().reached(Phase::Ending) => {
            tracing::warn!(job.name, job.id, "job.run given back; the node is stopping");
            app.metrics().job_ran(kind, "given_back");
            return give_back(app.db(), &Ctx::system(app.clock().now()), job).await;
        }
    };
    app.metrics().job_ran(kind, if result.is_ok() { "done" } else { "failed" });
    if let Err(error) = &result {
        tracing::warn!(job.name, job.id, job.attempts, error, "job.run failed");
    }
    finish(app.db(), &Ctx::system(app.clock().now()), job, result).await
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        format!("{fault:?}")
    }
}
