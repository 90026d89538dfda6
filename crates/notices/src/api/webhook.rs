//! Webhooks and the log of deliveries as JSON.

use crate::actions::delivery::{Log, delivery_list, delivery_list_all, delivery_replay};
use crate::actions::webhook::{New, webhook_create, webhook_list, webhook_remove};
use crate::actions::{Delivery, Webhook};
use crate::pages::webhook::topic_unknown;
use crate::rules::message::Topic;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::{Listed, cut};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Which deliveries are asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct StateQuery {
    /// `ready`, `sending`, `sent` or `failed`; all if left out.
    pub state: String,
}

/// A webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookItem {
    /// Opaque id.
    pub id: String,
    /// Where messages are posted.
    pub url: String,
    /// The organisation whose messages it gets; null for those of the account.
    pub organisation: Option<String>,
    /// Topics; none for all.
    pub topics: Vec<&'static str>,
    /// Since when.
    pub created_ms: i64,
}

fn item(hook: Webhook) -> WebhookItem {
    WebhookItem {
        id: hook.id,
        url: hook.url,
        organisation: hook.organisation,
        topics: hook.topics.into_iter().map(Topic::code).collect(),
        created_ms: hook.created_ms,
    }
}

/// A webhook to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookBody {
    /// Where messages are posted, beginning with https://.
    pub url: String,
    /// The organisation whose messages it gets; left out for those of the account.
    #[serde(default)]
    pub organisation: Option<String>,
    /// Topics; left out for all.
    #[serde(default)]
    pub topics: Vec<String>,
}

/// A webhook that was made, with its secret, which is told here and never again.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WebhookAnswer {
    /// The webhook.
    pub webhook: WebhookItem,
    /// What signs its messages.
    pub secret: String,
}

/// Something that was sent, or is to be.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeliveryItem {
    /// Opaque id.
    pub id: String,
    /// `mail`, `confirmation` or `webhook`.
    pub channel: &'static str,
    /// Mail address or URL.
    pub address: String,
    /// `ready`, `sending`, `sent` or `failed`.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// Why the last try failed: a code, then what the other side said.
    pub error: Option<String>,
    /// When it is tried next.
    pub next_try_ms: Option<i64>,
    /// When it was sent.
    pub sent_ms: Option<i64>,
    /// Since when it is on its way.
    pub created_ms: i64,
}

fn delivery_item(one: Delivery) -> DeliveryItem {
    DeliveryItem {
        next_try_ms: Some(one.next_try_ms).filter(|_| one.state == "ready"),
        id: one.id,
        channel: one.channel.code(),
        address: one.address,
        state: one.state,
        attempts: one.attempts,
        error: one.error,
        sent_ms: one.sent_ms,
        created_ms: one.created_ms,
    }
}

/// Routes of both.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/webhooks", "webhook_list", get(list)),
        write("/api/v1/webhooks", "webhook_create", "webhook.created", post(create)),
        write("/api/v1/webhooks/{id}/removals", "webhook_remove", "webhook.removed", post(remove)),
        read("/api/v1/deliveries", "delivery_list", get(deliveries)),
        read("/api/v1/admin/deliveries", "delivery_list_all", get(deliveries_all)),
        write("/api/v1/deliveries/{id}/replays", "delivery_replay", "delivery.replayed", post(replay)),
    ]
}

/// Both in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, create, remove, deliveries, deliveries_all, replay),
    components(schemas(WebhookItem, WebhookBody, WebhookAnswer, DeliveryItem))
)]
pub struct Document;

/// One's own webhooks and those of the organisations one keeps, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "webhook_list", params(PageQuery),
    responses((status = 200, body = Listed<WebhookItem>), (status = 401)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<WebhookItem>>, Problem> {
    let items = webhook_list(&app, &caller.ctx).await?.into_iter().map(item).collect();
    Ok(Json(cut(items, &paging, |item: &WebhookItem| item.id.as_str())?))
}

/// Makes a webhook. A key is not kept: the answer holds a secret.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "webhook_create",
    request_body = WebhookBody, security(("session" = [])),
    responses((status = 201, body = WebhookAnswer), (status = 401), (status = 403)))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<WebhookBody>,
) -> Result<(StatusCode, Json<WebhookAnswer>), Problem> {
    caller.signed_in()?;
    let topics = body.topics.iter().map(|code| Topic::parse(code).ok_or_else(topic_unknown));
    let topics = topics.collect::<Result<_, Refusal>>()?;
    let new = New { url: body.url, organisation: body.organisation, topics };
    let (hook, secret) = webhook_create(&app, &caller.ctx, new).await?;
    Ok((StatusCode::CREATED, Json(WebhookAnswer { webhook: item(hook), secret })))
}

/// Removes a webhook.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/removals", tag = "webhooks", operation_id = "webhook_remove",
    params(("id" = String, Path)), responses((status = 204, description = "removed"), (status = 401)))]
async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    caller.signed_in()?;
    webhook_remove(&app, &caller.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(log: Log) -> Json<Listed<DeliveryItem>> {
    let items = log.items.into_iter().map(delivery_item).collect();
    Json(Listed { items, total: log.total, next: log.next })
}

/// What was sent to oneself and to the webhooks one keeps, newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "webhooks", operation_id = "delivery_list",
    params(("state" = Option<String>, Query, description = "`ready`, `sending`, `sent` or `failed`"), PageQuery),
    responses((status = 200, body = Listed<DeliveryItem>), (status = 401)))]
async fn deliveries(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StateQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<DeliveryItem>>, Problem> {
    Ok(shown(delivery_list(&app, &caller.ctx, &query.state, &paging.page()?).await?))
}

/// What was sent to everybody, newest first; for administrators.
#[utoipa::path(get, path = "/api/v1/admin/deliveries", tag = "webhooks", operation_id = "delivery_list_all",
    params(("state" = Option<String>, Query, description = "`ready`, `sending`, `sent` or `failed`"), PageQuery),
    responses((status = 200, body = Listed<DeliveryItem>), (status = 401), (status = 403)))]
async fn deliveries_all(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StateQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<DeliveryItem>>, Problem> {
    Ok(shown(delivery_list_all(&app, &caller.ctx, &query.state, &paging.page()?).await?))
}

/// Sends something once more, with fresh tries.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/replays", tag = "webhooks", operation_id = "delivery_replay",
    params(("id" = String, Path)), responses((status = 202, description = "on its way"), (status = 401)))]
async fn replay(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    caller.signed_in()?;
    delivery_replay(&app, &caller.ctx, &id).await?;
    Ok(StatusCode::ACCEPTED)
}
