//! A passkey that is shown: to sign in, or to prove who sits there.

use super::passkey::{answered, place, question, session};
use super::{hash, own, person};
use crate::rules::passkey as rules;
use crate::store::passkey::{self, Passkey};
use crate::webauthn::{self, Shown, WAIT_MS, count_goes_on, options};
use platform::db::Txn;
use platform::identity::actions::{Attempts, Opening, SignedIn, Visitor, session_refuse, signing_in};
use platform::identity::{account_row, rules as identity_rules};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde_json::Value;

/// A question to a browser that has not signed in.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What to hand to it.
    pub options: Value,
    /// What it carries meanwhile, so that no other browser can answer.
    pub secret: String,
}

/// Questions and answers are counted by address. Nobody has said who he is, and many people may share an address: those who
/// come one after the other do not stand in each other's way.
fn attempts(secret: &str, visitor: &Visitor) -> Attempts {
    Attempts::of_place("passkey", &hash(secret), &visitor.ip)
}

/// Asks whoever comes for any passkey of this site.
///
/// # Errors
/// `passkey-place`; `sign-in-wait` (429) for an address that keeps asking.
pub async fn enter_begin(app: &App, ctx: &Ctx, visitor: &Visitor) -> Outcome<Asked> {
    app.policies().require(ctx, "passkey_enter", &Resource::house())?;
    let place = place(app)?;
    let secret = platform::random::secret();
    let (challenge, asked) = question("enter", &hash(&secret));
    attempts(&secret, visitor).count(app, ctx).await?;
    app.in_txn(&ctx.unkeyed(), "enter_begin", asked, |tx, asked| {
        Box::pin(async move {
            let now_ms = tx.ctx().now.ms();
            passkey::question_ask(tx, asked, now_ms, now_ms + WAIT_MS).await?;
            tx.journal(Entry::new("passkey.asked", "house", "house").batched()).await.map(|_| ())
        })
    })
    .await?;
    Ok(Asked { options: options::get(&place, &challenge, &[]), secret })
}

/// Opens a session by a passkey, which stands for password and second factor: its device has looked who holds it.
///
/// # Errors
/// What is wrong with the answer; `passkey-over`, `passkey-wrong`, `passkey-counted-back`, `sign-in-wait` (429),
/// `account-disabled`.
pub async fn enter_take(app: &App, ctx: &Ctx, secret: &str, credential: &str, visitor: Visitor) -> Outcome<SignedIn> {
    app.policies().require(ctx, "passkey_enter", &Resource::house())?;
    let place = place(app)?;
    let attempts = attempts(secret, &visitor);
    attempts.count(app, ctx).await?;
    let shown = webauthn::shown(&place, credential).map_err(rules::doubt)?;
    answered(app, ctx, "enter", &hash(secret), &shown.challenge).await?;
    let conn = app.db().read();
    let found = recognised(app, ctx, &shown).await?;
    // The device found it by itself, so it says whose it is.
    let handle = passkey::handle(&conn, &found.account).await?;
    if shown.user_handle.as_ref().map(hex::encode) != handle || handle.is_none() {
        return refuse(app, ctx, &found.account).await;
    }
    let Some(account) = account_row(&conn, &found.account).await? else { return Err(rules::wrong().into()) };
    if account.disabled_ms.is_some() {
        session_refuse(app, ctx, account.id).await?;
        return Err(identity_rules::disabled().into());
    }
    // Both the question and the answer were counted.
    let opening = Opening::new(ctx, &account, visitor.clone(), vec![attempts.clone(), attempts]);
    let use_of = Use { passkey: found, sign_count: i64::from(shown.sign_count), visitor };
    let input = (use_of, opening.clone());
    app.in_txn(&signing_in(ctx, &account), "enter_take", input, |tx, (use_of, opening)| {
        Box::pin(async move {
            use_of.keep(tx).await?;
            opening.open(tx).await
        })
    })
    .await?;
    Ok(opening.opened())
}

/// A use of a passkey, to be kept with what it led to.
#[derive(Debug, Clone)]
pub(super) struct Use {
    passkey: Passkey,
    sign_count: i64,
    visitor: Visitor,
}

/// Characters of a browser's name that are kept.
const WITH_CHARS_MAX: usize = 200;

impl Use {
    /// Keeps when, where and with what it was used; of two uses of one count one is kept.
    pub(super) async fn keep(&self, tx: &Txn) -> Outcome<()> {
        let with: String = self.visitor.user_agent.chars().filter(|c| !c.is_control()).take(WITH_CHARS_MAX).collect();
        let place = (self.visitor.ip.as_str(), with.as_str());
        if passkey::used(tx, &self.passkey, self.sign_count, tx.ctx().now.ms(), place).await? {
            return Ok(());
        }
        Err(rules::wrong().into())
    }
}

async fn refuse<T>(app: &App, ctx: &Ctx, account: &str) -> Outcome<T> {
    session_refuse(app, ctx, account.to_owned()).await?;
    Err(rules::wrong().into())
}

/// The passkey that was shown, if its holder has signed and it has not been copied.
async fn recognised(app: &App, ctx: &Ctx, shown: &Shown) -> Outcome<Passkey> {
    let credential = webauthn::written(&shown.credential);
    let Some(found) = passkey::by_credential(&app.db().read(), &credential).await? else {
        return refuse(app, ctx, "unknown").await;
    };
    // A key that cannot be read opens nothing.
    let key = hex::decode(&found.public_key).unwrap_or_default();
    if !shown.signed_by(&key) {
        return refuse(app, ctx, &found.account).await;
    }
    if !count_goes_on(found.sign_count, shown.sign_count) {
        let input = (found.id, found.account);
        app.in_txn(&ctx.unkeyed(), "passkey_doubt", input, |tx, (id, account)| {
            Box::pin(async move {
                passkey::doubt(tx, id, tx.ctx().now.ms()).await?;
                tx.journal(Entry::new("passkey.doubted", "account", account)).await.map(|_| ())
            })
        })
        .await?;
        return Err(rules::counted_back().into());
    }
    Ok(found)
}

/// Asks whoever sits at this session for one of the account's passkeys.
///
/// # Errors
/// As the policy says: a token proves nothing; `passkey-place`, `passkey-none`.
pub async fn proof_begin(app: &App, ctx: &Ctx) -> Outcome<Value> {
    let account = own(ctx)?;
    app.policies().require(ctx, "proof_give", &person(&account))?;
    let place = place(app)?;
    let (challenge, asked) = question("prove", &session(ctx)?);
    let known = passkey::of_account(&app.db().read(), &account, rules::PASSKEYS_MAX).await?;
    if known.is_empty() {
        return Err(rules::none().into());
    }
    app.in_txn(&ctx.unkeyed(), "proof_begin", (account, asked), |tx, (account, asked)| {
        Box::pin(async move {
            let now_ms = tx.ctx().now.ms();
            passkey::question_ask(tx, asked, now_ms, now_ms + WAIT_MS).await?;
            tx.journal(Entry::new("passkey.asked", "account", account).batched()).await.map(|_| ())
        })
    })
    .await?;
    let known: Vec<String> = known.into_iter().map(|passkey| passkey.credential).collect();
    Ok(options::get(&place, &challenge, &known))
}

/// Looks at a passkey that is to prove who sits at this session.
///
/// # Errors
/// As [`enter_take`]; `passkey-wrong` for one of another account.
pub(super) async fn proved_by(app: &App, ctx: &Ctx, credential: &str, visitor: &Visitor) -> Outcome<Use> {
    let shown = webauthn::shown(&place(app)?, credential).map_err(rules::doubt)?;
    answered(app, ctx, "prove", &session(ctx)?, &shown.challenge).await?;
    let found = recognised(app, ctx, &shown).await?;
    if found.account != own(ctx)? {
        return Err(rules::wrong().into());
    }
    Ok(Use { passkey: found, sign_count: i64::from(shown.sign_count), visitor: visitor.clone() })
}
