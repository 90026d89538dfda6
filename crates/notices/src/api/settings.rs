//! How one wants to hear, and the links of mails, as JSON.

use crate::actions::address::{address_ask, address_confirm, address_remove};
use crate::actions::preference::{Change, Settings, mail_unsubscribe, settings_change, settings_view};
use crate::rules::message::Topic;
use crate::rules::timing::{Frequency, Quiet};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

/// How one wants to hear.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeSettings {
    /// By topic: `at-once`, `daily`, `weekly` or `never`.
    pub frequencies: BTreeMap<String, String>,
    /// Beginning of the quiet hours in Shanghai, such as `22:00`.
    pub quiet_from: Option<String>,
    /// Their end.
    pub quiet_to: Option<String>,
    /// The confirmed address of the mail.
    pub address: Option<String>,
    /// When it was confirmed.
    pub verified_ms: Option<i64>,
    /// An address that waits for its confirmation.
    pub asked: Option<String>,
}

/// A change; what is left out stays as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeSettingsBody {
    /// By topic: `at-once`, `daily`, `weekly` or `never`.
    #[serde(default)]
    pub frequencies: BTreeMap<String, String>,
    /// Quiet hours; both times empty for none.
    #[serde(default)]
    pub quiet: Option<QuietBody>,
}

/// Hours without mails.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietBody {
    /// Beginning in Shanghai, such as `22:00`.
    pub from: String,
    /// End.
    pub to: String,
}

/// Where mails are to go.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAddressBody {
    /// The address; a link is mailed to it.
    pub email: String,
}

/// What a link has done.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MailAddressAnswer {
    /// The confirmed address.
    pub address: String,
}

/// What a link has ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnsubscribeAnswer {
    /// Topics of which no mails come any more.
    pub topics: Vec<&'static str>,
}

/// What was chosen, checked: topics with frequencies, and quiet hours if they are named.
///
/// # Errors
/// `topic-unknown`, `frequency-unknown`, `quiet-hours`.
pub fn change_of<'a>(
    frequencies: impl Iterator<Item = (&'a str, &'a str)>,
    quiet: Option<(&str, &str)>,
) -> Result<Change, Refusal> {
    let chosen = frequencies.map(|(topic, frequency)| {
        let topic = Topic::parse(topic).ok_or_else(crate::pages::webhook::topic_unknown)?;
        Ok((topic, Frequency::parse(frequency).map_err(|refusal| refusal.at(topic.code()))?))
    });
    let frequencies = chosen.collect::<Result<_, Refusal>>()?;
    Ok(Change { frequencies, quiet: quiet.map(|(from, to)| Quiet::parse(from, to)).transpose()? })
}

fn shown(settings: Settings) -> NoticeSettings {
    let frequency = |topic: Topic| settings.preferences.frequency(topic).code().to_owned();
    NoticeSettings {
        frequencies: Topic::ALL.into_iter().map(|topic| (topic.code().to_owned(), frequency(topic))).collect(),
        quiet_from: settings.preferences.quiet.map(|quiet| Quiet::words(quiet.from)),
        quiet_to: settings.preferences.quiet.map(|quiet| Quiet::words(quiet.to)),
        address: settings.address.address,
        verified_ms: settings.address.verified_ms,
        asked: settings.address.asked,
    }
}

/// Routes of the settings.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/notice-settings", "notice_settings_view", get(view)),
        write("/api/v1/notice-settings", "notice_settings_change", "notice.settings_changed", post(change)),
        write("/api/v1/mail-address", "mail_address_ask", "mail_address.asked", post(ask)),
        write("/api/v1/mail-address/removals", "mail_address_remove", "mail_address.removed", post(remove)),
        write("/api/v1/mail/addresses/{id}", "mail_address_confirm", "mail_address.confirmed", post(confirm)),
        write("/api/v1/mail/unsubscriptions/{id}", "mail_unsubscribe", "notice.unsubscribed", post(end)),
    ]
}

/// The settings in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(view, change, ask, remove, confirm, end),
    components(schemas(
        NoticeSettings,
        NoticeSettingsBody,
        QuietBody,
        MailAddressBody,
        MailAddressAnswer,
        UnsubscribeAnswer
    ))
)]
pub struct Document;

/// How one wants to hear.
#[utoipa::path(get, path = "/api/v1/notice-settings", tag = "notices", operation_id = "notice_settings",
    responses((status = 200, body = NoticeSettings), (status = 401)))]
async fn view(State(app): State<App>, caller: Caller) -> Result<Json<NoticeSettings>, Problem> {
    Ok(Json(shown(settings_view(&app, &caller.ctx).await?)))
}

/// Changes how one wants to hear, of what happens from now on.
#[utoipa::path(post, path = "/api/v1/notice-settings", tag = "notices", operation_id = "notice_settings_change",
    request_body = NoticeSettingsBody, responses((status = 200, body = NoticeSettings), (status = 401)))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<NoticeSettingsBody>,
) -> Result<Json<NoticeSettings>, Problem> {
    caller.signed_in()?;
    let chosen = body.frequencies.iter().map(|(topic, frequency)| (topic.as_str(), frequency.as_str()));
    let quiet = body.quiet.as_ref().map(|quiet| (quiet.from.as_str(), quiet.to.as_str()));
    settings_change(&app, &caller.ctx, change_of(chosen, quiet)?).await?;
    Ok(Json(shown(settings_view(&app, &caller.ctx).await?)))
}

/// Names the address of one's mail; a link is mailed to it.
#[utoipa::path(post, path = "/api/v1/mail-address", tag = "notices", operation_id = "mail_address_ask",
    request_body = MailAddressBody, security(("session" = [])),
    responses((status = 202, description = "a link is on its way"), (status = 401)))]
async fn ask(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<MailAddressBody>,
) -> Result<StatusCode, Problem> {
    address_ask(&app, &caller.ctx, &body.email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Removes the address of one's mail.
#[utoipa::path(post, path = "/api/v1/mail-address/removals", tag = "notices", operation_id = "mail_address_remove",
    security(("session" = [])), responses((status = 204, description = "removed"), (status = 401)))]
async fn remove(State(app): State<App>, caller: Caller) -> Result<StatusCode, Problem> {
    address_remove(&app, &caller.ctx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirms an address by the end of the link that was mailed to it.
#[utoipa::path(post, path = "/api/v1/mail/addresses/{id}", tag = "notices", operation_id = "mail_address_confirm",
    params(("id" = String, Path, description = "What stands behind the last slash of the link")),
    responses((status = 200, body = MailAddressAnswer), (status = 409, description = "the link is over, or none of ours")))]
async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MailAddressAnswer>, Problem> {
    Ok(Json(MailAddressAnswer { address: address_confirm(&app, &caller.ctx, &id).await? }))
}

/// Ends mails by the end of the link inside them.
#[utoipa::path(post, path = "/api/v1/mail/unsubscriptions/{id}", tag = "notices", operation_id = "mail_unsubscribe",
    params(("id" = String, Path, description = "What stands behind the last slash of the link")),
    responses((status = 200, body = UnsubscribeAnswer)))]
async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<UnsubscribeAnswer>, Problem> {
    let ending = mail_unsubscribe(&app, &caller.ctx, &id).await?;
    Ok(Json(UnsubscribeAnswer { topics: ending.topics.iter().map(|topic| topic.code()).collect() }))
}
