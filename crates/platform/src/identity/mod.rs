//! Accounts, sessions, tokens and the roles people hold.

use crate::db::Migration;

/// Tables of identity.
pub const MIGRATIONS: &[Migration] = &[];

use crate::app::App;
use crate::ctx::Actor;
use crate::fault::Outcome;
use axum::http::HeaderMap;
use kernel::Instant;

/// Who asks, by session cookie or bearer token; a visitor when there is neither.
pub async fn actor_of(_app: &App, _headers: &HeaderMap, _now: Instant) -> Outcome<Actor> {
    Ok(Actor::visitor())
}
