//! The second step of signing in: a code after the password, before there is a session.

use super::{code, hash};
use crate::rules::refusals;
use crate::store::step::{self, Step};
use crate::store::{has_second_factor, passkey};
use futures_util::future::BoxFuture;
use platform::identity::actions::{
    Attempts, Opening, Passed, SecondStep, SignedIn, Visitor, password_mark, session_refuse, signing_in,
};
use platform::identity::{Account, account_row};
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};

/// How long the code may take after the password, in milliseconds.
pub const STEP_MS: i64 = 10 * 60_000;
/// Codes that may be tried after one password.
pub const TRIES_MAX: i64 = 5;

/// Asks for a code or a passkey where the account has a second factor.
pub fn second_step<'a>(app: &'a App, ctx: &'a Ctx, passed: &'a Passed) -> BoxFuture<'a, Outcome<Option<SecondStep>>> {
    Box::pin(async move {
        if !has_second_factor(&app.db().read(), &passed.account).await? {
            return Ok(None);
        }
        let secret = platform::random::secret();
        let waiting = Step { account: passed.account.clone(), login: passed.login.clone(), mark: passed.mark.clone() };
        // A working row, like the count of attempts: what happens to it is recorded when it has led somewhere.
        app.db()
            .in_txn(ctx, "second_step_begin", (hash(&secret), waiting), |tx, (hash, waiting)| {
                Box::pin(async move {
                    let now_ms = tx.ctx().now.ms();
                    step::insert(tx, hash, waiting, now_ms, now_ms + STEP_MS).await
                })
            })
            .await?;
        let href = format!("/sign-in/codes?next={}", platform::web::parts::encode(&passed.next));
        Ok(Some(SecondStep { href, cookie: crate::pages::enter::cookie(&secret, STEP_MS / 1000, app.site().https) }))
    })
}

/// Whether a browser's second step still waits; true where a passkey will do as well as a code.
///
/// # Errors
/// As the policy says; `step-over` (404).
pub async fn second_step_view(app: &App, ctx: &Ctx, secret: &str) -> Outcome<bool> {
    app.policies().require(ctx, "second_step_take", &Resource::house())?;
    let (_, account) = waiting(app, ctx, secret).await?;
    Ok(super::passkey::place(app).is_ok() && passkey::any(&app.db().read(), &account.id).await?)
}

async fn waiting(app: &App, ctx: &Ctx, secret: &str) -> Outcome<(Step, Account)> {
    let conn = app.db().read();
    let found = step::by_hash(&conn, &hash(secret), ctx.now.ms(), TRIES_MAX).await?.ok_or_else(refusals::step_over)?;
    // What was reached with a password ends when the password changes, as sessions do.
    if password_mark(&conn, &found.account).await? != found.mark {
        return Err(refusals::step_over().into());
    }
    let account = account_row(&conn, &found.account).await?.filter(|account| account.disabled_ms.is_none());
    Ok((found, account.ok_or_else(refusals::step_over)?))
}

/// Opens a session by a code. The session is a new one, whatever the browser brought.
///
/// # Errors
/// `step-over` (404), `code-wrong`, `code-used`, `sign-in-wait` (429).
pub async fn second_step_take(app: &App, ctx: &Ctx, secret: &str, typed: &str, visitor: Visitor) -> Outcome<SignedIn> {
    app.policies().require(ctx, "second_step_take", &Resource::house())?;
    let (found, account) = waiting(app, ctx, secret).await?;
    let attempts = Attempts::at("code", &account.id, &visitor.ip);
    attempts.count(app, ctx).await?;
    let hash = hash(secret);
    let counted =
        app.db().in_txn(ctx, "second_step_count", hash.clone(), |tx, hash| Box::pin(step::count(tx, hash, TRIES_MAX)));
    if !counted.await? {
        return Err(refusals::step_over().into());
    }
    let passwords = Opening::after_password(&found.login, &visitor.ip);
    let opening = Opening::new(ctx, &account, visitor, vec![attempts, passwords]);
    let signing = signing_in(ctx, &account);
    let input = (account.id.clone(), typed.to_owned(), hash, opening.clone());
    let opened = app
        .in_txn(&signing, "second_step_take", input, |tx, (account, typed, hash, opening)| {
            Box::pin(async move {
                code::spend(tx, account, typed).await?;
                if !step::take(tx, hash).await? {
                    return Err(refusals::step_over().into());
                }
                opening.open(tx).await
            })
        })
        .await;
    if let Err(fault) = opened {
        if fault.refusal().is_some() {
            session_refuse(app, ctx, account.id).await?;
        }
        return Err(fault);
    }
    Ok(opening.opened())
}
