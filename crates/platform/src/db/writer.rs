//! The SQLite writer: one thread that owns the writing connection and commits in groups.
//!
//! Whatever has queued forms a group: `BEGIN IMMEDIATE`, a savepoint per
//! action, `COMMIT`, and only then the answers. Who comes while the group's
//! actions run still joins it, so that callers who have just got their answers
//! share the next commit. There is no gather timer; a lone caller waits for
//! nobody.

use super::conn::{Conn, Inner, SqliteHandle};
use super::{Outcome, classify::sqlite_error};
use crate::fault::Fault;
use crate::metrics::DbMeasures;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use tokio::sync::{mpsc, oneshot};

/// Actions that may wait for the writer; beyond this callers are told to come back.
const QUEUE_ACTIONS_MAX: usize = 4_096;
/// Actions in one commit.
const GROUP_ACTIONS_MAX: usize = 256;

type Erased = Box<dyn Any + Send>;
type Body = Box<dyn FnOnce(Conn) -> BoxFuture<'static, Outcome<Erased>> + Send>;

struct Queued {
    name: &'static str,
    body: Body,
    answer: oneshot::Sender<Outcome<Erased>>,
}

/// Hands actions to the writer's thread; cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Queued>);

impl Writer {
    /// Starts the thread. It ends when the last handle is gone.
    pub(super) fn start(handle: SqliteHandle, measures: DbMeasures) -> std::io::Result<Writer> {
        let (sender, receiver) = mpsc::channel(QUEUE_ACTIONS_MAX);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || runtime.block_on(run(handle, receiver, measures)))?;
        Ok(Writer(sender))
    }

    /// Runs one action in the next group and answers after its commit.
    ///
    /// The action runs to its end even if the caller goes away.
    pub(super) async fn submit(&self, name: &'static str, body: Body) -> Outcome<Erased> {
        let (answer, receive) = oneshot::channel();
        self.0.try_send(Queued { name, body, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Fault::Refused(super::DbFault::Busy.to_refusal()),
            mpsc::error::TrySendError::Closed(_) => Fault::Internal("the database writer has stopped".into()),
        })?;
        receive.await.map_err(|_| Fault::Internal(format!("the database writer dropped {name}")))?
    }
}

async fn run(handle: SqliteHandle, mut queue: mpsc::Receiver<Queued>, measures: DbMeasures) {
    while let Some(first) = queue.recv().await {
        commit_group(&handle, first, &mut queue, &measures).await;
    }
}

fn sql(handle: &SqliteHandle, text: &str) -> Outcome<()> {
    let opened = handle.lock();
    let mut statement = opened.connection.prepare_cached(text).map_err(|e| sqlite_error(&e))?;
    statement.raw_execute().map_err(|e| sqlite_error(&e))?;
    Ok(())
}

type Answered = (oneshot::Sender<Outcome<Erased>>, Outcome<Erased>);

async fn commit_group(handle: &SqliteHandle, first: Queued, queue: &mut mpsc::Receiver<Queued>, measures: &DbMeasures) {
    let waiting = |queue: &mut mpsc::Receiver<Queued>| queue.try_recv().ok();
    if let Err(fault) = sql(handle, "BEGIN IMMEDIATE") {
        let all = std::iter::successors(Some(first), |_| waiting(queue)).take(GROUP_ACTIONS_MAX);
        return fail_all(all.map(|queued| queued.answer), &fault);
    }
    let mut answered: Vec<Answered> = Vec::new();
    let mut next = Some(first);
    while let Some(Queued { name, body, answer }) = next {
        let outcome = run_one(handle, name, body).await;
        answered.push((answer, outcome));
        if handle.lock().connection.is_autocommit() {
            // SQLite has rolled back the whole transaction by itself (full disk, input/output error).
            let fault = Fault::Refused(super::DbFault::Storage.to_refusal());
            fail_all(answered.drain(..).map(|(answer, _)| answer), &fault);
            if sql(handle, "BEGIN IMMEDIATE").is_err() {
                return;
            }
        }
        next = if answered.len() < GROUP_ACTIONS_MAX { waiting(queue) } else { None };
    }
    match sql(handle, "COMMIT") {
        Ok(()) => {
            measures.group(answered.len());
            answered.into_iter().for_each(|(answer, outcome)| drop(answer.send(outcome)));
        }
        Err(fault) => {
            if !handle.lock().connection.is_autocommit() {
                // What failed is already on its way to the callers; this only frees the connection.
                let _ = sql(handle, "ROLLBACK");
            }
            fail_all(answered.into_iter().map(|(answer, _)| answer), &fault);
        }
    }
}

async fn run_one(handle: &SqliteHandle, name: &'static str, body: Body) -> Outcome<Erased> {
    sql(handle, "SAVEPOINT action")?;
    let conn = Conn::new(Inner::Sqlite(handle.clone()));
    let outcome = match AssertUnwindSafe(async { body(conn).await }).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fault::Internal(format!("{name} panicked"))),
    };
    let ending = if outcome.is_ok() { "RELEASE action" } else { "ROLLBACK TO action" };
    match (sql(handle, ending), &outcome) {
        (Ok(()), Ok(_)) => outcome,
        (Ok(()), Err(_)) => sql(handle, "RELEASE action").and(outcome),
        (Err(fault), Ok(_)) => Err(fault),
        (Err(_), Err(_)) => outcome,
    }
}

fn fail_all(answers: impl Iterator<Item = oneshot::Sender<Outcome<Erased>>>, fault: &Fault) {
    let refusal = fault.to_refusal();
    tracing::error!(%fault, cause = ?fault, "db.commit failed");
    for answer in answers {
        drop(answer.send(Err(Fault::Refused(refusal.clone()))));
    }
}
