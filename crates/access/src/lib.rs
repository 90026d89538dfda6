//! Access: ways to sign in beside the password, and proofs of who sits there.
//!
//! A second factor (codes of an authenticator app, RFC 6238, with recovery codes) is asked for between the password and
//! the session. What cannot be taken back asks for a fresh proof: the policy of such an action forbids it while
//! `!principal.proved`, the house answers with the page of [`pages::proof`], and what was sent is sent again after it.
//! One-time links go by mail through the notices' sending. Passkeys ([`webauthn`]) stand for password and second factor at
//! once; other houses vouch for people by `OpenID` Connect ([`provider`]) for accounts whose owners have linked them.
//!
//! Identity keeps accounts, passwords, sessions and tokens; it asks this capability through
//! [`platform::capability::Access`]. [`totp`] and [`recovery`] compute codes; [`rules`] say no, `store` keeps rows,
//! [`actions`] do one thing each in one transaction, [`pages`] and [`api`] show and accept. It uses kernel, platform,
//! rooms and notices.

pub mod actions;
pub mod api;
pub mod pages;
mod personal;
mod picture;
pub mod provider;
pub mod recovery;
pub mod rules;
pub(crate) mod store;
pub mod totp;
pub mod webauthn;

use kernel::Locale;
use platform::capability::{Access, Capability, Route};
use platform::db::Migration;
use platform::jobs::JobSpec;
use platform::web::{Menu, NavItem};
use utoipa::OpenApi;

/// Steps of the schema, noun by noun.
const MIGRATIONS: &[Migration] =
    &[store::factor::MIGRATION, store::step::MIGRATION, store::passkey::MIGRATION, store::identity::MIGRATION];

/// Texts of pages.
const TEXTS: &[(Locale, &str)] = rooms::texts!["kinds", "access", "passkey", "why"];

/// Entries of menus.
const MENU: &[NavItem] = &[
    NavItem { menu: Menu::SignIn, href: "/password-resets/new", key: "access-reset-link", order: 10 },
    NavItem { menu: Menu::Account, href: "/account/factors", key: "access-factors", order: 10 },
    NavItem { menu: Menu::Account, href: "/account/passkeys", key: "access-passkeys", order: 20 },
    NavItem { menu: Menu::Account, href: "/account/identities", key: "access-identities", order: 30 },
    NavItem { menu: Menu::Admin, href: "/admin/access", key: "access-menu", order: 20 },
    NavItem { menu: Menu::Admin, href: "/admin/why", key: "access-why-menu", order: 30 },
];

/// What only waits for a moment, and the last step used of a secret: written without an entry of their own.
pub const WORKING: &[&str] = &["sign_in_step", "second_factor.last_step", "passkey_question", "sign_in_trip"];

/// Pages and API, noun by noun.
fn routes() -> Vec<Route> {
    [
        pages::enter::routes(),
        pages::factor::routes(),
        pages::passkey::routes(),
        pages::identity::routes(),
        pages::proof::routes(),
        pages::reset::routes(),
        pages::house::routes(),
        pages::why::routes(),
        api::own::routes(),
        api::linked::routes(),
        api::house::routes(),
        api::why::routes(),
    ]
    .concat()
}

/// This capability's parts of the API document.
fn openapi() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        api::own::Document::openapi(),
        api::linked::Document::openapi(),
        api::house::Document::openapi(),
        api::why::Document::openapi(),
    ]
}

/// Work that follows.
const JOBS: &[JobSpec] = &[actions::mail::RESET];

/// What identity asks.
const ACCESS: Access = Access {
    second_step: actions::enter::second_step,
    roles_rest: actions::house::roles_rest,
    link_mail: actions::mail::link_mail,
    ways: pages::ways,
    ask_proof: pages::proof::ask,
};

/// The registration of this capability.
pub fn capability() -> Capability {
    Capability {
        migrations: MIGRATIONS,
        working: WORKING,
        personal: personal::PERSONAL,
        routes,
        policy: include_str!("policy.cedar"),
        texts: TEXTS,
        menu: MENU,
        jobs: JOBS,
        desk: Some(actions::desk::items),
        access: Some(ACCESS),
        openapi,
        ..Capability::named("access")
    }
}
