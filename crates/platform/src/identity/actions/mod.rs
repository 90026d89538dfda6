//! What one may do with accounts: one function, one transaction, one journal entry each.

mod account;
mod house;
mod invite;
mod role;
mod session;
mod token;

pub use account::{
    NewAccount, account_by_id, account_create, account_disable, account_enable, account_list, account_own, any_account,
    locale_change, password_change,
};
pub use house::{job_list, job_retry, journal_list};
pub use invite::{
    Accept, NewInvite, OneTimeLink, account_create_first, first_link, invite_accept, invite_create, invite_list,
    invite_of, invite_revoke, reset_create, reset_mail, reset_mailed_since,
};
pub use role::{grants_of, role_grant, role_revoke};
pub use session::{
    Attempts, Entered, Opening, Passed, SecondStep, SignIn, SignedIn, Visitor, password_mark, password_right,
    session_end, session_list, session_others_end, session_proved, session_refuse, sessions_end, sign_in, sign_out,
    signing_in,
};
pub use token::{MadeToken, NewToken, token_create, token_list, token_revoke};

pub(crate) use account::demo_account;
pub(super) use account::login_of;

use crate::db::Txn;
use crate::fault::Outcome;
use crate::policy::Resource;
use kernel::Refusal;

/// An account as policies see it.
pub(crate) fn person(account: &str) -> Resource {
    Resource::new("Person", account).with("account", account)
}

/// The account that acts.
fn own(ctx: &crate::ctx::Ctx) -> Result<String, Refusal> {
    ctx.actor.account.clone().ok_or_else(Refusal::sign_in)
}

/// Refuses when nobody would be left to administer.
async fn not_last_administrator(tx: &Txn, account: &str) -> Outcome<()> {
    if super::store::account::other_administrator(tx, account).await? {
        return Ok(());
    }
    Err(Refusal::conflict(
        "last-administrator",
        "这是最后一位可登录的系统管理员，不能移除。请先让另一位账号成为管理员。",
        "This is the last administrator who can sign in. Make another account an administrator first.",
    )
    .into())
}
