//! Signing in and out.

use super::super::rules::{
    self, PATIENCE_PAIR, PATIENCE_PLACE, PATIENCE_STRANGERS, PLACE_MS, Patience, USER_AGENT_CHARS_MAX,
};
use super::super::store::session::Session;
use super::super::{password, secret, store};
use super::{own, person};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Txn};
use crate::fault::Outcome;
use crate::journal::Entry;
use crate::policy::Resource;
use kernel::Refusal;

/// From where somebody tries to sign in.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    /// The peer's address (an IPv6 caller's network); may be empty in tests and commands.
    pub ip: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// An attempt to sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Login name or e-mail address, as typed.
    pub login: String,
    /// The password, as typed.
    pub password: String,
    /// From where.
    pub visitor: Visitor,
}

/// A fresh session. The secret is told once and kept by the browser only.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// For the cookie.
    pub secret: String,
    /// Who signed in.
    pub account: String,
    /// When the session ends if it is used to the last.
    pub age_ms: i64,
    /// The language the account prefers.
    pub locale: kernel::Locale,
}

/// The counts one attempt falls under.
#[derive(Debug, Clone)]
struct Counts {
    pair: String,
    place: String,
    name: String,
    place_known: String,
}

impl Counts {
    fn of(login: &str, ip: &str) -> Counts {
        Counts {
            pair: secret::key(&["pair", login, ip]),
            place: secret::key(&["place", ip]),
            name: secret::key(&["name", login]),
            place_known: secret::key(&["known", ip]),
        }
    }
}

/// Signs in. An unknown name takes as long as a wrong password and says the same; who keeps guessing waits longer and
/// longer, but cannot lock the owner out of addresses the owner has signed in from.
///
/// # Errors
/// `sign-in-wrong`, `sign-in-wait` (429), `account-disabled`, `sign-in-busy` (503).
pub async fn sign_in(app: &App, ctx: &Ctx, attempt: SignIn) -> Outcome<SignedIn> {
    app.policies().require(ctx, "session_create", &Resource::house())?;
    let login = attempt.login.trim().to_lowercase();
    if login.chars().count() > rules::EMAIL_CHARS_MAX || attempt.password.chars().count() > *rules::PASSWORD_CHARS.end()
    {
        return Err(rules::wrong_sign_in().into());
    }
    let counts = Counts::of(&login, &attempt.visitor.ip);
    count(app, ctx, login.clone(), counts.clone()).await?;
    let found = store::account::to_sign_in(&app.db().read(), &login).await?;
    let stored = found.as_ref().map(|(_, hash)| hash.clone());
    let right = password::verify(stored, &attempt.password).await?;
    match found {
        Some((account, _)) if right && account.disabled_ms.is_none() => {
            session_create(app, ctx, account, attempt.visitor, counts).await
        }
        Some((account, _)) => {
            refused(app, ctx, account.id).await?;
            Err(if right { rules::disabled() } else { rules::wrong_sign_in() }.into())
        }
        None => {
            refused(app, ctx, "unknown".to_owned()).await?;
            Err(rules::wrong_sign_in().into())
        }
    }
}

/// Counts the attempt before its password is looked at.
async fn count(app: &App, ctx: &Ctx, login: String, counts: Counts) -> Outcome<()> {
    app.db()
        .in_txn(ctx, "sign_in_count", (login, counts), |tx, (login, counts)| {
            Box::pin(async move {
                let now = tx.ctx().now;
                count_one(tx, &counts.pair, &PATIENCE_PAIR).await?;
                count_one(tx, &counts.place, &PATIENCE_PLACE).await?;
                if !known_here(tx, login, &counts.place_known).await? {
                    count_one(tx, &counts.name, &PATIENCE_STRANGERS).await?;
                }
                store::limit::forget_tallies(tx, now.plus_days(-1).ms()).await
            })
        })
        .await
}

async fn count_one(tx: &Txn, key: &str, patience: &Patience) -> Outcome<()> {
    let tally = store::limit::tally(tx, key).await?;
    let next = rules::attempt(tally, patience, tx.ctx().now).map_err(rules::wait)?;
    store::limit::set_tally(tx, key, next).await
}

async fn known_here(tx: &Txn, login: &str, place: &str) -> Outcome<bool> {
    let Some((account, _)) = store::account::to_sign_in(tx, login).await? else { return Ok(false) };
    store::limit::knows_place(tx, &account.id, place, tx.ctx().now.plus_ms(-PLACE_MS).ms()).await
}

async fn refused(app: &App, ctx: &Ctx, account: String) -> Outcome<()> {
    app.in_txn(ctx, "session_refuse", account, |tx, account| {
        Box::pin(
            async move { tx.journal(Entry::new("session.refused", "account", account).batched()).await.map(|_| ()) },
        )
    })
    .await
}

async fn session_create(
    app: &App,
    ctx: &Ctx,
    account: store::account::Account,
    visitor: Visitor,
    counts: Counts,
) -> Outcome<SignedIn> {
    let secret = crate::random::secret();
    let expires = rules::session_expires(ctx.now, ctx.now);
    let session = Session {
        id: crate::random::id(),
        token_hash: secret::hash(&secret),
        account: account.id.clone(),
        created_ms: ctx.now.ms(),
        seen_ms: ctx.now.ms(),
        expires_ms: expires.ms(),
        ip: visitor.ip,
        user_agent: visitor.user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect(),
    };
    // The journal names the account that signed in, not the visitor it was a moment ago.
    let mut ctx = ctx.unkeyed();
    ctx.actor.account = Some(account.id.clone());
    ctx.actor.name = account.name.clone();
    ctx.actor.demo = account.demo;
    app.in_txn(&ctx, "session_create", (session, counts), |tx, (session, counts)| {
        Box::pin(async move {
            let now_ms = tx.ctx().now.ms();
            store::session::delete_expired(tx, now_ms).await?;
            store::session::insert(tx, session).await?;
            store::limit::clear_tally(tx, &counts.pair).await?;
            store::limit::lower_tally(tx, &counts.place).await?;
            store::limit::lower_tally(tx, &counts.name).await?;
            store::limit::remember_place(tx, &session.account, &counts.place_known, now_ms).await?;
            tx.journal(Entry::new("session.created", "account", &session.account).batched()).await.map(|_| ())
        })
    })
    .await?;
    let age_ms = rules::SESSION_LIFE_MS;
    Ok(SignedIn { secret, account: account.id, age_ms, locale: account.locale })
}

/// Ends the session with this secret. One that has ended already is no mistake.
///
/// # Errors
/// Only when the database fails.
pub async fn sign_out(app: &App, ctx: &Ctx, secret: &str) -> Outcome<()> {
    let account = ctx.actor.id().to_owned();
    app.in_txn(ctx, "sign_out", (secret::hash(secret), account), |tx, (hash, account)| {
        Box::pin(async move {
            if store::session::delete_by_hash(tx, hash).await? {
                tx.journal(Entry::new("session.ended", "account", account).batched()).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Ends one of one's own sessions by its id.
///
/// # Errors
/// Not found when it has ended or is somebody else's.
pub async fn session_end(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    let account = own(ctx)?;
    app.in_txn(ctx, "session_end", (app.clone(), account, id), |tx, (app, account, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "session_end", &person(account))?;
            if !store::session::delete_by_id(tx, account, id).await? {
                return Err(Refusal::not_found().into());
            }
            tx.journal(Entry::new("session.ended", "account", account).batched()).await.map(|_| ())
        })
    })
    .await
}

/// Signs out every other device of one's own; returns how many.
///
/// # Errors
/// As the policy says.
pub async fn session_others_end(app: &App, ctx: &Ctx, keep_secret: &str) -> Outcome<u64> {
    let account = own(ctx)?;
    let keep = secret::hash(keep_secret);
    app.in_txn(ctx, "session_others_end", (app.clone(), account, keep), |tx, (app, account, keep)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "session_end", &person(account))?;
            let count = store::session::delete_others(tx, account, keep).await?;
            let data = serde_json::json!({ "count": count });
            tx.journal(Entry::new("session.others-ended", "account", account).data(data)).await?;
            Ok(count)
        })
    })
    .await
}

/// One's own open sessions, newest first, and which of them is this one.
///
/// # Errors
/// As the policy says.
pub async fn session_list(app: &App, ctx: &Ctx, secret: Option<&str>) -> Outcome<Vec<(Session, bool)>> {
    let account = own(ctx)?;
    app.policies().require(ctx, "session_end", &person(&account))?;
    let hash = secret.map(secret::hash);
    let conn: Conn = app.db().read();
    let sessions = store::session::of_account(&conn, &account, ctx.now.ms(), 50).await?;
    let here = |session: &Session| hash.as_deref() == Some(session.token_hash.as_str());
    Ok(sessions.into_iter().map(|session| (session.clone(), here(&session))).collect())
}
