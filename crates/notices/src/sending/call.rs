//! Webhook calls: one POST to an address that was resolved once and looked at, signed, and never led elsewhere.

use super::{Failure, Outlets, address};
use crate::actions::{Delivery, Notice, Webhook, as_account};
use crate::rules::message::noun_of;
use crate::store;
use crate::token::signature;
use crate::words::Words;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::handshake;
use hyper::{Request, Response, header};
use hyper_util::rt::TokioIo;
use kernel::Locale;
use platform::App;
use platform::web::T;
use serde_json::json;
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

/// Makes the call of a delivery.
pub(super) async fn send(app: &App, outlets: &Outlets, delivery: &Delivery) -> Result<(), Failure> {
    let gone = || Failure::Never("gone".into());
    let conn = app.db().read();
    let hook = store::webhook::by_id(&conn, delivery.webhook.as_deref().unwrap_or_default()).await?;
    let notice = store::notice::by_id(&conn, delivery.notice.as_deref().unwrap_or_default()).await?;
    let (hook, notice) = hook.zip(notice).ok_or_else(gone)?;
    if as_account(app, &hook.account).await?.is_none() {
        return Err(gone());
    }
    let body = body(app, &notice).to_string();
    let request = request(app, &hook, delivery, body)?;
    tokio::time::timeout(CALL_TIMEOUT, call(outlets, &hook.url, request))
        .await
        .unwrap_or_else(|_| Err(Failure::Later(format!("timeout {}", CALL_TIMEOUT.as_secs()))))
}

/// The message as programs read it; see docs/webhooks.md.
fn body(app: &App, notice: &Notice) -> serde_json::Value {
    let words = |locale| Words::of(T { locale, texts: app.texts() }, notice).text;
    let base = app.settings().public_url.trim_end_matches('/');
    json!({
        "id": notice.id, "kind": noun_of(&notice.kind), "topic": notice.topic, "high": notice.high, "at_ms": notice.at_ms,
        "text": { "zh": words(Locale::ZhCn), "en": words(Locale::En) },
        "title": notice.title, "title_en": notice.title_en, "by": notice.who,
        "expects": notice.expects, "due_ms": notice.due_ms,
        "object": { "kind": notice.object_kind, "id": notice.object_id },
        "url": format!("{base}{}", notice.href), "organisation": notice.organisation, "entry": notice.entry,
        "hits": notice.hits, "demo": notice.demo,
    })
}

fn request(app: &App, hook: &Webhook, delivery: &Delivery, body: String) -> Result<Request<Full<Bytes>>, Failure> {
    let url = Url::parse(&hook.url).map_err(|_| Failure::Never("address".into()))?;
    let now_s = app.clock().now().ms() / 1_000;
    let signed = signature(&hook.secret, format!("{now_s}.{body}").as_bytes());
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let host = match (url.host_str().unwrap_or_default(), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    Request::post(format!("{}{query}", url.path()))
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("Yilang/", env!("CARGO_PKG_VERSION")))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONNECTION, "close")
        .header("Yilang-Delivery", delivery.id.as_str())
        .header("Yilang-Signature", format!("t={now_s},v1={signed}"))
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| Failure::Never("address".into()))
}

/// The one address that is called. If any address of the name lies inside, the name is not trusted at all.
async fn resolve(url: &Url, private: bool) -> Result<SocketAddr, Failure> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
        Some(Host::Domain(name)) => match lookup_host((name, port)).await {
            Ok(found) => found.collect(),
            Err(error) => return Err(Failure::Later(format!("name {error}"))),
        },
        None => Vec::new(),
    };
    if !private && let Some(inside) = found.iter().find(|found| !address::is_public(found.ip())) {
        return Err(Failure::Never(format!("private {}", inside.ip())));
    }
    found.first().copied().ok_or_else(|| Failure::Later("name".into()))
}

async fn call(outlets: &Outlets, url: &str, request: Request<Full<Bytes>>) -> Result<(), Failure> {
    let url = Url::parse(url).map_err(|_| Failure::Never("address".into()))?;
    if url.scheme() != "https" && !outlets.private {
        return Err(Failure::Never("address".into()));
    }
    let to = resolve(&url, outlets.private).await?;
    let stream = TcpStream::connect(to).await.map_err(|error| Failure::Later(format!("connect {error}")))?;
    if url.scheme() != "https" {
        return exchange(stream, request).await;
    }
    let name = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(name).map_err(|_| Failure::Never("address".into()))?;
    let stream = tls()?.connect(name, stream).await.map_err(|error| Failure::Later(format!("tls {error}")))?;
    exchange(stream, request).await
}

fn tls() -> Result<TlsConnector, Failure> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config).into());
    }
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Later(format!("tls {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))).into())
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(), Failure> {
    let broken = |error: hyper::Error| Failure::Later(format!("http {error}"));
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Whatever the other side does with the connection later, it ends with this try.
    let connection = Ending(tokio::spawn(connection));
    let answer = sender.send_request(request).await.map_err(broken)?;
    let ended = judged(answer).await;
    drop(connection);
    ended
}

/// Ends a connection when the try is over, also when it is cut short.
struct Ending(tokio::task::JoinHandle<Result<(), hyper::Error>>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Only 2xx is a yes. A redirect is not followed: it may lead inside.
async fn judged(answer: Response<Incoming>) -> Result<(), Failure> {
    let status = answer.status();
    let mut body = answer.into_body();
    let mut bytes = 0;
    while bytes < ANSWER_BYTES_MAX {
        match body.frame().await {
            Some(Ok(frame)) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Some(Err(error)) => return Err(Failure::Later(format!("http {error}"))),
            None => break,
        }
    }
    match status {
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(Failure::Later(format!("redirect {}", status.as_u16()))),
        status => Err(Failure::Later(format!("status {}", status.as_u16()))),
    }
}
