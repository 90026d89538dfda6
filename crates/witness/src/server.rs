//! The witness on the network: plain HTTP, for a proxy that does TLS, or for a private network.

use crate::rules::Refused;
use crate::{Failed, Witness, store};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use proof::note::Checkpoint;
use proof::witness::{ADD_CHECKPOINT, SIZE_TYPE};
use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Bytes of a request's body at most: 63 hashes and a checkpoint are less than half of it.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Connections at once.
const CONNECTIONS_MAX: usize = 256;
/// Within this a request has arrived and is answered.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Requests that one address may send at once; then one more every `REFILL`.
pub const REQUESTS_AT_ONCE: u32 = 30;
const REFILL: Duration = Duration::from_millis(200);
/// Addresses that are counted; when more come, the counts begin anew.
const ADDRESSES_MAX: usize = 10_000;

/// Where a request comes from.
#[derive(Clone, Copy)]
struct Peer(IpAddr);

#[derive(Clone)]
struct Door {
    witness: Arc<Witness>,
    now_s: fn() -> u64,
    counts: Arc<Mutex<HashMap<IpAddr, (u32, Instant)>>>,
}

/// The routes, for connections whose peer is known.
fn router(witness: Arc<Witness>, now_s: fn() -> u64) -> Router {
    let door = Door { witness, now_s, counts: Arc::default() };
    Router::new()
        .route(ADD_CHECKPOINT, post(add_checkpoint))
        .route("/{log}/checkpoint", get(checkpoint))
        .route("/", get(about))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(door.clone(), limit))
        .with_state(door)
}

/// Serves until `stop` is done; requests that have begun are answered. `now_s` is the clock, seconds since 1970.
///
/// # Errors
/// Input/output errors of the listener.
pub async fn serve(
    witness: Arc<Witness>,
    listener: TcpListener,
    now_s: fn() -> u64,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let router = router(witness, now_s);
    let lanes = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut stop = std::pin::pin!(stop);
    loop {
        let lane = lanes.clone().acquire_owned().await.map_err(std::io::Error::other)?;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "witness.accept failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(router.clone().layer(Extension(Peer(peer.ip()))));
        tokio::spawn(async move {
            let mut http = http1::Builder::new();
            // One request a connection: nobody holds a lane by saying nothing.
            http.timer(TokioTimer::new()).header_read_timeout(ANSWER_MAX).keep_alive(false);
            if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
                tracing::debug!(%error, "witness.connection ended");
            }
            drop(lane);
        });
    }
    // What has begun is answered.
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(ANSWER_MAX, lanes.acquire_many(all)).await;
    Ok(())
}

/// One address sends so much and no more, and whoever is slow is cut off.
async fn limit(
    State(door): State<Door>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if !door.lets(peer, Instant::now()) {
        let wait = [(header::RETRY_AFTER, "1")];
        return (
            StatusCode::TOO_MANY_REQUESTS,
            wait,
            "请求过于频繁，请稍后再试 / too many requests, try again later\n",
        )
            .into_response();
    }
    match tokio::time::timeout(ANSWER_MAX, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

impl Door {
    /// Whether this address may send one more request now.
    fn lets(&self, peer: IpAddr, now: Instant) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= ADDRESSES_MAX && !counts.contains_key(&peer) {
            counts.clear();
        }
        let (left, since) = counts.entry(peer).or_insert((REQUESTS_AT_ONCE, now));
        let earned = now.saturating_duration_since(*since).as_millis() / REFILL.as_millis();
        if earned > 0 {
            *left = left.saturating_add(u32::try_from(earned).unwrap_or(u32::MAX)).min(REQUESTS_AT_ONCE);
            *since = now;
        }
        let lets = *left > 0;
        *left = left.saturating_sub(1);
        lets
    }
}

/// `POST /add-checkpoint`.
async fn add_checkpoint(State(door): State<Door>, body: Bytes) -> Response {
    let Ok(body) = String::from_utf8(body.to_vec()) else {
        return refused(&Refused::Malformed("not UTF-8".into()));
    };
    // It waits for the disk.
    let origin = body.split("\n\n").nth(1).and_then(|note| note.lines().next()).unwrap_or_default().to_owned();
    let added = tokio::task::spawn_blocking(move || door.witness.add(&body, (door.now_s)())).await;
    match added {
        Ok(Ok(lines)) => {
            tracing::info!(origin, "witness.signed");
            (StatusCode::OK, lines).into_response()
        }
        Ok(Err(Failed::Refused(why))) => {
            if matches!(why, Refused::Inconsistent(_)) {
                tracing::error!(origin, %why, "witness.refused: the log shows another history than before");
            } else {
                tracing::info!(origin, %why, "witness.refused");
            }
            refused(&why)
        }
        Ok(Err(Failed::Unwritten(error))) => {
            tracing::error!(origin, %error, "witness.unwritten: nothing is signed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(error) => {
            tracing::error!(origin, %error, "witness.add failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn refused(why: &Refused) -> Response {
    let status = match why {
        Refused::Malformed(_) => StatusCode::BAD_REQUEST,
        Refused::UnknownLog => StatusCode::NOT_FOUND,
        Refused::NotSigned => StatusCode::FORBIDDEN,
        Refused::Elsewhere(size) => {
            return (StatusCode::CONFLICT, [(header::CONTENT_TYPE, SIZE_TYPE)], format!("{size}\n")).into_response();
        }
        Refused::Inconsistent(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, format!("{why}\n")).into_response()
}

/// `GET /<SHA-256 of the origin>/checkpoint`: what was signed last of a log. Whoever compares it with what the log itself
/// shows sees whether both tell one history.
async fn checkpoint(State(door): State<Door>, Path(log): Path<String>) -> Response {
    let origin = door.witness.origins().find(|origin| store::file_name(origin) == log);
    match origin.and_then(|origin| door.witness.last(origin)) {
        Some(note) => (StatusCode::OK, note).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `GET /`: who this is, and how far it has seen each log.
async fn about(State(door): State<Door>) -> String {
    let size =
        |origin: &str| door.witness.last(origin).and_then(|note| Checkpoint::parse(&note).ok()).map_or(0, |c| c.size);
    let line = |origin: &str| format!("{origin} {} /{}/checkpoint\n", size(origin), store::file_name(origin));
    let logs: String = door.witness.origins().map(line).collect();
    format!("{}\n{logs}", door.witness.public().text())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_sends_so_much_and_hinders_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let witness = Arc::new(Witness::open(folder.path(), None, &[]).unwrap());
        let door = Door { witness, now_s: || 1, counts: Arc::default() };
        let (one, two): (IpAddr, IpAddr) = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
        let now = Instant::now();
        assert!((0..REQUESTS_AT_ONCE).all(|_| door.lets(one, now)));
        assert!(!door.lets(one, now) && door.lets(two, now));
        assert!(door.lets(one, now + REFILL) && !door.lets(one, now + REFILL));
    }
}
