//! Every "no" as RFC 9457 problem+json for programs and as a page for people.
//!
//! A handler answers a [`Problem`] (made from a [`Refusal`] by `?`). The middleware [`dress`] turns it into a page when the
//! reader is a browser, and gives the router's own bare refusals (404, 405, 413, 415, 422 …) the same form.

use std::any::Any;
use std::borrow::Cow;

use askama::Template;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Locale, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::guard::RequestId;
use super::shell::Shell;
use super::visit::Visit;

/// Media type of RFC 9457.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// Whoever is told that something is away may come back after this many seconds.
pub(crate) const UNAVAILABLE_RETRY_S: u64 = 5;
/// Paths that always answer in JSON.
pub(crate) const API_PREFIX: &str = "/api/";

/// A refusal on its way to the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code, such as `uscc-check`.
    pub code: Cow<'static, str>,
    /// Text key of the title.
    pub title_key: &'static str,
    /// What to do, in both languages; none means the title's own `…-text`.
    pub detail: Option<kernel::Text>,
    /// The field or rule to blame.
    pub field: Option<String>,
    /// Seconds until a retry makes sense.
    pub retry_after_s: Option<u64>,
}

/// The JSON form: RFC 9457 members plus `code` and `field`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: the code says which problem it is.
    pub r#type: &'static str,
    /// Stable code.
    pub code: String,
    /// Short title in the reader's language.
    pub title: String,
    /// What to do, in the reader's language.
    pub detail: String,
    /// HTTP status.
    pub status: u16,
    /// The field or rule to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Number to quote when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::BAD_REQUEST);
        Self {
            code: Cow::Borrowed(refusal.code),
            retry_after_s: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(UNAVAILABLE_RETRY_S),
            detail: Some(kernel::Text::new(refusal.zh, refusal.en)),
            field: refusal.field.map(Cow::into_owned),
            ..Self::bare(status)
        }
    }
}

impl Problem {
    /// The house's own words for a status.
    pub fn bare(status: StatusCode) -> Self {
        let (code, title_key) = words(status);
        Self { status, code: Cow::Borrowed(code), title_key, detail: None, field: None, retry_after_s: None }
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::bare(StatusCode::NOT_FOUND)
    }

    /// 500, without details.
    pub fn internal() -> Self {
        Self::bare(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 429 with the seconds to wait.
    pub fn too_many(retry_after_s: u64) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::bare(StatusCode::TOO_MANY_REQUESTS) }
    }

    /// 403 for a form that came from another site.
    pub fn origin() -> Self {
        Self { code: Cow::Borrowed("origin"), title_key: "problem-origin", ..Self::bare(StatusCode::FORBIDDEN) }
    }

    fn detail(&self, visit: Option<&Visit>) -> (String, String) {
        let Some(visit) = visit else {
            // Outside the visit layer there are no texts; the code must do.
            let detail = self.detail.as_ref().map_or("", |text| text.get(Locale::ZhCn));
            return (self.code.to_string(), detail.to_owned());
        };
        let title = visit.t.msg(self.title_key).into_owned();
        let detail = match &self.detail {
            Some(text) => visit.t.text(text).to_owned(),
            None => visit.t.msg(format!("{}-text", self.title_key)).into_owned(),
        };
        (title, detail)
    }

    /// The JSON form.
    pub fn body(&self, visit: Option<&Visit>, request_id: Option<&RequestId>) -> ProblemBody {
        let (title, detail) = self.detail(visit);
        ProblemBody {
            r#type: "about:blank",
            code: self.code.to_string(),
            title,
            detail,
            status: self.status.as_u16(),
            field: self.field.clone(),
            request_id: request_id.map(ToString::to_string),
        }
    }

    fn json(&self, visit: Option<&Visit>, request_id: Option<&RequestId>) -> Response {
        let mut response = (self.status, Json(self.body(visit, request_id))).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        self.finish(response)
    }

    fn page(&self, visit: &Visit, request_id: Option<&RequestId>) -> Response {
        let (heading, detail) = self.detail(Some(visit));
        let page = ErrorPage {
            shell: visit.shell(heading.clone()).private(),
            status: self.status.as_u16(),
            heading,
            detail,
            code: self.code.to_string(),
            request_id: request_id.map(ToString::to_string).unwrap_or_default(),
            offer_sign_in: self.status == StatusCode::UNAUTHORIZED,
        };
        match page.render() {
            Ok(body) => {
                self.finish((self.status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response())
            }
            Err(error) => {
                tracing::error!(%error, "the error page could not be rendered");
                self.json(Some(visit), request_id)
            }
        }
    }

    fn finish(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, 11.6.1: a 401 says how one may sign in. Browsers ask nobody for a bearer token.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Dressed);
        response
    }
}

impl IntoResponse for Problem {
    /// Undressed: the middleware [`dress`] gives it language and form.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Marks an answer that already has its final form.
#[derive(Debug, Clone, Copy)]
struct Dressed;

#[derive(Template)]
#[template(path = "kinds/error.html")]
struct ErrorPage {
    shell: Shell,
    status: u16,
    heading: String,
    detail: String,
    code: String,
    request_id: String,
    offer_sign_in: bool,
}

fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        401 => ("sign-in", "problem-sign-in"),
        403 => ("forbidden", "problem-forbidden"),
        404 => ("not-found", "problem-not-found"),
        405 => ("method", "problem-method"),
        408 | 504 => ("timeout", "problem-timeout"),
        409 => ("conflict", "problem-conflict"),
        413 => ("too-large", "problem-too-large"),
        414 => ("uri-too-long", "problem-uri-too-long"),
        415 => ("media-type", "problem-media"),
        422 => ("invalid", "problem-invalid"),
        429 => ("too-many", "problem-too-many"),
        503 => ("unavailable", "problem-unavailable"),
        500..=599 => ("internal", "problem-internal"),
        _ => ("bad-request", "problem-bad-request"),
    }
}

/// True when the reader wants JSON: every path under `/api/`, and whoever names JSON but not HTML in `Accept`.
pub fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    if path.starts_with(API_PREFIX) {
        return true;
    }
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

/// True for a person who opens a page: whoever must sign in first is led there and back. Programs, and forms that
/// were sent, are told 401 instead.
fn navigates(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    request.method() == Method::GET && accept.contains("text/html")
}

/// Middleware: gives every refusal its final form. Runs inside the visit layer.
pub async fn dress(request: Request, next: Next) -> Response {
    let visit = request.extensions().get::<Visit>().cloned();
    let request_id = request.extensions().get::<RequestId>().cloned();
    let json = wants_json(request.uri().path(), request.headers());
    let navigates = !json && navigates(&request);
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.extensions().get::<Dressed>().is_some() {
        return response;
    }
    let problem = match response.extensions().get::<Problem>() {
        Some(problem) => problem.clone(),
        None if is_bare(&response) => Problem::bare(status),
        None => return response,
    };
    let mut dressed = match &visit {
        Some(visit) if navigates && problem.status == StatusCode::UNAUTHORIZED => {
            Redirect::to(&visit.sign_in_href()).into_response()
        }
        Some(visit) if !json => problem.page(visit, request_id.as_ref()),
        visit => problem.json(visit.as_ref(), request_id.as_ref()),
    };
    for name in [header::ALLOW, header::SET_COOKIE] {
        for value in response.headers().get_all(&name) {
            dressed.headers_mut().append(name.clone(), value.clone());
        }
    }
    dressed
}

/// True for refusals of the router and its extractors: no body of their own, or a line of plain text.
fn is_bare(response: &Response) -> bool {
    match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(kind) => kind.to_str().is_ok_and(|kind| kind.starts_with("text/plain")),
    }
}

/// What a panic becomes: logged with its message, shown without it.
pub fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(message, "a handler panicked");
    Problem::internal().into_response()
}
