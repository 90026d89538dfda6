//! Signing in by another house: out to it, and back.

use super::enter::second_step;
use super::identity::{IDENTITIES_MAX, gate};
use super::{hash, own, passkey::session, person};
use crate::provider::{Arrived, Provider, Secrets};
use crate::rules::provider as rules;
use crate::store::identity::{self, Identity, Trip};
use platform::identity::actions::{
    Attempts, Entered, Opening, Passed, Visitor, password_mark, session_refuse, signing_in,
};
use platform::identity::{account_row, rules as identity_rules, safe_next};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};

/// How long somebody may be away, in milliseconds.
pub const TRIP_MS: i64 = 10 * 60_000;

/// Somebody about to leave for another house.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The other house's address.
    pub href: String,
    /// What it is called.
    pub name: kernel::Text,
    /// What the browser carries until it comes back.
    pub secret: String,
}

/// What the browser brings back.
#[derive(Debug, Clone, Default)]
pub struct Returned {
    /// What the other house gives for a statement.
    pub code: String,
    /// What this house gave it.
    pub state: String,
    /// Who it says it is; may be empty.
    pub iss: String,
    /// Why it says no; empty for a yes.
    pub error: String,
}

/// How far somebody has come who came back.
#[derive(Debug, Clone)]
pub enum Ended {
    /// To a session or its second step, and where to go then.
    Entered(Entered, String),
    /// To an identity that is linked.
    Linked,
}

/// Where a provider sends people back to.
fn back(app: &App, provider: &Provider) -> String {
    format!("{}/sign-in/returns/{}", app.settings().public_url.trim_end_matches('/'), provider.id)
}

/// Ways out and back are counted by address: see [`super::passkey_show`].
fn attempts(secret: &str, visitor: &Visitor) -> Attempts {
    Attempts::of_place("provider", &hash(secret), &visitor.ip)
}

/// Sends somebody to another house to sign in there.
///
/// # Errors
/// `provider-unknown` (404), `provider-away` (503), `provider-untrue`, `sign-in-wait` (429).
pub async fn trip_begin(app: &App, ctx: &Ctx, id: &str, next: &str, visitor: &Visitor) -> Outcome<Leaving> {
    app.policies().require(ctx, "provider_enter", &Resource::house())?;
    let secret = platform::random::secret();
    attempts(&secret, visitor).count(app, ctx).await?;
    let trip = Trip { provider: id.to_owned(), link: None, next: safe_next(next).to_owned() };
    set_out(app, ctx, secret, trip).await
}

/// Sends whoever is signed in to another house, to link the identity he has there.
///
/// # Errors
/// As [`trip_begin`]; as the policy says; `step-up`; `identities-many`.
pub async fn link_begin(app: &App, ctx: &Ctx, id: &str) -> Outcome<Leaving> {
    let account = own(ctx)?;
    app.policies().require(ctx, "identity_link", &person(&account))?;
    if identity::of_account(&app.db().read(), &account, IDENTITIES_MAX).await?.len() >= IDENTITIES_MAX {
        return Err(rules::identities_many().into());
    }
    let link = Some((account, session(ctx)?));
    let trip = Trip { provider: id.to_owned(), link, next: "/account/identities".to_owned() };
    set_out(app, ctx, platform::random::secret(), trip).await
}

async fn set_out(app: &App, ctx: &Ctx, secret: String, trip: Trip) -> Outcome<Leaving> {
    let gate = gate(app);
    let provider = gate.provider(&trip.provider)?;
    let secrets = Secrets::of(&secret);
    let href = gate.door(provider, &back(app, provider), &secrets, ctx.now.ms()).await?;
    let input = (trip, hash(&secrets.state), hash(&secret));
    app.in_txn(&ctx.unkeyed(), "trip_begin", input, |tx, (trip, state, cookie)| {
        Box::pin(async move {
            let now_ms = tx.ctx().now.ms();
            identity::trip_insert(tx, (state, cookie), trip, (now_ms, now_ms + TRIP_MS)).await?;
            tx.journal(Entry::new("provider.asked", "house", "house").batched()).await.map(|_| ())
        })
    })
    .await?;
    Ok(Leaving { href, name: provider.name.clone(), secret })
}

/// Ends a trip: opens a session, or links an identity. Each trip ends once, in the browser it began in.
///
/// # Errors
/// `provider-unknown` (404), `trip-over`, `provider-away` (503), `provider-denied`, `provider-untrue`, `identity-unknown`,
/// `identity-taken`, `account-disabled`, `sign-in-wait` (429).
pub async fn trip_end(
    app: &App,
    ctx: &Ctx,
    id: &str,
    secret: &str,
    brought: &Returned,
    visitor: Visitor,
) -> Outcome<Ended> {
    app.policies().require(ctx, "provider_enter", &Resource::house())?;
    let gate = gate(app);
    let provider = gate.provider(id)?;
    let attempts = attempts(secret, &visitor);
    attempts.count(app, ctx).await?;
    let hashes = (hash(&brought.state), hash(secret));
    // A working row, like the count of attempts: what happens to it is recorded when it has led somewhere.
    let unkeyed = ctx.unkeyed();
    let taken = app.db().in_txn(&unkeyed, "trip_take", hashes, |tx, (state, cookie)| {
        Box::pin(identity::trip_take(tx, state, cookie, tx.ctx().now.ms()))
    });
    let trip = taken.await?.filter(|trip| trip.provider == id).ok_or_else(rules::trip_over)?;
    let issuer = Some(brought.iss.as_str()).filter(|issuer| !issuer.is_empty());
    gate.named(provider, issuer, ctx.now.ms()).await?;
    if !brought.error.is_empty() || brought.code.is_empty() {
        return Err(rules::denied().into());
    }
    let secrets = Secrets::of(secret);
    let arrived = gate.arrive(provider, &back(app, provider), &secrets, &brought.code, ctx.now.ms()).await?;
    match trip.link {
        Some((account, session)) => link(app, ctx, provider, arrived, (account, session)).await,
        None => enter(app, ctx, arrived, (attempts, visitor), trip.next).await,
    }
}

/// Opens a session for whoever an identity is linked to, by a second step where the account has a second factor and none
/// that counts was shown.
async fn enter(
    app: &App,
    ctx: &Ctx,
    arrived: Arrived,
    (attempts, visitor): (Attempts, Visitor),
    next: String,
) -> Outcome<Ended> {
    let conn = app.db().read();
    let Some(found) = identity::by_subject(&conn, &arrived.issuer, &arrived.subject).await? else {
        session_refuse(app, ctx, "unknown".to_owned()).await?;
        return Err(rules::identity_unknown().into());
    };
    let Some(account) = account_row(&conn, &found.account).await? else { return Err(rules::identity_unknown().into()) };
    if account.disabled_ms.is_some() {
        session_refuse(app, ctx, account.id).await?;
        return Err(identity_rules::disabled().into());
    }
    if !arrived.strong {
        let mark = password_mark(&conn, &account.id).await?;
        let login = account.login.clone();
        let passed = Passed { account: account.id.clone(), login, visitor: visitor.clone(), next: next.clone(), mark };
        if let Some(step) = second_step(app, ctx, &passed).await? {
            return Ok(Ended::Entered(Entered::Step(step), next));
        }
    }
    // Both the way out and the way back were counted.
    let opening = Opening::new(ctx, &account, visitor, vec![attempts.clone(), attempts]);
    app.in_txn(&signing_in(ctx, &account), "provider_enter", (found.id, opening.clone()), |tx, (id, opening)| {
        Box::pin(async move {
            // It may have been unlinked a moment ago.
            if !identity::used(tx, id, tx.ctx().now.ms()).await? {
                return Err(rules::identity_unknown().into());
            }
            opening.open(tx).await
        })
    })
    .await?;
    Ok(Ended::Entered(Entered::Session(opening.opened()), next))
}

/// Links an identity to the account that set out, in the session it set out from.
async fn link(
    app: &App,
    ctx: &Ctx,
    provider: &Provider,
    arrived: Arrived,
    (account, from): (String, String),
) -> Outcome<Ended> {
    if own(ctx)? != account || session(ctx)? != from {
        return Err(rules::trip_over().into());
    }
    let new = Identity {
        id: platform::random::id(),
        account,
        provider: provider.id.clone(),
        issuer: arrived.issuer,
        subject: arrived.subject,
        linked_ms: ctx.now.ms(),
        used_ms: None,
    };
    app.in_txn(&ctx.unkeyed(), "identity_link", new, |tx, new| {
        Box::pin(async move {
            if identity::of_account(tx, &new.account, IDENTITIES_MAX).await?.len() >= IDENTITIES_MAX {
                return Err(rules::identities_many().into());
            }
            if !identity::insert(tx, new).await? {
                return Err(rules::identity_taken().into());
            }
            let data = serde_json::json!({ "provider": new.provider });
            tx.journal(Entry::new("identity.linked", "account", &new.account).data(data)).await.map(|_| ())
        })
    })
    .await?;
    Ok(Ended::Linked)
}
