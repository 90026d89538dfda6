//! A fresh proof of who sits there, before what cannot be taken back.

use super::{code, own, person};
use crate::rules::refusals;
use crate::store::factor;
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
    /// From where.
    pub visitor: Visitor,
}

/// Whether somebody proves by a code: whoever has a second factor.
///
/// # Errors
/// As the policy says.
pub async fn proof_by_code(app: &App, ctx: &Ctx) -> Outcome<bool> {
    let account = own(ctx)?;
    app.policies().require(ctx, "proof_give", &person(&account))?;
    factor::is_on(&app.db().read(), &account).await
}

/// Proves who sits at this session, for ten minutes: by a code where there is a second factor, else by the password.
///
/// # Errors
/// As the policy says: a token proves nothing; `password-wrong`, `proof-code`, `code-wrong`, `code-used`, `sign-in-wait`.
pub async fn proof_give(app: &App, ctx: &Ctx, proof: Proof) -> Outcome<()> {
    let account = own(ctx)?;
    let by_code = proof_by_code(app, ctx).await?;
    if ctx.actor.presence.is_none() {
        return Err(Refusal::sign_in().into());
    }
    if by_code && proof.code.trim().is_empty() {
        return Err(refusals::proof_code().into());
    }
    let attempts = Attempts::at("proof", &account, &proof.visitor.ip);
    attempts.count(app, ctx).await?;
    if !by_code && !password_right(app, &account, &proof.password).await? {
        return Err(refusals::password_wrong().into());
    }
    let typed = by_code.then_some(proof.code);
    let input = (app.clone(), account, typed, attempts);
    app.in_txn(&ctx.unkeyed(), "proof_give", input, |tx, (app, account, typed, attempts)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "proof_give", &person(account))?;
            if let Some(typed) = typed {
                code::spend(tx, account, typed).await?;
            }
            session_proved(tx).await?;
            attempts.clear(tx).await?;
            tx.journal(Entry::new("proof.given", "account", account).batched()).await.map(|_| ())
        })
    })
    .await
}
