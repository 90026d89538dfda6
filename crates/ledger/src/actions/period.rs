//! Closing months, and what becomes of a budget year.

use super::account::{account_close_in, account_open_in};
use super::transfer::transfer;
use crate::rules::account::{Account, Standing};
use crate::rules::period::{self, Blocks, Month};
use crate::store;
use crate::store::period::Closed;
use kernel::{Date, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Accounts ended in one transaction.
const STEP: usize = 100;

/// A period that has been closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodClosed {
    /// Which.
    pub month: Month,
    /// Accounts whose balance was written down.
    pub accounts: usize,
    /// Number of the journal entry.
    pub entry: i64,
}

/// Closes a month of this house's world: nothing that happened in it is written down or changed any more.
///
/// # Errors
/// Forbidden, and what [`period::close`] refuses.
pub async fn period_close(app: &App, ctx: &Ctx, month: Month) -> Outcome<PeriodClosed> {
    app.in_txn(ctx, "period_close", (app.clone(), month), |tx, (app, month)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "period_close", &Resource::house())?;
            close_in(tx, *month, app.settings().demo).await
        })
    })
    .await
}

async fn close_in(tx: &Txn, month: Month, demo: bool) -> Outcome<PeriodClosed> {
    let last = store::period::last(tx, demo).await?;
    period::close(last, month, blocks(tx, month, demo).await?, tx.ctx().now)?;
    let actor = &tx.ctx().actor;
    let closed = Closed { month, at_ms: tx.ctx().now.ms(), by: actor.id().to_owned(), by_name: actor.name.clone() };
    let accounts = store::period::close(tx, demo, last, &closed).await?;
    let data = json!({ "accounts": accounts });
    let entry = Entry::new("period.closed", "ledger_period", &month.to_string()).demo(demo).data(data);
    Ok(PeriodClosed { month, accounts, entry: tx.journal(entry).await? })
}

/// What stands in the way of closing a month.
///
/// # Errors
/// Database faults.
pub async fn blocks(conn: &Conn, month: Month, demo: bool) -> Outcome<Blocks> {
    Ok(Blocks {
        unmatched: store::line::unmatched_until(conn, month.last(), demo).await?,
        pendings: store::period::pendings_before(conn, demo, month.end()).await?,
    })
}

/// What became of a budget year.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct YearEnded {
    /// Accounts that were ended and closed.
    pub ended: usize,
    /// Accounts that stay open, each with the code of why.
    pub kept: Vec<(String, String)>,
}

/// Ends a budget year of this house's world by the rule of each of its accounts: what is left returns or is carried
/// over, by transfers on the last day of the year, and the account is closed.
///
/// It may be asked for again: what was ended stays so.
///
/// # Errors
/// Forbidden, `budget-year`, `year-runs`. What keeps a single account open stands in the answer.
pub async fn year_end(app: &App, ctx: &Ctx, year: i32) -> Outcome<YearEnded> {
    app.policies().require(ctx, "year_end", &Resource::house())?;
    let last = period::year_is_over(year, ctx.now)?;
    let (mut after, mut all) = (String::new(), YearEnded::default());
    loop {
        let input = (app.clone(), last, after);
        let (step, next) = app
            .in_txn(&ctx.unkeyed(), "year_end", input, |tx, (app, last, after)| Box::pin(step(tx, app, *last, after)))
            .await?;
        all.ended += step.ended;
        all.kept.extend(step.kept);
        let Some(next) = next else { return Ok(all) };
        after = next;
    }
}

/// Ends some accounts; returns the last of them if there may be more.
async fn step(tx: &Txn, app: &App, last: Date, after: &str) -> Outcome<(YearEnded, Option<String>)> {
    let accounts = store::account::of_year(tx, app.settings().demo, last.year(), after, STEP).await?;
    let next = accounts.last().filter(|_| accounts.len() == STEP).map(|(account, _)| account.id.clone());
    let (mut done, mut ids) = (YearEnded::default(), Vec::new());
    for (account, standing) in &accounts {
        match end_one(tx, account, *standing, last).await? {
            Ok(()) => ids.push(account.id.as_str()),
            Err(refusal) => done.kept.push((account.id.clone(), refusal.code.to_owned())),
        }
    }
    done.ended = ids.len();
    if !accounts.is_empty() {
        let year = last.year().to_string();
        let entry = Entry::new("year.ended", "ledger_year", &year).demo(app.settings().demo);
        tx.journal(entry.data(json!({ "accounts": ids }))).await?;
    }
    Ok((done, next))
}

/// Ends one account, or says why it stays open; nothing of it is written then but perhaps the account of the next year.
async fn end_one(tx: &Txn, account: &Account, standing: Standing, last: Date) -> Outcome<Result<(), Refusal>> {
    match ended(tx, account, standing, last).await {
        Err(Fault::Refused(refusal)) => Ok(Err(refusal)),
        outcome => outcome.map(Ok),
    }
}

async fn ended(tx: &Txn, account: &Account, standing: Standing, last: Date) -> Outcome<()> {
    let Some(step) = period::year_end(account, standing, last, tx.ctx().now, tx.ctx().actor.id())? else {
        return Ok(());
    };
    if let Some(next) = &step.opened {
        account_open_in(tx, next).await?;
    }
    if let Some(asked) = &step.moved {
        transfer(tx, std::slice::from_ref(asked)).await?;
    }
    account_close_in(tx, &account.id, "year-end").await.map(drop)
}
