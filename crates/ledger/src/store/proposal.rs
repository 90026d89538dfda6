//! Rows of proposals to enter a line to an account.

use crate::rules::reconcile::{EntryState, LineEntry};
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, get, put};
use rooms::store::{Allowed, allowed, bad};
use sea_orm::{QueryResult, Value};

const ENTRY_COLUMNS: [&str; 12] = [
    "id",
    "line",
    "account",
    "purpose",
    "state",
    "maker",
    "maker_name",
    "checker_name",
    "remark",
    "demo",
    "created_ms",
    "decided_ms",
];

/// Keeps a proposal; one that was there is replaced.
pub async fn save(conn: &Conn, e: &LineEntry) -> Outcome<()> {
    let row = vec![
        e.id.clone().into(),
        e.line.clone().into(),
        e.account.clone().into(),
        e.purpose.clone().into(),
        e.state.code().into(),
        e.maker.clone().into(),
        e.maker_name.clone().into(),
        e.checker_name.clone().into(),
        e.remark.clone().into(),
        e.demo.into(),
        e.created_ms.into(),
        e.decided_ms.into(),
    ];
    put(conn, "line_entry", &ENTRY_COLUMNS, &["id"], vec![row]).await
}

async fn entries(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<LineEntry>> {
    let columns: Vec<String> = ENTRY_COLUMNS.iter().map(|column| format!("e.{column}")).collect();
    let text =
        format!("SELECT {} FROM line_entry e JOIN ledger_account a ON a.id = e.account {tail}", columns.join(", "));
    let entry = |row: &QueryResult| {
        Ok(LineEntry {
            id: get(row, "id")?,
            line: get(row, "line")?,
            account: get(row, "account")?,
            purpose: get(row, "purpose")?,
            state: EntryState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("line_entry", "state"))?,
            maker: get(row, "maker")?,
            maker_name: get(row, "maker_name")?,
            checker_name: get(row, "checker_name")?,
            remark: get(row, "remark")?,
            demo: get(row, "demo")?,
            created_ms: get(row, "created_ms")?,
            decided_ms: get(row, "decided_ms")?,
        })
    };
    all(conn, &text, values).await?.iter().map(entry).collect()
}

/// One proposal.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<LineEntry>> {
    Ok(entries(conn, "WHERE e.id = $1", vec![id.into()]).await?.pop())
}

/// Every proposal about a line, the newest first.
pub async fn of_line(conn: &Conn, line: &str) -> Outcome<Vec<LineEntry>> {
    entries(conn, "WHERE e.line = $1 ORDER BY e.created_ms DESC, e.id DESC LIMIT 50", vec![line.into()]).await
}

/// Proposals that wait for a checker and that a policy allows, the oldest first.
pub async fn waiting(conn: &Conn, by_policy: Allowed, limit: usize) -> Outcome<Vec<LineEntry>> {
    let mut clause = allowed(by_policy);
    clause.and("e.state = 'proposed'");
    let tail = format!("WHERE {} ORDER BY e.created_ms, e.id LIMIT {limit}", clause.text);
    entries(conn, &tail, clause.values).await
}
