//! One-time links: how the first administrator, invited people and those who forgot a password come in.

use super::super::store::account::Grant;
use super::super::store::invite::{Invite, InviteKind};
use super::super::{password, rules, secret, store};
use super::account::{NewAccount, known, prepare, save};
use crate::app::App;
use crate::ctx::{Ctx, Role};
use crate::db::Txn;
use crate::fault::Outcome;
use crate::journal::Entry;
use crate::policy::Resource;
use kernel::{Locale, Refusal};

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// The name the form proposes.
    pub name: String,
    /// E-mail address, as typed; may be empty.
    pub email: String,
    /// The roles the account gets.
    pub roles: Vec<Grant>,
}

/// A fresh link. The secret is told once, to whoever made it, who hands it on.
#[derive(Debug, Clone)]
pub struct OneTimeLink {
    /// Its row.
    pub invite: Invite,
    /// The path with the secret: `/invite/…` or `/first/…`; none in the answer to a repeat, which tells it no second
    /// time.
    pub path: Option<String>,
}

impl OneTimeLink {
    /// The whole link, ready to be handed on; none in the answer to a repeat.
    pub fn url(&self, public_url: &str) -> Option<String> {
        self.path.as_ref().map(|path| format!("{}{path}", public_url.trim_end_matches('/')))
    }
}

/// What the one who opens a link fills in. For a reset only the password counts.
#[derive(Debug, Clone, Default)]
pub struct Accept {
    /// The secret of the link.
    pub secret: String,
    /// Login name.
    pub login: String,
    /// The name shown to others.
    pub name: String,
    /// E-mail address; may be empty.
    pub email: String,
    /// The password.
    pub password: String,
    /// The language.
    pub locale: Locale,
}

fn row(ctx: &Ctx, kind: InviteKind, life_ms: i64) -> Invite {
    Invite {
        id: crate::random::id(),
        kind,
        account: None,
        name: String::new(),
        email: None,
        roles: Vec::new(),
        created_by: ctx.actor.id().to_owned(),
        created_ms: ctx.now.ms(),
        expires_ms: ctx.now.plus_ms(life_ms).ms(),
        used_ms: None,
        revoked_ms: None,
    }
}

/// A link for the first administrator, while there is no account at all; none otherwise.
///
/// Each start makes a new one; each works for a day, and the first that is used ends them all.
///
/// # Errors
/// Only when the database fails.
pub async fn first_link(app: &App) -> Outcome<Option<OneTimeLink>> {
    if store::account::any(&app.db().read()).await? {
        return Ok(None);
    }
    let ctx = Ctx::system(app.clock().now());
    let mut invite = row(&ctx, InviteKind::FirstAdministrator, rules::FIRST_LINK_MS);
    invite.roles = vec![Grant { role: Role::Administrator, city: None }];
    let secret = crate::random::secret();
    app.in_txn(&ctx, "first_link", (invite.clone(), secret::hash(&secret)), |tx, (invite, hash)| {
        Box::pin(async move {
            store::invite::insert(tx, invite, hash).await?;
            tx.journal(Entry::new("invite.created", "invite", &invite.id)).await.map(|_| ())
        })
    })
    .await?;
    Ok(Some(OneTimeLink { invite, path: Some(format!("/first/{secret}")) }))
}

/// The link with this secret, if it can still be used.
///
/// # Errors
/// `link-over` (404) when it is unknown, used, taken back or too old.
pub async fn invite_of(app: &App, ctx: &Ctx, secret: &str) -> Outcome<Invite> {
    let invite = store::invite::by_hash(&app.db().read(), &secret::hash(secret)).await?;
    let invite = invite.filter(|invite| invite.good_at(ctx.now.ms())).ok_or_else(link_over)?;
    if invite.kind == InviteKind::FirstAdministrator && store::account::any(&app.db().read()).await? {
        return Err(link_over().into());
    }
    Ok(invite)
}

fn link_over() -> Refusal {
    Refusal::new(
        kernel::RefusalKind::NotFound,
        "link-over",
        "这个链接无效、已使用、已收回或已过期。请向发出链接的管理员再要一个。",
        "This link is unknown, used, taken back or too old. Ask the administrator who sent it for another.",
    )
}

/// Makes the first administrator from the link that the server printed.
///
/// # Errors
/// `link-over`; a field that breaks a rule.
pub async fn account_create_first(app: &App, ctx: &Ctx, accept: Accept) -> Outcome<String> {
    app.policies().require(ctx, "account_create_first", &Resource::house())?;
    use_link(app, ctx, accept, "account_create_first", &[InviteKind::FirstAdministrator]).await
}

/// Makes the invited account, or sets the new password a reset link is for. Returns the account's id.
///
/// # Errors
/// `link-over`; a field that breaks a rule; `login-taken`, `email-taken`.
pub async fn invite_accept(app: &App, ctx: &Ctx, accept: Accept) -> Outcome<String> {
    app.policies().require(ctx, "invite_accept", &Resource::house())?;
    use_link(app, ctx, accept, "invite_accept", &[InviteKind::Invite, InviteKind::Reset]).await
}

async fn use_link(app: &App, ctx: &Ctx, accept: Accept, name: &'static str, kinds: &[InviteKind]) -> Outcome<String> {
    let invite = invite_of(app, ctx, &accept.secret).await?;
    if !kinds.contains(&invite.kind) {
        return Err(link_over().into());
    }
    if invite.kind == InviteKind::Reset {
        return reset(app, ctx, invite, &accept.password).await;
    }
    let new = NewAccount {
        login: accept.login,
        email: accept.email,
        name: accept.name,
        password: accept.password,
        roles: invite.roles.clone(),
        locale: accept.locale,
        demo: false,
    };
    let prepared = prepare(ctx, &new).await?;
    // The journal names the account that comes in.
    let mut ctx = ctx.unkeyed();
    ctx.actor.account = Some(prepared.account.id.clone());
    ctx.actor.name = prepared.account.name.clone();
    app.in_txn(&ctx, name, (invite, prepared), |tx, (invite, prepared)| {
        Box::pin(async move {
            take(tx, invite).await?;
            if invite.kind == InviteKind::FirstAdministrator && store::account::any(tx).await? {
                return Err(link_over().into());
            }
            save(tx, prepared, &invite.created_by).await?;
            tx.journal(Entry::new("invite.accepted", "invite", &invite.id)).await?;
            Ok(prepared.account.id.clone())
        })
    })
    .await
}

async fn take(tx: &Txn, invite: &Invite) -> Outcome<()> {
    if store::invite::take(tx, &invite.id, tx.ctx().now.ms()).await? { Ok(()) } else { Err(link_over().into()) }
}

async fn reset(app: &App, ctx: &Ctx, invite: Invite, password: &str) -> Outcome<String> {
    let id = invite.account.clone().ok_or_else(link_over)?;
    let account = store::account::by_id(&app.db().read(), &id).await?.ok_or_else(link_over)?;
    rules::password(password, &account.login)?;
    let hash = password::hash(password).await?;
    let mut ctx = ctx.unkeyed();
    ctx.actor.account = Some(account.id.clone());
    ctx.actor.name = account.name;
    app.in_txn(&ctx, "password_reset", (invite, id, hash), |tx, (invite, id, hash)| {
        Box::pin(async move {
            take(tx, invite).await?;
            store::account::set_password(tx, id, hash).await?;
            store::session::delete_others(tx, id, "").await?;
            tx.journal(Entry::new("password.reset", "account", id)).await?;
            Ok(id.clone())
        })
    })
    .await
}

/// Invites somebody. The link is handed on by the administrator, and mailed where an address is given and a capability
/// mails.
///
/// # Errors
/// As the policy says; a field that breaks a rule.
pub async fn invite_create(app: &App, ctx: &Ctx, new: NewInvite) -> Outcome<OneTimeLink> {
    app.policies().require(ctx, "invite_create", &Resource::house())?;
    new.roles.iter().try_for_each(rules::grantable)?;
    let mut invite = row(ctx, InviteKind::Invite, rules::INVITE_MS);
    invite.name = rules::name(&new.name)?;
    invite.email = rules::email(&new.email)?;
    invite.roles = new.roles;
    make(app, ctx, invite, Resource::house(), "invite_create").await
}

/// Makes a link with which an account gets a new password; earlier ones of that account end.
///
/// # Errors
/// As the policy says; not found.
pub async fn reset_create(app: &App, ctx: &Ctx, account: String) -> Outcome<OneTimeLink> {
    let mut invite = row(ctx, InviteKind::Reset, rules::RESET_MS);
    let resource = super::person(&account);
    invite.account = Some(account);
    make(app, ctx, invite, resource, "reset_create").await
}

/// Mails a link for a new password to an address of the account.
///
/// Earlier ones that were mailed end, those of an administrator stay. For the house, which has been asked by somebody it does not know.
///
/// # Errors
/// As the policy says; not found.
pub async fn reset_mail(app: &App, ctx: &Ctx, account: String, address: String) -> Outcome<OneTimeLink> {
    let mut invite = row(ctx, InviteKind::Reset, rules::RESET_MAIL_MS);
    let resource = super::person(&account);
    invite.account = Some(account);
    invite.email = Some(address);
    make(app, ctx, invite, resource, "reset_mail").await
}

/// Whether a link for a new password has been mailed to an account since a time and still works.
///
/// # Errors
/// Only when the database fails.
pub async fn reset_mailed_since(app: &App, account: &str, since_ms: i64) -> Outcome<bool> {
    store::invite::mailed_since(&app.db().read(), account, since_ms).await
}

async fn make(app: &App, ctx: &Ctx, invite: Invite, resource: Resource, action: &'static str) -> Outcome<OneTimeLink> {
    let secret = crate::random::secret();
    let id = invite.id.clone();
    let url = format!("{}/invite/{secret}", app.settings().public_url.trim_end_matches('/'));
    let input = (app.clone(), invite, resource, (secret::hash(&secret), url), action);
    let invite = app
        .in_txn(ctx, action, input, |tx, (app, invite, resource, (hash, url), action)| {
            Box::pin(async move {
                app.policies().require(tx.ctx(), action, resource)?;
                if let Some(account) = &invite.account {
                    known(tx, app, action, account).await?;
                    store::invite::revoke_resets(tx, account, invite.email.is_some(), tx.ctx().now.ms()).await?;
                }
                store::invite::insert(tx, invite, hash).await?;
                if invite.email.is_some() {
                    mail(tx, app, invite, url).await?;
                }
                let data =
                    serde_json::json!({ "kind": invite.kind.code(), "account": invite.account, "roles": invite.roles });
                tx.journal(Entry::new("invite.created", "invite", &invite.id).data(data)).await?;
                Ok(invite.clone())
            })
        })
        .await?;
    let path = (invite.id == id).then(|| format!("/invite/{secret}"));
    Ok(OneTimeLink { invite, path })
}

async fn mail(tx: &Txn, app: &App, invite: &Invite, url: &str) -> Outcome<()> {
    for access in app.capabilities().iter().filter_map(|capability| capability.access) {
        (access.link_mail)(tx, invite, url).await?;
    }
    Ok(())
}

/// Takes a link back before it is used.
///
/// # Errors
/// As the policy says; `link-over` when it was used or taken back before.
pub async fn invite_revoke(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    app.in_txn(ctx, "invite_revoke", (app.clone(), id), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "invite_revoke", &Resource::house())?;
            if !store::invite::revoke(tx, id, tx.ctx().now.ms()).await? {
                return Err(link_over().into());
            }
            tx.journal(Entry::new("invite.revoked", "invite", id)).await.map(|_| ())
        })
    })
    .await
}

/// Links that can still be used, newest first.
///
/// # Errors
/// As the policy says.
pub async fn invite_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Invite>> {
    app.policies().require(ctx, "invite_revoke", &Resource::house())?;
    store::invite::open(&app.db().read(), ctx.now.ms(), 100).await
}
