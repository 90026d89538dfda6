//! The registry: who is in the corridor, what they look for and what they have.
//!
//! It owns the corridor's own data (cities, areas, chains and their segments, facts and sources, loaded from
//! a pack), organisations and experts, needs and offers, contact requests, imports, and the matching of a
//! need with whoever in the corridor can meet it. Segment ids and their upstream edges live here, so that
//! matching needs nothing from a higher floor.
//!
//! Rooms: [`rules`] decide without I/O, `store` keeps rows, [`actions`] do one thing each in one transaction,
//! [`pages`] and [`api`] show and accept. [`corridor`] is the pack's data in memory, the same on every node.
//! It uses kernel, pack, search, platform and rooms, and no other capability.

pub mod actions;
pub mod api;
pub mod corridor;
pub mod demo;
mod documents;
mod kept;
pub mod lookup;
pub mod pages;
mod personal;
pub mod rules;
pub(crate) mod store;

pub use actions::pack::{PackLoad, pack_load};

use futures_util::future::BoxFuture;
use kernel::Locale;
use platform::capability::{Capability, DeskItem, Route};
use platform::db::Migration;
use platform::jobs::JobSpec;
use platform::web::{Menu, NavItem};
use platform::{App, Ctx, Outcome};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [
        store::corridor::MIGRATIONS,
        store::fact::MIGRATIONS,
        store::pack::MIGRATIONS,
        store::organisation::MIGRATIONS,
        store::claim::MIGRATIONS,
        store::membership::MIGRATIONS,
        store::expert::MIGRATIONS,
        store::workstation::MIGRATIONS,
        store::poc::MIGRATIONS,
        store::listing::MIGRATIONS,
        store::contact::MIGRATIONS,
        store::matching::MIGRATIONS,
        store::import::MIGRATIONS,
    ]
    .concat()
});

/// Who may do what, noun by noun.
const POLICY: &str = concat!(
    include_str!("policy/corridor.cedar"),
    include_str!("policy/organisation.cedar"),
    include_str!("policy/expert.cedar"),
    include_str!("policy/poc.cedar"),
    include_str!("policy/listing.cedar"),
    include_str!("policy/contact.cedar"),
    include_str!("policy/matching.cedar"),
    include_str!("policy/import.cedar"),
);

/// Texts of pages, noun by noun.
const TEXTS: &[(Locale, &str)] = rooms::texts![
    "kinds",
    "listing",
    "contact",
    "desk",
    "corridor",
    "organisation",
    "expert",
    "workstation",
    "poc",
    "matching",
    "import"
];

/// Entries of menus.
const MENU: &[NavItem] = &[
    NavItem { menu: Menu::Main, href: "/needs", key: "need-menu", order: 10 },
    NavItem { menu: Menu::Main, href: "/offers", key: "offer-menu", order: 20 },
    NavItem { menu: Menu::Main, href: "/organisations", key: "organisation-menu", order: 60 },
    NavItem { menu: Menu::Main, href: "/experts", key: "expert-menu", order: 65 },
    NavItem { menu: Menu::Main, href: "/poc", key: "poc-menu", order: 67 },
    NavItem { menu: Menu::Main, href: "/cities", key: "city-menu", order: 70 },
    NavItem { menu: Menu::Main, href: "/facts", key: "fact-menu", order: 80 },
    NavItem { menu: Menu::Foot, href: "/about", key: "about-menu", order: 10 },
    NavItem { menu: Menu::Foot, href: "/sources", key: "source-menu", order: 20 },
    NavItem { menu: Menu::Admin, href: "/admin/pack", key: "pack-menu", order: 40 },
    NavItem { menu: Menu::Admin, href: "/admin/imports", key: "import-menu", order: 50 },
];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::home::routes(),
        pages::listing::routes(),
        pages::review::routes(),
        pages::contact::routes(),
        pages::desk::routes(),
        api::listing::routes(),
        api::review::routes(),
        api::desk::routes(),
        api::contact::routes(),
        pages::city::routes(),
        pages::fact::routes(),
        pages::corridor::routes(),
        pages::pack::routes(),
        pages::organisation::routes(),
        pages::claim::routes(),
        pages::membership::routes(),
        pages::status::routes(),
        pages::expert::routes(),
        pages::workstation::routes(),
        pages::poc::routes(),
        pages::search::routes(),
        pages::matching::routes(),
        pages::import::routes(),
        api::city::routes(),
        api::fact::routes(),
        api::corridor::routes(),
        api::pack::routes(),
        api::organisation::routes(),
        api::claim::routes(),
        api::membership::routes(),
        api::status::routes(),
        api::expert::routes(),
        api::workstation::routes(),
        api::poc::routes(),
        api::search::routes(),
        api::matching::routes(),
        api::import::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document, noun by noun.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        api::corridor::Document::openapi(),
        api::pack::Document::openapi(),
        api::city::Document::openapi(),
        api::fact::Document::openapi(),
        api::organisation::Document::openapi(),
        api::claim::Document::openapi(),
        api::membership::Document::openapi(),
        api::status::Document::openapi(),
        api::expert::Document::openapi(),
        api::workstation::Document::openapi(),
        api::poc::Document::openapi(),
        api::search::Document::openapi(),
        api::matching::Document::openapi(),
        api::import::Document::openapi(),
        api::listing::Document::openapi(),
        api::review::Document::openapi(),
        api::desk::Document::openapi(),
        api::contact::Document::openapi(),
    ]
}

/// What waits on people's desks, noun by noun.
fn desk<'a>(app: &'a App, ctx: &'a Ctx) -> BoxFuture<'a, Outcome<Vec<DeskItem>>> {
    Box::pin(async move {
        let mut items = actions::desk::items(app, ctx).await?;
        items.extend(actions::claim::desk(app, ctx).await?);
        items.extend(actions::membership::desk(app, ctx).await?);
        items.extend(actions::workstation::desk(app, ctx).await?);
        items.extend(actions::poc::desk(app, ctx).await?);
        Ok(items)
    })
}

/// Work that follows an action.
const JOBS: &[JobSpec] = &[
    actions::expiry::DAY_END,
    JobSpec { name: actions::import::APPLY_JOB, handler: actions::import::apply_job },
    JobSpec { name: actions::import::CLEAN_JOB, handler: actions::import::clean_job },
];

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        working: &["import_key", "import_change", "import_batch.touched_ms"],
        personal: personal::PERSONAL,
        migrations: &MIGRATIONS,
        routes,
        policy: POLICY,
        texts: TEXTS,
        menu: MENU,
        jobs: JOBS,
        desk: Some(desk),
        documents: Some(documents::SOURCE),
        memberships: Some(actions::membership::memberships),
        demo: Some(demo::run),
        openapi,
        ..Capability::named("registry")
    }
}
