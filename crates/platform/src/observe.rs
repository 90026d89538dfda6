//! One line in the log and one figure for every request.
//!
//! The line names the route's pattern, never the address as it was sent: an address may hold a one-time link, a query
//! holds what somebody looks for. It names the account by its id, never by a name, login or network address.

use crate::app::App;
use crate::metrics::OTHER;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Asked every few seconds by machines; their lines would bury the others.
const QUIET: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// What the inner layers find out about who asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noted(Arc<OnceLock<String>>);

impl Noted {
    /// Notes the account; the first one stays.
    pub(crate) fn account(&self, id: &str) {
        self.0.get_or_init(|| id.to_owned());
    }
}

/// Middleware around all others.
pub async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let _in_flight = app.metrics().request_begun();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = method(request.method());
    let noted = Noted::default();
    request.extensions_mut().insert(noted.clone());
    let response = next.run(request).await;
    let took = begun.elapsed();
    let route = route.as_ref().map_or(OTHER, MatchedPath::as_str);
    app.metrics().request_answered(route, method, response.status().as_u16(), took);
    told(route, method, &response, took, noted.0.get());
    response
}

fn told(route: &str, method: &str, response: &Response, took: Duration, account: Option<&String>) {
    let status = response.status().as_u16();
    let request_id = response.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let duration_ms = took.as_micros() as f64 / 1_000.0;
    let account = account.map(String::as_str);
    if QUIET.contains(&route) {
        tracing::debug!(target: "yilang::request", request_id, method, route, status, duration_ms, account, "request");
    } else {
        tracing::info!(target: "yilang::request", request_id, method, route, status, duration_ms, account, "request");
    }
}

/// The methods there are; anybody may make up others.
fn method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_methods_are_one() {
        assert_eq!(method(&Method::GET), "GET");
        assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), OTHER);
    }
}
