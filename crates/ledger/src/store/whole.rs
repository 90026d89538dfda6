//! The whole ledger, page by page: for verification and export.

use super::account::{FROM, SELECT, account, standing};
use super::fen;
use super::transfer::{Pending, made, pending, wordless};
use crate::rules::account::{Account, Standing};
use crate::rules::period::Month;
use crate::rules::transfer::Made;
use kernel::Fen;
use platform::db::Conn;
use platform::{Fault, Outcome};
use rooms::store::rows::{all, first, get};
use sea_orm::QueryResult;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Rows read at once.
const PAGE_ROWS: usize = 4_000;
/// Pages that are read ahead.
const PAGES_AHEAD: usize = 4;

/// Every account with what stands on it, in the order of ids.
pub async fn accounts(conn: &Conn) -> Outcome<Vec<(Account, Standing)>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let text = format!("SELECT {SELECT} FROM {FROM} WHERE a.id > $1 ORDER BY a.id LIMIT {PAGE_ROWS}");
        let rows = all(conn, &text, vec![after.into()]).await?;
        for row in &rows {
            found.push((account(row)?, standing(row)?));
        }
        match found.last().filter(|_| rows.len() == PAGE_ROWS) {
            Some((last, _)) => after = last.id.clone(),
            None => return Ok(found),
        }
    }
}

/// Every transfer in the order in which they were written. Another task reads ahead, so that reading and working on what
/// was read take turns on two cores.
pub struct Transfers {
    which: Which,
    pages: mpsc::Receiver<Outcome<Vec<QueryResult>>>,
    _reader: JoinHandle<()>,
}

/// Which transfers are read, and what of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them, without code and reference: nothing is counted by these.
    Audit,
    /// Those that moved money.
    Moved,
}

/// Begins to read transfers.
pub fn transfers(conn: &Conn, which: Which) -> Transfers {
    let (sender, pages) = mpsc::channel(PAGES_AHEAD);
    let conn = conn.clone();
    let reader = tokio::spawn(async move {
        let mut after = 0_i64;
        loop {
            let page = page(&conn, after, which).await;
            let last = page.as_ref().ok().and_then(|rows| rows.last()).map(|row| get::<i64>(row, "seq"));
            let full = page.as_ref().is_ok_and(|rows| rows.len() == PAGE_ROWS);
            // Whoever works on the pages may have stopped; then nobody wants more.
            if sender.send(page).await.is_err() || !full {
                return;
            }
            match last {
                Some(Ok(seq)) => after = seq,
                _ => return,
            }
        }
    });
    Transfers { which, pages, _reader: reader }
}

async fn page(conn: &Conn, after: i64, which: Which) -> Outcome<Vec<QueryResult>> {
    let (words, only) = match which {
        Which::Audit => ("", ""),
        Which::Moved => (", code, reference", "AND from_version IS NOT NULL "),
    };
    let text = format!(
        "SELECT seq, id, kind, target, from_account, from_version, from_before_fen, to_account, to_version, to_before_fen,
         amount_fen, event_ms, created_ms, expires_ms{words}
         FROM ledger_transfer WHERE seq > $1 {only}ORDER BY seq LIMIT {PAGE_ROWS}"
    );
    all(conn, &text, vec![after.into()]).await
}

impl Transfers {
    /// The next page; none at the end.
    pub async fn next(&mut self) -> Outcome<Option<Vec<Made>>> {
        match self.pages.recv().await {
            None => Ok(None),
            Some(page) => {
                let read = if self.which == Which::Audit { wordless } else { made };
                page?.iter().map(read).collect::<Outcome<Vec<Made>>>().map(Some)
            }
        }
    }
}

/// Every pending transfer that is kept.
pub async fn pendings(conn: &Conn) -> Outcome<Vec<Pending>> {
    let (mut found, mut after): (Vec<Pending>, String) = (Vec::new(), String::new());
    loop {
        let text = format!(
            "SELECT id, account, to_account, amount_fen, event_ms, expires_ms FROM ledger_pending WHERE id > $1 ORDER BY id LIMIT {PAGE_ROWS}"
        );
        let rows = all(conn, &text, vec![after.into()]).await?;
        for row in &rows {
            found.push(pending(row)?);
        }
        match found.last().filter(|_| rows.len() == PAGE_ROWS) {
            Some(last) => after = last.id.clone(),
            None => return Ok(found),
        }
    }
}

/// Every closed period, in order: whether of the demo, and which.
pub async fn periods(conn: &Conn) -> Outcome<Vec<(bool, Month)>> {
    let rows = all(conn, "SELECT demo, month FROM ledger_period ORDER BY month", Vec::new()).await?;
    rows.iter().map(|row| Ok((get(row, "demo")?, Month::parse(&get::<String>(row, "month")?)?))).collect()
}

/// Every closed balance of a month, in the order of accounts.
pub async fn closed_balances(conn: &Conn, month: Month) -> Outcome<Vec<(String, Fen)>> {
    let text = "SELECT account, balance_fen FROM ledger_period_balance WHERE month = $1 ORDER BY account";
    let rows = all(conn, text, vec![month.to_string().into()]).await?;
    rows.iter().map(|row| Ok((get(row, "account")?, fen(row, "balance_fen")?))).collect()
}

/// Balances of accounts that are kept without an account, or of accounts without a kept balance: none, if all is well.
pub async fn orphans(conn: &Conn) -> Outcome<Option<String>> {
    let text = "SELECT a.id AS id FROM ledger_account a LEFT JOIN ledger_balance b ON b.account = a.id WHERE b.account IS NULL
                UNION ALL SELECT b.account FROM ledger_balance b LEFT JOIN ledger_account a ON a.id = b.account WHERE a.id IS NULL";
    let row = first(conn, &format!("SELECT MIN(o.id) AS id FROM ({text}) o"), Vec::new()).await?;
    row.map_or(Ok(None), |row| get(&row, "id"))
}

impl Drop for Transfers {
    fn drop(&mut self) {
        self.pages.close();
    }
}

/// A reader that broke off without saying why cannot be told from one that came to its end, so counting tells.
pub async fn transfers_counted(conn: &Conn) -> Outcome<u64> {
    let row = first(conn, "SELECT COUNT(*) AS n FROM ledger_transfer", Vec::new()).await?;
    let count: i64 = row.map_or(Ok(0), |row| get(&row, "n"))?;
    u64::try_from(count).map_err(|_| Fault::Internal("a count below zero".into()))
}
