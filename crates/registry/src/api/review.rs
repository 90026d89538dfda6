//! What waits for an office's review, as JSON.

use super::listing::{ListingItem, item};
use crate::actions::listing::Card;
use crate::actions::review::review_list;
use crate::corridor::{self, Corridor};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::routing::get;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use rooms::api::paged::{Listed, cut};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route {
        method: Method::GET,
        path: "/api/v1/reviews",
        action: "review_list",
        journal: None,
        handler: get(list),
    }]
}

/// Reviews in the API document.
#[derive(OpenApi)]
#[openapi(paths(list), components(schemas(ReviewItem)))]
pub struct Document;

/// A version of a need or an offer that waits for review; the text is the submitted one, not the published one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewItem {
    /// The need or offer as it would be published.
    #[serde(flatten)]
    pub item: ListingItem,
    /// The protected part as submitted; may be empty.
    pub detail: String,
    /// Number of the version; a decision names it.
    pub version: i64,
    /// Whether an earlier version is published and stays so until this one is decided.
    pub new_version: bool,
    /// Since when it waits.
    pub waiting_since_ms: i64,
    /// Last day of the office's term, `YYYY-MM-DD`.
    pub waiting_due: String,
    /// True if that day may still move because a year's calendar has not been published.
    pub waiting_provisional: bool,
    /// The page on which it is decided.
    pub review_url: String,
}

fn review(corridor: &Corridor, card: &Card) -> Option<ReviewItem> {
    let waiting = card.listing.waiting.as_ref()?;
    let mut submitted = card.listing.clone();
    submitted.content = card.listing.working().clone();
    let item = item(corridor, &submitted, card.organisation.as_ref());
    Some(ReviewItem {
        detail: submitted.content.detail,
        version: waiting.version,
        new_version: card.listing.revision.is_some(),
        waiting_since_ms: waiting.since.ms(),
        waiting_due: waiting.due.date.to_string(),
        waiting_provisional: waiting.due.provisional,
        review_url: format!("/reviews{}", item.url),
        item,
    })
}

/// Needs and offers that wait for the caller's office, the longest waiting first; at most 200 of them.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "needs and offers", operation_id = "review_list",
    params(("limit" = Option<u32>, Query, description = "Items on the page, 1 to 100"),
        ("cursor" = Option<String>, Query, description = "Where the page begins")),
    responses((status = 200, body = Listed<ReviewItem>), (status = 401), (status = 403),
        (status = 422, description = "A limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<ReviewItem>>, Problem> {
    let cards = review_list(&app, &caller.ctx).await?;
    let corridor = corridor::of(&app);
    let items = cards.iter().filter_map(|card| review(&corridor, card)).collect();
    Ok(Json(cut(items, &paging, |waiting: &ReviewItem| &waiting.item.id)?))
}
