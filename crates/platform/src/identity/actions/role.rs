//! Roles: given and taken by administrators, never to or from nobody.

use super::super::rules;
use super::super::store::{self, account::Grant};
use super::account::known;
use super::{not_last_administrator, person};
use crate::app::App;
use crate::ctx::{Ctx, Role};
use crate::fault::Outcome;
use crate::journal::Entry;
use kernel::Refusal;

/// Gives an account a role. Nobody gives himself one: policy asks for another administrator.
///
/// # Errors
/// As the policy says; `role-city`, `role-system`; `role-held`.
pub async fn role_grant(app: &App, ctx: &Ctx, account: String, grant: Grant) -> Outcome<()> {
    app.in_txn(ctx, "role_grant", (app.clone(), account, grant), |tx, (app, account, grant)| {
        Box::pin(async move {
            known(tx, app, "role_grant", account).await?;
            rules::grantable(grant)?;
            let (by, now_ms) = (tx.ctx().actor.id(), tx.ctx().now.ms());
            if !store::account::grant_insert(tx, account, grant, by, now_ms).await? {
                return Err(Refusal::conflict(
                    "role-held",
                    "该账号已有这个角色。",
                    "The account holds this role already.",
                )
                .into());
            }
            tx.journal(entry("role.granted", account, grant)).await.map(|_| ())
        })
    })
    .await
}

/// Takes a role from an account.
///
/// # Errors
/// As the policy says; `last-administrator`; `role-not-held`.
pub async fn role_revoke(app: &App, ctx: &Ctx, account: String, grant: Grant) -> Outcome<()> {
    app.in_txn(ctx, "role_revoke", (app.clone(), account, grant), |tx, (app, account, grant)| {
        Box::pin(async move {
            known(tx, app, "role_revoke", account).await?;
            if !store::account::grant_delete(tx, account, grant).await? {
                return Err(Refusal::conflict(
                    "role-not-held",
                    "该账号没有这个角色。",
                    "The account does not hold this role.",
                )
                .into());
            }
            if grant.role == Role::Administrator {
                not_last_administrator(tx, account).await?;
            }
            tx.journal(entry("role.revoked", account, grant)).await.map(|_| ())
        })
    })
    .await
}

fn entry(kind: &'static str, account: &str, grant: &Grant) -> Entry {
    Entry::new(kind, "account", account).city(grant.city).data(serde_json::json!({ "role": grant.role.code() }))
}

/// The roles an account holds.
///
/// # Errors
/// Not found, also for whoever may not see the account.
pub async fn grants_of(app: &App, ctx: &Ctx, account: &str) -> Outcome<Vec<Grant>> {
    app.policies().require(ctx, "account_view", &person(account))?;
    store::account::grants(&app.db().read(), account).await
}
