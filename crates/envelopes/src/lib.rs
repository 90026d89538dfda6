//! Sealed rounds: envelopes that nobody can read before an opening committee opens them.
//!
//! An opening committee (开启委员会) has seats of the cities that act together, filled up by the joint office and a
//! notary. Its trustees make a key among themselves with `yilang trustee`; the server sees and checks everything that is
//! public of it and never a secret. A round (密封轮次) takes envelopes sealed to that key until it closes. Then the list
//! of envelopes and its root go into the journal; only after that trustees give shares, each with a proof. As many seats
//! as the committee needs open all envelopes; with fewer by the opening deadline the round is void.
//!
//! **What holds, and what does not:** any `t` trustees of a committee together can read every envelope, also before the
//! opening. Fewer cannot, and the operator of this house cannot. Whoever serves the page that seals could serve another
//! one; `yilang seal` does without it.
//!
//! Other capabilities stand on this one: [`round_open`] begins a round inside their own transaction, [`round_abandon`]
//! gives it up, [`rounds_of`] finds it again, [`contents`] and [`document_of`] give what was in it after the opening. Who
//! may see that is theirs to decide.
//!
//! Rooms: [`rules`] decide without I/O (with the engine `sealing`), `store` keeps rows, [`actions`] do one thing each in
//! one transaction, [`pages`] and [`api`] show and accept. It uses kernel, sealing, stripping, proof, platform,
//! rooms and registry (the corridor's cities).

pub mod actions;
pub mod api;
pub mod demo;
pub mod pages;
mod personal;
pub mod rules;
pub(crate) mod store;

pub use actions::committee::committee_of;
pub use actions::content::{Document, FileLine, Manifest, Opened, contents, document_of};
pub use actions::envelope::{Form, SendCommand, Sent, envelope_form, envelope_send};
pub use actions::round::{round_abandon, round_open, rounds_of, sent_by, settled};
pub use pages::envelope::attachment;
pub use rules::committee::{Committee, Seat, SeatKind};
pub use rules::round::{Envelope, NewRound, Owner, Round, RoundState};

use kernel::Locale;
use platform::capability::{Capability, Route};
use platform::db::Migration;
use platform::web::{Menu, NavItem};
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
static MIGRATIONS: LazyLock<Vec<Migration>> = LazyLock::new(|| {
    [
        store::committee::MIGRATIONS,
        store::round::MIGRATIONS,
        store::envelope::MIGRATIONS,
        store::part::MIGRATIONS,
        store::share::MIGRATIONS,
        store::outcome::MIGRATIONS,
    ]
    .concat()
});

/// Texts of pages, noun by noun.
const TEXTS: &[(Locale, &str)] = rooms::texts!["kinds", "committee", "round", "envelope"];

/// Entries of menus.
const MENU: &[NavItem] = &[NavItem { menu: Menu::Main, href: "/rounds", key: "round-menu", order: 69 }];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::committee::routes(),
        pages::round::routes(),
        pages::envelope::routes(),
        api::committee::routes(),
        api::round::routes(),
        api::envelope::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document, noun by noun.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![api::committee::Document::openapi(), api::round::Document::openapi(), api::envelope::Document::openapi()]
}

/// Tables whose rows no journal entry commits to: the bytes of envelopes, which their hash holds.
const WORKING: &[&str] = &["envelope_part"];

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        working: WORKING,
        personal: personal::PERSONAL,
        migrations: &MIGRATIONS,
        routes,
        policy: include_str!("policy/envelopes.cedar"),
        texts: TEXTS,
        menu: MENU,
        jobs: actions::clock::JOBS,
        desk: Some(|app, ctx| Box::pin(actions::desk::items(app, ctx))),
        demo: Some(demo::run),
        openapi,
        ..Capability::named("envelopes")
    }
}
