//! Accounts, sessions, tokens and the roles people hold.
//!
//! * [`actions`]: one public function per thing one may do.
//! * [`actor_of`], [`actor_for_session`], [`actor_for_token`], [`actor_for_account`]: from a cookie, a token or an id to
//!   the [`Actor`](crate::ctx::Actor) that policies see. Memberships come from the capability that keeps them.
//! * [`idempotency`]: a repeat of a request gets the first answer.
//! * Pages: sign-in, one's own account, one-time links, administration of accounts, jobs and the journal.
//!
//! Passwords are hashed with argon2id outside transactions, a few at once. Of session cookies, access tokens and
//! one-time links only SHA-256 hashes are stored. Every change is a journal entry that holds no secret.

pub mod actions;
mod actor;
mod api;
pub mod idempotency;
mod kept;
mod pages;
mod password;
pub mod rules;
pub(crate) mod secret;
mod store;

pub use actor::{
    account_grants, account_named, account_row, accounts_with_role, actor_for_account, actor_for_session,
    actor_for_token, actor_of, office_holders,
};
pub use kept::PERSONAL;
pub use pages::{Place, on_form, role_text, safe_next, welcome};
pub use password::{LANES, MEMORY_KIB, PASSES};
pub use secret::{TOKEN_PREFIX, cookie_name};
pub use store::MIGRATIONS;
pub use store::account::{Account, Grant};
pub use store::invite::{Invite, InviteKind};
pub use store::session::Session;
pub use store::token::ApiToken;

use crate::capability::Route;
use kernel::Locale;

/// Texts of the pages of identity, by language.
pub const TEXTS: &[(Locale, &str)] = &[
    (Locale::ZhCn, include_str!("../../locales/zh-CN/identity.ftl")),
    (Locale::En, include_str!("../../locales/en/identity.ftl")),
];

/// Pages and API of identity and administration.
pub fn routes() -> Vec<Route> {
    [pages::routes(), api::routes()].concat()
}

/// The part of the API document about accounts, tokens and jobs.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api::document()
}
