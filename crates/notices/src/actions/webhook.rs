//! Webhooks: where programs want to be told.

use super::account;
use crate::rules::keeping::{URL_BYTES_MAX, WEBHOOKS_MAX, room};
use crate::rules::message::Topic;
use crate::sending::Outlets;
use crate::store::webhook::{self, Webhook};
use kernel::Refusal;
use platform::journal::Entry;
use platform::outward::address::literal_refused;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde_json::json;
use url::Url;

/// A webhook as policies see it.
pub fn resource(hook: &Webhook) -> Resource {
    Resource::new("Webhook", &hook.id)
        .with("account", hook.account.as_str())
        .with_some("organisation", hook.organisation.as_deref())
}

/// A webhook as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct New {
    /// Where messages are posted.
    pub url: String,
    /// The organisation whose messages it gets; none for those of the account.
    pub organisation: Option<String>,
    /// Which messages; none for all.
    pub topics: Vec<Topic>,
}

/// The address of a webhook, checked as far as it can be without asking for its host.
///
/// # Errors
/// `webhook-url` for what is no plain https address, `webhook-private` for a host that lies inside.
pub fn url_check(typed: &str, private: bool) -> Result<Url, Refusal> {
    let refused = || {
        Refusal::invalid(
            "webhook-url",
            format!("请填写以 https:// 开头、不含用户名与片段、不超过 {URL_BYTES_MAX} 字节的完整地址。"),
            format!("Enter a whole address that begins with https://, without a user name or fragment, of at most {URL_BYTES_MAX} bytes."),
        )
        .at("url")
    };
    let typed = typed.trim();
    let url = Some(typed).filter(|typed| typed.len() <= URL_BYTES_MAX).and_then(|typed| Url::parse(typed).ok());
    let url = url.ok_or_else(refused)?;
    let scheme = url.scheme() == "https" || (private && url.scheme() == "http");
    if !scheme
        || url.host_str().is_none()
        || !url.username().is_empty()
        || url.password().is_some()
        || url.fragment().is_some()
    {
        return Err(refused());
    }
    if !private && literal_refused(&url) {
        return Err(Refusal::invalid(
            "webhook-private",
            "这个地址在内部网络上，不能接收回调。请填写公网上的地址；确需内网地址时请联系管理员开放。",
            "This address lies in a private network and gets no calls. Enter a public one, or ask the administrator to allow private ones.",
        )
        .at("url"));
    }
    Ok(url)
}

/// Makes a webhook. The secret that signs its messages is given here and never again.
///
/// # Errors
/// `webhook-url`, `webhook-private`, `webhooks-many`; forbidden without the mandate to keep the organisation.
pub async fn webhook_create(app: &App, ctx: &Ctx, new: New) -> Outcome<(Webhook, String)> {
    let account = account(ctx)?;
    let url = url_check(&new.url, Outlets::of(app).private)?;
    let secret = format!("whsec_{}", platform::random::secret());
    let hook = Webhook {
        id: platform::random::id(),
        account,
        organisation: new.organisation.filter(|id| !id.is_empty()),
        url: url.into(),
        secret: String::new(),
        topics: new.topics,
        created_ms: ctx.now.ms(),
        demo: ctx.actor.demo,
    };
    // Of a request that is answered with a secret no key is kept, so that the answer is kept nowhere.
    let made = app
        .in_txn(&ctx.unkeyed(), "webhook_create", (app.clone(), hook, secret.clone()), |tx, (app, hook, secret)| {
            Box::pin(async move {
                app.policies().require(tx.ctx(), "webhook_create", &resource(hook))?;
                let organisation = hook.organisation.as_deref();
                room("webhooks-many", webhook::total(tx, &hook.account, organisation).await?, WEBHOOKS_MAX)?;
                webhook::insert(tx, hook, secret).await?;
                let data = json!({ "url": hook.url, "organisation": hook.organisation, "topics": hook.topics });
                tx.journal(Entry::new("webhook.created", "webhook", &hook.id).demo(hook.demo).data(data)).await?;
                Ok(hook.clone())
            })
        })
        .await?;
    Ok((made, secret))
}

/// The organisations whose webhooks the actor keeps.
pub(super) fn kept_organisations(ctx: &Ctx) -> Vec<String> {
    let keeps = |m: &&platform::Membership| m.mandates.contains(&platform::Mandate::Manage);
    ctx.actor.memberships.iter().filter(keeps).map(|m| m.organisation.clone()).collect()
}

/// One's own webhooks and those of the organisations one keeps, newest first, without their secrets.
///
/// # Errors
/// Nobody is signed in.
pub async fn webhook_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Webhook>> {
    app.policies().require(ctx, "webhook_list", &Resource::house())?;
    webhook::visible(&app.db().read(), &account(ctx)?, &kept_organisations(ctx)).await
}

/// Removes a webhook; what is on its way to it is no longer sent.
///
/// # Errors
/// Not found, also for everybody else.
pub async fn webhook_remove(app: &App, ctx: &Ctx, id: &str) -> Outcome<()> {
    app.in_txn(ctx, "webhook_remove", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let hook = webhook::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "webhook_remove", &resource(&hook))?;
            webhook::remove(tx, id).await?;
            tx.journal(Entry::new("webhook.removed", "webhook", id).demo(hook.demo)).await.map(|_| ())
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_public_addresses_are_taken() {
        let code = |typed: &str, private| url_check(typed, private).map_err(|refusal| refusal.code);
        assert!(code("https://hooks.example.com/in?x=1", false).is_ok());
        assert!(code("http://127.0.0.1:9/", true).is_ok());
        for bad in [
            "",
            "hooks.example.com",
            "http://hooks.example.com/",
            "ftp://example.com/",
            "https://user@example.com/",
            "https://user:pw@example.com/",
            "https://example.com/#a",
            "file:///etc/passwd",
            "https://",
            &format!("https://example.com/{}", "x".repeat(URL_BYTES_MAX)),
        ] {
            assert_eq!(code(bad, false), Err("webhook-url"), "{bad}");
        }
        for inside in [
            "https://127.0.0.1/",
            "https://10.0.0.8/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://localhost/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://169.254.169.254/latest",
            "https://api.localhost/",
        ] {
            assert_eq!(code(inside, false), Err("webhook-private"), "{inside}");
        }
    }
}
