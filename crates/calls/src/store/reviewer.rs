//! Rows of reviews: how far each has come, its pool of experts, and who has to review what.

use super::{bad, fen};
use crate::rules::conflict::ConflictKind;
use crate::rules::reviewer::{Origin, POOL_MAX, PoolState, Reviewer, Sitting, Task, TaskState};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put};
use sea_orm::{QueryResult, Value};

/// Tables of reviews. A call has one review of each number, an expert stands once in a pool, and has an answer once in each
/// review: the keys decide races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0020-reviewer",
    sql: "
CREATE TABLE call_sitting (
  call TEXT NOT NULL REFERENCES call (id), attempt BIGINT NOT NULL, due_ms BIGINT NOT NULL, fee_fen BIGINT NOT NULL,
  account TEXT NOT NULL, discussion_ms BIGINT, closed_ms BIGINT, raw_only TEXT NOT NULL, raw_only_en TEXT NOT NULL,
  departure TEXT NOT NULL, paid_ms BIGINT, demo BOOLEAN NOT NULL, PRIMARY KEY (call, attempt));
CREATE TABLE call_reviewer (
  call TEXT NOT NULL REFERENCES call (id), expert TEXT NOT NULL, account TEXT NOT NULL, alias TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('asked', 'willing', 'unwilling')), load_max BIGINT NOT NULL, asked_by TEXT NOT NULL,
  asked_ms BIGINT NOT NULL, said_ms BIGINT, demo BOOLEAN NOT NULL, PRIMARY KEY (call, expert));
CREATE INDEX call_reviewer_account ON call_reviewer (account, state);
CREATE TABLE call_task (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), attempt BIGINT NOT NULL, answer TEXT NOT NULL, number BIGINT NOT NULL,
  expert TEXT NOT NULL, account TEXT NOT NULL, origin TEXT NOT NULL, state TEXT NOT NULL CHECK (
    state IN ('assigned', 'done', 'recused', 'conflicted', 'replaced')),
  recusal TEXT, at_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL, read_ms BIGINT, ended_ms BIGINT, demo BOOLEAN NOT NULL,
  UNIQUE (call, attempt, answer, expert));
CREATE INDEX call_task_account ON call_task (account, state, due_ms);
CREATE INDEX call_task_late ON call_task (state, due_ms);
",
}];

const SITTING: [&str; 12] = [
    "call",
    "attempt",
    "due_ms",
    "fee_fen",
    "account",
    "discussion_ms",
    "closed_ms",
    "raw_only",
    "raw_only_en",
    "departure",
    "paid_ms",
    "demo",
];
const REVIEWER: [&str; 10] =
    ["call", "expert", "account", "alias", "state", "load_max", "asked_by", "asked_ms", "said_ms", "demo"];
const TASK: [&str; 15] = [
    "id", "call", "attempt", "answer", "number", "expert", "account", "origin", "state", "recusal", "at_ms", "due_ms",
    "read_ms", "ended_ms", "demo",
];
/// Tasks of one call that are read: every answer with a few reviewers, and those who left.
const TASKS_MAX: usize = 50_000;
/// Rows that are looked at for somebody's desk.
const DESK_MAX: usize = 200;

fn sitting(row: &QueryResult) -> Outcome<Sitting> {
    Ok(Sitting {
        call: get(row, "call")?,
        attempt: get(row, "attempt")?,
        due_ms: get(row, "due_ms")?,
        fee: fen(row, "call_sitting", "fee_fen")?,
        account: get(row, "account")?,
        discussion_ms: get(row, "discussion_ms")?,
        closed_ms: get(row, "closed_ms")?,
        raw_only: (get(row, "raw_only")?, get(row, "raw_only_en")?),
        departure: get(row, "departure")?,
        paid_ms: get(row, "paid_ms")?,
        demo: get(row, "demo")?,
    })
}

fn sitting_row(s: &Sitting) -> Vec<Value> {
    vec![
        s.call.clone().into(),
        s.attempt.into(),
        s.due_ms.into(),
        s.fee.get().into(),
        s.account.clone().into(),
        s.discussion_ms.into(),
        s.closed_ms.into(),
        s.raw_only.0.clone().into(),
        s.raw_only.1.clone().into(),
        s.departure.clone().into(),
        s.paid_ms.into(),
        s.demo.into(),
    ]
}

/// Stores a sitting; one that was there is replaced.
pub async fn save_sitting(conn: &Conn, s: &Sitting) -> Outcome<()> {
    put(conn, "call_sitting", &SITTING, &["call", "attempt"], vec![sitting_row(s)]).await
}

/// Begins a sitting. Two at once: the key tells the second.
pub async fn begin(conn: &Conn, s: &Sitting) -> Outcome<()> {
    put(conn, "call_sitting", &SITTING, &[], vec![sitting_row(s)]).await
}

/// The newest sitting of a call.
pub async fn sitting_of(conn: &Conn, call: &str) -> Outcome<Option<Sitting>> {
    let text = format!("SELECT {} FROM call_sitting WHERE call = $1 ORDER BY attempt DESC LIMIT 1", SITTING.join(", "));
    all(conn, &text, vec![call.into()]).await?.first().map(sitting).transpose()
}

fn reviewer(row: &QueryResult) -> Outcome<Reviewer> {
    Ok(Reviewer {
        call: get(row, "call")?,
        expert: get(row, "expert")?,
        account: get(row, "account")?,
        alias: get(row, "alias")?,
        state: PoolState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("call_reviewer", "state"))?,
        load_max: get(row, "load_max")?,
        asked_by: get(row, "asked_by")?,
        asked_ms: get(row, "asked_ms")?,
        said_ms: get(row, "said_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Stores an expert of a pool; one that was there is replaced.
pub async fn save(conn: &Conn, r: &Reviewer) -> Outcome<()> {
    let row = vec![
        r.call.clone().into(),
        r.expert.clone().into(),
        r.account.clone().into(),
        r.alias.clone().into(),
        r.state.code().into(),
        r.load_max.into(),
        r.asked_by.clone().into(),
        r.asked_ms.into(),
        r.said_ms.into(),
        r.demo.into(),
    ];
    put(conn, "call_reviewer", &REVIEWER, &["call", "expert"], vec![row]).await
}

async fn reviewers(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Reviewer>> {
    let text =
        format!("SELECT {} FROM call_reviewer r {tail}", REVIEWER.map(|column| format!("r.{column}")).join(", "));
    all(conn, &text, values).await?.iter().map(reviewer).collect()
}

/// The pool of a call, in the order of aliases.
pub async fn pool(conn: &Conn, call: &str) -> Outcome<Vec<Reviewer>> {
    reviewers(conn, &format!("WHERE r.call = $1 ORDER BY r.alias LIMIT {POOL_MAX}"), vec![call.into()]).await
}

/// An account's place in a pool.
pub async fn of_account(conn: &Conn, call: &str, account: &str) -> Outcome<Option<Reviewer>> {
    Ok(reviewers(conn, "WHERE r.call = $1 AND r.account = $2", vec![call.into(), account.into()]).await?.pop())
}

/// Pools that an account is in, the newest first.
pub async fn pools_of(conn: &Conn, account: &str) -> Outcome<Vec<Reviewer>> {
    let tail = format!("WHERE r.account = $1 ORDER BY r.asked_ms DESC, r.call LIMIT {DESK_MAX}");
    reviewers(conn, &tail, vec![account.into()]).await
}

fn task(row: &QueryResult) -> Outcome<Task> {
    let code = |column: &str| get::<String>(row, column);
    let recusal: Option<String> = get(row, "recusal")?;
    let kind = |code: &String| ConflictKind::parse(code).ok_or_else(|| bad("call_task", "recusal"));
    Ok(Task {
        id: get(row, "id")?,
        call: get(row, "call")?,
        attempt: get(row, "attempt")?,
        answer: get(row, "answer")?,
        number: get(row, "number")?,
        expert: get(row, "expert")?,
        account: get(row, "account")?,
        origin: Origin::parse(&code("origin")?).ok_or_else(|| bad("call_task", "origin"))?,
        state: TaskState::parse(&code("state")?).ok_or_else(|| bad("call_task", "state"))?,
        recusal: recusal.as_ref().map(kind).transpose()?,
        at_ms: get(row, "at_ms")?,
        due_ms: get(row, "due_ms")?,
        read_ms: get(row, "read_ms")?,
        ended_ms: get(row, "ended_ms")?,
        demo: get(row, "demo")?,
    })
}

fn task_row(t: &Task) -> Vec<Value> {
    vec![
        t.id.clone().into(),
        t.call.clone().into(),
        t.attempt.into(),
        t.answer.clone().into(),
        t.number.into(),
        t.expert.clone().into(),
        t.account.clone().into(),
        t.origin.code().into(),
        t.state.code().into(),
        t.recusal.map(|kind| kind.code().to_owned()).into(),
        t.at_ms.into(),
        t.due_ms.into(),
        t.read_ms.into(),
        t.ended_ms.into(),
        t.demo.into(),
    ]
}

/// Stores tasks; those that were there are replaced.
pub async fn save_tasks(conn: &Conn, tasks: &[Task]) -> Outcome<()> {
    put(conn, "call_task", &TASK, &["id"], tasks.iter().map(task_row).collect()).await
}

async fn tasks(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Task>> {
    let text = format!("SELECT {} FROM call_task t {tail}", TASK.map(|column| format!("t.{column}")).join(", "));
    all(conn, &text, values).await?.iter().map(task).collect()
}

/// The tasks of one review, by answer.
pub async fn tasks_of(conn: &Conn, call: &str, attempt: i64) -> Outcome<Vec<Task>> {
    let tail = format!("WHERE t.call = $1 AND t.attempt = $2 ORDER BY t.number, t.at_ms, t.id LIMIT {TASKS_MAX}");
    tasks(conn, &tail, vec![call.into(), attempt.into()]).await
}

/// The tasks of one answer, in one review.
pub async fn tasks_of_answer(conn: &Conn, answer: &str, attempt: i64) -> Outcome<Vec<Task>> {
    let tail = format!("WHERE t.answer = $1 AND t.attempt = $2 ORDER BY t.at_ms, t.id LIMIT {TASKS_MAX}");
    tasks(conn, &tail, vec![answer.into(), attempt.into()]).await
}

/// One task.
pub async fn task_by_id(conn: &Conn, id: &str) -> Outcome<Option<Task>> {
    Ok(tasks(conn, "WHERE t.id = $1", vec![id.into()]).await?.pop())
}

/// Answers that experts have had in the reviews before one: expert and answer.
pub async fn before(conn: &Conn, call: &str, attempt: i64) -> Outcome<Vec<(String, String)>> {
    let tail = format!("WHERE t.call = $1 AND t.attempt < $2 ORDER BY t.id LIMIT {TASKS_MAX}");
    let found = tasks(conn, &tail, vec![call.into(), attempt.into()]).await?;
    Ok(found.into_iter().map(|task| (task.expert, task.answer)).collect())
}

/// An account's tasks in a call, the newest review first.
pub async fn own(conn: &Conn, call: &str, account: &str) -> Outcome<Vec<Task>> {
    let tail = format!("WHERE t.call = $1 AND t.account = $2 ORDER BY t.attempt DESC, t.number LIMIT {TASKS_MAX}");
    tasks(conn, &tail, vec![call.into(), account.into()]).await
}

/// What waits for an account: tasks that are to be scored.
pub async fn waiting(conn: &Conn, account: &str) -> Outcome<Vec<Task>> {
    let tail = format!("WHERE t.account = $1 AND t.state = 'assigned' ORDER BY t.due_ms, t.id LIMIT {DESK_MAX}");
    tasks(conn, &tail, vec![account.into()]).await
}

/// Tasks of an account that are scored while the discussion of their review is open.
pub async fn revisable(conn: &Conn, account: &str) -> Outcome<Vec<Task>> {
    let tail = format!(
        "JOIN call_sitting s ON s.call = t.call AND s.attempt = t.attempt
         WHERE t.account = $1 AND t.state = 'done' AND s.discussion_ms IS NOT NULL AND s.closed_ms IS NULL
           AND NOT EXISTS (SELECT 1 FROM call_sheet h WHERE h.task = t.id AND h.phase = 2)
         ORDER BY t.due_ms, t.id LIMIT {DESK_MAX}"
    );
    tasks(conn, &tail, vec![account.into()]).await
}

/// Calls under review with tasks that are late, and how many.
pub async fn late(conn: &Conn, now_ms: i64) -> Outcome<Vec<(String, i64)>> {
    let text = format!(
        "SELECT t.call AS call, COUNT(*) AS n FROM call_task t
         JOIN call_sitting s ON s.call = t.call AND s.attempt = t.attempt
         WHERE t.state = 'assigned' AND t.due_ms < $1 AND s.closed_ms IS NULL GROUP BY t.call ORDER BY t.call LIMIT {DESK_MAX}"
    );
    all(conn, &text, vec![now_ms.into()]).await?.iter().map(|row| Ok((get(row, "call")?, get(row, "n")?))).collect()
}
