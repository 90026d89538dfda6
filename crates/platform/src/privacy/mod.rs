//! What the house keeps about people: which columns, what for, for how long, and what becomes of them then.
//!
//! Every capability lists its own ([`crate::capability::Capability::personal`]); docs/security.md shows the list, and a test
//! holds the two together. Every night one job ([`crate::housekeeping`]) takes away what is too old, journals how many rows
//! it was, and wipes the salts of images that are no longer the newest of their row: without its salt the hash of a former
//! value tells nothing.

mod store;

use crate::app::App;
use crate::ctx::Ctx;
use crate::db::Outcome;
use crate::journal::Entry;
use kernel::Instant;

/// Rows changed in one transaction.
const STEP: i64 = 500;
/// The kind of an entry that says how many rows were forgotten.
pub const FORGOTTEN: &str = "privacy.forgotten";

/// Personal columns of a table that are kept for one purpose and go together.
#[derive(Debug)]
pub struct Kept {
    /// The table.
    pub table: &'static str,
    /// The columns that tell of a person, besides ids of accounts, which tell nothing once the account is emptied.
    pub columns: &'static [&'static str],
    /// What they are for.
    pub purpose: &'static str,
    /// When they go.
    pub until: Until,
}

/// When personal columns go.
#[derive(Debug)]
pub enum Until {
    /// Never by themselves: the sentence says why, and what somebody can do.
    Asked(&'static str),
    /// So long after something has happened.
    Days {
        /// How long.
        days: i64,
        /// After what, in words.
        after: &'static str,
        /// The same in SQL: `$1` is the time so many days ago, epoch milliseconds. What has gone is not due again.
        due: &'static str,
        /// Columns of the table's key.
        key: &'static str,
        /// What becomes of them.
        gone: Gone,
    },
}

/// What becomes of personal columns.
#[derive(Debug)]
pub enum Gone {
    /// The row goes.
    Row,
    /// The row stays, and these assignments empty its values.
    Values(&'static str),
}

/// Everything that a house with these capabilities keeps about people.
pub fn kept(app: &App) -> Vec<&'static Kept> {
    let own = crate::identity::PERSONAL.iter().chain(crate::journal::PERSONAL_COLUMNS);
    own.chain(app.capabilities().iter().flat_map(|capability| capability.personal)).collect()
}

/// Every column of every table of the house, in the order of their names: table and column.
///
/// # Errors
/// Database faults.
pub async fn columns(app: &App) -> Outcome<Vec<(String, String)>> {
    let mut columns = store::columns(&app.db().read()).await?;
    columns.sort();
    Ok(columns)
}

impl Kept {
    /// What belongs to an account and goes a month after it was disabled; the table has a column `account`.
    pub const fn with_account(
        table: &'static str,
        columns: &'static [&'static str],
        purpose: &'static str,
        key: &'static str,
    ) -> Kept {
        let due = "account IN (SELECT id FROM account WHERE disabled_ms < $1)";
        let until = Until::Days { days: 30, after: "the account was disabled", due, key, gone: Gone::Row };
        Kept { table, columns, purpose, until }
    }

    /// The statement that takes away what is due; none for what stays.
    fn statement(&self) -> Option<(i64, String)> {
        let Until::Days { days, due, key, gone, .. } = &self.until else { return None };
        let table = self.table;
        let chosen = format!("({key}) IN (SELECT {key} FROM {table} WHERE {due} LIMIT $2)");
        Some(match gone {
            Gone::Row => (*days, format!("DELETE FROM {table} WHERE {chosen}")),
            Gone::Values(set) => (*days, format!("UPDATE {table} SET {set} WHERE {chosen}")),
        })
    }

    /// Its line in docs/security.md.
    pub fn line(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("`{column}`")).collect();
        let (until, gone) = match &self.until {
            Until::Asked(why) => ((*why).to_owned(), "on request".to_owned()),
            Until::Days { days, after, gone, .. } => {
                let gone = if matches!(gone, Gone::Row) { "the row goes" } else { "the values are emptied" };
                let day = if *days == 1 { "day" } else { "days" };
                (format!("{days} {day} after {after}"), gone.to_owned())
            }
        };
        format!("| `{}`: {} | {} | {until} | {gone} |", self.table, columns.join(", "), self.purpose)
    }
}

/// Takes away everything that is due; returns how many rows that were.
///
/// # Errors
/// Database faults.
pub async fn forget(app: &App, now: Instant) -> Outcome<u64> {
    let (ctx, mut total) = (Ctx::system(now), 0);
    for kept in kept(app) {
        let Some((days, text)) = kept.statement() else { continue };
        let before_ms = now.plus_days(-days).ms();
        loop {
            let input = (kept.table, text.clone(), before_ms);
            let rows = app.in_txn(&ctx, "privacy_forget", input, |tx, (table, text, before_ms)| {
                Box::pin(async move {
                    let rows = store::take(tx, text, *before_ms, STEP).await?;
                    if rows > 0 {
                        let data = serde_json::json!({ "rows": rows });
                        tx.journal(Entry::new(FORGOTTEN, "table", table).data(data)).await?;
                    }
                    Ok(rows)
                })
            });
            match rows.await? {
                0 => break,
                rows => total += rows,
            }
        }
    }
    Ok(total)
}
