//! Lines of statements: saying by hand what one is, taking that back, and entering it to an account.

use super::payment::{came_back, not_back, settle, unsettle};
use super::statement::{Line, Match, Statement, load, statement_resource};
use super::transfer::transfer;
use super::treasury::{chosen, happened, load_account, outside, owned};
use crate::rules::account::{Account, Standing};
use crate::rules::payment::{Payment, PaymentState};
use crate::rules::reconcile::{self as rules, EntryDraft, EntryState, LineEntry, MatchRule, Meaning};
use crate::rules::transfer::{Ask, REFERENCE_CHARS_MAX};
use crate::store;
use kernel::input::needed;
use kernel::{Fen, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::{Done, by};
use serde_json::json;

/// A proposal as policies see it.
pub fn entry_resource(entry: &LineEntry, account: &Account) -> Resource {
    owned("LineEntry", &entry.id, account).with("maker", entry.maker.as_str())
}

/// A line with its statement and the account whose bank wrote it.
struct Loaded {
    line: Line,
    account: Account,
}

async fn line_in(conn: &Conn, id: &str) -> Outcome<(Line, Statement, Account)> {
    let line = store::line::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let (statement, account) = load(conn, &line.statement).await?;
    Ok((line, statement, account))
}

async fn line_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<Loaded> {
    let (line, statement, account) = line_in(tx, id).await?;
    app.policies().require(tx.ctx(), action, &statement_resource(&statement.id, &account))?;
    Ok(Loaded { line, account })
}

async fn journalled(tx: &Txn, kind: &'static str, found: &Loaded, data: serde_json::Value) -> Outcome<Done> {
    let (id, account) = (&found.line.open.id, &found.account);
    let entry = Entry::new(kind, "bank_line", id).city(account.city).demo(account.demo).data(data);
    let entry = tx.journal(entry).await?;
    Ok(Done::new(tx, id, entry))
}

fn matched_already() -> Refusal {
    Refusal::conflict(
        "line-matched",
        "这笔流水已经对上了。要改的话，请先取消原来的对账。",
        "This line has been matched already. Take that back first if it is wrong.",
    )
}

fn open(line: &Line) -> Result<(), Refusal> {
    if line.matched.is_some() {
        return Err(matched_already());
    }
    if line.proposed.is_some() {
        return Err(Refusal::conflict(
            "line-proposed",
            "这笔流水已有入账申请在等待复核。请先处理那份申请。",
            "A proposal to enter this line waits for a checker. Have it decided first.",
        ));
    }
    Ok(())
}

/// A person says which payment a line is: that it was paid, or that its money came back.
///
/// # Errors
/// Not found, forbidden, `step-up`, `line-matched`, `line-proposed`, `payment-unknown`, `match-amount`, `match-state`,
/// `match-early`, `needed` for the reason.
pub async fn line_match(app: &App, ctx: &Ctx, id: &str, payment: String, reason: String) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), payment, reason, platform::random::id());
    app.in_txn(ctx, "line_match", input, |tx, (app, id, payment, reason, fresh)| {
        Box::pin(async move {
            let found = line_for(app, tx, "line_match", id).await?;
            open(&found.line)?;
            let payment = own_payment(tx, &found.account, payment).await?;
            let (meaning, reason) = rules::match_by_hand(&found.line.open, &payment, reason)?;
            match meaning {
                Meaning::Paid => settle(tx, &[(payment.clone(), found.line.open.day)]).await?,
                Meaning::CameBack => {
                    came_back(tx, &payment, found.line.open.day, &reason).await?;
                }
            }
            let returned = meaning == Meaning::CameBack;
            let told = told(tx, fresh, (Some(payment.id.clone()), None), MatchRule::Manual, (returned, &reason));
            store::line::matches_add(tx, &[(id.clone(), told)]).await?;
            journalled(tx, "line.matched", &found, json!({ "payment": payment.number, "returned": returned })).await
        })
    })
    .await
}

/// The payment that a form names: one of the same owner and world.
async fn own_payment(tx: &Txn, account: &Account, id: &str) -> Outcome<Payment> {
    let unknown = || {
        Refusal::invalid(
            "payment-unknown",
            "没有这笔支付指令，请从列表中选择。",
            "There is no such instruction; choose one of the list.",
        )
        .at("payment")
    };
    let payment = store::payment::by_id(tx, id.trim()).await?.ok_or_else(unknown)?;
    let paying = load_account(tx, &payment.account).await?.0;
    if paying.owner != account.owner || paying.demo != account.demo {
        return Err(unknown().into());
    }
    Ok(payment)
}

fn told(
    tx: &Txn,
    id: &str,
    (payment, entry): (Option<String>, Option<String>),
    rule: MatchRule,
    (returned, reason): (bool, &str),
) -> Match {
    let by = by(tx);
    Match {
        id: id.to_owned(),
        payment,
        entry,
        rule,
        returned,
        reason: reason.to_owned(),
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    }
}

/// Takes back what a line was found to be; money that moved because of it moves back.
///
/// # Errors
/// Not found, forbidden, `step-up`, `line-open`, `needed` for the reason, `payment-state` when the payment has moved on.
pub async fn line_unmatch(app: &App, ctx: &Ctx, id: &str, reason: String) -> Outcome<Done> {
    app.in_txn(ctx, "line_unmatch", (app.clone(), id.to_owned(), reason), |tx, (app, id, reason)| {
        Box::pin(async move {
            let found = line_for(app, tx, "line_unmatch", id).await?;
            let told = found.line.matched.clone().ok_or_else(not_matched)?;
            let reason = needed(reason, crate::rules::payment::REMARK_CHARS_MAX, "reason")?;
            if let Some(payment) = &told.payment {
                let payment = store::payment::by_id(tx, payment).await?.ok_or_else(Refusal::not_found)?;
                let account = load_account(tx, &payment.account).await?.0;
                if told.returned {
                    not_back(tx, &payment, &account, &reason).await?;
                } else {
                    unsettle(tx, &payment, &account, &reason).await?;
                }
            }
            if let Some(entry) = &told.entry {
                let entry = store::proposal::by_id(tx, entry).await?.ok_or_else(Refusal::not_found)?;
                let next = rules::undo(&entry, &reason, by(tx))?;
                let undo = format!("{}:undo", entry.transfer());
                let back = Ask::reversal(undo, "line.undone", entry.transfer(), None).about(serial(&found));
                transfer(tx, &[back]).await?;
                store::proposal::save(tx, &next).await?;
            }
            store::line::match_undo(tx, &told.id, by(tx), &reason).await?;
            journalled(tx, "line.unmatched", &found, json!({ "rule": told.rule.code() })).await
        })
    })
    .await
}

fn not_matched() -> Refusal {
    Refusal::conflict(
        "line-open",
        "这笔流水还没有对上，没有可以取消的。",
        "This line has not been matched, so there is nothing to take back.",
    )
}

/// Proposes to enter a line to an account of the same owner.
///
/// # Errors
/// Not found, forbidden, `step-up`, `line-matched`, `line-proposed`, `account-needed`, `account-unknown`, a text rule.
pub async fn line_propose(app: &App, ctx: &Ctx, id: &str, draft: EntryDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "line_propose", input, |tx, (app, id, draft, fresh)| {
        Box::pin(async move {
            let found = line_for(app, tx, "line_propose", id).await?;
            open(&found.line)?;
            let entry = rules::propose(fresh, &found.line.open, draft, by(tx))?;
            let (account, _) = chosen(app, tx, "ledger_view", &entry.account, "account").await?;
            if account.owner != found.account.owner {
                return Err(other_owner().into());
            }
            let entry = LineEntry { demo: account.demo, ..entry };
            store::proposal::save(tx, &entry).await?;
            let data =
                json!({ "account": entry.account, "amount_fen": found.line.open.amount.get(), "entry": entry.id });
            journalled(tx, "line.proposed", &found, data).await
        })
    })
    .await
}

fn other_owner() -> Refusal {
    Refusal::invalid(
        "account-owner-other",
        "入账账户必须与对账单属于同一所有者，请另选账户。",
        "The account must have the same owner as the statement; choose another.",
    )
    .at("account")
}

/// A checker enters a line to its account, or says no.
///
/// # Errors
/// Not found, forbidden (for its maker too), `step-up`, `entry-state`, `decision-needed`, `remark-needed`, and what the
/// ledger refuses.
pub async fn line_entry_decide(app: &App, ctx: &Ctx, id: &str, decision: String, remark: String) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), decision, remark, platform::random::id());
    app.in_txn(ctx, "line_entry_decide", input, |tx, (app, id, decision, remark, fresh)| {
        Box::pin(async move {
            let entry = store::proposal::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let account = load_account(tx, &entry.account).await?.0;
            app.policies().require(tx.ctx(), "line_entry_check", &entry_resource(&entry, &account))?;
            let next = rules::decide(&entry, decision, remark, by(tx))?;
            let (line, _, bank) = line_in(tx, &entry.line).await?;
            let found = Loaded { line, account: bank };
            store::proposal::save(tx, &next).await?;
            let kind = match next.state {
                EntryState::Approved => {
                    enter(tx, &found, &next, &account, fresh).await?;
                    "line.entered"
                }
                _ => "line.refused",
            };
            let data = json!({ "account": next.account, "amount_fen": found.line.open.amount.get(), "entry": next.id });
            journalled(tx, kind, &found, data).await
        })
    })
    .await
}

/// The bank's number of a line, as much of it as a transfer can refer to.
fn serial(found: &Loaded) -> String {
    found.line.serial.chars().take(REFERENCE_CHARS_MAX).collect()
}

/// Money that came in goes from the outside to the account, money that went out the other way.
async fn enter(tx: &Txn, found: &Loaded, entry: &LineEntry, account: &Account, fresh: &str) -> Outcome<()> {
    if found.line.matched.is_some() {
        return Err(matched_already().into());
    }
    let (outside, line) = (outside(tx, account).await?, &found.line.open);
    let at = happened(tx, line.day, account.demo).await?;
    let (from, to, amount) = match Fen::ZERO.minus(line.amount) {
        Ok(out) if out > Fen::ZERO => (account.id.clone(), outside, out),
        _ => (outside, account.id.clone(), line.amount),
    };
    let ask = Ask::plain(entry.transfer(), "line.entered", from, to, amount).about(serial(found)).happened(at);
    transfer(tx, &[ask]).await?;
    let told = told(tx, fresh, (None, Some(entry.id.clone())), MatchRule::Entered, (false, &entry.purpose));
    store::line::matches_add(tx, &[(line.id.clone(), told)]).await
}

/// A line with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The line.
    pub line: Line,
    /// Its statement.
    pub statement: Statement,
    /// The account whose bank wrote it.
    pub account: Account,
    /// The payment it was found to be.
    pub payment: Option<Payment>,
    /// Every proposal to enter it, the newest first.
    pub entries: Vec<LineEntry>,
    /// The proposal that waits for a checker, with its account.
    pub waiting: Option<(LineEntry, Account)>,
    /// Payments it can be, by amount.
    pub candidates: Vec<Payment>,
    /// Accounts it can be entered to.
    pub accounts: Vec<(Account, Standing)>,
    /// The reader may match it and enter it.
    pub may_match: bool,
    /// The reader may take the match back.
    pub may_unmatch: bool,
    /// The reader may decide the open proposal.
    pub may_check: bool,
}

/// One line.
///
/// # Errors
/// Not found.
pub async fn line_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let (line, statement, account) = line_in(&conn, id).await?;
    let resource = statement_resource(&statement.id, &account);
    app.policies().require(ctx, "statement_view", &resource)?;
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let free = line.matched.is_none() && line.proposed.is_none();
    let payment = match line.matched.as_ref().and_then(|told| told.payment.as_deref()) {
        Some(payment) => store::payment::by_id(&conn, payment).await?,
        None => None,
    };
    let entries = store::proposal::of_line(&conn, id).await?;
    let waiting = match entries.iter().find(|entry| entry.state == EntryState::Proposed) {
        Some(entry) => Some((entry.clone(), load_account(&conn, &entry.account).await?.0)),
        None => None,
    };
    let may_check = waiting.as_ref().is_some_and(|(entry, account)| {
        app.policies().allows(ctx, "line_entry_check", &entry_resource(entry, account))
    });
    let (candidates, accounts) = match free && may("line_match") {
        true => (candidates(&conn, &line, &account).await?, own_accounts(app, ctx, &account).await?),
        false => (Vec::new(), Vec::new()),
    };
    Ok(View {
        may_match: free && may("line_match"),
        may_unmatch: line.matched.is_some() && may("line_unmatch"),
        may_check,
        payment,
        entries,
        waiting,
        candidates,
        accounts,
        line,
        statement,
        account,
    })
}

/// Payments of the same owner with the amount of a line, in the state that fits its direction.
async fn candidates(conn: &Conn, line: &Line, account: &Account) -> Outcome<Vec<Payment>> {
    let out = Fen::ZERO.minus(line.open.amount).unwrap_or(Fen::ZERO);
    let (state, amount) = match out > Fen::ZERO {
        true => (PaymentState::Exported, out),
        false => (PaymentState::Settled, line.open.amount),
    };
    let owner = (account.owner.kind.code(), account.owner.id.as_str(), account.demo);
    let mut found = store::payment::of_owner(conn, owner, state).await?;
    found.retain(|payment| payment.amount == amount);
    Ok(found)
}

async fn own_accounts(app: &App, ctx: &Ctx, account: &Account) -> Outcome<Vec<(Account, Standing)>> {
    let mut found = super::statement::statement_form(app, ctx).await?;
    found.retain(|(other, _)| other.owner == account.owner && other.demo == account.demo && other.closed_ms.is_none());
    Ok(found)
}
