//! Rows of lines of statements, with what they were found to be.

use super::fen;
use crate::rules::reconcile::{MatchRule, OpenLine};
use crate::rules::statement::LINES_MAX;
use kernel::{By, Date, Fen};
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, first, get, put, run};
use rooms::store::{Allowed, allowed, bad, date};
use sea_orm::{QueryResult, Value};

/// A line with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As reconciliation sees it.
    pub open: OpenLine,
    /// Its statement.
    pub statement: String,
    /// The account of the ledger whose bank wrote it.
    pub account: String,
    /// The bank's own number.
    pub serial: String,
    /// The balance after it.
    pub balance: Fen,
    /// What went with it.
    pub reference: String,
    /// The bank's words.
    pub summary: String,
    /// From the demonstration.
    pub demo: bool,
    /// What it was found to be; none while it is unmatched.
    pub matched: Option<Match>,
    /// A proposal to enter it waits for a checker.
    pub proposed: Option<String>,
}

/// What a line was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Opaque id.
    pub id: String,
    /// The payment.
    pub payment: Option<String>,
    /// The entry to an account.
    pub entry: Option<String>,
    /// How.
    pub rule: MatchRule,
    /// The money of the payment came back.
    pub returned: bool,
    /// Why, where a person said so.
    pub reason: String,
    /// The account of whoever found it.
    pub by: String,
    /// The name of whoever found it, at that time.
    pub by_name: String,
    /// When.
    pub at_ms: i64,
}

const LINE_COLUMNS: &str = "l.id, l.statement, l.account, l.serial, l.day, l.amount_fen, l.balance_fen, l.counterparty,
  l.counterparty_account, l.reference, l.summary, l.demo, m.id AS match_id, m.payment, m.entry, m.rule, m.returned, m.reason,
  m.by_account, m.by_name, m.at_ms, e.id AS proposed";
const LINE_TABLES: &str = "bank_line l JOIN ledger_account a ON a.id = l.account
  LEFT JOIN line_match m ON m.line = l.id AND m.undone_ms IS NULL
  LEFT JOIN line_entry e ON e.line = l.id AND e.state = 'proposed'";

fn line(row: &QueryResult) -> Outcome<Line> {
    let (reference, summary): (String, String) = (get(row, "reference")?, get(row, "summary")?);
    Ok(Line {
        open: OpenLine {
            id: get(row, "id")?,
            day: date(&get::<String>(row, "day")?, "bank_line")?,
            amount: fen(row, "amount_fen")?,
            counterparty_account: get(row, "counterparty_account")?,
            counterparty: get(row, "counterparty")?,
            words: format!("{reference} {summary}"),
        },
        statement: get(row, "statement")?,
        account: get(row, "account")?,
        serial: get(row, "serial")?,
        balance: fen(row, "balance_fen")?,
        reference,
        summary,
        demo: get(row, "demo")?,
        matched: get::<Option<String>>(row, "match_id")?.map(|id| found(row, id)).transpose()?,
        proposed: get(row, "proposed")?,
    })
}

fn found(row: &QueryResult, id: String) -> Outcome<Match> {
    Ok(Match {
        id,
        payment: get(row, "payment")?,
        entry: get(row, "entry")?,
        rule: MatchRule::parse(&get::<String>(row, "rule")?).ok_or_else(|| bad("line_match", "rule"))?,
        returned: get(row, "returned")?,
        reason: get(row, "reason")?,
        by: get(row, "by_account")?,
        by_name: get(row, "by_name")?,
        at_ms: get(row, "at_ms")?,
    })
}

async fn lines(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Line>> {
    let text = format!("SELECT {LINE_COLUMNS} FROM {LINE_TABLES} {tail}");
    all(conn, &text, values).await?.iter().map(line).collect()
}

/// One line.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Line>> {
    Ok(lines(conn, "WHERE l.id = $1", vec![id.into()]).await?.pop())
}

/// The lines of a statement, in order.
pub async fn of_statement(conn: &Conn, statement: &str) -> Outcome<Vec<Line>> {
    lines(conn, &format!("WHERE l.statement = $1 ORDER BY l.ord LIMIT {LINES_MAX}"), vec![statement.into()]).await
}

/// Lines that nothing explains and that a policy allows, the oldest first, and how many there are in all.
pub async fn unmatched(conn: &Conn, by_policy: Allowed, limit: usize) -> Outcome<(Vec<Line>, i64)> {
    let mut clause = allowed(by_policy);
    clause.and("m.id IS NULL");
    let text = format!("SELECT COUNT(*) AS n FROM {LINE_TABLES} WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    let tail = format!("WHERE {} ORDER BY l.day, l.ord, l.id LIMIT {limit}", clause.text);
    Ok((lines(conn, &tail, clause.values).await?, total))
}

/// How many lines of one world, booked up to and with a day, nothing explains.
pub async fn unmatched_until(conn: &Conn, day: Date, demo: bool) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM bank_line l LEFT JOIN line_match m ON m.line = l.id AND m.undone_ms IS NULL
      WHERE m.id IS NULL AND l.demo = $1 AND l.day <= $2";
    let row = first(conn, text, vec![demo.into(), day.to_string().into()]).await?;
    row.map_or(Ok(0), |row| get(&row, "n"))
}

/// Lines of an account's bank that are unmatched: for pairing what came before with what has left since.
pub async fn open_of(conn: &Conn, account: &str, limit: usize) -> Outcome<Vec<Line>> {
    let tail = format!("WHERE l.account = $1 AND m.id IS NULL ORDER BY l.day, l.ord LIMIT {limit}");
    lines(conn, &tail, vec![account.into()]).await
}

/// The line that a payment was found to be, if it stands.
pub async fn of_payment(conn: &Conn, payment: &str) -> Outcome<Vec<Line>> {
    lines(conn, "WHERE m.payment = $1 ORDER BY m.at_ms LIMIT 10", vec![payment.into()]).await
}

/// A match as it is made: the line, and what it was found to be.
pub async fn matches_add(conn: &Conn, matches: &[(String, Match)]) -> Outcome<()> {
    let columns = [
        "id",
        "line",
        "payment",
        "entry",
        "rule",
        "returned",
        "reason",
        "by_account",
        "by_name",
        "at_ms",
        "undone_ms",
        "undone_by",
        "undone_name",
        "undone_reason",
    ];
    let row = |(line, m): &(String, Match)| -> Vec<Value> {
        vec![
            m.id.clone().into(),
            line.clone().into(),
            m.payment.clone().into(),
            m.entry.clone().into(),
            m.rule.code().into(),
            m.returned.into(),
            m.reason.clone().into(),
            m.by.clone().into(),
            m.by_name.clone().into(),
            m.at_ms.into(),
            None::<i64>.into(),
            "".into(),
            "".into(),
            "".into(),
        ]
    };
    put(conn, "line_match", &columns, &[], matches.iter().map(row).collect()).await
}

/// Takes a match back: who, when and why.
pub async fn match_undo(conn: &Conn, id: &str, by: By<'_>, reason: &str) -> Outcome<()> {
    let text =
        "UPDATE line_match SET undone_ms = $2, undone_by = $3, undone_name = $4, undone_reason = $5 WHERE id = $1";
    let values = vec![id.into(), by.now.ms().into(), by.account.into(), by.name.into(), reason.into()];
    run(conn, text, values).await.map(|_| ())
}
