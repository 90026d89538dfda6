//! From a cookie or a token to who acts.

use super::rules::{TOUCH_MS, session_expires};
use super::secret::{bearer_of, cookie_of, hash};
use super::store;
use super::store::account::{Account, Grant};
use crate::app::App;
use crate::ctx::{Actor, Ctx, Presence, Role};
use crate::db::Conn;
use crate::fault::Outcome;
use axum::http::HeaderMap;
use kernel::{Adcode, Instant, Refusal, RefusalKind};

/// Who asks, by access token or session cookie; a visitor when there is neither or the session has ended.
///
/// # Errors
/// `token-invalid` (401) for a bearer token that opens nothing: a program must learn that.
pub async fn actor_of(app: &App, headers: &HeaderMap, now: Instant) -> Outcome<Actor> {
    if let Some(token) = bearer_of(headers) {
        return actor_for_token(app, token, now).await?.ok_or_else(|| token_invalid().into());
    }
    match cookie_of(headers, app.site().https) {
        Some(secret) => Ok(actor_for_session(app, secret, now).await?.unwrap_or_else(Actor::visitor)),
        None => Ok(Actor::visitor()),
    }
}

/// Who signed in with this session secret; none when it has ended or the account is disabled.
pub async fn actor_for_session(app: &App, secret: &str, now: Instant) -> Outcome<Option<Actor>> {
    let hash = hash(secret);
    let Some(session) = store::session::by_hash(&app.db().read(), &hash).await? else { return Ok(None) };
    if now.ms() >= session.expires_ms {
        return Ok(None);
    }
    let mut actor = actor_for_account(app, &session.account).await?;
    if let Some(actor) = &mut actor {
        actor.presence = Some(Presence { session: session.id.clone(), proved_ms: session.proved_ms });
    }
    if actor.is_some() && now.ms() - session.seen_ms >= TOUCH_MS {
        let expires = session_expires(Instant::from_ms(session.created_ms), now);
        let input = (hash, now.ms(), expires.ms());
        app.db()
            .in_txn(&Ctx::system(now), "session_touch", input, |tx, (hash, seen, expires)| {
                Box::pin(store::session::touch(tx, hash, *seen, *expires))
            })
            .await?;
    }
    Ok(actor)
}

/// Who acts through this access token, limited to its scopes; none when it opens nothing.
pub async fn actor_for_token(app: &App, secret: &str, now: Instant) -> Outcome<Option<Actor>> {
    let Some(token) = store::token::by_hash(&app.db().read(), &hash(secret)).await? else { return Ok(None) };
    if !token.good_at(now.ms()) {
        return Ok(None);
    }
    let Some(actor) = actor_for_account(app, &token.account).await? else { return Ok(None) };
    if token.last_used_ms.is_none_or(|used| now.ms() - used >= TOUCH_MS) {
        app.db()
            .in_txn(&Ctx::system(now), "token_touch", (token.id.clone(), now.ms()), |tx, (id, at)| {
                Box::pin(store::token::touch(tx, id, *at))
            })
            .await?;
    }
    let mut scopes = token.scopes;
    if !actor.has(Role::Administrator) {
        // The role may have gone since the token was made.
        scopes.retain(|scope| scope != "admin");
    }
    Ok(Some(Actor { scopes: Some(scopes), ..actor }))
}

/// An account as it stands now, with its roles and memberships; none when it is missing or disabled.
pub async fn actor_for_account(app: &App, account: &str) -> Outcome<Option<Actor>> {
    let conn = app.db().read();
    let found = store::account::by_id(&conn, account).await?;
    match found.filter(|account| account.disabled_ms.is_none()) {
        Some(account) => actor_of_row(app, &conn, account).await.map(Some),
        None => Ok(None),
    }
}

async fn actor_of_row(app: &App, conn: &Conn, account: Account) -> Outcome<Actor> {
    let mut grants = store::account::grants(conn, &account.id).await?;
    if grants.iter().any(Grant::is_office) && roles_rest(app, conn, &account.id).await? {
        grants.retain(|grant| !grant.is_office());
    }
    let mut memberships = Vec::new();
    for source in app.capabilities().iter().filter_map(|capability| capability.memberships) {
        memberships.extend(source(conn, &account.id).await?);
    }
    let mut roles: Vec<Role> = grants.iter().map(|grant| grant.role).collect();
    roles.dedup();
    Ok(Actor {
        account: Some(account.id),
        name: account.name,
        roles,
        cities: grants.iter().filter_map(|grant| grant.city).collect(),
        memberships,
        scopes: None,
        demo: account.demo,
        presence: None,
    })
}

/// Whether the offices of an account rest, because the house asks them for a second factor that it does not have.
async fn roles_rest(app: &App, conn: &Conn, account: &str) -> Outcome<bool> {
    for access in app.capabilities().iter().filter_map(|capability| capability.access) {
        if (access.roles_rest)(conn, account).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The accounts that hold a role and may sign in, at most `limit`; for a city officer, those of the city named.
///
/// # Errors
/// Only when the database fails.
pub async fn accounts_with_role(conn: &Conn, role: Role, city: Option<Adcode>, limit: i64) -> Outcome<Vec<String>> {
    let city = city.map(|city| city.to_string()).unwrap_or_default();
    store::account::with_role(conn, role, &city, limit).await
}

/// The accounts that hold an office of any city and may sign in, at most `limit`; see [`Grant::is_office`].
///
/// # Errors
/// Only when the database fails.
pub async fn office_holders(conn: &Conn, limit: i64) -> Outcome<Vec<String>> {
    store::account::with_office(conn, limit).await
}

/// The account that somebody means who types a login name or an address; its own capability asks, never a page.
///
/// # Errors
/// Only when the database fails.
pub async fn account_named(conn: &Conn, typed: &str) -> Outcome<Option<Account>> {
    Ok(store::account::to_sign_in(conn, &typed.trim().to_lowercase()).await?.map(|(account, _)| account))
}

/// The roles an account holds, also those that rest.
///
/// # Errors
/// Only when the database fails.
pub async fn account_grants(conn: &Conn, id: &str) -> Outcome<Vec<Grant>> {
    store::account::grants(conn, id).await
}

/// The row of an account, for the house's own work; pages ask
/// [`actions::account_by_id`](super::actions::account_by_id).
///
/// # Errors
/// Only when the database fails.
pub async fn account_row(conn: &Conn, id: &str) -> Outcome<Option<Account>> {
    store::account::by_id(conn, id).await
}

fn token_invalid() -> Refusal {
    Refusal::new(
        RefusalKind::SignIn,
        "token-invalid",
        "访问令牌无效、已过期或已撤销。请在“我的账号”中新建令牌。",
        "The access token is unknown, expired or revoked. Make a new one on the page My account.",
    )
}
