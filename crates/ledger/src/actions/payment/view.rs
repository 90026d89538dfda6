//! Payment instructions as lists, pages and forms read them.

use super::{load, payment_resource};
use crate::actions::treasury::{account_resource, load_account, owned};
use crate::rules::account::{Account, Standing};
use crate::rules::payment::{Payment, PaymentFile, PaymentState, Step};
use crate::store;
use crate::store::line::Line;
use crate::store::list::OWNED;
use crate::store::payment::{Facets, Filter};
use kernel::Refusal;
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Outcome};
use rooms::actions::{check, cut, from, seen};
use std::collections::BTreeMap;

/// A page of instructions.
#[derive(Debug, Clone)]
pub struct Payments {
    /// Its items, the newest change first.
    pub items: Vec<Payment>,
    /// Instructions in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
    /// The newest files.
    pub files: Vec<PaymentFile>,
    /// Names of the accounts from which the reader may pay, by their ids.
    pub names: BTreeMap<String, String>,
    /// The reader may make one.
    pub may_draft: bool,
    /// Some are approved and may leave.
    pub ready: bool,
}

/// A page of the instructions that the actor may read.
///
/// # Errors
/// Sign in; `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn payment_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Payments> {
    app.policies().require(ctx, "payment_list", &Resource::house())?;
    check(&filter.text, &[&filter.states, &filter.accounts])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "payment_view", "Payment", &OWNED)?;
    let cursor = page.cursor.as_deref();
    let start = from(cursor, store::payment::position(&conn, cursor.unwrap_or_default()).await?)?;
    let facets = store::payment::facets(&conn, &allowed, filter).await?;
    let ready = !store::payment::waiting(&conn, allowed.clone(), PaymentState::Approved).await?.is_empty();
    let (found, total) = store::payment::list(&conn, allowed, filter, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |payment| &payment.id);
    let files = store::payment::file_list(&conn, seen(app, ctx, "payment_file_view", "PaymentFile", &OWNED)?).await?;
    let names: BTreeMap<String, String> =
        payment_form(app, ctx).await?.into_iter().map(|(account, _)| (account.id, account.name)).collect();
    Ok(Payments { items, total, next, facets, files, may_draft: !names.is_empty(), names, ready })
}

/// An instruction with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The instruction.
    pub payment: Payment,
    /// The account that pays.
    pub account: Account,
    /// What stands on it.
    pub standing: Standing,
    /// What happened to it, in order.
    pub steps: Vec<Step>,
    /// The file it left in.
    pub file: Option<PaymentFile>,
    /// Lines of statements that are it.
    pub lines: Vec<Line>,
    /// The reader may change it and put it before the checkers.
    pub may_edit: bool,
    /// The reader may take it back.
    pub may_withdraw: bool,
    /// The reader may check it.
    pub may_check: bool,
    /// The reader may note that the bank did not pay.
    pub may_return: bool,
}

/// One instruction.
///
/// # Errors
/// Not found.
pub async fn payment_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let (payment, account) = load(&conn, id).await?;
    let resource = payment_resource(&payment, &account, &ctx.actor);
    app.policies().require(ctx, "payment_view", &resource)?;
    let may = |action: &str, states: &[PaymentState]| {
        states.contains(&payment.state) && app.policies().allows(ctx, action, &resource)
    };
    let before = [PaymentState::Drafted, PaymentState::Submitted, PaymentState::Approved];
    Ok(View {
        may_edit: may("payment_edit", &before[..1]),
        may_withdraw: may("payment_withdraw", &before),
        may_check: may("payment_check", &[PaymentState::Submitted]),
        may_return: may("payment_return", &[PaymentState::Exported]),
        standing: load_account(&conn, &payment.account).await?.1,
        steps: store::payment::steps(&conn, id).await?,
        file: match &payment.file {
            Some(file) => store::payment::file_by_id(&conn, file).await?,
            None => None,
        },
        lines: store::line::of_payment(&conn, id).await?,
        account,
        payment,
    })
}

/// The accounts from which the actor may pay, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn payment_form(app: &App, ctx: &Ctx) -> Outcome<Vec<(Account, Standing)>> {
    let allowed = seen(app, ctx, "ledger_view", "LedgerAccount", &OWNED)?;
    let mut found = store::holding::visible(&app.db().read(), allowed).await?;
    found.retain(|(account, _)| {
        account.closed_ms.is_none()
            && account.demo == ctx.actor.demo
            && app.policies().allows(ctx, "payment_draft", &account_resource(account))
    });
    Ok(found)
}

/// Approved instructions that may leave, by account: what a form for a file offers.
///
/// # Errors
/// Sign in.
pub async fn payment_ready(app: &App, ctx: &Ctx) -> Outcome<Vec<(Account, Vec<Payment>)>> {
    app.policies().require(ctx, "payment_list", &Resource::house())?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "payment_view", "Payment", &OWNED)?;
    let mut groups: Vec<(Account, Vec<Payment>)> = Vec::new();
    for payment in store::payment::waiting(&conn, allowed, PaymentState::Approved).await? {
        match groups.iter_mut().find(|(account, _)| account.id == payment.account) {
            Some((_, payments)) => payments.push(payment),
            None => {
                let account = load_account(&conn, &payment.account).await?.0;
                if app.policies().allows(ctx, "payment_export", &account_resource(&account)) {
                    groups.push((account, vec![payment]));
                }
            }
        }
    }
    Ok(groups)
}

/// A file with its payments.
#[derive(Debug, Clone)]
pub struct FileView {
    /// The file.
    pub file: PaymentFile,
    /// The account that pays.
    pub account: Account,
    /// Its payments, in order of their numbers.
    pub payments: Vec<Payment>,
}

/// One file.
///
/// # Errors
/// Not found.
pub async fn payment_file_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<FileView> {
    let conn = app.db().read();
    let file = store::payment::file_by_id(&conn, id).await?.ok_or_else(Refusal::not_found)?;
    let account = load_account(&conn, &file.account).await?.0;
    app.policies().require(ctx, "payment_file_view", &owned("PaymentFile", id, &account))?;
    Ok(FileView { payments: store::payment::of_file(&conn, id).await?, file, account })
}
