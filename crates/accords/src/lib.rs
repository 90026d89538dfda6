//! Joint acts: what several cities decide together, and what follows from it.
//!
//! A joint act (共同决定) is a text with its parties, each party's consent or reservation, its money and its validity. The
//! joint office drafts and circulates it; a circulated text stands as a version, and a changed one asks everybody again.
//! It comes into force in the very transaction in which the last party whose consent it takes consents. Meetings of the
//! joint conference (联席会议) yield resolutions and items of action plans; cities report, and the joint office supervises
//! (督办).
//!
//! Other capabilities stand on acts in force: [`accord_in_force`] gives one by its id, [`accords_in_force`] those of a
//! kind. Both read through a connection, so that they can be asked inside the transaction that relies on the answer.
//! [`accord_circulate_in`] puts an act before its parties inside the caller's transaction.
//!
//! Rooms: [`rules`] decide without I/O, `store` keeps rows, [`actions`] do one thing each in one transaction, [`pages`]
//! and [`api`] show and accept. It uses kernel, search, platform, rooms and registry (the corridor's cities and
//! calendar).

pub mod actions;
pub mod api;
pub mod demo;
mod documents;
pub mod pages;
mod personal;
pub mod rules;
pub(crate) mod store;

pub use actions::accord::{
    InForce, NewAct, accord_circulate_in, accord_in_force, accord_state_in, accord_take_back_in, accords_in_force,
};
pub use rules::accord::{AccordKind, AccordState, OuterDraft};

use kernel::Locale;
use platform::capability::{Capability, Route};
use platform::db::Migration;
use platform::jobs::JobSpec;
use platform::web::{Menu, NavItem};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [store::accord::MIGRATIONS, store::meeting::MIGRATIONS, store::item::MIGRATIONS, store::supervision::MIGRATIONS]
        .concat()
});

/// Texts of pages, noun by noun.
const TEXTS: &[(Locale, &str)] = rooms::texts!["kinds", "accord", "meeting", "item", "supervision"];

/// Entries of menus.
const MENU: &[NavItem] = &[NavItem { menu: Menu::Main, href: "/accords", key: "accord-menu", order: 68 }];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::accord::routes(),
        pages::meeting::routes(),
        pages::item::routes(),
        pages::supervision::routes(),
        api::accord::routes(),
        api::meeting::routes(),
        api::item::routes(),
        api::supervision::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document, noun by noun.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        api::accord::Document::openapi(),
        api::meeting::Document::openapi(),
        api::item::Document::openapi(),
        api::supervision::Document::openapi(),
    ]
}

/// Work that follows an action.
const JOBS: &[JobSpec] = &[actions::clock::DAY_END];

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        personal: personal::PERSONAL,
        migrations: &MIGRATIONS,
        routes,
        policy: include_str!("policy/accords.cedar"),
        texts: TEXTS,
        menu: MENU,
        jobs: JOBS,
        desk: Some(|app, ctx| Box::pin(actions::desk::items(app, ctx))),
        documents: Some(documents::SOURCE),
        demo: Some(demo::run),
        openapi,
        ..Capability::named("accords")
    }
}
