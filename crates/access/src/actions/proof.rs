//! A fresh proof of who sits there, before what cannot be taken back.

use super::passkey::place;
use super::passkey_show::proved_by;
use super::{code, own, person};
use crate::rules::refusals;
use crate::store::{has_second_factor, passkey};
use kernel::Refusal;
use platform::identity::actions::{Attempts, Visitor, password_right, session_proved};
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};

/// What proves it.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The password, as typed; may be empty.
    pub password: String,
    /// A code or a recovery code, as typed; may be empty.
    pub code: String,
    /// What a device answered for a passkey; may be empty.
    pub credential: String,
    /// From where.
    pub visitor: Visitor,
}

/// What somebody proves by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Means {
    /// By a code rather than by the password: whoever has a second factor.
    pub code: bool,
    /// By a passkey, if one likes.
    pub passkey: bool,
}

/// What whoever sits at this session proves by.
///
/// # Errors
/// As the policy says.
pub async fn proof_means(app: &App, ctx: &Ctx) -> Outcome<Means> {
    let account = own(ctx)?;
    app.policies().require(ctx, "proof_give", &person(&account))?;
    let conn = app.db().read();
    let passkey = place(app).is_ok() && passkey::any(&conn, &account).await?;
    Ok(Means { code: has_second_factor(&conn, &account).await?, passkey })
}

/// Proves who sits at this session, for ten minutes: by a passkey, by a code where there is a second factor, else by the
/// password.
///
/// # Errors
/// As the policy says: a token proves nothing; `password-wrong`, `proof-code`, `code-wrong`, `code-used`, `sign-in-wait`;
/// what is wrong with a passkey.
pub async fn proof_give(app: &App, ctx: &Ctx, proof: Proof) -> Outcome<()> {
    let account = own(ctx)?;
    let by_passkey = !proof.credential.trim().is_empty();
    let by_code = !by_passkey && proof_means(app, ctx).await?.code;
    app.policies().require(ctx, "proof_give", &person(&account))?;
    if ctx.actor.presence.is_none() {
        return Err(Refusal::sign_in().into());
    }
    if by_code && proof.code.trim().is_empty() {
        return Err(refusals::proof_code().into());
    }
    let attempts = Attempts::at("proof", &account, &proof.visitor.ip);
    attempts.count(app, ctx).await?;
    if !by_code && !by_passkey && !password_right(app, &account, &proof.password).await? {
        return Err(refusals::password_wrong().into());
    }
    let used = if by_passkey { Some(proved_by(app, ctx, &proof.credential, &proof.visitor).await?) } else { None };
    let typed = by_code.then_some(proof.code);
    let input = (app.clone(), account, (typed, used), attempts);
    app.in_txn(&ctx.unkeyed(), "proof_give", input, |tx, (app, account, (typed, used), attempts)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "proof_give", &person(account))?;
            if let Some(typed) = typed {
                code::spend(tx, account, typed).await?;
            }
            if let Some(used) = used {
                used.keep(tx).await?;
            }
            session_proved(tx).await?;
            attempts.clear(tx).await?;
            tx.journal(Entry::new("proof.given", "account", account).batched()).await.map(|_| ())
        })
    })
    .await
}
