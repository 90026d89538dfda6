use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt;

/// Bytes of an answer that a test reads at most.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A browser or script with its own cookies, speaking to the router in this process.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: Vec<(String, String)>,
    bearer: Option<String>,
    language: &'static str,
}

impl Client {
    pub(crate) fn new(router: Router) -> Client {
        Client { router, cookies: Vec::new(), bearer: None, language: "zh-CN" }
    }

    /// The same client reading English.
    pub fn english(mut self) -> Client {
        self.language = "en";
        self
    }

    /// The same client with an API token.
    pub fn bearer(mut self, token: &str) -> Client {
        self.bearer = Some(token.to_owned());
        self
    }

    /// Fetches a page or resource.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Body::empty(), &[]).await
    }

    /// Sends a form as a browser on the same site would.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), Body::from(body.join("&")), &[]).await
    }

    /// Sends JSON.
    pub async fn json(&mut self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some("application/json"), Body::from(body.to_string()), &[]).await
    }

    /// Sends anything, with further headers.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: Body,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8060");
        request = request.header("sec-fetch-site", "same-origin").header(header::ACCEPT_LANGUAGE, self.language);
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if !self.cookies.is_empty() {
            let line: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        let mut request = request.body(body).expect("a well-formed request");
        for (name, value) in headers {
            // What a test says takes the place of what the client would say by itself.
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.expect("the answer is read");
        self.keep_cookies(&parts.headers);
        Answer { path: path.to_owned(), status: parts.status, headers: parts.headers, bytes: bytes.to_vec() }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let Some((name, rest)) = line.to_str().ok().and_then(|l| l.split_once('=')) else { continue };
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    path: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{} is not JSON ({e}): {}", self.path, self.text()))
    }

    /// Insists on 200 (or another success) and gives the answer back.
    #[track_caller]
    pub fn good(self) -> Answer {
        assert!(self.status.is_success(), "{}: {} {}", self.path, self.status, self.text());
        self
    }

    /// Insists on a status.
    #[track_caller]
    pub fn is(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.path, self.text());
        self
    }

    /// Insists on a redirect and says where it leads.
    #[track_caller]
    pub fn redirect(&self) -> String {
        assert!(self.status.is_redirection(), "{}: {} {}", self.path, self.status, self.text());
        let location = self.headers.get(header::LOCATION).and_then(|l| l.to_str().ok());
        location.unwrap_or_else(|| panic!("{}: a redirect to nowhere", self.path)).to_owned()
    }

    /// Insists that the page shows a text.
    #[track_caller]
    pub fn shows(self, text: &str) -> Answer {
        assert!(self.text().contains(text), "{} does not show {text:?}: {}", self.path, self.text());
        self
    }

    /// Insists that the page does not show a text.
    #[track_caller]
    pub fn hides(self, text: &str) -> Answer {
        assert!(!self.text().contains(text), "{} shows {text:?}", self.path);
        self
    }

    /// Insists on a problem document with this code.
    #[track_caller]
    pub fn refused(self, code: &str) -> Answer {
        assert_eq!(self.value()["code"], code, "{}: {}", self.path, self.text());
        self
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986).
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
