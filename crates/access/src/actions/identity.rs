//! Identities of other houses that one's account is linked to.

use super::{own, person};
use crate::provider::Gate;
use crate::store::identity::{self, Identity};
use kernel::Refusal;
use platform::identity::actions::sessions_end;
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};
use serde_json::json;
use std::sync::Arc;

/// Identities one account may be linked to.
pub const IDENTITIES_MAX: usize = 10;

/// The providers of this house; none where none are named.
pub(crate) fn gate(app: &App) -> Arc<Gate> {
    app.extension::<Gate>().unwrap_or_default()
}

/// One's own linked identities, the newest first.
///
/// # Errors
/// As the policy says.
pub async fn identity_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Identity>> {
    let account = own(ctx)?;
    app.policies().require(ctx, "identity_list", &person(&account))?;
    identity::of_account(&app.db().read(), &account, IDENTITIES_MAX).await
}

/// Ends a link, and signs out everywhere else: whoever may have come by it is out.
///
/// # Errors
/// As the policy says; `step-up`; not found.
pub async fn identity_remove(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    let account = own(ctx)?;
    app.in_txn(ctx, "identity_remove", (app.clone(), account, id), |tx, (app, account, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "identity_remove", &person(account))?;
            if !identity::remove(tx, account, id).await? {
                return Err(Refusal::not_found().into());
            }
            let sessions = sessions_end(tx, account).await?;
            let data = json!({ "sessions": sessions });
            tx.journal(Entry::new("identity.removed", "account", account).data(data)).await.map(|_| ())
        })
    })
    .await
}
