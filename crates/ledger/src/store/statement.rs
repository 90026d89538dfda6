//! Rows of bank statements with their lines as the bank wrote them.

use super::fen;
use crate::rules::statement::{Last, Read, StatementLine};
use kernel::{Date, Fen};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::Where;
use rooms::store::rows::{all, first, get, put};
use rooms::store::{Allowed, Position, after, allowed, date};
use sea_orm::{QueryResult, Value};
use std::collections::BTreeSet;

/// Tables of statements. A file is known by its digest, a movement by the bank's number, each once an account; a line has
/// one meaning and one open proposal at a time. The keys decide races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger-0012-statement",
    sql: "
CREATE TABLE bank_statement (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES ledger_account (id), file TEXT NOT NULL, sha256 TEXT NOT NULL,
  from_day TEXT NOT NULL, to_day TEXT NOT NULL, opening_fen BIGINT NOT NULL, closing_fen BIGINT NOT NULL, lines BIGINT NOT NULL,
  demo BOOLEAN NOT NULL, by_account TEXT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX bank_statement_known ON bank_statement (account, sha256);
CREATE INDEX bank_statement_last ON bank_statement (account, to_day, at_ms);
CREATE TABLE bank_line (
  id TEXT PRIMARY KEY, statement TEXT NOT NULL REFERENCES bank_statement (id), account TEXT NOT NULL REFERENCES ledger_account (id),
  ord BIGINT NOT NULL, serial TEXT NOT NULL, day TEXT NOT NULL, amount_fen BIGINT NOT NULL, balance_fen BIGINT NOT NULL,
  counterparty TEXT NOT NULL, counterparty_account TEXT NOT NULL, reference TEXT NOT NULL, summary TEXT NOT NULL, demo BOOLEAN NOT NULL);
CREATE UNIQUE INDEX bank_line_serial ON bank_line (account, serial);
CREATE INDEX bank_line_statement ON bank_line (statement, ord);
CREATE INDEX bank_line_day ON bank_line (demo, day);
CREATE TABLE line_entry (
  id TEXT PRIMARY KEY, line TEXT NOT NULL REFERENCES bank_line (id), account TEXT NOT NULL REFERENCES ledger_account (id),
  purpose TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'undone')),
  maker TEXT NOT NULL, maker_name TEXT NOT NULL, checker_name TEXT NOT NULL, remark TEXT NOT NULL, demo BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, decided_ms BIGINT);
CREATE UNIQUE INDEX line_entry_open ON line_entry (line) WHERE state IN ('proposed', 'approved');
CREATE INDEX line_entry_state ON line_entry (state, created_ms);
CREATE TABLE line_match (
  id TEXT PRIMARY KEY, line TEXT NOT NULL REFERENCES bank_line (id), payment TEXT REFERENCES payment (id),
  entry TEXT REFERENCES line_entry (id), rule TEXT NOT NULL, returned BOOLEAN NOT NULL, reason TEXT NOT NULL, by_account TEXT NOT NULL,
  by_name TEXT NOT NULL, at_ms BIGINT NOT NULL, undone_ms BIGINT, undone_by TEXT NOT NULL, undone_name TEXT NOT NULL,
  undone_reason TEXT NOT NULL);
CREATE UNIQUE INDEX line_match_line ON line_match (line) WHERE undone_ms IS NULL;
CREATE INDEX line_match_payment ON line_match (payment) WHERE payment IS NOT NULL;
",
}];

/// Statements one account is shown.
const STATEMENTS_MAX: usize = 200;

/// A statement as it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Opaque id.
    pub id: String,
    /// The account of the ledger whose bank wrote it.
    pub account: String,
    /// Name of the file; may be empty.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// The balance before its first line.
    pub opening: Fen,
    /// The balance after its last line.
    pub closing: Fen,
    /// How many lines it has.
    pub lines: i64,
    /// From the demonstration.
    pub demo: bool,
    /// The account of whoever loaded it.
    pub by: String,
    /// The name of whoever loaded it, at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

fn statement(row: &QueryResult) -> Outcome<Statement> {
    Ok(Statement {
        id: get(row, "id")?,
        account: get(row, "account")?,
        file: get(row, "file")?,
        sha256: get(row, "sha256")?,
        from: date(&get::<String>(row, "from_day")?, "bank_statement")?,
        to: date(&get::<String>(row, "to_day")?, "bank_statement")?,
        opening: fen(row, "opening_fen")?,
        closing: fen(row, "closing_fen")?,
        lines: get(row, "lines")?,
        demo: get(row, "demo")?,
        by: get(row, "by_account")?,
        by_name: get(row, "by_name")?,
        at_ms: get(row, "at_ms")?,
    })
}

const STATEMENT_COLUMNS: [&str; 13] = [
    "id",
    "account",
    "file",
    "sha256",
    "from_day",
    "to_day",
    "opening_fen",
    "closing_fen",
    "lines",
    "demo",
    "by_account",
    "by_name",
    "at_ms",
];

/// Keeps a statement with its lines; `ids` names the lines in their order.
pub async fn add(conn: &Conn, s: &Statement, read: &Read, ids: &[String]) -> Outcome<()> {
    let row = vec![
        s.id.clone().into(),
        s.account.clone().into(),
        s.file.clone().into(),
        s.sha256.clone().into(),
        s.from.to_string().into(),
        s.to.to_string().into(),
        s.opening.get().into(),
        s.closing.get().into(),
        s.lines.into(),
        s.demo.into(),
        s.by.clone().into(),
        s.by_name.clone().into(),
        s.at_ms.into(),
    ];
    put(conn, "bank_statement", &STATEMENT_COLUMNS, &[], vec![row]).await?;
    let columns = [
        "id",
        "statement",
        "account",
        "ord",
        "serial",
        "day",
        "amount_fen",
        "balance_fen",
        "counterparty",
        "counterparty_account",
        "reference",
        "summary",
        "demo",
    ];
    let line = |(ord, (line, id)): (usize, (&StatementLine, &String))| -> Vec<Value> {
        vec![
            id.clone().into(),
            s.id.clone().into(),
            s.account.clone().into(),
            i64::try_from(ord).unwrap_or(i64::MAX).into(),
            line.serial.clone().into(),
            line.day.to_string().into(),
            line.amount.get().into(),
            line.balance.get().into(),
            line.counterparty.clone().into(),
            line.counterparty_account.clone().into(),
            line.reference.clone().into(),
            line.summary.clone().into(),
            s.demo.into(),
        ]
    };
    let rows = read.lines.iter().zip(ids).enumerate().map(line).collect();
    put(conn, "bank_line", &columns, &[], rows).await
}

async fn statements(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Statement>> {
    let columns: Vec<String> = STATEMENT_COLUMNS.iter().map(|column| format!("s.{column}")).collect();
    let text =
        format!("SELECT {} FROM bank_statement s JOIN ledger_account a ON a.id = s.account {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(statement).collect()
}

/// One statement.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Statement>> {
    Ok(statements(conn, "WHERE s.id = $1", vec![id.into()]).await?.pop())
}

/// The statement of an account that came from the same file.
pub async fn by_digest(conn: &Conn, account: &str, sha256: &str) -> Outcome<Option<Statement>> {
    let tail = "WHERE s.account = $1 AND s.sha256 = $2";
    Ok(statements(conn, tail, vec![account.into(), sha256.into()]).await?.pop())
}

/// Where the last statement of an account ended.
pub async fn last(conn: &Conn, account: &str) -> Outcome<Option<Last>> {
    let tail = "WHERE s.account = $1 ORDER BY s.to_day DESC, s.at_ms DESC, s.id DESC LIMIT 1";
    let found = statements(conn, tail, vec![account.into()]).await?.pop();
    Ok(found.map(|statement| Last { to: statement.to, closing: statement.closing }))
}

/// Which of these numbers of movements an account's bank has told already.
pub async fn known(conn: &Conn, account: &str, serials: &[String]) -> Outcome<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for chunk in serials.chunks(500) {
        let mut clause = Where::new("1 = 1");
        clause.any("serial", chunk);
        let place = clause.place(account);
        let text = format!("SELECT serial FROM bank_line WHERE {} AND account = {place}", clause.text);
        for row in &all(conn, &text, clause.values).await? {
            found.insert(get(row, "serial")?);
        }
    }
    Ok(found)
}

/// One page of the statements that a policy allows, the newest first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    by_policy: Allowed,
    account: &str,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Statement>, i64)> {
    let mut clause = allowed(by_policy);
    if !account.is_empty() {
        let place = clause.place(account);
        clause.and(&format!("s.account = {place}"));
    }
    let text = format!(
        "SELECT COUNT(*) AS n FROM bank_statement s JOIN ledger_account a ON a.id = s.account WHERE {}",
        clause.text
    );
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    after(&mut clause, from, "s.at_ms", "s.id");
    let limit = limit.min(STATEMENTS_MAX);
    let tail = format!("WHERE {} ORDER BY s.at_ms DESC, s.id DESC LIMIT {limit}", clause.text);
    Ok((statements(conn, &tail, clause.values).await?, total))
}

/// The place of one statement in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT at_ms FROM bank_statement WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "at_ms")?, id: id.to_owned() })).transpose()
}
