//! The address of somebody's mail: named, confirmed by a link that was mailed to it, removed.

use super::account;
use crate::store::delivery::{self, Channel, Delivery};
use crate::store::preference::{self, MailAddress};
use crate::token;
use kernel::{Instant, Refusal, RefusalKind};
use platform::identity::rules::email;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde_json::json;

/// How long a link confirms, in milliseconds: three days.
pub const LINK_MS: i64 = 3 * 86_400_000;
/// Pause between two confirmations that one account asks for, in milliseconds.
pub const ASK_PAUSE_MS: i64 = 60_000;

/// Names an address; a link is mailed to it, and until it is opened nothing else is.
///
/// # Errors
/// `email-shape`, `mail-address-missing`, `mail-address-same`, `mail-address-often`.
pub async fn address_ask(app: &App, ctx: &Ctx, typed: &str) -> Outcome<()> {
    let account = account(ctx)?;
    let address = email(typed)?.ok_or_else(missing)?;
    // Lettre would refuse it later, when nobody is there to mend it.
    address.parse::<lettre::Address>().map_err(|_| missing())?;
    let input = (app.clone(), account, address, platform::random::id());
    app.in_txn(ctx, "mail_address_ask", input, |tx, (app, account, address, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "mail_address_ask", &Resource::house())?;
            let now = tx.ctx().now;
            let has = preference::address(tx, account).await?;
            may_ask(&has, address, now)?;
            let next = MailAddress { asked: Some(address.clone()), asked_ms: Some(now.ms()), ..has };
            preference::set_address(tx, account, &next).await?;
            delivery::insert(tx, &confirmation(id, account, address, now, tx.ctx().actor.demo)).await?;
            tx.journal(Entry::new("mail_address.asked", "account", account)).await.map(|_| ())
        })
    })
    .await
}

fn missing() -> Refusal {
    Refusal::invalid(
        "mail-address-missing",
        "请填写接收通知的邮箱地址，例如 name@example.com。",
        "Enter the address that mails go to, such as name@example.com.",
    )
    .at("email")
}

fn may_ask(has: &MailAddress, address: &str, now: Instant) -> Result<(), Refusal> {
    if has.address.as_deref() == Some(address) {
        return Err(Refusal::conflict(
            "mail-address-same",
            "这个邮箱已经确认，通知会发到这里，无需再次确认。",
            "This address is confirmed already; mails go there.",
        )
        .at("email"));
    }
    if has.asked_ms.is_some_and(|asked| now.ms() - asked < ASK_PAUSE_MS) {
        return Err(Refusal::new(
            RefusalKind::TooMany,
            "mail-address-often",
            "刚刚已发出一封确认邮件。请查收，或一分钟后再试。",
            "A confirmation was sent a moment ago. Look for it, or try again in a minute.",
        )
        .at("email"));
    }
    Ok(())
}

fn confirmation(id: &str, account: &str, address: &str, now: Instant, demo: bool) -> Delivery {
    Delivery {
        id: id.to_owned(),
        channel: Channel::Confirmation,
        account: account.to_owned(),
        organisation: None,
        address: address.to_owned(),
        webhook: None,
        notice: None,
        told: None,
        state: "ready".to_owned(),
        attempts: 0,
        next_try_ms: now.ms(),
        error: None,
        sent_ms: None,
        created_ms: now.ms(),
        demo,
    }
}

/// The address that a link confirms, without confirming it.
///
/// # Errors
/// `mail-link-over` when the link is not ours, too old, used, or another address was named since.
pub async fn address_of(app: &App, ctx: &Ctx, link: &str) -> Outcome<(String, String)> {
    app.policies().require(ctx, "mail_address_confirm", &Resource::house())?;
    let key = token::key(app).await?;
    let account = token::account_of(link).ok_or_else(over)?;
    let has = preference::address(&app.db().read(), &account).await?;
    let (asked, asked_ms) = has.asked.zip(has.asked_ms).ok_or_else(over)?;
    let fresh = ctx.now.ms() - asked_ms <= LINK_MS;
    if !fresh || !token::confirm_holds(&key, link, &account, &asked, asked_ms) {
        return Err(over().into());
    }
    Ok((account, asked))
}

fn over() -> Refusal {
    Refusal::conflict(
        "mail-link-over",
        "这个确认链接已失效或已使用。请登录后在“通知设置”中重新填写邮箱，会收到新的链接。",
        "This link is no longer valid, or was used. Sign in and name the address again in the settings of notices; a new link will come.",
    )
}

/// Confirms an address. The link is the authority: whoever reads the mail may be on another device.
///
/// # Errors
/// As [`address_of`].
pub async fn address_confirm(app: &App, ctx: &Ctx, link: &str) -> Outcome<String> {
    let (account, asked) = address_of(app, ctx, link).await?;
    let input = (app.clone(), account, asked);
    app.in_txn(ctx, "mail_address_confirm", input, |tx, (app, account, asked)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "mail_address_confirm", &Resource::house())?;
            let has = preference::address(tx, account).await?;
            if has.asked.as_ref() != Some(asked) {
                return Err(over().into());
            }
            let next =
                MailAddress { address: has.asked, verified_ms: Some(tx.ctx().now.ms()), asked: None, asked_ms: None };
            preference::set_address(tx, account, &next).await?;
            tx.journal(Entry::new("mail_address.confirmed", "account", account)).await?;
            Ok(asked.clone())
        })
    })
    .await
}

/// Removes one's own address, confirmed or not; the inbox goes on.
///
/// # Errors
/// `mail-address-none`.
pub async fn address_remove(app: &App, ctx: &Ctx) -> Outcome<()> {
    let account = account(ctx)?;
    app.in_txn(ctx, "mail_address_remove", (app.clone(), account), |tx, (app, account)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "mail_address_remove", &Resource::house())?;
            let has = preference::address(tx, account).await?;
            if has == MailAddress::default() {
                return Err(Refusal::conflict(
                    "mail-address-none",
                    "您没有登记接收通知的邮箱，无需移除。",
                    "You have named no address, so there is none to remove.",
                )
                .into());
            }
            preference::set_address(tx, account, &MailAddress::default()).await?;
            let data = json!({ "confirmed": has.address.is_some() });
            tx.journal(Entry::new("mail_address.removed", "account", account).data(data)).await.map(|_| ())
        })
    })
    .await
}
