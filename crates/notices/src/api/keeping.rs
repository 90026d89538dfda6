//! Follows and saved searches as JSON.

use crate::actions::follow::{follow_create, follow_list, follow_remove};
use crate::actions::saved::{saved_search_create, saved_search_list, saved_search_remove};
use crate::actions::{Follow, Saved};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use registry::api::search::SearchQuery;
use rooms::api::paged::{Listed, cut};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Something one follows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowItem {
    /// Opaque id.
    pub id: String,
    /// `need`, `offer`, `organisation`, `workstation`, `poc_project` or `expert`.
    pub kind: String,
    /// Id of what is followed.
    pub object: String,
    /// Its title when one began to follow it.
    pub title: String,
    /// Its English title; may be empty.
    pub title_en: String,
    /// Path of its page.
    pub href: String,
    /// Since when.
    pub since_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

fn follow_item(follow: Follow) -> FollowItem {
    FollowItem {
        id: follow.id,
        kind: follow.object_kind,
        object: follow.object_id,
        title: follow.title,
        title_en: follow.title_en,
        href: follow.href,
        since_ms: follow.since_ms,
        demo: follow.demo,
    }
}

/// What to follow.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowBody {
    /// `need`, `offer`, `organisation`, `workstation`, `poc_project` or `expert`.
    pub kind: String,
    /// Its id.
    pub object: String,
}

/// A saved search.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedSearchItem {
    /// Opaque id.
    pub id: String,
    /// What one calls it.
    pub name: String,
    /// Path of the search page that asks the same.
    pub href: String,
    /// When it was saved.
    pub created_ms: i64,
    /// When it last found something new.
    pub told_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

fn saved_item(saved: Saved) -> SavedSearchItem {
    SavedSearchItem {
        href: format!("/search?{}", saved.address),
        id: saved.id,
        name: saved.name,
        created_ms: saved.created_ms,
        told_ms: saved.told_ms,
        demo: saved.demo,
    }
}

/// A search to save: the parameters of the search page.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedSearchBody {
    /// What one calls it, 1 to 60 characters.
    pub name: String,
    /// Words.
    #[serde(default)]
    pub q: String,
    /// Kinds, separated by commas.
    #[serde(default)]
    pub kind: String,
    /// Division codes, separated by commas.
    #[serde(default)]
    pub city: String,
    /// Status codes, separated by commas.
    #[serde(default)]
    pub status: String,
    /// Segment ids, separated by commas.
    #[serde(default)]
    pub segment: String,
    /// Years, separated by commas.
    #[serde(default)]
    pub year: String,
}

/// Routes of both.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/follows", "follow_list", get(follows)),
        write("/api/v1/follows", "follow_create", "follow.created", post(follow)),
        write("/api/v1/follows/{id}/removals", "follow_remove", "follow.removed", post(follow_end)),
        read("/api/v1/saved-searches", "saved_search_list", get(searches)),
        write("/api/v1/saved-searches", "saved_search_create", "saved_search.created", post(save)),
        write("/api/v1/saved-searches/{id}/removals", "saved_search_remove", "saved_search.removed", post(search_end)),
    ]
}

/// Both in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(follows, follow, follow_end, searches, save, search_end),
    components(schemas(FollowItem, FollowBody, SavedSearchItem, SavedSearchBody))
)]
pub struct Document;

/// What one follows, newest first.
#[utoipa::path(get, path = "/api/v1/follows", tag = "notices", operation_id = "follow_list", params(PageQuery),
    responses((status = 200, body = Listed<FollowItem>), (status = 401)))]
async fn follows(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<FollowItem>>, Problem> {
    let items = follow_list(&app, &caller.ctx).await?.into_iter().map(follow_item).collect();
    Ok(Json(cut(items, &paging, |item| item.id.as_str())?))
}

/// Begins to follow something one may see; following it twice changes nothing.
#[utoipa::path(post, path = "/api/v1/follows", tag = "notices", operation_id = "follow_create",
    request_body = FollowBody, responses((status = 201, body = FollowItem), (status = 401),
        (status = 404, description = "there is no such thing, or not for the caller to know")))]
async fn follow(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<FollowBody>,
) -> Result<(StatusCode, Json<FollowItem>), Problem> {
    let made = follow_create(&app, &caller.ctx, &body.kind, &body.object).await?;
    Ok((StatusCode::CREATED, Json(follow_item(made))))
}

/// Ends a follow.
#[utoipa::path(post, path = "/api/v1/follows/{id}/removals", tag = "notices", operation_id = "follow_remove",
    params(("id" = String, Path)), responses((status = 204, description = "ended"), (status = 401)))]
async fn follow_end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    caller.signed_in()?;
    follow_remove(&app, &caller.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's saved searches, newest first.
#[utoipa::path(get, path = "/api/v1/saved-searches", tag = "notices", operation_id = "saved_search_list", params(PageQuery),
    responses((status = 200, body = Listed<SavedSearchItem>), (status = 401)))]
async fn searches(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<SavedSearchItem>>, Problem> {
    let items = saved_search_list(&app, &caller.ctx).await?.into_iter().map(saved_item).collect();
    Ok(Json(cut(items, &paging, |item| item.id.as_str())?))
}

/// Saves a search; what it finds later is told.
#[utoipa::path(post, path = "/api/v1/saved-searches", tag = "notices", operation_id = "saved_search_create",
    request_body = SavedSearchBody, responses((status = 201, body = SavedSearchItem), (status = 401)))]
async fn save(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<SavedSearchBody>,
) -> Result<(StatusCode, Json<SavedSearchItem>), Problem> {
    let SavedSearchBody { name, q, kind, city, status, segment, year } = body;
    let query = SearchQuery { q, kind, city, status, segment, year };
    let made = saved_search_create(&app, &caller.ctx, &name, &query).await?;
    Ok((StatusCode::CREATED, Json(saved_item(made))))
}

/// Removes a saved search.
#[utoipa::path(post, path = "/api/v1/saved-searches/{id}/removals", tag = "notices", operation_id = "saved_search_remove",
    params(("id" = String, Path)), responses((status = 204, description = "removed"), (status = 401)))]
async fn search_end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    caller.signed_in()?;
    saved_search_remove(&app, &caller.ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
