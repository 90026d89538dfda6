//! Headers of every answer, and the number of every request.

use std::fmt;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

/// Scripts, styles, pictures, forms: only our own; nobody may frame a page.
///
/// Neither inline scripts nor inline styles are needed: widths of bars and the like are SVG attributes, which this
/// policy does not concern.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// One year, for sites served over HTTPS.
pub const STRICT_TRANSPORT: &str = "max-age=31536000";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_BYTES: usize = 10;
const REQUEST_ID_CHARS_MAX: usize = 64;

/// The number of a request: in the log, in the answer's `x-request-id`, on error pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// A proxy's number if it is a plain word, else a new one.
    pub fn choose(given: Option<&HeaderValue>) -> Self {
        let given = given.and_then(|value| value.to_str().ok()).filter(|id| is_plain(id));
        Self(given.map_or_else(random, str::to_owned))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_plain(id: &str) -> bool {
    (8..=REQUEST_ID_CHARS_MAX).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn random() -> String {
    let mut bytes = [0; REQUEST_ID_BYTES];
    // Without randomness the machine has worse troubles than an unnumbered request.
    if getrandom::fill(&mut bytes).is_err() {
        return "unnumbered".to_owned();
    }
    hex::encode(bytes)
}

/// Middleware: numbers the request and sets the security headers of the answer. The state says whether HTTPS is used.
pub async fn layer(State(https): State<bool>, mut request: Request, next: Next) -> Response {
    let id = RequestId::choose(request.headers().get(&REQUEST_ID));
    request.extensions_mut().insert(id.clone());
    // Whatever is logged on the way names the request.
    let span = tracing::info_span!("request", request_id = id.as_str());
    let mut response = next.run(request).instrument(span).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT_TRANSPORT));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_request_number_must_be_a_plain_word() {
        let given = |text: &'static str| RequestId::choose(Some(&HeaderValue::from_static(text)));
        assert_eq!(given("abc-123_DEF").as_str(), "abc-123_DEF");
        for bad in ["short", "has space in it", "<script>alert(1)</script>"] {
            assert_ne!(given(bad).as_str(), bad);
        }
        assert_ne!(RequestId::choose(None), RequestId::choose(None));
    }

    #[test]
    fn the_policy_allows_nothing_inline() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));
    }
}
