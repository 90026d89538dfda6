//! A code of an authenticator app or a recovery code: looked at and used up.

use crate::rules::refusals;
use crate::store::{factor, has_second_factor};
use crate::totp::Fit;
use crate::{recovery, totp};
use platform::Outcome;
use platform::db::Txn;
use platform::journal::Entry;

/// Uses up a code of an account's authenticator app, or one of its recovery codes.
///
/// # Errors
/// `factor-none`, `code-wrong`, `code-used`.
pub(super) async fn spend(tx: &Txn, account: &str, typed: &str) -> Outcome<()> {
    let now = tx.ctx().now;
    if !has_second_factor(tx, account).await? {
        return Err(refusals::factor_none().into());
    }
    if let Some(plain) = recovery::typed(typed) {
        if !factor::code_spend(tx, account, &recovery::hash(account, &plain), now.ms()).await? {
            return Err(refusals::code_wrong().into());
        }
        return tx.journal(Entry::new("factor.code_spent", "account", account)).await.map(|_| ());
    }
    let found = factor::of_account(tx, account).await?.filter(|factor| factor.since_ms.is_some());
    let found = found.ok_or_else(refusals::code_wrong)?;
    match totp::fit(&found.secret, &totp::typed(typed), found.last_step, now) {
        // Somebody else may have used the same code a moment ago.
        Fit::Right(step) if factor::use_step(tx, account, step).await? => Ok(()),
        Fit::Right(_) | Fit::Used => Err(refusals::code_used().into()),
        Fit::Wrong => Err(refusals::code_wrong().into()),
    }
}
