//! Notices: people learn what concerns them, where and when they want to.
//!
//! Every message derives from a journal entry. [`rules::message`] holds the table of who is told what; the house reads
//! the journal in leaf order, asks for each person the same policies that guard the pages, and writes messages and
//! its position in one transaction, so that nothing is told twice and nothing is lost. Saved searches are asked again
//! for the documents that changed. Mails and webhook calls are rows with tries of their own; their log is for whoever
//! they are for, and for the administrator.
//!
//! Rooms: [`rules`] decide without I/O, `store` keeps rows, [`actions`] do one thing each in one transaction, [`pages`]
//! and [`api`] show and accept. `sending` is what leaves the house. It uses kernel, search, platform, rooms and
//! registry, and no other capability.

pub mod actions;
pub mod api;
mod demo;
pub mod pages;
mod personal;
pub mod rules;
mod sending;
pub(crate) mod store;
mod token;
mod words;

pub use platform::outward::address::is_public;
pub use sending::{Outlets, send_due};
pub use store::letter::{Letter, LetterKind, letter_post};
pub use store::preference::confirmed_address;

use kernel::Locale;
use platform::capability::{Capability, Route};
use platform::db::Migration;
use platform::web::{Menu, NavItem};
use platform::{App, Outcome};
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
const MIGRATIONS: &[Migration] = &[
    store::notice::MIGRATION,
    store::follow::MIGRATION,
    store::saved::MIGRATION,
    store::preference::MIGRATION,
    store::webhook::MIGRATION,
    store::delivery::MIGRATION,
    // Forgetting is the platform's since; a round that an older version has ordered finds nobody to do it.
    Migration {
        name: "notices-0007-forget",
        sql: "DELETE FROM job WHERE name = 'notices.forget' AND state = 'ready';\n",
    },
    store::letter::MIGRATION,
];

/// Texts of pages and mails.
const TEXTS: &[(Locale, &str)] = rooms::texts!["kinds", "message", "inbox"];

/// Entries of menus, and the feeds of lists.
const MENU: &[NavItem] = &[
    NavItem { menu: Menu::Own, href: "/inbox", key: "inbox-menu", order: 10 },
    NavItem { menu: Menu::Record, href: "/follows/new/needs", key: "follow-menu", order: 10 },
    NavItem { menu: Menu::Record, href: "/follows/new/offers", key: "follow-menu", order: 10 },
    NavItem { menu: Menu::Record, href: "/follows/new/organisations", key: "follow-menu", order: 10 },
    NavItem { menu: Menu::Record, href: "/follows/new/workstations", key: "follow-menu", order: 10 },
    NavItem { menu: Menu::Record, href: "/follows/new/poc", key: "follow-menu", order: 10 },
    NavItem { menu: Menu::Record, href: "/follows/new/experts", key: "follow-menu", order: 10 },
    NavItem { menu: Menu::Admin, href: "/admin/deliveries", key: "deliveries-menu", order: 60 },
    NavItem { menu: Menu::Feed, href: "/feeds/needs.atom", key: "feed-needs", order: 10 },
    NavItem { menu: Menu::Feed, href: "/feeds/offers.atom", key: "feed-offers", order: 20 },
    NavItem { menu: Menu::Feed, href: "/feeds/organisations.atom", key: "feed-organisations", order: 30 },
    NavItem { menu: Menu::Feed, href: "/feeds/workstations.atom", key: "feed-workstations", order: 40 },
    NavItem { menu: Menu::Feed, href: "/feeds/poc.atom", key: "feed-poc", order: 50 },
    NavItem { menu: Menu::Feed, href: "/feeds/search.atom", key: "feed-search", order: 60 },
];

/// Tables that hold no domain rows: what derives from the journal, queues and positions. They are written without an
/// entry of their own, as is `told_ms` of a saved search.
pub const WORKING: &[&str] =
    &["notice_position", "notice", "delivery", "letter", "saved_search_known", "saved_search.told_ms"];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::inbox::routes(),
        pages::settings::routes(),
        pages::link::routes(),
        pages::follow::routes(),
        pages::saved::routes(),
        pages::webhook::routes(),
        pages::delivery::routes(),
        pages::feed::routes(),
        api::inbox::routes(),
        api::settings::routes(),
        api::keeping::routes(),
        api::webhook::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document, noun by noun.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        api::inbox::Document::openapi(),
        api::settings::Document::openapi(),
        api::keeping::Document::openapi(),
        api::webhook::Document::openapi(),
    ]
}

/// Tells what the journal says after a leaf, as a node does that read the position a while ago and was held up since:
/// for tests of what happens then.
///
/// # Errors
/// Only when the database or the index fails.
pub async fn tell_from(app: &App, leaf: i64) -> Outcome<bool> {
    actions::tell::step_from(app, leaf).await
}

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        working: WORKING,
        personal: personal::PERSONAL,
        migrations: MIGRATIONS,
        routes,
        policy: include_str!("policy.cedar"),
        texts: TEXTS,
        menu: MENU,
        desk: Some(actions::desk::items),
        follow: Some(actions::tell::follow),
        unread: Some(actions::inbox::unread),
        demo: Some(demo::run),
        openapi,
        ..Capability::named("notices")
    }
}
