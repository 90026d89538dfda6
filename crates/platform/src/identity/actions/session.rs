//! Signing in and out.

use super::super::rules::{
    self, PATIENCE_PAIR, PATIENCE_PLACE, PATIENCE_STRANGERS, PLACE_MS, Patience, USER_AGENT_CHARS_MAX,
};
use super::super::store::account::Account;
use super::super::store::session::Session;
use super::super::{password, secret, store};
use super::{own, person};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Txn};
use crate::fault::Outcome;
use crate::journal::Entry;
use crate::policy::Resource;
use axum::http::HeaderValue;
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
    /// Where to go in the end; a path of this site.
    pub next: String,
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

/// Whose attempts are counted.
#[derive(Debug, Clone)]
enum Tried {
    /// Whoever this name belongs to, if anybody.
    Name(String),
    /// An account.
    Account(String),
}

/// The counts that one attempt at a secret falls under: of one address at one account, of one address at all of them,
/// and of all addresses that the account is not known from.
#[derive(Debug, Clone)]
pub struct Attempts {
    tried: Tried,
    pair: String,
    place: String,
    name: String,
    place_known: String,
    /// Whether strangers together are counted too.
    strangers: bool,
}

impl Attempts {
    fn of(tried: Tried, word: &str, ip: &str) -> Attempts {
        Attempts {
            tried,
            pair: secret::key(&["pair", word, ip]),
            place: secret::key(&["place", ip]),
            name: secret::key(&["name", word]),
            place_known: secret::key(&["known", ip]),
            strangers: true,
        }
    }

    fn at_password(login: &str, ip: &str) -> Attempts {
        Attempts::of(Tried::Name(login.to_owned()), login, ip)
    }

    /// Attempts at another secret of an account, such as `code`; counted apart from those at its password.
    pub fn at(what: &'static str, account: &str, ip: &str) -> Attempts {
        Attempts::of(Tried::Account(account.to_owned()), &format!("{what}\u{1e}{account}"), ip)
    }

    /// Attempts of an address alone, at something that others must be able to do for the same word meanwhile.
    pub fn of_place(what: &'static str, word: &str, ip: &str) -> Attempts {
        Attempts { strangers: false, ..Attempts::at(what, word, ip) }
    }

    /// Counts one more attempt, before the secret is looked at.
    ///
    /// # Errors
    /// `sign-in-wait` (429) when it may not be made now.
    pub async fn count(&self, app: &App, ctx: &Ctx) -> Outcome<()> {
        app.db().in_txn(ctx, "attempt_count", self.clone(), |tx, attempts| Box::pin(count(tx, attempts))).await
    }

    /// Forgets the attempts after one that was right.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn clear(&self, tx: &Txn) -> Outcome<()> {
        store::limit::clear_tally(tx, &self.pair).await?;
        store::limit::lower_tally(tx, &self.place).await?;
        store::limit::lower_tally(tx, &self.name).await
    }
}

/// A password that was right: who, from where, and the name that was typed.
#[derive(Debug, Clone)]
pub struct Passed {
    /// The account.
    pub account: String,
    /// The name as it was looked up.
    pub login: String,
    /// From where.
    pub visitor: Visitor,
    /// Where to go in the end.
    pub next: String,
    /// Changes with the password; see [`password_mark`].
    pub mark: String,
}

/// Where a second step is taken.
#[derive(Debug, Clone)]
pub struct SecondStep {
    /// Its page.
    pub href: String,
    /// The cookie that carries what was reached so far; a session it is not.
    pub cookie: HeaderValue,
}

/// How far an attempt to sign in has come.
#[derive(Debug, Clone)]
pub enum Entered {
    /// To a session.
    Session(SignedIn),
    /// To a second step, without a session.
    Step(SecondStep),
}

/// Signs in. An unknown name takes as long as a wrong password and says the same; who keeps guessing waits longer and
/// longer, but cannot lock the owner out of addresses the owner has signed in from.
///
/// # Errors
/// `sign-in-wrong`, `sign-in-wait` (429), `account-disabled`, `sign-in-busy` (503).
pub async fn sign_in(app: &App, ctx: &Ctx, attempt: SignIn) -> Outcome<Entered> {
    app.policies().require(ctx, "session_create", &Resource::house())?;
    let login = attempt.login.trim().to_lowercase();
    if login.chars().count() > rules::EMAIL_CHARS_MAX || attempt.password.chars().count() > *rules::PASSWORD_CHARS.end()
    {
        return Err(rules::wrong_sign_in().into());
    }
    let attempts = Attempts::at_password(&login, &attempt.visitor.ip);
    attempts.count(app, ctx).await?;
    let found = store::account::to_sign_in(&app.db().read(), &login).await?;
    let stored = found.as_ref().map(|(_, hash)| hash.clone());
    let stored_mark = stored.as_deref().map(secret::hash);
    let right = password::verify(stored, &attempt.password).await?;
    match found {
        Some((account, _)) if right && account.disabled_ms.is_none() => {
            let SignIn { visitor, next, .. } = attempt;
            let mark = stored_mark.unwrap_or_default();
            let passed = Passed { account: account.id.clone(), login, visitor, next, mark };
            for access in app.capabilities().iter().filter_map(|capability| capability.access) {
                if let Some(step) = (access.second_step)(app, ctx, &passed).await? {
                    return Ok(Entered::Step(step));
                }
            }
            session_create(app, ctx, account, passed.visitor, attempts).await.map(Entered::Session)
        }
        Some((account, _)) => {
            session_refuse(app, ctx, account.id).await?;
            Err(if right { rules::disabled() } else { rules::wrong_sign_in() }.into())
        }
        None => {
            session_refuse(app, ctx, "unknown".to_owned()).await?;
            Err(rules::wrong_sign_in().into())
        }
    }
}

/// Counts the attempt before its secret is looked at.
async fn count(tx: &Txn, attempts: &Attempts) -> Outcome<()> {
    let now = tx.ctx().now;
    count_one(tx, &attempts.pair, &PATIENCE_PAIR).await?;
    count_one(tx, &attempts.place, &PATIENCE_PLACE).await?;
    if attempts.strangers && !known_here(tx, attempts).await? {
        count_one(tx, &attempts.name, &PATIENCE_STRANGERS).await?;
    }
    store::limit::forget_tallies(tx, now.plus_days(-1).ms()).await
}

async fn count_one(tx: &Txn, key: &str, patience: &Patience) -> Outcome<()> {
    let tally = store::limit::tally(tx, key).await?;
    let next = rules::attempt(tally, patience, tx.ctx().now).map_err(rules::wait)?;
    store::limit::set_tally(tx, key, next).await
}

async fn known_here(tx: &Txn, attempts: &Attempts) -> Outcome<bool> {
    let account = match &attempts.tried {
        Tried::Account(account) => Some(account.clone()),
        Tried::Name(name) => store::account::to_sign_in(tx, name).await?.map(|(account, _)| account.id),
    };
    let Some(account) = account else { return Ok(false) };
    store::limit::knows_place(tx, &account, &attempts.place_known, tx.ctx().now.plus_ms(-PLACE_MS).ms()).await
}

/// Records that somebody was refused at the door.
///
/// # Errors
/// Only when the database fails.
pub async fn session_refuse(app: &App, ctx: &Ctx, account: String) -> Outcome<()> {
    app.in_txn(ctx, "session_refuse", account, |tx, account| {
        Box::pin(
            async move { tx.journal(Entry::new("session.refused", "account", account).batched()).await.map(|_| ()) },
        )
    })
    .await
}

/// A session about to be opened for somebody who has shown who he is.
#[derive(Debug, Clone)]
pub struct Opening {
    secret: String,
    session: Session,
    locale: kernel::Locale,
    attempts: Vec<Attempts>,
}

impl Opening {
    /// A new session; what was counted on the way is forgotten when it opens. Made outside of its transaction.
    pub fn new(ctx: &Ctx, account: &Account, visitor: Visitor, attempts: Vec<Attempts>) -> Opening {
        let secret = crate::random::secret();
        let session = Session {
            id: crate::random::id(),
            token_hash: secret::hash(&secret),
            account: account.id.clone(),
            created_ms: ctx.now.ms(),
            seen_ms: ctx.now.ms(),
            expires_ms: rules::session_expires(ctx.now, ctx.now).ms(),
            ip: visitor.ip,
            user_agent: visitor.user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect(),
            proved_ms: ctx.now.ms(),
        };
        Opening { secret, session, locale: account.locale, attempts }
    }

    /// Attempts at a password, for what is opened after one and a further step.
    pub fn after_password(login: &str, ip: &str) -> Attempts {
        Attempts::at_password(login, ip)
    }

    /// Opens it. Whoever calls this has looked at the person's proof in the same transaction, or before.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn open(&self, tx: &Txn) -> Outcome<()> {
        let (now_ms, session) = (tx.ctx().now.ms(), &self.session);
        store::session::delete_expired(tx, now_ms).await?;
        store::session::insert(tx, session).await?;
        for attempts in &self.attempts {
            attempts.clear(tx).await?;
        }
        let known = secret::key(&["known", &session.ip]);
        store::limit::remember_place(tx, &session.account, &known, now_ms).await?;
        tx.journal(Entry::new("session.created", "account", &session.account).batched()).await.map(|_| ())
    }

    /// What the browser is told once it is open.
    pub fn opened(self) -> SignedIn {
        let Opening { secret, session, locale, .. } = self;
        SignedIn { secret, account: session.account, age_ms: rules::SESSION_LIFE_MS, locale }
    }
}

/// The context in which the account acts that signs in, not the visitor it was a moment ago. What was asked held a
/// secret: no key is kept.
pub fn signing_in(ctx: &Ctx, account: &Account) -> Ctx {
    let mut ctx = ctx.unkeyed();
    ctx.actor.account = Some(account.id.clone());
    ctx.actor.name = account.name.clone();
    ctx.actor.demo = account.demo;
    ctx
}

async fn session_create(
    app: &App,
    ctx: &Ctx,
    account: Account,
    visitor: Visitor,
    attempts: Attempts,
) -> Outcome<SignedIn> {
    let opening = Opening::new(ctx, &account, visitor, vec![attempts]);
    let ctx = signing_in(ctx, &account);
    app.in_txn(&ctx, "session_create", opening.clone(), |tx, opening| Box::pin(opening.open(tx))).await?;
    Ok(opening.opened())
}

/// Keeps that the session of the request has just proved who sits there, in the transaction that records how.
///
/// # Errors
/// Nobody is signed in, or by a token; the session has ended.
pub async fn session_proved(tx: &Txn) -> Outcome<()> {
    let ctx = tx.ctx();
    let account = own(ctx)?;
    let presence = ctx.actor.presence.as_ref().ok_or_else(Refusal::sign_in)?;
    if store::session::prove(tx, &account, &presence.session, ctx.now.ms()).await? {
        return Ok(());
    }
    Err(Refusal::sign_in().into())
}

/// What changes whenever the password of an account does, and tells nothing of it: for what must end then.
///
/// # Errors
/// Only when the database fails.
pub async fn password_mark(conn: &Conn, account: &str) -> Outcome<String> {
    Ok(store::account::password_hash(conn, account).await?.as_deref().map(secret::hash).unwrap_or_default())
}

/// Whether a password is the one of an account. It counts nothing: see [`Attempts`].
///
/// # Errors
/// `sign-in-busy` (503).
pub async fn password_right(app: &App, account: &str, typed: &str) -> Outcome<bool> {
    if typed.chars().count() > *rules::PASSWORD_CHARS.end() {
        return Ok(false);
    }
    password::verify(store::account::password_hash(&app.db().read(), account).await?, typed).await
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

/// Signs an account out everywhere but in the session that acts, in the transaction of what makes it needful: a way to sign
/// in that is no more. Returns how many sessions ended.
///
/// # Errors
/// Only when the database fails.
pub async fn sessions_end(tx: &Txn, account: &str) -> Outcome<u64> {
    let here = tx.ctx().actor.presence.as_ref().map_or("", |presence| presence.session.as_str());
    store::session::delete_but(tx, account, here).await
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
