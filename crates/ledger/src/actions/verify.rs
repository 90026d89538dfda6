//! Verification: does everything the ledger keeps follow from its transfers?

use crate::rules::audit::{Auditor, Report};
use crate::store;
use crate::store::whole::{self, Which};
use platform::Outcome;
use platform::db::Db;
use std::collections::HashMap;

/// Goes through the whole ledger in one snapshot: every entry in its chain, every pending transfer ended once, every
/// balance, every closed period, and the sum of each world.
///
/// What does not hold is no error: it stands in the report.
///
/// # Errors
/// Database faults.
pub async fn ledger_verify(db: &Db) -> Outcome<Report> {
    let conn = db.snapshot().await?;
    let mut auditor = Auditor::default();
    let accounts = whole::accounts(&conn).await?;
    accounts.iter().for_each(|(account, _)| auditor.account(&account.id, account.demo, account.floor));
    let periods = whole::periods(&conn).await?;
    periods.iter().for_each(|(demo, month)| auditor.period(*demo, *month));
    let mut transfers = whole::transfers(&conn, Which::Audit);
    while let Some(page) = transfers.next().await? {
        page.iter().for_each(|made| auditor.transfer(made));
    }
    let targets: Vec<&str> = auditor.reversals().iter().map(|reversal| reversal.target.as_str()).collect();
    let originals = store::transfer::by_ids(&conn, &targets).await?;
    let originals: HashMap<_, _> = originals.into_iter().map(|made| (made.id.clone(), made)).collect();
    auditor.reversed(&originals);
    for (account, standing) in &accounts {
        auditor.balance(&account.id, standing.balance.get(), standing.held.get(), standing.version);
    }
    for pending in whole::pendings(&conn).await? {
        auditor.pending(&pending.id, &pending.account, pending.amount.get());
    }
    let months: std::collections::BTreeSet<_> = periods.into_iter().map(|(_, month)| month).collect();
    for month in months {
        for (account, balance) in whole::closed_balances(&conn, month).await? {
            auditor.closed_balance(&account, month, balance.get());
        }
    }
    auditor.counted(whole::transfers_counted(&conn).await?);
    if let Some(account) = whole::orphans(&conn).await? {
        auditor.problem(format!("account {account}: account and balance do not stand side by side"));
    }
    Ok(auditor.finish())
}
