//! One's own second factor: begun, confirmed, removed; recovery codes. And lifting that of somebody who has lost it.

use super::{code, own, person};
use crate::rules::passkey::PASSKEYS_MAX;
use crate::rules::refusals;
use crate::store::{factor, forget_codes, has_second_factor, passkey};
use crate::totp::{Fit, SECRET_BYTES};
use crate::{recovery, totp};
use kernel::Refusal;
use platform::identity::actions::{Attempts, Visitor, password_right, sessions_end};
use platform::identity::{account_grants, account_row};
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};

/// The name that apps show beside the account.
const ISSUER: &str = "Yilang 一廊";

/// How one's second factor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorView {
    /// Since when codes of an app are asked for; none for none.
    pub since_ms: Option<i64>,
    /// Passkeys, which are second factors too.
    pub passkeys: usize,
    /// Recovery codes that can still be used.
    pub codes_left: i64,
    /// Whether one holds an office, which should have one.
    pub office: bool,
    /// Whether the house asks offices for one.
    pub required: bool,
}

/// A new secret, told once.
#[derive(Debug, Clone)]
pub struct Begun {
    /// For typing into an app.
    pub secret: String,
    /// For the picture.
    pub uri: String,
}

/// One's own second factor.
///
/// # Errors
/// As the policy says.
pub async fn factor_view(app: &App, ctx: &Ctx) -> Outcome<FactorView> {
    let account = own(ctx)?;
    app.policies().require(ctx, "factor_view", &person(&account))?;
    let conn = app.db().read();
    let factor = factor::of_account(&conn, &account).await?;
    Ok(FactorView {
        since_ms: factor.and_then(|factor| factor.since_ms),
        passkeys: passkey::of_account(&conn, &account, PASSKEYS_MAX).await?.len(),
        codes_left: factor::codes_left(&conn, &account).await?,
        office: account_grants(&conn, &account).await?.iter().any(|grant| grant.is_office()),
        required: super::house::required(&conn).await?,
    })
}

/// Begins with a new secret. It is asked for only once it has been confirmed.
///
/// # Errors
/// As the policy says; `step-up`; `factor-there`.
pub async fn factor_begin(app: &App, ctx: &Ctx) -> Outcome<Begun> {
    let account = own(ctx)?;
    let row = account_row(&app.db().read(), &account).await?.ok_or_else(Refusal::sign_in)?;
    let random = [platform::random::bits().to_le_bytes(), platform::random::bits().to_le_bytes()].concat();
    let secret = random[..SECRET_BYTES].to_vec();
    let input = (app.clone(), account, secret.clone());
    // A repeat makes another secret: one that was told is not told again.
    app.in_txn(&ctx.unkeyed(), "factor_begin", input, |tx, (app, account, secret)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "factor_begin", &person(account))?;
            if !factor::begin(tx, account, secret, tx.ctx().now.ms()).await? {
                return Err(refusals::factor_there().into());
            }
            tx.journal(Entry::new("factor.begun", "account", account)).await.map(|_| ())
        })
    })
    .await?;
    Ok(Begun { secret: totp::base32(&secret), uri: totp::uri(&secret, ISSUER, &row.login) })
}

/// Confirms what was begun by a first code; tells the recovery codes, once. From now on it is asked for.
///
/// # Errors
/// As the policy says; `factor-none`, `code-wrong`, `sign-in-wait`.
pub async fn factor_confirm(app: &App, ctx: &Ctx, typed: &str, visitor: &Visitor) -> Outcome<Vec<String>> {
    let account = own(ctx)?;
    app.policies().require(ctx, "factor_confirm", &person(&account))?;
    let attempts = Attempts::at("factor", &account, &visitor.ip);
    attempts.count(app, ctx).await?;
    let (codes, hashes) = fresh_codes(&account);
    let input = (app.clone(), account, totp::typed(typed), hashes, attempts);
    app.in_txn(&ctx.unkeyed(), "factor_confirm", input, |tx, (app, account, typed, hashes, attempts)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "factor_confirm", &person(account))?;
            let now = tx.ctx().now;
            let begun = factor::of_account(tx, account).await?.filter(|factor| factor.since_ms.is_none());
            let begun = begun.ok_or_else(refusals::factor_none)?;
            let Fit::Right(step) = totp::fit(&begun.secret, typed, begun.last_step, now) else {
                return Err(refusals::code_wrong().into());
            };
            if !factor::confirm(tx, account, step, now.ms()).await? {
                return Err(refusals::factor_none().into());
            }
            factor::codes_replace(tx, account, hashes, now.ms()).await?;
            attempts.clear(tx).await?;
            tx.journal(Entry::new("factor.confirmed", "account", account)).await.map(|_| ())
        })
    })
    .await?;
    Ok(codes)
}

/// Fresh recovery codes and their hashes.
pub(super) fn fresh_codes(account: &str) -> (Vec<String>, Vec<String>) {
    let codes: Vec<String> = (0..recovery::COUNT).map(|_| recovery::code(platform::random::bits())).collect();
    let plain = codes.iter().filter_map(|code| recovery::typed(code));
    let hashes = plain.map(|plain| recovery::hash(account, &plain)).collect();
    (codes, hashes)
}

/// Makes new recovery codes; the old ones end.
///
/// # Errors
/// As the policy says; `step-up`; `factor-none`.
pub async fn recovery_make(app: &App, ctx: &Ctx) -> Outcome<Vec<String>> {
    let account = own(ctx)?;
    let (codes, hashes) = fresh_codes(&account);
    app.in_txn(&ctx.unkeyed(), "recovery_make", (app.clone(), account, hashes), |tx, (app, account, hashes)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "recovery_make", &person(account))?;
            if !has_second_factor(tx, account).await? {
                return Err(refusals::factor_none().into());
            }
            factor::codes_replace(tx, account, hashes, tx.ctx().now.ms()).await?;
            tx.journal(Entry::new("factor.codes_made", "account", account)).await.map(|_| ())
        })
    })
    .await?;
    Ok(codes)
}

/// What removes a second factor: both of what it takes to sign in.
#[derive(Debug, Clone)]
pub struct Removal {
    /// The password, as typed.
    pub password: String,
    /// A code or a recovery code, as typed.
    pub code: String,
    /// From where.
    pub visitor: Visitor,
}

/// Removes one's own authenticator app, and the recovery codes unless passkeys are left.
///
/// # Errors
/// As the policy says; `factor-none`, `password-wrong`, `code-wrong`, `code-used`, `sign-in-wait`.
pub async fn factor_remove(app: &App, ctx: &Ctx, removal: Removal) -> Outcome<()> {
    let account = own(ctx)?;
    app.policies().require(ctx, "factor_remove", &person(&account))?;
    if !factor::is_on(&app.db().read(), &account).await? {
        return Err(refusals::factor_none().into());
    }
    let attempts = Attempts::at("factor", &account, &removal.visitor.ip);
    attempts.count(app, ctx).await?;
    if !password_right(app, &account, &removal.password).await? {
        return Err(refusals::password_wrong().into());
    }
    let input = (app.clone(), account, removal.code, attempts);
    app.in_txn(&ctx.unkeyed(), "factor_remove", input, |tx, (app, account, typed, attempts)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "factor_remove", &person(account))?;
            code::spend(tx, account, typed).await?;
            factor::remove(tx, account).await?;
            forget_codes(tx, account).await?;
            attempts.clear(tx).await?;
            tx.journal(Entry::new("factor.removed", "account", account)).await.map(|_| ())
        })
    })
    .await
}

/// Lifts every second factor of somebody who has lost device and codes, passkeys too, and signs him out everywhere. Another
/// administrator does, never oneself.
///
/// # Errors
/// As the policy says; `step-up`; `factor-none`.
pub async fn factor_lift(app: &App, ctx: &Ctx, account: String) -> Outcome<()> {
    app.in_txn(ctx, "factor_lift", (app.clone(), account), |tx, (app, account)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "factor_lift", &person(account))?;
            let (codes, passkeys) = (factor::remove(tx, account).await?, passkey::remove_all(tx, account).await?);
            if !codes && !passkeys {
                return Err(refusals::factor_none().into());
            }
            forget_codes(tx, account).await?;
            sessions_end(tx, account).await?;
            tx.journal(Entry::new("factor.lifted", "account", account)).await.map(|_| ())
        })
    })
    .await
}
