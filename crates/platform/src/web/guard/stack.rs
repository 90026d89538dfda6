//! All guards around a router, in order.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::limits::{BODY_BYTES_MAX, ENVELOPE_BYTES_MAX, IMPORT_BYTES_MAX, QUERY_STRING_BYTES_MAX, SHARES_BYTES_MAX};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use super::limiter::Limiter;
use super::{LIMITER_CALLERS_MAX, PATH_BYTES_MAX, RATE_ALL, REQUEST_TIMEOUT_S, csrf, headers};
use crate::web::listen::Peer;
use crate::web::shell::Site;
use crate::web::{Problem, assets, problem, visit};

/// Tells the time in epoch milliseconds; the program gives its one clock.
pub type NowMs = fn() -> i64;

#[derive(Debug)]
struct Gate {
    limiter: Limiter,
    now_ms: NowMs,
}

/// The router with assets, fallback and every guard. Outermost first: request number and security headers, compression,
/// visit, error pages, panics, address length, rate, CSRF, body size, time.
pub fn guarded(router: Router, site: Arc<Site>, now_ms: NowMs) -> Router {
    let https = site.https;
    let gate = Arc::new(Gate { limiter: Limiter::new(RATE_ALL, LIMITER_CALLERS_MAX), now_ms });
    router
        .route("/assets/{name}", get(assets::serve))
        .fallback(async || Problem::not_found())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(REQUEST_TIMEOUT_S)))
        .layer(DefaultBodyLimit::max(ENVELOPE_BYTES_MAX))
        .layer(from_fn(body_length))
        .layer(from_fn(csrf::layer))
        .layer(from_fn_with_state(gate, admit))
        .layer(from_fn(address_length))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(problem::dress))
        .layer(from_fn_with_state(site, visit::layer))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(https, headers::layer))
}

async fn address_length(request: Request, next: Next) -> Response {
    let uri = request.uri();
    if uri.query().is_some_and(|query| query.len() > QUERY_STRING_BYTES_MAX) || uri.path().len() > PATH_BYTES_MAX {
        return Problem::bare(StatusCode::URI_TOO_LONG).into_response();
    }
    next.run(request).await
}

/// Bytes that a body sent to this path may have: files are taken under an `…/imports` path, sealed envelopes at
/// `…/envelopes` and shares of trustees at `…/shares`.
pub fn body_bytes_max(path: &str) -> usize {
    match path.rsplit('/').next() {
        _ if path.split('/').any(|part| part == "imports") => IMPORT_BYTES_MAX,
        Some("envelopes") => ENVELOPE_BYTES_MAX,
        Some("shares") => SHARES_BYTES_MAX,
        _ => BODY_BYTES_MAX,
    }
}

/// Refuses by the announced length, before a byte is read; whoever reads a body holds it to the same limit.
async fn body_length(request: Request, next: Next) -> Response {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    if announced > body_bytes_max(request.uri().path()) {
        return Problem::bare(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    }
    next.run(request).await
}

async fn admit(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    // Whoever sits on the machine itself (a proxy, a benchmark) is not limited here; a proxy limits its own callers.
    let address = caller_address(&request).filter(|address| !address.is_loopback());
    if let Some(address) = address
        && let Err(wait_s) = gate.limiter.take(&address_key(address), (gate.now_ms)())
    {
        return Problem::too_many(wait_s).into_response();
    }
    next.run(request).await
}

/// The peer's address; none where the listener does not tell (tests).
pub fn caller_address(request: &Request) -> Option<IpAddr> {
    let extensions = request.extensions();
    let peer = extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.0);
    let address = peer.or_else(|| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0));
    address.map(|address| address.ip().to_canonical())
}

/// Key of an address in a limiter: IPv6 callers own a /64, so that is what counts.
pub fn address_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}", v6.to_bits() >> 64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_caller_is_his_network() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("10.1.2.3"), "10.1.2.3");
    }
}
