//! Calls to other houses: one request to an address that was resolved once and looked at, and never led elsewhere.

pub mod address;

use axum::http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::{Host, Url};

/// How long one call may take, from the name to the end of the answer.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read; the connection is closed after them.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What is sent where.
#[derive(Debug, Clone)]
pub struct Post {
    /// The address.
    pub url: String,
    /// Whether it may lie in a private network, and do without TLS: only if the operator has said so.
    pub private: bool,
    /// Headers besides the host's: names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// What is asked where.
#[derive(Debug, Clone)]
pub struct Get {
    /// The address.
    pub url: String,
    /// As in [`Post`].
    pub private: bool,
    /// Headers besides the host's: names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status. A redirect is an answer like any other and is not followed: it may lead inside.
    pub status: StatusCode,
    /// The media type; empty for none.
    pub media_type: String,
    /// The body, or its first [`ANSWER_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

/// Why nothing came back: a code, then what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// Worth another try.
    Later(String),
    /// Not worth one while the address is the same.
    Never(String),
}

/// One request of either kind.
struct Ask<'a> {
    method: Method,
    url: &'a str,
    private: bool,
    headers: &'a [(&'static str, String)],
    body: &'a str,
}

/// Sends something, within [`CALL_TIMEOUT`].
///
/// # Errors
/// `address` and `private` for an address that is not called; `name`, `connect`, `tls`, `http`, `timeout`.
pub async fn post(post: &Post) -> Result<Answer, Failed> {
    let Post { url, private, headers, body } = post;
    in_time(Ask { method: Method::POST, url, private: *private, headers, body }).await
}

/// Asks for something, within [`CALL_TIMEOUT`].
///
/// # Errors
/// As [`post`].
pub async fn get(get: &Get) -> Result<Answer, Failed> {
    let Get { url, private, headers } = get;
    in_time(Ask { method: Method::GET, url, private: *private, headers, body: "" }).await
}

async fn in_time(ask: Ask<'_>) -> Result<Answer, Failed> {
    tokio::time::timeout(CALL_TIMEOUT, call(&ask))
        .await
        .unwrap_or_else(|_| Err(Failed::Later(format!("timeout {}", CALL_TIMEOUT.as_secs()))))
}

fn request(ask: &Ask<'_>, url: &Url) -> Result<Request<Full<Bytes>>, Failed> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let host = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    let request = Request::builder()
        .method(&ask.method)
        .uri(format!("{}{query}", url.path()))
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("Yilang/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close");
    let request = ask.headers.iter().fold(request, |request, (name, value)| request.header(*name, value.as_str()));
    request.body(Full::new(Bytes::from(ask.body.to_owned()))).map_err(|_| Failed::Never("address".into()))
}

/// The one address that is called. If any address of the name lies inside, the name is not trusted at all.
async fn resolve(url: &Url, private: bool) -> Result<SocketAddr, Failed> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
        Some(Host::Domain(name)) => match lookup_host((name, port)).await {
            Ok(found) => found.collect(),
            Err(error) => return Err(Failed::Later(format!("name {error}"))),
        },
        None => Vec::new(),
    };
    if !private && let Some(inside) = found.iter().find(|found| !address::is_public(found.ip())) {
        return Err(Failed::Never(format!("private {}", inside.ip())));
    }
    found.first().copied().ok_or_else(|| Failed::Later("name".into()))
}

async fn call(ask: &Ask<'_>) -> Result<Answer, Failed> {
    let url = Url::parse(ask.url).map_err(|_| Failed::Never("address".into()))?;
    if url.scheme() != "https" && !ask.private {
        return Err(Failed::Never("address".into()));
    }
    let request = request(ask, &url)?;
    let to = resolve(&url, ask.private).await?;
    let stream = TcpStream::connect(to).await.map_err(|error| Failed::Later(format!("connect {error}")))?;
    if url.scheme() != "https" {
        return exchange(stream, request).await;
    }
    let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(name).map_err(|_| Failed::Never("address".into()))?;
    let stream = tls()?.connect(name, stream).await.map_err(|error| Failed::Later(format!("tls {error}")))?;
    exchange(stream, request).await
}

fn tls() -> Result<TlsConnector, Failed> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config).into());
    }
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failed::Later(format!("tls {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))).into())
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<Answer, Failed> {
    let broken = |error: hyper::Error| Failed::Later(format!("http {error}"));
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Whatever the other side does with the connection later, it ends with this try.
    let connection = Ending(tokio::spawn(connection));
    let answer = sender.send_request(request).await.map_err(broken)?;
    let read = read(answer).await;
    drop(connection);
    read
}

/// Ends a connection when the try is over, also when it is cut short.
struct Ending(tokio::task::JoinHandle<Result<(), hyper::Error>>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn read(answer: Response<Incoming>) -> Result<Answer, Failed> {
    let status = answer.status();
    let media_type = answer.headers().get(header::CONTENT_TYPE).map(HeaderValue::to_str);
    let media_type = media_type.and_then(Result::ok).unwrap_or_default().to_owned();
    let mut incoming = answer.into_body();
    let mut body = Vec::new();
    while body.len() < ANSWER_BYTES_MAX {
        match incoming.frame().await {
            Some(Ok(frame)) => body.extend_from_slice(frame.data_ref().map_or(&[], |data| data.as_ref())),
            Some(Err(error)) => return Err(Failed::Later(format!("http {error}"))),
            None => break,
        }
    }
    body.truncate(ANSWER_BYTES_MAX);
    Ok(Answer { status, media_type, body })
}
