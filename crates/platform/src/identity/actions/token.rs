//! Access tokens for programs: made, shown once, revoked.

use super::super::store::{self, token::ApiToken};
use super::super::{rules, secret};
use super::{own, person};
use crate::app::App;
use crate::ctx::{Ctx, Role};
use crate::fault::Outcome;
use crate::journal::Entry;
use kernel::Refusal;

/// A token to make.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What the owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Days until it ends.
    pub days: i64,
}

/// A fresh token. The secret is told once.
#[derive(Debug, Clone)]
pub struct MadeToken {
    /// Its row.
    pub token: ApiToken,
    /// The secret, for `Authorization: Bearer …`; none in the answer to a repeat, which tells it no second time.
    pub secret: Option<String>,
}

/// Makes a token for oneself. Only who signed in on a page may, not another token.
///
/// # Errors
/// As the policy says; a field that breaks a rule; `token-many`.
pub async fn token_create(app: &App, ctx: &Ctx, new: NewToken) -> Outcome<MadeToken> {
    let account = own(ctx)?;
    let name = rules::name(&new.name)?;
    let scopes = rules::scopes(&new.scopes, ctx.actor.has(Role::Administrator))?;
    let expires = rules::token_expires(new.days, ctx.now)?;
    let secret = format!("{}{}", secret::TOKEN_PREFIX, crate::random::secret());
    let token = ApiToken {
        id: crate::random::id(),
        account,
        name,
        scopes,
        created_ms: ctx.now.ms(),
        expires_ms: expires.ms(),
        revoked_ms: None,
        last_used_ms: None,
    };
    let (id, hash) = (token.id.clone(), secret::hash(&secret));
    let token = app
        .in_txn(ctx, "token_create", (app.clone(), token, hash), |tx, (app, token, hash)| {
            Box::pin(async move {
                app.policies().require(tx.ctx(), "token_create", &person(&token.account))?;
                if store::token::of_account(tx, &token.account, tx.ctx().now.ms()).await?.len() >= rules::TOKENS_MAX {
                    return Err(many().into());
                }
                store::token::insert(tx, token, hash).await?;
                let data = serde_json::json!({ "scopes": token.scopes, "expires_ms": token.expires_ms });
                tx.journal(Entry::new("token.created", "token", &token.id).data(data)).await?;
                Ok(token.clone())
            })
        })
        .await?;
    let secret = (token.id == id).then_some(secret);
    Ok(MadeToken { token, secret })
}

fn many() -> Refusal {
    Refusal::conflict(
        "token-many",
        format!("有效令牌最多 {} 个。请先撤销不再使用的。", rules::TOKENS_MAX),
        format!("An account has at most {} good tokens. Revoke one that is no longer used.", rules::TOKENS_MAX),
    )
}

/// Revokes one of one's own tokens.
///
/// # Errors
/// Not found when it is somebody else's; `token-revoked` when it was revoked before.
pub async fn token_revoke(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    own(ctx)?;
    app.in_txn(ctx, "token_revoke", (app.clone(), id), |tx, (app, id)| {
        Box::pin(async move {
            let token = store::token::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "token_revoke", &person(&token.account))?;
            if !store::token::revoke(tx, id, tx.ctx().now.ms()).await? {
                return Err(
                    Refusal::conflict("token-revoked", "该令牌已撤销。", "The token was revoked already.").into()
                );
            }
            tx.journal(Entry::new("token.revoked", "token", id)).await.map(|_| ())
        })
    })
    .await
}

/// One's own good tokens, newest first.
///
/// # Errors
/// As the policy says.
pub async fn token_list(app: &App, ctx: &Ctx) -> Outcome<Vec<ApiToken>> {
    let account = own(ctx)?;
    app.policies().require(ctx, "token_list", &person(&account))?;
    store::token::of_account(&app.db().read(), &account, ctx.now.ms()).await
}
