//! Calls as OCDS 1.1: releases as they were published, and records of what they come to. The same for everybody.

use super::read;
use crate::actions::publication::{self as actions, Body, RECORDS_MAX};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Refusal;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::{Page, PageQuery};
use platform::{App, Caller, Fault};
use sha2::{Digest, Sha256};
use utoipa::OpenApi;

/// How long others may keep what can change: new releases come at most this late.
const CHANGING: &str = "public, max-age=60";
/// How long they may keep a release: it never changes; what says who publishes may.
const LASTING: &str = "public, max-age=86400";
const JSON: &str = "application/json";

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/ocds/releases/{id}", "disclosure_view", get(releases)),
        read("/api/v1/ocds/releases/{id}/{release}", "disclosure_view", get(release)),
        read("/api/v1/ocds/records", "disclosure_view", get(records)),
        read("/api/v1/ocds/records/{id}", "disclosure_view", get(record)),
    ]
}

/// OCDS in the API document.
#[derive(OpenApi)]
#[openapi(paths(releases, release, records, record))]
pub struct Document;

/// A page of a list that is given whole where nobody asks for less.
pub(super) fn page(query: &PageQuery, most: usize) -> Result<Page, Refusal> {
    let page = query.page()?;
    Ok(if query.limit.is_none() { Page { limit: most, ..page } } else { page })
}

/// A published document with its tag; nothing where the asker has it already.
pub(super) fn answer(asked: &HeaderMap, body: Body, path: &str, cache: &'static str) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(&body.text)));
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| Fault::Internal(error.to_string()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ETAG, value(&tag)?);
    if let Some(next) = &body.next {
        headers.insert(header::LINK, value(&format!("<{path}?cursor={next}>; rel=\"next\""))?);
    }
    if fresh {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    Ok((headers, body.text).into_response())
}

pub(super) fn changing(asked: &HeaderMap, body: Body, path: &str) -> Result<Response, Problem> {
    answer(asked, body, path, CHANGING)
}

/// All releases of a call as an OCDS 1.1 release package. `id` is the id of the call or its ocid.
#[utoipa::path(get, path = "/api/v1/ocds/releases/{id}", operation_id = "ocds_releases", tag = "publication",
    params(("id" = String, Path, description = "Id of the call, or its ocid")),
    responses((status = 200, description = "An OCDS 1.1 release package", content_type = "application/json", body = serde_json::Value),
        (status = 304, description = "`If-None-Match` names what is there"),
        (status = 404, description = "Nothing of such a call is published")))]
async fn releases(
    State(app): State<App>,
    caller: Caller,
    asked: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    changing(&asked, actions::releases(&app, &caller.ctx, &id).await?, "")
}

/// One release in a package of its own. It never changes.
#[utoipa::path(get, path = "/api/v1/ocds/releases/{id}/{release}", operation_id = "ocds_release", tag = "publication",
    params(("id" = String, Path, description = "Id of the call, or its ocid"),
        ("release" = i64, Path, description = "Its number in the process, from 1: the id of the release")),
    responses((status = 200, description = "An OCDS 1.1 release package", content_type = "application/json", body = serde_json::Value),
        (status = 304, description = "`If-None-Match` names what is there"),
        (status = 404, description = "There is no such release")))]
async fn release(
    State(app): State<App>,
    caller: Caller,
    asked: HeaderMap,
    Path((id, release)): Path<(String, String)>,
) -> Result<Response, Problem> {
    // What is no number is the address of nothing.
    let ord = release.parse::<i64>().map_err(|_| Refusal::not_found())?;
    answer(&asked, actions::release(&app, &caller.ctx, &id, ord).await?, "", LASTING)
}

/// The record of a call as an OCDS 1.1 record package: its releases, what they come to, and the history of every field.
#[utoipa::path(get, path = "/api/v1/ocds/records/{id}", operation_id = "ocds_record", tag = "publication",
    params(("id" = String, Path, description = "Id of the call, or its ocid")),
    responses((status = 200, description = "An OCDS 1.1 record package", content_type = "application/json", body = serde_json::Value),
        (status = 304, description = "`If-None-Match` names what is there"),
        (status = 404, description = "Nothing of such a call is published")))]
async fn record(
    State(app): State<App>,
    caller: Caller,
    asked: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    changing(&asked, actions::record(&app, &caller.ctx, &id).await?, "")
}

/// Records of all calls in the order of their ocids, with links to their releases: at most 50 in one package, which the
/// header `Link` leads on from.
#[utoipa::path(get, path = "/api/v1/ocds/records", operation_id = "ocds_records", tag = "publication",
    params(("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Records of the package, 50 at most and if left out"),
        ("cursor" = Option<String>, Query, description = "Of the link to the next package; left out for the first")),
    responses((status = 200, description = "An OCDS 1.1 record package", content_type = "application/json", body = serde_json::Value,
            headers(("Link" = String, description = "The next package, on every page but the last"))),
        (status = 304, description = "`If-None-Match` names what is there"),
        (status = 404, description = "Nothing is published yet, or the last package is behind"),
        (status = 422, description = "A limit or cursor is wrong")))]
async fn records(
    State(app): State<App>,
    caller: Caller,
    asked: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = page(&query, RECORDS_MAX)?;
    changing(&asked, actions::records(&app, &caller.ctx, &page).await?, "/api/v1/ocds/records")
}
