//! The JSON twins of the pages of identity and administration.

mod accounts;
mod house;
mod own;

use crate::capability::Route;
use axum::http::Method;
use axum::routing::MethodRouter;
use utoipa::OpenApi;

pub(super) fn routes() -> Vec<Route> {
    [own::routes(), accounts::routes(), house::routes()].concat()
}

/// Accounts, tokens, jobs and the journal.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut all = Document::openapi();
    for part in [own::Document::openapi(), accounts::Document::openapi(), house::Document::openapi()] {
        all.merge(part);
    }
    all
}

#[derive(OpenApi)]
#[openapi(tags((name = "identity", description = "账号、令牌、任务与记录 · accounts, tokens, jobs and the journal")))]
struct Document;

fn row(
    method: Method,
    path: &'static str,
    action: &'static str,
    journal: Option<&'static str>,
    handler: MethodRouter<crate::App>,
) -> Route {
    Route { method, path, action, journal, handler }
}
