//! Awards as 360Giving: who gave how much to whom.

use super::ocds::{changing, page};
use super::read;
use crate::actions::publication::{self as actions, GRANTS_MAX};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use platform::capability::Route;
use platform::web::Problem;
use platform::web::page::PageQuery;
use platform::{App, Caller};
use utoipa::OpenApi;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![read("/api/v1/grants.json", "disclosure_view", get(grants))]
}

/// Grants in the API document.
#[derive(OpenApi)]
#[openapi(paths(grants))]
pub struct Document;

/// A package of the 360Giving standard 1.4: one row for each funder of each award in force. At most 500 rows in one
/// package, which the header `Link` leads on from.
#[utoipa::path(get, path = "/api/v1/grants.json", operation_id = "grants", tag = "publication",
    params(("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Rows of the package; 500 if left out"),
        ("cursor" = Option<String>, Query, description = "Of the link to the next package; left out for the first"),
        ("lang" = Option<String>, Query, description = "`zh` or `en`: the standard knows one language at a time")),
    responses((status = 200, description = "A 360Giving package", content_type = "application/json", body = serde_json::Value,
            headers(("Link" = String, description = "The next package, on every page but the last"))),
        (status = 304, description = "`If-None-Match` names what is there"),
        (status = 404, description = "No award is in force yet, or the last package is behind"),
        (status = 422, description = "A limit or cursor is wrong")))]
async fn grants(
    State(app): State<App>,
    caller: Caller,
    asked: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = page(&query, GRANTS_MAX)?;
    let body = actions::grants(&app, &caller.ctx, &page).await?;
    let mut answer = changing(&asked, body, "/api/v1/grants.json")?;
    // The words are those of the reader's language.
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    Ok(answer)
}
