//! The ledger as a file for another program to check.

use crate::rules::export::{self, Format, Moved};
use crate::store::whole::{self, Which};
use kernel::{Date, Fen};
use platform::db::Db;
use platform::{Fault, Outcome};
use std::collections::{BTreeSet, HashMap};
use std::io::Write;

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Accounts.
    pub accounts: usize,
    /// Transfers that moved money.
    pub transfers: usize,
    /// Balances that are asserted.
    pub assertions: usize,
}

/// Writes the whole ledger, in one snapshot, page by page.
///
/// # Errors
/// Database faults; input/output errors.
pub async fn ledger_export(db: &Db, format: Format, mut out: impl Write + Send) -> Outcome<Exported> {
    let conn = db.snapshot().await?;
    let accounts = whole::accounts(&conn).await?;
    let named = |id: &str, names: &HashMap<String, (String, bool)>| {
        names.get(id).cloned().ok_or_else(|| Fault::Internal(format!("no account {id}")))
    };
    let names: HashMap<String, (String, bool)> = accounts
        .iter()
        .map(|(account, _)| (account.id.clone(), (export::name(format, account), account.demo)))
        .collect();
    let mut text = String::new();
    export::head(format, &mut text);
    let first = Date::new(1970, 1, 1).map_err(|error| Fault::Internal(error.to_string()))?;
    accounts.iter().for_each(|(account, _)| export::account(format, &mut text, &names[&account.id].0, first));
    let mut done = Exported { accounts: accounts.len(), ..Exported::default() };
    let mut last = first;
    let mut transfers = whole::transfers(&conn, Which::Moved);
    while let Some(page) = transfers.next().await? {
        for made in &page {
            let (from, to) = (&names.get(&made.from.account), &names.get(&made.to.account));
            let (Some((from, demo)), Some((to, _))) = (from, to) else {
                return Err(Fault::Internal(format!("transfer {} names no account", made.id)));
            };
            let day = made.event_at.date();
            last = last.max(day);
            let moved = Moved {
                day,
                id: &made.id,
                code: &made.code,
                reference: &made.reference,
                from,
                to,
                amount: made.amount,
                demo: *demo,
            };
            export::transfer(format, &mut text, &moved);
        }
        done.transfers += page.len();
        flush(&mut out, &mut text)?;
    }
    let months: BTreeSet<_> = whole::periods(&conn).await?.into_iter().map(|(_, month)| month).collect();
    for month in months {
        let closed = whole::closed_balances(&conn, month).await?;
        let rows = closed.iter().map(|(id, fen)| Ok((named(id, &names)?.0, *fen))).collect::<Outcome<Vec<_>>>()?;
        done.assertions += assert(format, &mut text, month.last(), &format!("closed {month}"), &rows);
        flush(&mut out, &mut text)?;
    }
    let used = accounts.iter().filter(|(_, standing)| standing.version > 0);
    let rows: Vec<(String, Fen)> =
        used.map(|(account, standing)| (names[&account.id].0.clone(), standing.balance)).collect();
    done.assertions += assert(format, &mut text, last, "balances", &rows);
    flush(&mut out, &mut text)?;
    out.flush().map_err(failed)?;
    Ok(done)
}

fn assert(format: Format, text: &mut String, day: Date, what: &str, rows: &[(String, Fen)]) -> usize {
    if !rows.is_empty() {
        export::assertions(format, text, day, what);
        rows.iter().for_each(|(name, balance)| export::assertion(format, text, day, name, *balance));
    }
    rows.len()
}

fn flush(out: &mut impl Write, text: &mut String) -> Outcome<()> {
    out.write_all(text.as_bytes()).map_err(failed)?;
    text.clear();
    Ok(())
}

fn failed(error: std::io::Error) -> Fault {
    Fault::Internal(format!("the export: {error}"))
}
