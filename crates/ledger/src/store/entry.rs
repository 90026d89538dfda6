//! Entries: the two sides of transfers, as an account sees them.

use super::fen;
use super::period::anchor;
use crate::rules::transfer::TransferKind;
use kernel::{Date, Fen, Instant};
use platform::Outcome;
use platform::db::Conn;
use rooms::store::bad;
use rooms::store::browse::Where;
use rooms::store::rows::{all, first, get};
use sea_orm::QueryResult;

/// Every entry: one row for each side of each transfer that moved money.
pub const ENTRIES: &str = "SELECT from_account AS account, from_version AS version, -amount_fen AS amount_fen, from_before_fen AS before_fen,
   to_account AS other, id, kind, target, code, reference, event_ms, created_ms FROM ledger_transfer WHERE from_version IS NOT NULL
  UNION ALL SELECT to_account, to_version, amount_fen, to_before_fen,
   from_account, id, kind, target, code, reference, event_ms, created_ms FROM ledger_transfer WHERE to_version IS NOT NULL";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1 for the first entry of the account, without gaps.
    pub version: i64,
    /// What it adds; below zero where money leaves.
    pub amount: Fen,
    /// The balance before it, in the order of versions.
    pub before: Fen,
    /// The account on the other side.
    pub other: String,
    /// Id of the transfer.
    pub transfer: String,
    /// Its kind.
    pub kind: TransferKind,
    /// The transfer that it posts or reverses.
    pub target: Option<String>,
    /// Why.
    pub code: String,
    /// What it refers to.
    pub reference: String,
    /// When it happened.
    pub event_ms: i64,
    /// When it was written down.
    pub created_ms: i64,
}

impl Entry {
    /// The balance after it, in the order of versions.
    pub fn after(&self) -> i64 {
        self.before.get() + self.amount.get()
    }
}

fn entry(row: &QueryResult) -> Outcome<Entry> {
    let kind: String = get(row, "kind")?;
    Ok(Entry {
        version: get(row, "version")?,
        amount: fen(row, "amount_fen")?,
        before: fen(row, "before_fen")?,
        other: get(row, "other")?,
        transfer: get(row, "id")?,
        kind: TransferKind::parse(&kind).ok_or_else(|| bad("ledger_transfer", "kind"))?,
        target: get(row, "target")?,
        code: get(row, "code")?,
        reference: get(row, "reference")?,
        event_ms: get(row, "event_ms")?,
        created_ms: get(row, "created_ms")?,
    })
}

/// What the entries of an account are narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Happened on this day or later.
    pub from: Option<Date>,
    /// Happened on this day or earlier.
    pub to: Option<Date>,
    /// Code of the reason.
    pub codes: Vec<String>,
    /// What they refer to.
    pub references: Vec<String>,
    /// Accounts on the other side.
    pub others: Vec<String>,
}

fn narrowed(account: &str, filter: &Filter) -> Where {
    let mut clause = Where::new("1 = 1");
    let place = clause.place(account);
    clause.and(&format!("e.account = {place}"));
    if let Some(from) = filter.from {
        let place = clause.place(from.start().ms());
        clause.and(&format!("e.event_ms >= {place}"));
    }
    if let Some(to) = filter.to {
        let place = clause.place(to.plus_days(1).start().ms());
        clause.and(&format!("e.event_ms < {place}"));
    }
    clause.any("e.code", &filter.codes);
    clause.any("e.reference", &filter.references);
    clause.any("e.other", &filter.others);
    clause
}

/// Entries of an account, the latest first, and how many there are in all. `before` is the version of the last one of
/// the page before.
pub async fn page(
    conn: &Conn,
    account: &str,
    filter: &Filter,
    before: Option<i64>,
    limit: usize,
) -> Outcome<(Vec<Entry>, i64)> {
    let mut clause = narrowed(account, filter);
    let text = format!("SELECT COUNT(*) AS n FROM ({ENTRIES}) e WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    if let Some(before) = before {
        let place = clause.place(before);
        clause.and(&format!("e.version < {place}"));
    }
    let text = format!("SELECT e.* FROM ({ENTRIES}) e WHERE {} ORDER BY e.version DESC LIMIT {limit}", clause.text);
    let rows = all(conn, &text, clause.values).await?;
    Ok((rows.iter().map(entry).collect::<Outcome<_>>()?, total))
}

/// What an account did between two days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The balance at midnight before the first day.
    pub opening: Fen,
    /// Entries that happened between, in the order in which they happened, each with the balance after it.
    pub lines: Vec<(Entry, Fen)>,
    /// The balance at midnight after the last day.
    pub closing: Fen,
    /// There are more entries than are given.
    pub more: bool,
}

/// The statement of an account from one day to another, both included, by when things happened; at most `limit` lines,
/// while opening and closing balance are always those of the days.
pub async fn statement(conn: &Conn, account: &str, from: Date, to: Date, limit: usize) -> Outcome<Statement> {
    let (start, end) = (from.start(), to.plus_days(1).start());
    let opening = balance_at(conn, account, start).await?;
    let first_version = anchor(conn, account, start).await?.map_or(1, |anchor| anchor.next_version);
    let text = format!(
        "SELECT e.* FROM ({ENTRIES}) e WHERE e.account = $1 AND e.version >= $2 AND e.event_ms >= $3 AND e.event_ms < $4
         ORDER BY e.event_ms, e.version LIMIT {}",
        limit + 1
    );
    let values = vec![account.into(), first_version.into(), start.ms().into(), end.ms().into()];
    let rows = all(conn, &text, values).await?;
    let mut balance = opening.get();
    let mut lines = Vec::with_capacity(rows.len().min(limit));
    for row in rows.iter().take(limit) {
        let entry = entry(row)?;
        balance += entry.amount.get();
        lines.push((entry, Fen::new(balance).map_err(|_| bad("ledger_transfer", "amount_fen"))?));
    }
    let closing = balance_at(conn, account, end).await?;
    Ok(Statement { opening, lines, closing, more: rows.len() > limit })
}

/// The balance of an account at an instant: everything that happened before it.
pub async fn balance_at(conn: &Conn, account: &str, at: Instant) -> Outcome<Fen> {
    let anchor = anchor(conn, account, at).await?;
    let (balance, version, start) =
        anchor.map_or((0, 1, i64::MIN), |anchor| (anchor.balance.get(), anchor.next_version, anchor.month.end().ms()));
    let text = format!(
        "SELECT CAST(COALESCE(SUM(e.amount_fen), 0) AS BIGINT) AS n FROM ({ENTRIES}) e
         WHERE e.account = $1 AND e.version >= $2 AND e.event_ms >= $3 AND e.event_ms < $4"
    );
    let values = vec![account.into(), version.into(), start.into(), at.ms().into()];
    let sum: i64 = first(conn, &text, values).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    Fen::new(balance + sum).map_err(|_| bad("ledger_transfer", "amount_fen"))
}
