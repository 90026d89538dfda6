//! Rows of closed periods, with the balance of every account that moved in them.

use super::entry::ENTRIES;
use super::fen;
use crate::rules::period::Month;
use kernel::{Fen, Instant};
use platform::Outcome;
use platform::db::{Conn, Migration};
use rooms::store::rows::{all, first, get, put};
use sea_orm::QueryResult;
use std::collections::HashMap;

/// Tables of periods. A period that has no row is open. `next_version` is the first entry of the account that lies after
/// the period: whatever comes before it belongs to the closed balance, so that nothing older need be read again.
///
/// Guard: one transfer reads what another transaction closes, which only serialisable transactions keep apart.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger-0003-period",
    sql: "
CREATE TABLE ledger_period (
  demo BOOLEAN NOT NULL, month TEXT NOT NULL, at_ms BIGINT NOT NULL, by_account TEXT NOT NULL, by_name TEXT NOT NULL, PRIMARY KEY (demo, month));
CREATE TABLE ledger_period_balance (
  account TEXT NOT NULL REFERENCES ledger_account (id), month TEXT NOT NULL, balance_fen BIGINT NOT NULL, next_version BIGINT NOT NULL,
  PRIMARY KEY (account, month));
",
}];

/// A closed period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Which.
    pub month: Month,
    /// When it was closed.
    pub at_ms: i64,
    /// By which account.
    pub by: String,
    /// Its name at that time.
    pub by_name: String,
}

/// The balance of an account at the end of a closed period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// The period.
    pub month: Month,
    /// The balance at its end.
    pub balance: Fen,
    /// The first entry after it.
    pub next_version: i64,
}

/// Closed periods of a world, the latest first.
pub async fn closed(conn: &Conn, demo: bool, limit: usize) -> Outcome<Vec<Closed>> {
    let text = format!(
        "SELECT month, at_ms, by_account, by_name FROM ledger_period WHERE demo = $1 ORDER BY month DESC LIMIT {limit}"
    );
    let rows = all(conn, &text, vec![demo.into()]).await?;
    let one = |row: &QueryResult| {
        Ok(Closed {
            month: Month::parse(&get::<String>(row, "month")?)?,
            at_ms: get(row, "at_ms")?,
            by: get(row, "by_account")?,
            by_name: get(row, "by_name")?,
        })
    };
    rows.iter().map(one).collect()
}

/// The last closed period of a world.
pub async fn last(conn: &Conn, demo: bool) -> Outcome<Option<Month>> {
    Ok(closed(conn, demo, 1).await?.pop().map(|closed| closed.month))
}

/// Pending transfers of a world that happened before an instant.
pub async fn pendings_before(conn: &Conn, demo: bool, end: Instant) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM ledger_pending p JOIN ledger_account a ON a.id = p.account
                WHERE p.event_ms < $1 AND a.demo = $2";
    let row = first(conn, text, vec![end.ms().into(), demo.into()]).await?;
    row.map_or(Ok(0), |row| get(&row, "n"))
}

/// The latest closed balance of an account whose period ended at an instant or before.
pub async fn anchor(conn: &Conn, account: &str, at: Instant) -> Outcome<Option<Anchor>> {
    // The period of the day before holds every instant that lies before the day.
    let latest = Month::of(at.plus_ms(-1).date());
    let full = if latest.end() <= at { latest } else { Month::of(latest.first().plus_days(-1)) };
    let text = "SELECT month, balance_fen, next_version FROM ledger_period_balance
                WHERE account = $1 AND month <= $2 ORDER BY month DESC LIMIT 1";
    let row = first(conn, text, vec![account.into(), full.to_string().into()]).await?;
    row.map(|row| read_anchor(&row)).transpose()
}

fn read_anchor(row: &QueryResult) -> Outcome<Anchor> {
    Ok(Anchor {
        month: Month::parse(&get::<String>(row, "month")?)?,
        balance: fen(row, "balance_fen")?,
        next_version: get(row, "next_version")?,
    })
}

/// Closes a period: writes down its row and the balance of every account of its world that has moved since the last one.
/// Returns how many accounts that were.
pub async fn close(conn: &Conn, demo: bool, last: Option<Month>, closed: &Closed) -> Outcome<usize> {
    let row = vec![
        demo.into(),
        closed.month.to_string().into(),
        closed.at_ms.into(),
        closed.by.clone().into(),
        closed.by_name.clone().into(),
    ];
    put(conn, "ledger_period", &["demo", "month", "at_ms", "by_account", "by_name"], &[], vec![row]).await?;
    let (start, end) = (last.map_or(i64::MIN, |last| last.end().ms()), closed.month.end().ms());
    let moved = moved(conn, demo, start, end).await?;
    let later = later(conn, demo, end).await?;
    let before = balances(conn, demo).await?;
    let rows: Vec<_> = moved
        .iter()
        .map(|(account, (sum, version))| {
            let balance = before.get(account).copied().unwrap_or(0) + sum;
            let next = later.get(account).copied().unwrap_or(version + 1);
            vec![account.clone().into(), closed.month.to_string().into(), balance.into(), next.into()]
        })
        .collect();
    let columns = ["account", "month", "balance_fen", "next_version"];
    put(conn, "ledger_period_balance", &columns, &[], rows).await?;
    Ok(moved.len())
}

/// For each account that moved from `start` until before `end`: by how much, and its last version.
async fn moved(conn: &Conn, demo: bool, start: i64, end: i64) -> Outcome<Vec<(String, (i64, i64))>> {
    let text = format!(
        "SELECT e.account, CAST(SUM(e.amount_fen) AS BIGINT) AS n, MAX(b.version) AS version
         FROM ({ENTRIES}) e JOIN ledger_account a ON a.id = e.account JOIN ledger_balance b ON b.account = e.account
         WHERE e.event_ms >= $1 AND e.event_ms < $2 AND a.demo = $3 GROUP BY e.account ORDER BY e.account"
    );
    let rows = all(conn, &text, vec![start.into(), end.into(), demo.into()]).await?;
    rows.iter().map(|row| Ok((get(row, "account")?, (get(row, "n")?, get(row, "version")?)))).collect()
}

/// For each account with an entry at or after an instant: the first of them.
async fn later(conn: &Conn, demo: bool, end: i64) -> Outcome<HashMap<String, i64>> {
    let text = format!(
        "SELECT e.account, MIN(e.version) AS version FROM ({ENTRIES}) e JOIN ledger_account a ON a.id = e.account
         WHERE e.event_ms >= $1 AND a.demo = $2 GROUP BY e.account"
    );
    let rows = all(conn, &text, vec![end.into(), demo.into()]).await?;
    rows.iter().map(|row| Ok((get(row, "account")?, get(row, "version")?))).collect()
}

/// The latest closed balance of every account of a world that has one.
async fn balances(conn: &Conn, demo: bool) -> Outcome<HashMap<String, i64>> {
    let text = "SELECT p.account, p.balance_fen FROM ledger_period_balance p JOIN ledger_account a ON a.id = p.account
                WHERE a.demo = $1 AND p.month =
                 (SELECT MAX(q.month) FROM ledger_period_balance q WHERE q.account = p.account)";
    let rows = all(conn, text, vec![demo.into()]).await?;
    rows.iter().map(|row| Ok((get(row, "account")?, get(row, "balance_fen")?))).collect()
}
