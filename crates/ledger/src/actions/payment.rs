//! Payment instructions: making, checking, sending, and noting that they came back.

mod view;

pub use crate::store::payment::{Facets, Filter};
pub use view::{FileView, Payments, View, payment_file_view, payment_form, payment_list, payment_ready, payment_view};

use super::transfer::transfer;
use super::treasury::{chosen, load_account, outside, owned, sha256};
use crate::rules::account::Account;
use crate::rules::payment::{self as rules, Draft, FILE_PAYMENTS_MAX, Payment, PaymentState, Step, Word};
use crate::rules::transfer::Ask;
use crate::store;
use kernel::{Date, Fen, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::{Entry, EntryId};
use platform::policy::Resource;
use platform::{Actor, App, Ctx, Outcome};
use rooms::actions::{Done, by};
use serde_json::json;

/// An instruction as policies see it when this actor looks at it.
pub fn payment_resource(payment: &Payment, account: &Account, actor: &Actor) -> Resource {
    let party = actor.memberships.iter().any(|membership| membership.name == payment.payee.name);
    owned("Payment", &payment.id, account).with("maker", payment.maker.as_str()).with("party", party)
}

async fn load(conn: &Conn, id: &str) -> Outcome<(Payment, Account)> {
    let payment = store::payment::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let account = load_account(conn, &payment.account).await?.0;
    Ok((payment, account))
}

async fn load_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<(Payment, Account)> {
    let (payment, account) = load(tx, id).await?;
    app.policies().require(tx.ctx(), action, &payment_resource(&payment, &account, &tx.ctx().actor))?;
    Ok((payment, account))
}

/// The entry about an instruction: what it is, never to whom.
pub(super) fn entry(kind: &'static str, payment: &Payment, account: &Account) -> Entry {
    let data = json!({ "number": payment.number, "account": payment.account, "amount_fen": payment.amount.get() });
    Entry::new(kind, "payment", &payment.id).city(account.city).demo(payment.demo).data(data)
}

async fn kept(tx: &Txn, kind: &'static str, payment: &Payment, account: &Account, step: Option<Step>) -> Outcome<Done> {
    store::payment::save(tx, payment).await?;
    if let Some(step) = step {
        store::payment::steps_add(tx, &[(payment.id.clone(), step)]).await?;
    }
    let entry = tx.journal(entry(kind, payment, account)).await?;
    Ok(Done::new(tx, &payment.id, entry))
}

/// Makes an instruction; it stays its maker's until it is put before the checkers.
///
/// # Errors
/// `account-unknown` for an account that is not there or not the maker's to use, `worlds-mixed`, `account-closed`,
/// `payment-day-full`, or a field that is wrong.
pub async fn payment_draft(app: &App, ctx: &Ctx, draft: Draft) -> Outcome<Done> {
    let input = (app.clone(), draft, platform::random::id());
    app.in_txn(ctx, "payment_draft", input, |tx, (app, draft, id)| {
        Box::pin(async move {
            let by = by(tx);
            let nth = store::payment::next_number(tx, "payment", by.now.date(), by.demo).await?;
            let number = rules::number(by.now.date(), nth, by.demo)?;
            let payment = rules::begin(id, number, draft, by)?;
            let account = usable(app, tx, &payment.account).await?;
            kept(tx, "payment.drafted", &payment, &account, None).await
        })
    })
    .await
}

/// An account from which this actor may pay.
async fn usable(app: &App, tx: &Txn, id: &str) -> Outcome<Account> {
    let (account, _) = chosen(app, tx, "payment_draft", id, "account").await?;
    if account.closed_ms.is_some() {
        return Err(crate::rules::account::closed(id).at("account").into());
    }
    Ok(account)
}

/// Changes a draft of one's own.
///
/// # Errors
/// Not found, forbidden, `payment-state`, or as [`payment_draft`].
pub async fn payment_edit(app: &App, ctx: &Ctx, id: &str, draft: Draft) -> Outcome<Done> {
    app.in_txn(ctx, "payment_edit", (app.clone(), id.to_owned(), draft), |tx, (app, id, draft)| {
        Box::pin(async move {
            let (payment, _) = load_for(app, tx, "payment_edit", id).await?;
            let next = rules::edit(&payment, draft, by(tx))?;
            let account = usable(app, tx, &next.account).await?;
            kept(tx, "payment.edited", &next, &account, None).await
        })
    })
    .await
}

/// Puts a draft before the checkers.
///
/// # Errors
/// Not found, forbidden, `step-up`, `payment-state`.
pub async fn payment_submit(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "payment_submit", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let (payment, account) = load_for(app, tx, "payment_submit", id).await?;
            let (next, step) = rules::submit(&payment, by(tx))?;
            kept(tx, "payment.submitted", &next, &account, Some(step)).await
        })
    })
    .await
}

/// Takes an instruction back before it left; what was held is free again.
///
/// # Errors
/// Not found, forbidden, `step-up`, `payment-state`.
pub async fn payment_withdraw(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "payment_withdraw", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let (payment, account) = load_for(app, tx, "payment_withdraw", id).await?;
            let (next, step) = rules::withdraw(&payment, by(tx))?;
            if payment.holds() {
                transfer(tx, &[free(&payment, "payment.withdrawn")]).await?;
            }
            kept(tx, "payment.withdrawn", &next, &account, Some(step)).await
        })
    })
    .await
}

/// Gives back what is held for an instruction.
fn free(payment: &Payment, code: &str) -> Ask {
    Ask::void(payment.transfer("free"), code, payment.hold()).about(&payment.number)
}

/// Holds the money of an instruction.
pub(super) fn hold(payment: &Payment, outside: &str) -> Ask {
    Ask::pending(payment.hold(), "payment.held", &payment.account, outside, payment.amount, None).about(&payment.number)
}

/// A checker approves an instruction, which holds its money, or rejects it with a reason.
///
/// # Errors
/// Not found, forbidden (for its maker too), `step-up`, `payment-state`, `decision-needed`, `reason-needed`,
/// `remark-needed`, and what the ledger refuses, such as `balance-short`.
pub async fn payment_decide(app: &App, ctx: &Ctx, id: &str, word: Word) -> Outcome<Done> {
    app.in_txn(ctx, "payment_decide", (app.clone(), id.to_owned(), word), |tx, (app, id, word)| {
        Box::pin(async move {
            let (payment, account) = load_for(app, tx, "payment_check", id).await?;
            let (next, step) = rules::decide(&payment, word, by(tx))?;
            let kind = match next.state {
                PaymentState::Approved => {
                    let outside = outside(tx, &account).await?;
                    transfer(tx, &[hold(&next, &outside)]).await?;
                    "payment.approved"
                }
                _ => "payment.rejected",
            };
            kept(tx, kind, &next, &account, Some(step)).await
        })
    })
    .await
}

/// Notes that the bank did not pay: what was held is free again. Never by its maker.
///
/// # Errors
/// Not found, forbidden, `step-up`, `payment-state`, `reason-needed`, `remark-needed`.
pub async fn payment_return(app: &App, ctx: &Ctx, id: &str, word: Word) -> Outcome<Done> {
    app.in_txn(ctx, "payment_return", (app.clone(), id.to_owned(), word), |tx, (app, id, word)| {
        Box::pin(async move {
            let (payment, account) = load_for(app, tx, "payment_return", id).await?;
            let (next, step) = rules::give_back(&payment, word, by(tx))?;
            transfer(tx, &[free(&payment, "payment.returned")]).await?;
            kept(tx, "payment.returned", &next, &account, Some(step)).await
        })
    })
    .await
}

/// Puts approved instructions of one account into a file for the bank. They leave once: the same file can be fetched
/// again, and no instruction is ever in two.
///
/// # Errors
/// `account-unknown`, `step-up`, `payments-needed`, `payments-many`, `payment-state` when one is no longer approved.
pub async fn payment_export(app: &App, ctx: &Ctx, account: &str, payments: Vec<String>) -> Outcome<Done> {
    let input = (app.clone(), account.to_owned(), payments, platform::random::id());
    app.in_txn(ctx, "payment_export", input, |tx, (app, account, payments, id)| {
        Box::pin(async move {
            let account = load_account(tx, account).await?.0;
            app.policies().require(tx.ctx(), "payment_export", &super::treasury::account_resource(&account))?;
            let left = leaving(tx, &account, payments).await?;
            let number = file_number(tx, account.demo).await?;
            export(tx, &account, id, &number, &left).await
        })
    })
    .await
}

/// The instructions that are to leave, each of this account.
async fn leaving(tx: &Txn, account: &Account, ids: &[String]) -> Outcome<Vec<Payment>> {
    if ids.is_empty() {
        return Err(Refusal::invalid(
            "payments-needed",
            "请至少勾选一笔已同意的支付指令。",
            "Choose at least one approved instruction.",
        )
        .at("payments")
        .into());
    }
    if ids.len() > FILE_PAYMENTS_MAX {
        return Err(Refusal::invalid(
            "payments-many",
            format!("一个文件最多 {FILE_PAYMENTS_MAX} 笔，请分几次生成。"),
            format!("A file has {FILE_PAYMENTS_MAX} payments at most; make several."),
        )
        .at("payments")
        .into());
    }
    let mut unique: Vec<String> = ids.to_vec();
    unique.sort();
    unique.dedup();
    let found = store::payment::by_ids(tx, &unique).await?;
    if found.len() != unique.len() || found.iter().any(|payment| payment.account != account.id) {
        return Err(Refusal::not_found().into());
    }
    Ok(found)
}

async fn file_number(tx: &Txn, demo: bool) -> Outcome<String> {
    let day = tx.ctx().now.date();
    let world = if demo { "YLDF" } else { "YLF" };
    let nth = store::payment::next_number(tx, "file", day, demo).await?;
    Ok(format!("{world}{:04}{:02}{:02}-{nth:03}", day.year(), day.month(), day.day()))
}

async fn export(tx: &Txn, account: &Account, id: &str, number: &str, payments: &[Payment]) -> Outcome<Done> {
    let by = by(tx);
    let (mut left, mut steps) = (Vec::new(), Vec::new());
    for payment in payments {
        let (next, step) = rules::export(payment, id, by)?;
        steps.push((next.id.clone(), step));
        left.push(next);
    }
    let (by_account, by_name, at_ms) = (by.account.to_owned(), by.name.to_owned(), by.now.ms());
    let file = rules::fill((id, number, &account.id), &left, by.now.date(), sha256).map_err(|_| too_much())?;
    let file = rules::PaymentFile { demo: account.demo, by: by_account, by_name, at_ms, ..file };
    // The file first: the payments name it.
    store::payment::file_add(tx, &file).await?;
    store::payment::save_all(tx, &left).await?;
    store::payment::steps_add(tx, &steps).await?;
    let data = json!({
        "number": file.number, "account": file.account, "count": file.count, "total_fen": file.total.get(),
        "csv_sha256": file.csv_sha256, "json_sha256": file.json_sha256,
        "payments": left.iter().map(|payment| payment.number.as_str()).collect::<Vec<_>>(),
    });
    let entry = Entry::new("payment.exported", "payment_file", &file.id).city(account.city).demo(file.demo).data(data);
    let entry: EntryId = tx.journal(entry).await?;
    Ok(Done::new(tx, &file.id, entry))
}

fn too_much() -> Refusal {
    Refusal::invalid(
        "amount-large",
        "这些支付指令的合计超出系统可记的金额，请分几个文件生成。",
        "Together these payments are more than can be written; make several files.",
    )
    .at("payments")
}

/// Payments and days of them, as reconciliation needs both.
pub(super) type Settled = (Payment, Date);

/// Writes down that payments were paid: what was held goes out, on the days the bank says. All of one owner.
pub(super) async fn settle(tx: &Txn, settled: &[Settled]) -> Outcome<()> {
    let (mut asks, mut next, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for (payment, day) in settled {
        let (paid, step) = rules::settle(payment, by(tx))?;
        let at = super::treasury::happened(tx, *day, payment.demo).await?;
        asks.push(paid_out(payment).happened(at));
        steps.push((paid.id.clone(), step));
        next.push(paid);
    }
    transfer(tx, &asks).await?;
    store::payment::save_all(tx, &next).await?;
    store::payment::steps_add(tx, &steps).await
}

/// What was held goes out.
fn paid_out(payment: &Payment) -> Ask {
    Ask::post(payment.transfer("post"), "payment.settled", payment.hold(), None).about(&payment.number)
}

/// The line was another payment's: the money comes back and is held again.
pub(super) async fn unsettle(tx: &Txn, payment: &Payment, account: &Account, reason: &str) -> Outcome<Payment> {
    let (next, step) = rules::unsettle(payment, reason, by(tx))?;
    let outside = outside(tx, account).await?;
    let back = Ask::reversal(payment.transfer("undo"), "payment.unsettled", payment.transfer("post"), None);
    transfer(tx, &[back.about(&payment.number), hold(&next, &outside)]).await?;
    moved(tx, next, step).await
}

/// The money of a settled payment came back on a day.
pub(super) async fn came_back(tx: &Txn, payment: &Payment, day: Date, reason: &str) -> Outcome<Payment> {
    let (next, step) = rules::came_back(payment, reason, by(tx))?;
    let at = super::treasury::happened(tx, day, payment.demo).await?;
    let back = Ask::reversal(payment.transfer("back"), "payment.returned", payment.transfer("post"), None);
    transfer(tx, &[back.about(&payment.number).happened(at)]).await?;
    moved(tx, next, step).await
}

/// It did not come back after all: it is out again.
pub(super) async fn not_back(tx: &Txn, payment: &Payment, account: &Account, reason: &str) -> Outcome<Payment> {
    let (next, step) = rules::not_back(payment, reason, by(tx))?;
    let outside = outside(tx, account).await?;
    let again = Ask::plain(next.transfer("post"), "payment.settled", &next.account, outside, next.amount);
    transfer(tx, &[again.about(&next.number)]).await?;
    moved(tx, next, step).await
}

async fn moved(tx: &Txn, next: Payment, step: Step) -> Outcome<Payment> {
    store::payment::save(tx, &next).await?;
    store::payment::steps_add(tx, &[(next.id.clone(), step)]).await?;
    Ok(next)
}

/// The sum of payments, as far as it can be written.
pub fn total(payments: &[Payment]) -> Fen {
    payments.iter().fold(Fen::ZERO, |sum, payment| sum.plus(payment.amount).unwrap_or(Fen::MAX))
}
