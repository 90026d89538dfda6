//! One-time links by mail: invitations, and new passwords for whoever asks.

use crate::rules::refusals;
use futures_util::future::BoxFuture;
use notices::{Letter, LetterKind, confirmed_address, letter_post};
use platform::db::Txn;
use platform::identity::actions::{Attempts, Visitor, reset_mail, reset_mailed_since};
use platform::identity::rules::EMAIL_CHARS_MAX;
use platform::identity::{Invite, InviteKind, account_named, account_row};
use platform::jobs::{JobSpec, NewJob};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde_json::{Value, json};

/// Pause between two mails with a new password to one account, in milliseconds.
pub const PAUSE_MS: i64 = 10 * 60_000;
const NAME: &str = "access.reset";

/// The work that follows a question for a new password.
pub const RESET: JobSpec = JobSpec { name: NAME, handler };

/// Asks for a mail with a link for a new password.
///
/// What follows happens later and elsewhere, so that nobody learns from the answer, or from how long it takes, whether
/// there is such an account.
///
/// # Errors
/// `login-missing`; `sign-in-wait` (429) for an address that keeps asking.
pub async fn reset_ask(app: &App, ctx: &Ctx, typed: &str, visitor: &Visitor) -> Outcome<()> {
    app.policies().require(ctx, "reset_ask", &Resource::house())?;
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() || typed.chars().count() > EMAIL_CHARS_MAX || typed.contains('\0') {
        return Err(refusals::login_missing().into());
    }
    Attempts::of_place("reset", &typed, &visitor.ip).count(app, ctx).await?;
    app.in_txn(&ctx.unkeyed(), "reset_ask", typed, |tx, typed| {
        Box::pin(async move {
            tx.job(NewJob::new(NAME, json!({ "typed": typed })).once(typed.as_str())).await?;
            tx.journal(Entry::new("reset.asked", "house", "house").batched()).await.map(|_| ())
        })
    })
    .await
}

fn handler<'a>(app: &'a App, ctx: &'a Ctx, payload: &'a Value) -> BoxFuture<'a, Result<(), String>> {
    Box::pin(async move { Ok(reset_send(app, ctx, payload["typed"].as_str().unwrap_or_default()).await?) })
}

/// Mails the link, where there is an account with an address and none is on its way.
async fn reset_send(app: &App, ctx: &Ctx, typed: &str) -> Outcome<()> {
    let conn = app.db().read();
    let account = account_named(&conn, typed).await?.filter(|account| account.disabled_ms.is_none());
    let Some(account) = account else { return Ok(()) };
    // An address that was confirmed beats one that was only typed.
    let address = confirmed_address(&conn, &account.id).await?.or_else(|| account.email.clone());
    let Some(address) = address else { return Ok(()) };
    if reset_mailed_since(app, &account.id, ctx.now.ms() - PAUSE_MS).await? {
        return Ok(());
    }
    reset_mail(app, ctx, account.id, address).await.map(|_| ())
}

/// Puts a fresh one-time link into a mail, in the transaction that makes it.
pub fn link_mail<'a>(tx: &'a Txn, invite: &'a Invite, link: &'a str) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let Some(address) = invite.email.clone() else { return Ok(()) };
        let named = match &invite.account {
            Some(id) => account_row(tx, id).await?,
            None => None,
        };
        let (kind, by) = match invite.kind {
            InviteKind::Reset => (LetterKind::Reset, invite.account.clone()),
            InviteKind::Invite | InviteKind::FirstAdministrator => (LetterKind::Invitation, None),
        };
        let letter = Letter {
            kind,
            account: by.unwrap_or_else(|| invite.created_by.clone()),
            address,
            name: named.as_ref().map_or_else(|| invite.name.clone(), |account| account.name.clone()),
            locale: named.as_ref().map_or(tx.ctx().locale, |account| account.locale),
            link: link.to_owned(),
            until_ms: invite.expires_ms,
            demo: named.as_ref().map_or(tx.ctx().actor.demo, |account| account.demo),
        };
        letter_post(tx, &letter).await
    })
}
