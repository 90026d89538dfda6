//! Cross-site requests are told by their headers; forms need no token.
//!
//! A browser says where an unsafe request comes from: `Sec-Fetch-Site` (all current browsers, cannot be set by a page) or, in
//! older ones, `Origin`. A program with a bearer token carries nothing a foreign page could borrow and is exempt.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::Problem;

/// Middleware: refuses unsafe requests from other sites with 403 `origin`.
pub async fn layer(request: Request, next: Next) -> Response {
    if allowed(request.method(), request.headers()) {
        next.run(request).await
    } else {
        tracing::warn!("a request from another site was refused");
        Problem::origin().into_response()
    }
}

/// True if the request may go on.
pub fn allowed(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() || has_bearer(headers) {
        return true;
    }
    match text(headers, "sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => match text(headers, header::ORIGIN.as_str()) {
            Some(origin) => same_host(origin, text(headers, header::HOST.as_str())),
            // Neither header: not a browser. Without a cookie there is no standing that a foreign page could borrow.
            None => !headers.contains_key(header::COOKIE),
        },
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // A header that is there but unreadable must not count as absent.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn has_bearer(headers: &HeaderMap) -> bool {
    let bearer = text(headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "));
    bearer && !headers.contains_key(header::COOKIE)
}

fn same_host(origin: &str, host: Option<&str>) -> bool {
    let Some(host) = host else { return false };
    ["https://", "http://"]
        .iter()
        .any(|scheme| origin.strip_prefix(scheme).is_some_and(|rest| rest.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::HeaderName;

    #[test]
    fn only_our_own_pages_may_write_with_a_cookie() {
        type Row = (&'static str, &'static [(&'static str, &'static str)], bool);
        let table: &[Row] = &[
            ("GET", &[("sec-fetch-site", "cross-site")], true),
            ("HEAD", &[("origin", "https://evil.example")], true),
            ("POST", &[("sec-fetch-site", "same-origin"), ("cookie", "s=1")], true),
            ("POST", &[("sec-fetch-site", "none"), ("cookie", "s=1")], true),
            ("POST", &[("sec-fetch-site", "same-site"), ("cookie", "s=1")], false),
            ("POST", &[("sec-fetch-site", "cross-site"), ("cookie", "s=1")], false),
            ("DELETE", &[("sec-fetch-site", "cross-site")], false),
            ("POST", &[("sec-fetch-site", "?"), ("origin", "http://a:1"), ("host", "a:1")], false),
            ("POST", &[("origin", "http://a:1"), ("host", "a:1"), ("cookie", "s=1")], true),
            ("POST", &[("origin", "https://A:1"), ("host", "a:1")], true),
            ("POST", &[("origin", "http://a:2"), ("host", "a:1")], false),
            ("POST", &[("origin", "http://a:1.evil"), ("host", "a:1")], false),
            ("POST", &[("origin", "null"), ("host", "a:1")], false),
            ("POST", &[("origin", "http://a:1")], false),
            ("POST", &[], true),
            ("POST", &[("cookie", "s=1")], false),
            ("POST", &[("authorization", "Bearer x"), ("sec-fetch-site", "cross-site")], true),
            ("POST", &[("authorization", "bearer x"), ("cookie", "s=1"), ("sec-fetch-site", "cross-site")], false),
            ("POST", &[("authorization", "Basic x"), ("sec-fetch-site", "cross-site")], false),
        ];
        for (method, headers, expected) in table {
            let mut map = HeaderMap::new();
            for (name, value) in *headers {
                map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(allowed(&method, &map), *expected, "{method} {headers:?}");
        }
    }

    #[test]
    fn an_unreadable_header_is_not_an_absent_one() {
        let mut map = HeaderMap::new();
        map.insert("sec-fetch-site", HeaderValue::from_bytes(b"\xff").unwrap());
        assert!(!allowed(&Method::POST, &map));
    }
}
