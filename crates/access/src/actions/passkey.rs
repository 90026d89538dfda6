//! One's own passkeys: listed, added, removed. And the questions that devices answer.

use super::factor::fresh_codes;
use super::{hash, own, person};
use crate::rules::passkey as rules;
use crate::store::passkey::{self, Passkey, Question};
use crate::store::{factor, forget_codes, has_second_factor};
use crate::webauthn::options::{self, Owner};
use crate::webauthn::{self, CHALLENGE_BYTES, Place, WAIT_MS, written};
use kernel::Refusal;
use platform::identity::account_row;
use platform::identity::actions::sessions_end;
use platform::journal::Entry;
use platform::{App, Ctx, Outcome};
use serde_json::{Value, json};

/// Bytes of what devices know an account by.
const HANDLE_BYTES: usize = 64;

/// The name of the site that devices show.
const SITE: &str = "Yilang 一廊";

/// One's own passkeys.
#[derive(Debug, Clone)]
pub struct PasskeyView {
    /// Whether this site's address has passkeys at all.
    pub here: bool,
    /// The passkeys, the newest first.
    pub passkeys: Vec<Passkey>,
}

/// A passkey to add.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// What its owner calls it, as typed.
    pub name: String,
    /// What the device answered, in the JSON of the specification.
    pub credential: String,
}

/// Where this site's passkeys are for.
///
/// # Errors
/// `passkey-place` where its address has none.
pub(super) fn place(app: &App) -> Result<Place, Refusal> {
    Place::of(&app.settings().public_url).ok_or_else(rules::place)
}

/// Fresh random bytes.
fn random(count: usize) -> Vec<u8> {
    std::iter::repeat_with(|| platform::random::bits().to_le_bytes()).flatten().take(count).collect()
}

/// A fresh challenge, and the question that keeps it.
pub(super) fn question(purpose: &'static str, holder: &str) -> (Vec<u8>, Question) {
    let challenge = random(CHALLENGE_BYTES);
    let asked = asked(purpose, holder, &challenge);
    (challenge, asked)
}

/// The question that a challenge belongs to.
fn asked(purpose: &'static str, holder: &str, challenge: &[u8]) -> Question {
    Question { challenge_hash: hash(&written(challenge)), purpose, holder: holder.to_owned() }
}

/// Uses up the question that was answered, whatever becomes of the answer.
///
/// # Errors
/// `passkey-over`.
pub(super) async fn answered(
    app: &App,
    ctx: &Ctx,
    purpose: &'static str,
    holder: &str,
    challenge: &[u8],
) -> Outcome<()> {
    let asked = asked(purpose, holder, challenge);
    // A working row, like the count of attempts: what happens to it is recorded when it has led somewhere.
    let ctx = ctx.unkeyed();
    let taken = app.db().in_txn(&ctx, "passkey_answered", asked, |tx, asked| {
        Box::pin(passkey::question_take(tx, asked, tx.ctx().now.ms()))
    });
    if taken.await? { Ok(()) } else { Err(rules::question_over().into()) }
}

/// The session that acts; a token has none.
pub(super) fn session(ctx: &Ctx) -> Result<String, Refusal> {
    ctx.actor.presence.as_ref().map(|presence| presence.session.clone()).ok_or_else(Refusal::sign_in)
}

/// One's own passkeys.
///
/// # Errors
/// As the policy says.
pub async fn passkey_list(app: &App, ctx: &Ctx) -> Outcome<PasskeyView> {
    let account = own(ctx)?;
    app.policies().require(ctx, "passkey_list", &person(&account))?;
    let passkeys = passkey::of_account(&app.db().read(), &account, rules::PASSKEYS_MAX).await?;
    Ok(PasskeyView { here: place(app).is_ok(), passkeys })
}

/// Asks this browser for a new passkey; gives what to hand to it.
///
/// # Errors
/// As the policy says; `step-up`; `passkey-place`, `passkeys-many`.
pub async fn passkey_begin(app: &App, ctx: &Ctx) -> Outcome<Value> {
    let account = own(ctx)?;
    app.policies().require(ctx, "passkey_begin", &person(&account))?;
    let place = place(app)?;
    let (challenge, asked) = question("make", &session(ctx)?);
    let handle = hex::encode(random(HANDLE_BYTES));
    let input = (app.clone(), account, (place, challenge), (asked, handle));
    // A repeat asks anew: a challenge that was told is answered once.
    app.in_txn(&ctx.unkeyed(), "passkey_begin", input, |tx, (app, account, (place, challenge), (asked, handle))| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "passkey_begin", &person(account))?;
            let known = passkey::of_account(tx, account, rules::PASSKEYS_MAX).await?;
            if known.len() >= rules::PASSKEYS_MAX {
                return Err(rules::many().into());
            }
            let row = account_row(tx, account).await?.ok_or_else(Refusal::sign_in)?;
            passkey::handle_give(tx, account, handle).await?;
            let handle = passkey::handle(tx, account).await?.ok_or_else(Refusal::sign_in)?;
            let now_ms = tx.ctx().now.ms();
            passkey::question_ask(tx, asked, now_ms, now_ms + WAIT_MS).await?;
            tx.journal(Entry::new("passkey.asked", "account", account).batched()).await?;
            let owner = Owner { handle: hex::decode(handle).unwrap_or_default(), login: row.login, name: row.name };
            let known: Vec<String> = known.into_iter().map(|passkey| passkey.credential).collect();
            Ok(options::create(place, SITE, &owner, challenge, &known))
        })
    })
    .await
}

/// What was added: the passkey, and recovery codes where there were none, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedPasskey {
    /// The passkey.
    pub passkey: Passkey,
    /// Recovery codes, for when the device is lost; empty where there have been some.
    pub codes: Vec<String>,
}

/// Adds the passkey that a device has made. From now on it is asked for after the password, and signs in by itself.
///
/// # Errors
/// As the policy says; `passkey-name`; what is wrong with the answer; `passkey-over`, `passkey-there`, `passkeys-many`.
pub async fn passkey_confirm(app: &App, ctx: &Ctx, new: NewPasskey) -> Outcome<AddedPasskey> {
    let account = own(ctx)?;
    app.policies().require(ctx, "passkey_confirm", &person(&account))?;
    let name = rules::name(&new.name)?;
    let made = webauthn::made(&place(app)?, &new.credential).map_err(rules::doubt)?;
    answered(app, ctx, "make", &session(ctx)?, &made.challenge).await?;
    let passkey = Passkey {
        id: platform::random::id(),
        account: account.clone(),
        credential: written(&made.credential),
        public_key: hex::encode(&made.public_key),
        name,
        made_ms: ctx.now.ms(),
        sign_count: i64::from(made.sign_count),
        backed_up: made.backed_up,
        used_ms: None,
        used_from: String::new(),
        used_with: String::new(),
        doubted_ms: None,
    };
    let (codes, hashes) = fresh_codes(&account);
    let input = (app.clone(), passkey.clone(), hashes);
    let ctx = ctx.unkeyed();
    let first = app.in_txn(&ctx, "passkey_confirm", input, |tx, (app, passkey, hashes)| {
        Box::pin(async move {
            let account = &passkey.account;
            app.policies().require(tx.ctx(), "passkey_confirm", &person(account))?;
            if passkey::of_account(tx, account, rules::PASSKEYS_MAX).await?.len() >= rules::PASSKEYS_MAX {
                return Err(rules::many().into());
            }
            let first = !has_second_factor(tx, account).await?;
            if !passkey::insert(tx, passkey).await? {
                return Err(rules::there().into());
            }
            if first {
                factor::codes_replace(tx, account, hashes, tx.ctx().now.ms()).await?;
            }
            tx.journal(Entry::new("passkey.added", "account", account)).await?;
            Ok(first)
        })
    });
    let codes = if first.await? { codes } else { Vec::new() };
    Ok(AddedPasskey { passkey, codes })
}

/// Removes one of one's own passkeys, and signs out everywhere else: whoever may have used it is out.
///
/// # Errors
/// As the policy says; `step-up`; not found.
pub async fn passkey_remove(app: &App, ctx: &Ctx, id: String) -> Outcome<()> {
    let account = own(ctx)?;
    app.in_txn(ctx, "passkey_remove", (app.clone(), account, id), |tx, (app, account, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "passkey_remove", &person(account))?;
            if !passkey::remove(tx, account, id).await? {
                return Err(Refusal::not_found().into());
            }
            forget_codes(tx, account).await?;
            let sessions = sessions_end(tx, account).await?;
            let data = json!({ "sessions": sessions });
            tx.journal(Entry::new("passkey.removed", "account", account).data(data)).await.map(|_| ())
        })
    })
    .await
}
