//! One public function per thing a person may do; and what the house does by itself when the journal moves on.

pub mod address;
mod audience;
pub mod delivery;
pub(crate) mod desk;
pub mod feed;
pub mod follow;
pub mod inbox;
mod percolate;
pub mod preference;
pub mod saved;
pub mod subject;
pub(crate) mod tell;
pub mod webhook;

pub use crate::store::delivery::{Channel, Delivery};
pub use crate::store::follow::Follow;
pub use crate::store::notice::{Found, Notice};
pub use crate::store::preference::{MailAddress, Preferences};
pub use crate::store::saved::{Question, Saved};
pub use crate::store::webhook::Webhook;

use kernel::Refusal;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};

/// Something that belongs to one account, as policies see it.
fn own(kind: &'static str, id: &str, account: &str) -> Resource {
    Resource::new(kind, id).with("account", account)
}

/// The account that acts.
fn account(ctx: &Ctx) -> Result<String, Refusal> {
    ctx.actor.account.clone().ok_or_else(Refusal::sign_in)
}

/// An account as it stands now, asking by itself; none when it is gone or may not sign in.
pub(crate) async fn as_account(app: &App, id: &str) -> Outcome<Option<Ctx>> {
    let actor = platform::identity::actor_for_account(app, id).await?;
    Ok(actor.map(|actor| Ctx { actor, ..Ctx::system(app.clock().now()) }))
}

/// None instead of a refusal: what somebody may not see is not there.
fn seen<T>(outcome: Outcome<T>) -> Outcome<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}
