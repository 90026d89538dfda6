//! How one wants to hear of what, and ending mails by the link inside them.

use super::account;
use crate::rules::message::Topic;
use crate::rules::timing::{Frequency, Quiet};
use crate::store::preference::{self, MailAddress, Preferences};
use crate::token;
use kernel::Refusal;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde_json::json;

/// What somebody has chosen, and where the mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Frequencies and quiet hours.
    pub preferences: Preferences,
    /// The address.
    pub address: MailAddress,
    /// The address that the account was made with, to begin with.
    pub known: Option<String>,
}

/// One's own settings.
///
/// # Errors
/// Nobody is signed in.
pub async fn settings_view(app: &App, ctx: &Ctx) -> Outcome<Settings> {
    app.policies().require(ctx, "notice_settings_view", &Resource::house())?;
    let account = account(ctx)?;
    let conn = app.db().read();
    let row = platform::identity::account_row(&conn, &account).await?;
    Ok(Settings {
        preferences: preference::of_account(&conn, &account).await?,
        address: preference::address(&conn, &account).await?,
        known: row.and_then(|row| row.email),
    })
}

/// A change of settings; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Topics with the frequency chosen.
    pub frequencies: Vec<(Topic, Frequency)>,
    /// Quiet hours, or that there are none.
    pub quiet: Option<Option<Quiet>>,
}

/// Changes one's own settings, for what happens from now on.
///
/// # Errors
/// Nobody is signed in.
pub async fn settings_change(app: &App, ctx: &Ctx, change: Change) -> Outcome<()> {
    let account = account(ctx)?;
    app.in_txn(ctx, "notice_settings_change", (app.clone(), account, change), |tx, (app, account, change)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "notice_settings_change", &Resource::house())?;
            for (topic, frequency) in &change.frequencies {
                preference::set(tx, account, *topic, *frequency).await?;
            }
            if let Some(quiet) = change.quiet {
                preference::set_quiet(tx, account, quiet).await?;
            }
            let chosen: Vec<_> = change.frequencies.iter().map(|(t, f)| (t.code(), f.code())).collect();
            let data = json!({ "frequencies": chosen, "quiet": change.quiet });
            tx.journal(Entry::new("notice.settings_changed", "account", account).data(data)).await.map(|_| ())
        })
    })
    .await
}

/// What the link in a mail ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Whose mails.
    pub account: String,
    /// About what.
    pub topics: Vec<Topic>,
}

/// What a link ends, without ending it.
///
/// # Errors
/// Not found when the link is none of ours.
pub async fn ending_of(app: &App, ctx: &Ctx, link: &str) -> Outcome<Ending> {
    app.policies().require(ctx, "mail_unsubscribe", &Resource::house())?;
    let key = token::key(app).await?;
    Ok(token::unsubscribe_read(&key, link).ok_or_else(Refusal::not_found)?)
}

/// Ends mails about some topics (RFC 8058). The link is the authority: nobody signs in for it.
///
/// # Errors
/// Not found when the link is none of ours.
pub async fn mail_unsubscribe(app: &App, ctx: &Ctx, link: &str) -> Outcome<Ending> {
    let ending = ending_of(app, ctx, link).await?;
    let input = (app.clone(), ending.account.clone(), ending.topics.clone());
    app.in_txn(ctx, "mail_unsubscribe", input, |tx, (app, account, topics)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "mail_unsubscribe", &Resource::house())?;
            for topic in topics {
                preference::set(tx, account, *topic, Frequency::Never).await?;
            }
            let data = json!({ "topics": topics });
            tx.journal(Entry::new("notice.unsubscribed", "account", account).data(data)).await.map(|_| ())
        })
    })
    .await?;
    Ok(ending)
}
