//! Accounts as people see them: the list, one account, its entries and statements; and opening one.

pub use crate::store::entry::{Entry as AccountEntry, Filter as EntryFilter, Statement as AccountStatement};
pub use crate::store::holding::{Facets, Filter};
pub use crate::store::transfer::Pending;

use super::account::account_open_in;
use super::treasury::{account_resource, load_account};
use crate::rules::account::{Account, Owner, OwnerKind, Standing};
use crate::rules::opening::{self as rules, OpenDraft};
use crate::rules::payment::payment_of;
use crate::store;
use crate::store::list::OWNED;
use kernel::{Adcode, Date, Fen, Refusal};
use platform::ctx::{Mandate, Role};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{Actor, App, Ctx, Outcome};
use registry::corridor;
use rooms::actions::{Done, by, check, seen};
use serde_json::json;
use std::collections::BTreeMap;

/// Money held on one account that its page lists.
const PENDINGS_MAX: usize = 100;
/// Lines of one statement; it says so when there are more.
pub const STATEMENT_LINES_MAX: usize = 5_000;
/// Days of one statement.
pub const STATEMENT_DAYS_MAX: i64 = 366;

/// A page of accounts.
#[derive(Debug, Clone)]
pub struct Holdings {
    /// Its items, in the order of their ids, with what stands on each.
    pub items: Vec<(Account, Standing)>,
    /// Accounts in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
    /// The reader may open one.
    pub may_open: bool,
}

/// A page of the accounts that the actor may see.
///
/// # Errors
/// Sign in; `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn ledger_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Holdings> {
    app.policies().require(ctx, "ledger_list", &Resource::house())?;
    check(&filter.text, &[&filter.purposes, &filter.years, &filter.states])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "ledger_view", "LedgerAccount", &OWNED)?;
    let cursor = page.cursor.as_deref();
    if let Some(cursor) = cursor {
        store::account::by_id(&conn, cursor).await?.ok_or_else(cursor_refused)?;
    }
    let facets = store::holding::facets(&conn, &allowed, filter).await?;
    let (mut items, total) = store::holding::list(&conn, allowed, filter, cursor, page.limit + 1).await?;
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(|(account, _)| account.id.clone());
    Ok(Holdings { items, total, next, facets, may_open: !owners(&ctx.actor).is_empty() })
}

/// Those for whom a person may open accounts: his cities, his organisations, the joint office.
pub fn owners(actor: &Actor) -> Vec<Owner> {
    let mut owners = Vec::new();
    if actor.has(Role::JointOffice) {
        owners.push(Owner::joint_office());
    }
    if actor.has(Role::CityOfficer) {
        owners.extend(actor.cities.iter().map(|city| Owner::city(*city)));
    }
    let pays = actor.memberships.iter().filter(|membership| membership.mandates.contains(&Mandate::Pay));
    owners.extend(pays.map(|membership| Owner::organisation(&membership.organisation)));
    owners
}

/// What people call owners: organisations by their names, as far as they are known.
///
/// # Errors
/// When the database fails.
pub async fn owner_names<'a>(
    app: &App,
    accounts: impl Iterator<Item = &'a Account>,
) -> Outcome<BTreeMap<String, String>> {
    let organisations = accounts.filter(|account| account.owner.kind == OwnerKind::Organisation);
    let ids: Vec<String> = organisations.map(|account| account.owner.id.clone()).collect();
    store::holding::organisations(&app.db().read(), &ids).await
}

/// An account with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The account.
    pub account: Account,
    /// What stands on it.
    pub standing: Standing,
    /// The name of the organisation it belongs to; empty for others.
    pub owner_name: String,
    /// What is held on it, the oldest first.
    pub pendings: Vec<Pending>,
    /// Numbers of the payments for which money is held, by their ids.
    pub numbers: BTreeMap<String, String>,
    /// Its latest entries.
    pub entries: Vec<AccountEntry>,
    /// Entries in all.
    pub entries_total: i64,
    /// The balance at the end of the day that was asked for.
    pub at: Option<(Date, Fen)>,
    /// The reader may pay from it.
    pub may_pay: bool,
    /// The reader may load statements for it.
    pub may_import: bool,
}

async fn visible(app: &App, ctx: &Ctx, id: &str) -> Outcome<(Account, Standing)> {
    let found = load_account(&app.db().read(), id).await?;
    app.policies().require(ctx, "ledger_view", &account_resource(&found.0))?;
    Ok(found)
}

/// One account; with `at`, also its balance at the end of that day.
///
/// # Errors
/// Not found; `date-shape`.
pub async fn ledger_view(app: &App, ctx: &Ctx, id: &str, at: &str, entries: usize) -> Outcome<View> {
    let (account, standing) = visible(app, ctx, id).await?;
    let conn = app.db().read();
    let at = match at.trim() {
        "" => None,
        text => {
            let day = kernel::input::day(text, "at")?;
            Some((day, store::entry::balance_at(&conn, id, day.plus_days(1).start()).await?))
        }
    };
    let resource = account_resource(&account);
    let may = |action: &str| {
        account.closed_ms.is_none() && account.demo == ctx.actor.demo && app.policies().allows(ctx, action, &resource)
    };
    let (found, entries_total) = store::entry::page(&conn, id, &EntryFilter::default(), None, entries).await?;
    let mut names = owner_names(app, std::iter::once(&account)).await?;
    let pendings = store::transfer::pendings_of(&conn, id, PENDINGS_MAX).await?;
    let held: Vec<String> = pendings.iter().filter_map(|held| payment_of(&held.id)).map(str::to_owned).collect();
    let payments = store::payment::by_ids(&conn, &held).await?;
    Ok(View {
        owner_name: names.remove(&account.owner.id).unwrap_or_default(),
        numbers: payments.into_iter().map(|payment| (payment.id, payment.number)).collect(),
        pendings,
        entries: found,
        entries_total,
        at,
        may_pay: may("payment_draft"),
        may_import: may("statement_import"),
        account,
        standing,
    })
}

/// A page of an account's entries.
#[derive(Debug, Clone)]
pub struct Entries {
    /// The account.
    pub account: Account,
    /// What stands on it.
    pub standing: Standing,
    /// Its items, the latest first.
    pub items: Vec<AccountEntry>,
    /// Entries in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A page of the entries of an account.
///
/// # Errors
/// Not found; `filter-values`, or a cursor that is not ours.
pub async fn ledger_entries(app: &App, ctx: &Ctx, id: &str, filter: &EntryFilter, page: &Page) -> Outcome<Entries> {
    let (account, standing) = visible(app, ctx, id).await?;
    check("", &[&filter.codes, &filter.references, &filter.others])?;
    let before = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(cursor.parse::<i64>().ok().filter(|version| *version > 0).ok_or_else(cursor_refused)?),
    };
    let (mut items, total) = store::entry::page(&app.db().read(), id, filter, before, page.limit + 1).await?;
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(|entry| entry.version.to_string());
    Ok(Entries { account, standing, items, total, next })
}

/// Two days, the first not after the second, as a form or an address names them; the present month where nothing is named.
///
/// # Errors
/// `date-shape`, `statement-days`.
pub fn days(from: &str, to: &str, today: Date) -> Result<(Date, Date), Refusal> {
    let first = Date::new(today.year(), today.month(), 1).unwrap_or(today);
    let read = |text: &str, field, other| match text.trim() {
        "" => Ok(other),
        text => kernel::input::day(text, field),
    };
    let (from, to) = (read(from, "from", first)?, read(to, "to", today)?);
    if to < from || to.epoch_day() - from.epoch_day() > STATEMENT_DAYS_MAX {
        return Err(Refusal::invalid(
            "statement-days",
            format!("起止日期须先后相接，且不超过 {STATEMENT_DAYS_MAX} 天，请重新填写。"),
            format!("The last day follows the first, {STATEMENT_DAYS_MAX} days later at most; write them again."),
        )
        .at("to"));
    }
    Ok((from, to))
}

/// The statement of an account between two days, both included.
///
/// # Errors
/// Not found.
pub async fn ledger_statement(
    app: &App,
    ctx: &Ctx,
    id: &str,
    (from, to): (Date, Date),
) -> Outcome<(Account, AccountStatement)> {
    let (account, _) = visible(app, ctx, id).await?;
    let statement = store::entry::statement(&app.db().read(), id, from, to, STATEMENT_LINES_MAX).await?;
    Ok((account, statement))
}

/// Opens an account for a city, an organisation or the joint office, by one of its own people.
///
/// # Errors
/// `account-owner`, forbidden for somebody else's, `step-up`, `account-there`, or a field that is wrong.
pub async fn ledger_open(app: &App, ctx: &Ctx, draft: OpenDraft) -> Outcome<Done> {
    app.in_txn(ctx, "ledger_open", (app.clone(), draft), |tx, (app, draft)| {
        Box::pin(async move {
            let owner = rules::owner(&draft.owner)?;
            let city = city_of(&owner, &tx.ctx().actor);
            if owner.kind == OwnerKind::City && city.is_none_or(|city| corridor::of(app).city(city).is_none()) {
                return Err(rules::owner_unknown().into());
            }
            let account = rules::account(draft, owner, city, by(tx))?;
            let resource = account_resource(&account);
            // Whoever asks names the owner himself: "not for you" tells him nothing that he did not know.
            if tx.ctx().actor.account.is_some() && !app.policies().allows(tx.ctx(), "ledger_open", &resource) {
                return Err(Refusal::forbidden().into());
            }
            app.policies().require(tx.ctx(), "ledger_open", &resource)?;
            if !account_open_in(tx, &account).await? {
                return Err(there(&account.id).into());
            }
            let data = json!({
                "owner": account.owner.kind.code(), "purpose": account.purpose.code(), "year": account.budget_year,
                "subject": account.budget_subject, "year_end": account.year_end.code(),
            });
            let entry =
                Entry::new("ledger.opened", "ledger_account", &account.id).city(account.city).demo(account.demo);
            let entry = tx.journal(entry.data(data)).await?;
            Ok(Done::new(tx, &account.id, entry))
        })
    })
    .await
}

/// The city that an owner belongs to, as far as the actor's standing tells.
fn city_of(owner: &Owner, actor: &Actor) -> Option<Adcode> {
    match owner.kind {
        OwnerKind::City => Adcode::parse(&owner.id).ok(),
        OwnerKind::Organisation => actor.member_of(&owner.id).and_then(|membership| membership.city),
        OwnerKind::JointOffice | OwnerKind::Outside => None,
    }
}

fn there(id: &str) -> Refusal {
    Refusal::conflict(
        "account-there",
        format!("这个账户已经开立（{id}）。请直接使用；确需另开一个的，请填写区分码。"),
        format!("This account is there already ({id}). Use it, or give a mark to open another one."),
    )
    .at("mark")
}
