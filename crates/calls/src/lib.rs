//! Open challenge calls (揭榜挂帅): an enterprise poses a problem, cities release it together with shared money, teams
//! anywhere answer, experts review, the enterprise chooses, and the money follows the milestones.
//!
//! A call (榜单) is posed by its challenge owner, vetted by the office of the owner's city and released by the cities and
//! funders together: each pledges its share on its own condition, and the call opens only when a joint act (crate
//! `accords`) is in force and the pledges cover it. Answers are sealed until the deadline (crate `envelopes`). Reviewers
//! come to answers by lot or by exact assignment (crate `assignment`), their scores are adjusted for who gave them (crate
//! `scoring`). The award holds the money of every source in the ledger and milestones pay it out. Everything that is public
//! is published as OCDS and 360Giving too (crate `disclosure`).
//!
//! Rooms: [`rules`] decide without I/O, `store` keeps rows, [`actions`] do one thing each in one transaction, [`pages`] and
//! [`api`] show and accept.

pub mod actions;
pub mod api;
pub mod demo;
mod documents;
pub mod pages;
mod personal;
pub mod rules;
pub(crate) mod store;

pub use actions::publication::Publishing;

use kernel::Locale;
use platform::capability::{Capability, Route};
use platform::db::Migration;
use platform::web::{Menu, NavItem};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [
        store::call::MIGRATIONS,
        store::pledge::MIGRATIONS,
        store::trail::MIGRATIONS,
        store::nda::MIGRATIONS,
        store::question::MIGRATIONS,
        store::amendment::MIGRATIONS,
        store::answer::MIGRATIONS,
        store::answer::check::MIGRATIONS,
        store::award::MIGRATIONS,
        store::objection::MIGRATIONS,
        store::contract::MIGRATIONS,
        store::milestone::MIGRATIONS,
        store::accounts::MIGRATIONS,
        store::publication::MIGRATIONS,
        store::reviewer::MIGRATIONS,
        store::conflict::MIGRATIONS,
        store::draw::MIGRATIONS,
        store::score::MIGRATIONS,
        store::shortlist::MIGRATIONS,
    ]
    .concat()
});

/// Texts of pages, noun by noun.
const TEXTS: &[(Locale, &str)] = rooms::texts![
    "kinds",
    "call",
    "release",
    "pledge",
    "publication",
    "nda",
    "question",
    "amendment",
    "answer",
    "award",
    "objection",
    "contract",
    "milestone",
    "review",
    "draw"
];

/// Who may do what, noun by noun.
const POLICY: &str = concat!(
    include_str!("policy/call.cedar"),
    "\n",
    include_str!("policy/nda.cedar"),
    "\n",
    include_str!("policy/question.cedar"),
    "\n",
    include_str!("policy/amendment.cedar"),
    "\n",
    include_str!("policy/answer.cedar"),
    "\n",
    include_str!("policy/award.cedar"),
    "\n",
    include_str!("policy/publication.cedar"),
    "\n",
    include_str!("policy/review.cedar"),
    "\n"
);

/// Entries of menus.
const MENU: &[NavItem] = &[NavItem { menu: Menu::Main, href: "/calls", key: "call-menu", order: 64 }];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::call::routes(),
        pages::release::routes(),
        pages::pledge::routes(),
        pages::nda::routes(),
        pages::question::routes(),
        pages::amendment::routes(),
        pages::answer::routes(),
        pages::publication::routes(),
        api::call::routes(),
        api::release::routes(),
        api::pledge::routes(),
        api::nda::routes(),
        api::question::routes(),
        api::amendment::routes(),
        api::answer::routes(),
        api::ocds::routes(),
        api::grants::routes(),
        pages::award::routes(),
        pages::objection::routes(),
        pages::contract::routes(),
        pages::milestone::routes(),
        pages::accounts::routes(),
        api::award::routes(),
        api::objection::routes(),
        api::contract::routes(),
        api::milestone::routes(),
        api::accounts::routes(),
        pages::reviewer::routes(),
        pages::draw::routes(),
        pages::task::routes(),
        pages::conflict::routes(),
        api::reviewer::routes(),
        api::draw::routes(),
        api::task::routes(),
        api::conflict::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document, noun by noun.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        api::call::Document::openapi(),
        api::release::Document::openapi(),
        api::pledge::Document::openapi(),
        api::nda::Document::openapi(),
        api::question::Document::openapi(),
        api::amendment::Document::openapi(),
        api::answer::Document::openapi(),
        api::ocds::Document::openapi(),
        api::grants::Document::openapi(),
        api::award::Document::openapi(),
        api::objection::Document::openapi(),
        api::contract::Document::openapi(),
        api::milestone::Document::openapi(),
        api::accounts::Document::openapi(),
        api::reviewer::Document::openapi(),
        api::draw::Document::openapi(),
        api::task::Document::openapi(),
        api::conflict::Document::openapi(),
    ]
}

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        working: store::publication::WORKING,
        personal: personal::PERSONAL,
        migrations: &MIGRATIONS,
        routes,
        policy: POLICY,
        texts: TEXTS,
        menu: MENU,
        jobs: actions::clock::JOBS,
        desk: Some(|app, ctx| Box::pin(actions::desk::items(app, ctx))),
        documents: Some(documents::SOURCE),
        follow: Some(actions::publication::follow),
        demo: Some(demo::run),
        openapi,
        ..Capability::named("calls")
    }
}
