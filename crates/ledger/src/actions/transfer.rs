//! Moving money inside the transaction of whoever has a reason to.
//!
//! The caller has asked the policy and writes the journal entry that says why; the entry commits to the rows that are
//! written here. Nothing here authorises anybody.

use super::expiry;
use crate::rules::transfer::{ASKS_MAX, Ask, Made};
use crate::store;
use kernel::Refusal;
use platform::Outcome;
use platform::db::{Conn, Txn};

/// Makes these transfers in the caller's transaction: all of them, or none. Each one whose id is known gives the answer
/// it gave the first time.
///
/// # Errors
/// The refusal of the first transfer that may not happen ([`crate::rules::book`] lists them); nothing is written then.
pub async fn transfer(tx: &Txn, asks: &[Ask]) -> Outcome<Vec<Made>> {
    few(asks.len())?;
    let mut book = store::transfer::book(tx, asks.iter()).await?;
    let made = book.group(asks)?;
    store::transfer::save(tx, &book).await?;
    expiry::watch(tx, book.fresh()).await?;
    Ok(made)
}

/// Makes many groups of transfers at once: each group happens as a whole or not at all, and a refused one never fails
/// its neighbours.
///
/// All accounts are read in one query, and each table is written with few statements.
///
/// # Errors
/// `transfers-many` beyond the limit; database faults. The refusal of a group stands in its place.
pub async fn transfer_batch(tx: &Txn, groups: &[Vec<Ask>]) -> Outcome<Vec<Result<Vec<Made>, Refusal>>> {
    few(groups.iter().map(Vec::len).sum())?;
    let mut book = store::transfer::book(tx, groups.iter().flatten()).await?;
    let made = groups.iter().map(|group| book.group(group)).collect();
    store::transfer::save(tx, &book).await?;
    expiry::watch(tx, book.fresh()).await?;
    Ok(made)
}

/// Transfers that were made, by their ids, in no order.
///
/// Whether the asker may see them is the caller's to ask.
///
/// # Errors
/// Database faults.
pub async fn transfers_by_id(conn: &Conn, ids: &[&str]) -> Outcome<Vec<Made>> {
    store::transfer::by_ids(conn, ids).await
}

fn few(asks: usize) -> Result<(), Refusal> {
    if asks <= ASKS_MAX {
        return Ok(());
    }
    Err(Refusal::invalid(
        "transfers-many",
        format!("一次最多办理 {ASKS_MAX} 笔转账，现在是 {asks} 笔。请分批办理。"),
        format!("At most {ASKS_MAX} transfers at once; there are {asks}. Send them in parts."),
    ))
}
