//! Accounts as JSON: lists, standing, entries, statements.

use crate::actions::holding::{
    AccountEntry, AccountStatement, Filter, Pending, View, days, ledger_entries, ledger_list, ledger_open,
    ledger_statement, ledger_view,
};
use crate::pages::account::{DaysQuery, EntryQuery};
use crate::rules::account::{Account, Standing};
use crate::rules::opening::OpenDraft;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::{Date, Fen};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, created, values};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Entries that one account's document carries; the rest has a list of its own.
const ENTRIES_SHOWN: usize = 10;

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccountQuery {
    /// Words in name, id and reference.
    pub q: String,
    /// Codes of purposes.
    pub purpose: String,
    /// Budget years.
    pub year: String,
    /// `open`, `closed`.
    pub state: String,
}

impl AccountQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            text: self.q.trim().to_owned(),
            purposes: values(&self.purpose),
            years: values(&self.year),
            states: values(&self.state),
        }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/ledger/accounts", "ledger_list", get(list)),
        write("/api/v1/ledger/accounts", "ledger_open", "ledger.opened", post(open)),
        read("/api/v1/ledger/accounts/{id}", "ledger_view", get(view)),
        read("/api/v1/ledger/accounts/{id}/entries", "ledger_view", get(entries)),
        read("/api/v1/ledger/accounts/{id}/statements", "ledger_view", get(statements)),
    ]
}

/// Accounts in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, open, view, entries, statements),
    components(schemas(
        LedgerAccountItem,
        LedgerAccountDetail,
        LedgerPendingItem,
        LedgerEntryItem,
        LedgerStatement,
        LedgerAccountBody,
        LedgerBalanceAt
    ))
)]
pub struct Document;

/// An account with what stands on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerAccountItem {
    /// Its id, such as `city:310117:budget:2026`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// `city`, `organisation`, `joint-office`.
    pub owner_kind: String,
    /// Division code or id of the organisation; empty for the joint office.
    pub owner: String,
    /// What the money is for.
    pub purpose: String,
    /// What it refers to; may be empty.
    pub reference: String,
    /// `CNY`.
    pub currency: String,
    /// Budget year.
    pub budget_year: Option<i32>,
    /// Code of the budget subject.
    pub budget_subject: Option<String>,
    /// `keeps`, `returns`, `carries`.
    pub year_end: String,
    /// The account that gets what is left, if its rule is `returns`.
    pub returns_to: Option<String>,
    /// Fen on it.
    pub balance_fen: i64,
    /// Fen of it that are held.
    pub held_fen: i64,
    /// Fen that may still leave it; null where nothing bounds it.
    pub available_fen: Option<i64>,
    /// Number of its last entry.
    pub version: i64,
    /// When it was opened.
    pub opened_ms: i64,
    /// When it was closed.
    pub closed_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// An account with what is held on it and what happened last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerAccountDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub account: LedgerAccountItem,
    /// The balance at the end of the day that was asked for.
    pub at: Option<LedgerBalanceAt>,
    /// What is held, the oldest first.
    pub pendings: Vec<LedgerPendingItem>,
    /// The latest entries.
    pub entries: Vec<LedgerEntryItem>,
}

/// A balance at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerBalanceAt {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// Fen on the account at its end.
    pub balance_fen: i64,
}

/// Money that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerPendingItem {
    /// Id of the transfer.
    pub id: String,
    /// The account it is held for.
    pub to: String,
    /// Fen.
    pub amount_fen: i64,
    /// Since when.
    pub since_ms: i64,
    /// Until when.
    pub expires_ms: Option<i64>,
}

/// One entry of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerEntryItem {
    /// 1 for the first entry of the account, without gaps.
    pub version: i64,
    /// Fen that it adds; below zero where money leaves.
    pub amount_fen: i64,
    /// Fen on the account before it.
    pub before_fen: i64,
    /// Fen on the account after it.
    pub after_fen: i64,
    /// The account on the other side.
    pub other: String,
    /// Id of the transfer.
    pub transfer: String,
    /// `plain`, `post`, `reversal`.
    pub kind: String,
    /// Why.
    pub code: String,
    /// What it refers to; may be empty.
    pub reference: String,
    /// When it happened.
    pub event_ms: i64,
    /// When it was written down.
    pub created_ms: i64,
}

/// The statement of an account between two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerStatement {
    /// The account.
    pub account: String,
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
    /// Fen before the first day.
    pub opening_fen: i64,
    /// Fen after the last day.
    pub closing_fen: i64,
    /// Entries in the order in which they happened; before and after are in that order too.
    pub entries: Vec<LedgerEntryItem>,
    /// There are more than are given; ask for fewer days.
    pub more: bool,
}

/// An account to open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerAccountBody {
    /// `city:310117`, `organisation:…` or `joint-office`.
    pub owner: String,
    /// What people call it.
    pub name: String,
    /// `budget`, `fund`, `current` or `fee`.
    pub purpose: String,
    /// A short mark that tells it apart from others of its owner and purpose.
    pub mark: String,
    /// Budget year.
    pub budget_year: Option<i32>,
    /// Code of the budget subject.
    pub budget_subject: String,
    /// `keeps`, `returns` or `carries`.
    pub year_end: String,
    /// The account that gets what is left.
    pub returns_to: String,
}

fn item((account, standing): &(Account, Standing)) -> LedgerAccountItem {
    LedgerAccountItem {
        id: account.id.clone(),
        name: account.name.clone(),
        owner_kind: account.owner.kind.code().to_owned(),
        owner: account.owner.id.clone(),
        purpose: account.purpose.code().to_owned(),
        reference: account.reference.clone(),
        currency: account.currency.clone(),
        budget_year: account.budget_year,
        budget_subject: account.budget_subject.clone(),
        year_end: account.year_end.code().to_owned(),
        returns_to: account.returns_to.clone(),
        balance_fen: standing.balance.get(),
        held_fen: standing.held.get(),
        available_fen: standing.available(account.floor),
        version: standing.version,
        opened_ms: account.opened_ms,
        closed_ms: account.closed_ms,
        demo: account.demo,
    }
}

fn entry(entry: &AccountEntry, before: i64) -> LedgerEntryItem {
    LedgerEntryItem {
        version: entry.version,
        amount_fen: entry.amount.get(),
        before_fen: before,
        after_fen: before + entry.amount.get(),
        other: entry.other.clone(),
        transfer: entry.transfer.clone(),
        kind: entry.kind.code().to_owned(),
        code: entry.code.clone(),
        reference: entry.reference.clone(),
        event_ms: entry.event_ms,
        created_ms: entry.created_ms,
    }
}

fn pending(pending: &Pending) -> LedgerPendingItem {
    LedgerPendingItem {
        id: pending.id.clone(),
        to: pending.to.clone(),
        amount_fen: pending.amount.get(),
        since_ms: pending.event_ms,
        expires_ms: pending.expires_ms,
    }
}

fn detail(view: &View) -> LedgerAccountDetail {
    let at = |(day, balance): (Date, Fen)| LedgerBalanceAt { day: day.to_string(), balance_fen: balance.get() };
    LedgerAccountDetail {
        account: item(&(view.account.clone(), view.standing)),
        at: view.at.map(at),
        pendings: view.pendings.iter().map(pending).collect(),
        entries: view.entries.iter().map(|one| entry(one, one.before.get())).collect(),
    }
}

/// A statement as JSON; the page answers it too.
pub(crate) fn statement_of(account: &Account, (from, to): (Date, Date), found: &AccountStatement) -> LedgerStatement {
    let line = |(one, after): &(AccountEntry, Fen)| entry(one, after.get() - one.amount.get());
    LedgerStatement {
        account: account.id.clone(),
        from: from.to_string(),
        to: to.to_string(),
        opening_fen: found.opening.get(),
        closing_fen: found.closing.get(),
        entries: found.lines.iter().map(line).collect(),
        more: found.more,
    }
}

/// A page of accounts as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &AccountQuery,
    paging: &PageQuery,
) -> Result<Listed<LedgerAccountItem>, Problem> {
    let found = ledger_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// A page of entries as JSON; the page answers it too.
pub(crate) async fn listed_entries(
    app: &App,
    caller: &Caller,
    id: &str,
    query: &EntryQuery,
    paging: &PageQuery,
) -> Result<Listed<LedgerEntryItem>, Problem> {
    let found = ledger_entries(app, &caller.ctx, id, &query.filter()?, &paging.page()?).await?;
    let items = found.items.iter().map(|one| entry(one, one.before.get())).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// The accounts that the caller may see, in the order of their ids.
#[utoipa::path(get, path = "/api/v1/ledger/accounts", operation_id = "ledger_account_list", tag = "ledger",
    params(("q" = Option<String>, Query, description = "Words in name, id and reference"),
        ("purpose" = Option<String>, Query, description = "Codes of purposes, such as `budget`"),
        ("year" = Option<String>, Query, description = "Budget years"),
        ("state" = Option<String>, Query, description = "`open`, `closed`"),
        PageQuery),
    responses((status = 200, body = Listed<LedgerAccountItem>), (status = 401), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AccountQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<LedgerAccountItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// Opens an account for one's own city, organisation or office. Asks for a fresh proof of who sits there, so a token
/// cannot do it.
#[utoipa::path(post, path = "/api/v1/ledger/accounts", operation_id = "ledger_account_open", tag = "ledger",
    request_body = LedgerAccountBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 409, description = "It is there already")))]
async fn open(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<LedgerAccountBody>,
) -> Result<Response, Problem> {
    let draft = OpenDraft {
        owner: body.owner,
        name: body.name,
        purpose: body.purpose,
        mark: body.mark,
        budget_year: body.budget_year.map_or(String::new(), |year| year.to_string()),
        budget_subject: body.budget_subject,
        year_end: body.year_end,
        returns_to: body.returns_to,
    };
    let made = ledger_open(&app, &caller.ctx, draft).await?;
    Ok(created(&caller, &made, "/api/v1/ledger/accounts"))
}

/// The day whose balance is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AtQuery {
    at: String,
}

/// One account with what is held on it and its latest entries.
#[utoipa::path(get, path = "/api/v1/ledger/accounts/{id}", operation_id = "ledger_account_view", tag = "ledger",
    params(("id" = String, Path), ("at" = Option<String>, Query, description = "A day, `YYYY-MM-DD`: also gives the balance at its end")),
    responses((status = 200, body = LedgerAccountDetail), (status = 401), (status = 404, description = "Not there, or not for the caller to know"), (status = 422, description = "The day is none")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<AtQuery>,
) -> Result<Json<LedgerAccountDetail>, Problem> {
    Ok(Json(detail(&ledger_view(&app, &caller.ctx, &id, &query.at, ENTRIES_SHOWN).await?)))
}

/// Entries of an account, the latest first.
#[utoipa::path(get, path = "/api/v1/ledger/accounts/{id}/entries", operation_id = "ledger_entry_list", tag = "ledger",
    params(("id" = String, Path),
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`"),
        ("to" = Option<String>, Query, description = "Last day, `YYYY-MM-DD`"),
        ("code" = Option<String>, Query, description = "Codes of reasons, such as `payment.settled`"),
        ("reference" = Option<String>, Query, description = "What they refer to, such as the number of a payment"),
        PageQuery),
    responses((status = 200, body = Listed<LedgerEntryItem>), (status = 401), (status = 404), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn entries(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<EntryQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<LedgerEntryItem>>, Problem> {
    Ok(Json(listed_entries(&app, &caller, &id, &query, &paging).await?))
}

/// The statement of an account between two days, both included; this month up to today if they are left out.
#[utoipa::path(get, path = "/api/v1/ledger/accounts/{id}/statements", operation_id = "ledger_statement_view", tag = "ledger",
    params(("id" = String, Path),
        ("from" = Option<String>, Query, description = "First day, `YYYY-MM-DD`"),
        ("to" = Option<String>, Query, description = "Last day, `YYYY-MM-DD`")),
    responses((status = 200, body = LedgerStatement), (status = 401), (status = 404), (status = 422, description = "A day is none, or they are too far apart")))]
async fn statements(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<LedgerStatement>, Problem> {
    let between = days(&query.from, &query.to, caller.ctx.now.date())?;
    let (account, found) = ledger_statement(&app, &caller.ctx, &id, between).await?;
    Ok(Json(statement_of(&account, between, &found)))
}
