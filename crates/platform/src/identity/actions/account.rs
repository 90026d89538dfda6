//! Accounts: made, disabled, enabled; one's own password and language.

use super::super::store::account::{Account, Grant};
use super::super::{password, rules, secret, store};
use super::{not_last_administrator, own, person};
use crate::app::App;
use crate::ctx::{Ctx, Role};
use crate::db::Txn;
use crate::fault::Outcome;
use crate::journal::Entry;
use crate::policy::Resource;
use kernel::{Locale, Refusal};

/// An account to make.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Login name, as typed.
    pub login: String,
    /// E-mail address, as typed; may be empty.
    pub email: String,
    /// The name shown to others.
    pub name: String,
    /// The password, as typed.
    pub password: String,
    /// The roles it gets.
    pub roles: Vec<Grant>,
    /// The language it prefers.
    pub locale: Locale,
    /// Whether it belongs to the demo.
    pub demo: bool,
}

/// A checked account with its hashed password, ready for its row.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    pub(super) account: Account,
    pub(super) password_hash: String,
    pub(super) roles: Vec<Grant>,
}

/// Checks everything that was typed and hashes the password, outside any transaction.
pub(super) async fn prepare(ctx: &Ctx, new: &NewAccount) -> Outcome<Prepared> {
    let login = rules::login(&new.login)?;
    let (email, name) = (rules::email(&new.email)?, rules::name(&new.name)?);
    rules::password(&new.password, &login)?;
    new.roles.iter().try_for_each(rules::grantable)?;
    let account = Account {
        id: crate::random::id(),
        login,
        email,
        name,
        locale: new.locale,
        demo: new.demo,
        created_ms: ctx.now.ms(),
        disabled_ms: None,
    };
    let password_hash = password::hash(&new.password).await?;
    Ok(Prepared { account, password_hash, roles: new.roles.clone() })
}

/// Writes the account with its roles; `by` has granted them.
pub(super) async fn save(tx: &Txn, prepared: &Prepared, by: &str) -> Outcome<()> {
    let account = &prepared.account;
    let (login_taken, email_taken) = store::account::taken(tx, &account.login, account.email.as_deref()).await?;
    if login_taken {
        return Err(taken("login-taken", "登录名", "login name").at("login").into());
    }
    if email_taken {
        return Err(taken("email-taken", "邮箱", "e-mail address").at("email").into());
    }
    store::account::insert(tx, account, &prepared.password_hash).await?;
    for grant in &prepared.roles {
        store::account::grant_insert(tx, &account.id, grant, by, tx.ctx().now.ms()).await?;
    }
    let data = serde_json::json!({ "login": account.login, "roles": prepared.roles, "granted_by": by });
    tx.journal(Entry::new("account.created", "account", &account.id).demo(account.demo).data(data)).await?;
    Ok(())
}

fn taken(code: &'static str, zh: &str, en: &str) -> Refusal {
    let kind = kernel::RefusalKind::Invalid;
    Refusal::new(kind, code, format!("这个{zh}已被使用。请换一个。"), format!("This {en} is taken. Choose another."))
}

/// Makes an account at once, without an invitation: for commands and the demo. Returns its id.
///
/// # Errors
/// As the policy says; a field that breaks a rule; `login-taken`, `email-taken`.
pub async fn account_create(app: &App, ctx: &Ctx, new: NewAccount) -> Outcome<String> {
    app.policies().require(ctx, "account_create", &Resource::house())?;
    let prepared = prepare(ctx, &new).await?;
    app.in_txn(ctx, "account_create", (app.clone(), prepared), |tx, (app, prepared)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "account_create", &Resource::house())?;
            save(tx, prepared, tx.ctx().actor.id()).await?;
            Ok(prepared.account.id.clone())
        })
    })
    .await
}

/// Whether there is any account yet.
///
/// # Errors
/// Only when the database fails.
pub async fn any_account(app: &App) -> Outcome<bool> {
    store::account::any(&app.db().read()).await
}

/// A page of accounts by login after `after`, and how many there are.
///
/// # Errors
/// As the policy says.
pub async fn account_list(app: &App, ctx: &Ctx, q: &str, after: &str, limit: usize) -> Outcome<(Vec<Account>, i64)> {
    app.policies().require(ctx, "account_list", &Resource::house())?;
    let q: String =
        q.trim().to_lowercase().chars().take(kernel::limits::QUERY_CHARS_MAX).filter(|c| *c != '\0').collect();
    let conn = app.db().read();
    let accounts = store::account::list(&conn, &q, after, i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    Ok((accounts, store::account::count(&conn, &q).await?))
}

/// One account.
///
/// # Errors
/// Not found, also for whoever may not see it.
pub async fn account_by_id(app: &App, ctx: &Ctx, id: &str) -> Outcome<Account> {
    app.policies().require(ctx, "account_view", &person(id))?;
    let account = store::account::by_id(&app.db().read(), id).await?;
    account.ok_or_else(|| Refusal::not_found().into())
}

/// One's own account.
///
/// # Errors
/// Nobody is signed in.
pub async fn account_own(app: &App, ctx: &Ctx) -> Outcome<Account> {
    let id = own(ctx)?;
    app.policies().require(ctx, "me_view", &Resource::house())?;
    let account = store::account::by_id(&app.db().read(), &id).await?;
    account.ok_or_else(|| Refusal::not_found().into())
}

/// Keeps an account from signing in and ends its sessions. Its tokens open nothing while it lasts.
///
/// # Errors
/// As the policy says; `last-administrator`; `already-disabled`.
pub async fn account_disable(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    app.in_txn(ctx, "account_disable", (app.clone(), id), |tx, (app, id)| {
        Box::pin(async move {
            let account = known(tx, app, "account_disable", id).await?;
            if account.disabled_ms.is_some() {
                return Err(standing("already-disabled", "已停用", "disabled already").into());
            }
            if store::account::grants(tx, id).await?.iter().any(|grant| grant.role == Role::Administrator) {
                not_last_administrator(tx, id).await?;
            }
            store::account::set_disabled(tx, id, Some(tx.ctx().now.ms())).await?;
            store::session::delete_others(tx, id, "").await?;
            tx.journal(Entry::new("account.disabled", "account", id)).await.map(|_| ())
        })
    })
    .await
}

/// Lets a disabled account sign in again.
///
/// # Errors
/// As the policy says; `not-disabled`.
pub async fn account_enable(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    app.in_txn(ctx, "account_enable", (app.clone(), id), |tx, (app, id)| {
        Box::pin(async move {
            let account = known(tx, app, "account_enable", id).await?;
            if account.disabled_ms.is_none() {
                return Err(standing("not-disabled", "未停用", "not disabled").into());
            }
            store::account::set_disabled(tx, id, None).await?;
            tx.journal(Entry::new("account.enabled", "account", id)).await.map(|_| ())
        })
    })
    .await
}

/// An account that the actor may do this to.
pub(super) async fn known(tx: &Txn, app: &App, action: &str, id: &str) -> Outcome<Account> {
    app.policies().require(tx.ctx(), action, &person(id))?;
    let account = store::account::by_id(tx, id).await?;
    account.ok_or_else(|| Refusal::not_found().into())
}

fn standing(code: &'static str, zh: &str, en: &str) -> Refusal {
    Refusal::conflict(code, format!("该账号{zh}。请刷新页面查看。"), format!("This account is {en}. Refresh the page."))
}

/// Changes one's own password and signs out every other device.
///
/// # Errors
/// `password-wrong` when the present one is not right; what [`rules::password`] refuses.
pub async fn password_change(app: &App, ctx: &Ctx, present: &str, new: &str, keep_secret: &str) -> Outcome<()> {
    let id = own(ctx)?;
    app.policies().require(ctx, "password_change", &person(&id))?;
    let conn = app.db().read();
    let account = store::account::by_id(&conn, &id).await?.ok_or_else(Refusal::not_found)?;
    rules::password(new, &account.login).map_err(|refusal| refusal.at("new_password"))?;
    let stored = store::account::password_hash(&conn, &id).await?;
    if !password::verify(stored, present).await? {
        return Err(Refusal::invalid(
            "password-wrong",
            "当前密码不正确。请重新输入。",
            "The present password is wrong. Type it again.",
        )
        .at("password")
        .into());
    }
    let hash = password::hash(new).await?;
    let input = (app.clone(), id, hash, secret::hash(keep_secret));
    app.in_txn(&ctx.unkeyed(), "password_change", input, |tx, (app, id, hash, keep)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "password_change", &person(id))?;
            store::account::set_password(tx, id, hash).await?;
            store::session::delete_others(tx, id, keep).await?;
            tx.journal(Entry::new("password.changed", "account", id)).await.map(|_| ())
        })
    })
    .await
}

/// Changes the language one prefers.
///
/// # Errors
/// As the policy says.
pub async fn locale_change(app: &App, ctx: &Ctx, locale: Locale) -> Outcome<()> {
    let id = own(ctx)?;
    app.in_txn(ctx, "locale_change", (app.clone(), id, locale), |tx, (app, id, locale)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "locale_change", &person(id))?;
            store::account::set_locale(tx, id, *locale).await?;
            let data = serde_json::json!({ "locale": locale.tag() });
            tx.journal(Entry::new("locale.changed", "account", id).data(data)).await.map(|_| ())
        })
    })
    .await
}

/// The login name of an account that has just come in.
///
/// # Errors
/// Not found.
pub(in crate::identity) async fn login_of(app: &App, id: &str) -> Outcome<String> {
    let account = store::account::by_id(&app.db().read(), id).await?;
    account.map(|account| account.login).ok_or_else(|| Refusal::not_found().into())
}

/// The account of the demo with this login name, if an earlier start has made it.
///
/// # Errors
/// Only when the database fails.
pub(crate) async fn demo_account(app: &App, login: &str) -> Outcome<Option<String>> {
    let found = store::account::to_sign_in(&app.db().read(), login).await?;
    Ok(found.filter(|(account, _)| account.demo).map(|(account, _)| account.id))
}
