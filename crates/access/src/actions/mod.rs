//! What one may do with ways to sign in: one function, one transaction, one journal entry each.

pub mod code;
pub mod desk;
pub mod enter;
pub mod factor;
pub mod house;
pub mod identity;
pub mod mail;
pub mod passkey;
pub mod passkey_show;
pub mod proof;
pub mod trip;
pub mod why;

use kernel::Refusal;
use platform::Ctx;
use platform::policy::Resource;

/// An account as policies see it.
pub(crate) fn person(account: &str) -> Resource {
    Resource::new("Person", account).with("account", account)
}

/// What is kept of a secret that a browser carries.
pub(crate) fn hash(secret: &str) -> String {
    use sha2::{Digest, Sha256};
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// The account that acts.
pub(crate) fn own(ctx: &Ctx) -> Result<String, Refusal> {
    ctx.actor.account.clone().ok_or_else(Refusal::sign_in)
}
