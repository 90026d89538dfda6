//! Opening and closing accounts inside the transaction of whoever needs them.

use crate::rules::account::{self, Account, Owner, Standing};
use crate::store;
use crate::store::entry::Statement;
use kernel::{Date, Fen, Instant, Refusal};
use platform::Outcome;
use platform::db::{Conn, Txn};

/// Opens an account in the caller's transaction; the caller has asked the policy and writes the journal entry.
///
/// An account that is there already and is the same stays as it is: asking again changes nothing. False then.
///
/// # Errors
/// What [`account::open`] refuses; `account-id-reused` when the id belongs to another account; `account-unknown` or
/// `worlds-mixed` for the account that money returns to.
pub async fn account_open_in(tx: &Txn, account: &Account) -> Outcome<bool> {
    account::open(account)?;
    if let Some((known, _)) = store::account::by_id(tx, &account.id).await? {
        return if account::same(&known, account) { Ok(false) } else { Err(reused(&account.id).into()) };
    }
    if let Some(to) = &account.returns_to {
        let (returns, _) = store::account::by_id(tx, to).await?.ok_or_else(|| account::unknown(to).at("returns_to"))?;
        if returns.demo != account.demo {
            return Err(crate::rules::book::worlds().at("returns_to").into());
        }
    }
    store::account::insert(tx, account).await?;
    Ok(true)
}

/// Closes an account in the caller's transaction; the caller has asked the policy and writes the journal entry.
///
/// # Errors
/// Not found, `account-closed`, `account-not-empty`.
pub async fn account_close_in(tx: &Txn, id: &str, reason: &str) -> Outcome<Account> {
    // The book locks the row, so that nothing is put on the account meanwhile.
    store::transfer::lock(tx, &[id]).await?;
    let (account, standing) = store::account::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
    account::close(&account, standing)?;
    let (now, by) = (tx.ctx().now.ms(), tx.ctx().actor.id());
    store::account::close(tx, id, now, by, reason).await?;
    Ok(Account { closed_ms: Some(now), ..account })
}

/// One account with what stands on it. Whether the asker may see it is the caller's to ask.
///
/// # Errors
/// Database faults.
pub async fn account_by_id(conn: &Conn, id: &str) -> Outcome<Option<(Account, Standing)>> {
    store::account::by_id(conn, id).await
}

/// The open accounts of an owner in one world, each with what stands on it: for a form in which somebody chooses where
/// money comes from. Whether the asker may see them is the caller's to ask.
///
/// # Errors
/// Database faults.
pub async fn accounts_of(conn: &Conn, owner: &Owner, demo: bool) -> Outcome<Vec<(Account, Standing)>> {
    store::holding::of_owner(conn, owner, demo).await
}

/// The balance of an account at an instant: what everything that happened before it comes to, in the order of events
/// and not of when they were written down.
///
/// Whether the asker may see it is the caller's to ask.
///
/// # Errors
/// Database faults.
pub async fn balance_at(conn: &Conn, id: &str, at: Instant) -> Outcome<Fen> {
    store::entry::balance_at(conn, id, at).await
}

/// What an account did from one day to another, both included, at most `lines` of it. Whether the asker may see it is the
/// caller's to ask.
///
/// # Errors
/// Database faults.
pub async fn statement(conn: &Conn, id: &str, from: Date, to: Date, lines: usize) -> Outcome<Statement> {
    store::entry::statement(conn, id, from, to, lines).await
}

fn reused(id: &str) -> Refusal {
    Refusal::conflict(
        "account-id-reused",
        format!("账户编号 {id} 已属于另一个内容不同的账户。请换一个编号。"),
        format!("The id {id} belongs to another account with other contents. Choose another id."),
    )
    .at("id")
}
