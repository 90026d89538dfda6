//! The ledger: money that is always somewhere.
//!
//! Double entry in whole fen, append-only. Money stands on accounts, and the only thing that ever happens to it is a
//! transfer from one account to another, so that all balances of a world (the real one, the demo) sum to zero. A transfer
//! has an id made by whoever asks for it: asked again, it gives the first answer. Money can be held before it moves
//! (pending), and what is held is moved, also in part, given back or expires, exactly once. Nothing is ever changed: a
//! wrong transfer is reversed by another one. Closed months stay as they are.
//!
//! Other capabilities move money inside their own transactions: [`transfer`] makes a slice of transfers happen all or
//! not at all, [`transfer_batch`] decides many such groups in one go. They write the journal entry that says why.
//!
//! **The treasury is outside**: money in the ledger is a record until it has been reconciled with what a bank or a
//! treasury says ([`actions`] of payments and statements).
//!
//! Rooms: [`rules`] decide without I/O, `store` keeps rows, [`actions`] do one thing each in one transaction, [`pages`] and
//! [`api`] show and accept. It uses kernel, platform and rooms, and of its own floor registry: the corridor's cities, and the way an
//! uploaded file is read.

pub mod actions;
pub mod api;
pub mod demo;
pub mod pages;
mod personal;
pub mod rules;
pub(crate) mod store;

pub use actions::account::{account_by_id, account_close_in, account_open_in, accounts_of, balance_at, statement};
pub use actions::transfer::{transfer, transfer_batch, transfers_by_id};
pub use rules::account::{Account, Owner, OwnerKind, Purpose, Standing, YearEnd};
pub use rules::transfer::{Ask, Made, Side, TransferKind};
pub use store::entry::{Entry, Statement};

use kernel::Locale;
use platform::capability::{Capability, Route};
use platform::db::Migration;
use platform::jobs::JobSpec;
use platform::web::{Menu, NavItem};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [
        store::account::MIGRATIONS,
        store::transfer::MIGRATIONS,
        store::period::MIGRATIONS,
        store::payment::MIGRATIONS,
        store::statement::MIGRATIONS,
    ]
    .concat()
});

/// Derived from transfers, so that they can be asked about quickly; `yilang ledger verify` holds them to the transfers.
/// See docs/adr/0012.
const WORKING: &[&str] = &["ledger_balance", "ledger_pending", "ledger_number"];

/// Texts of pages, noun by noun.
const TEXTS: &[(Locale, &str)] = rooms::texts!["kinds", "ledger", "payment", "statement", "line", "period"];

/// Entries of menus.
const MENU: &[NavItem] = &[NavItem { menu: Menu::Desk, href: "/accounts", key: "desk-start-accounts", order: 40 }];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::account::routes(),
        pages::payment::routes(),
        pages::statement::routes(),
        pages::line::routes(),
        pages::period::routes(),
        api::account::routes(),
        api::payment::routes(),
        api::statement::routes(),
        api::line::routes(),
        api::period::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document, noun by noun.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        api::account::Document::openapi(),
        api::payment::Document::openapi(),
        api::statement::Document::openapi(),
        api::line::Document::openapi(),
        api::period::Document::openapi(),
    ]
}

/// Work that follows an action.
const JOBS: &[JobSpec] = &[actions::expiry::EXPIRE];

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        working: WORKING,
        personal: personal::PERSONAL,
        migrations: &MIGRATIONS,
        routes,
        policy: concat!(include_str!("policy/ledger.cedar"), include_str!("policy/treasury.cedar")),
        texts: TEXTS,
        menu: MENU,
        jobs: JOBS,
        desk: Some(|app, ctx| Box::pin(actions::desk::items(app, ctx))),
        demo: Some(demo::run),
        openapi,
        ..Capability::named("ledger")
    }
}
