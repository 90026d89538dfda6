//! Server-sent events from any stream of numbered events, with a cap on watchers.
//!
//! The journal's follower feeds it: events come in order with a growing number, which becomes the SSE id; a browser that
//! comes back sends it as `Last-Event-ID` and misses nothing. Every stream also ends by itself after a while, so that nodes
//! can be drained; browsers come back on their own.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};

use super::Problem;

/// Watchers of one node at most.
pub const WATCHERS_MAX: usize = 2_000;
/// A stream ends after this many seconds.
pub const STREAM_AGE_S: u64 = 600;
/// A sign of life every so many seconds.
pub const KEEP_ALIVE_S: u64 = 15;
/// A browser comes back after this many milliseconds.
pub const RETRY_MS: u64 = 3_000;
/// A refused watcher comes back after this many seconds.
const RETRY_AFTER_S: u64 = 30;

/// What happened, as the page hears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// Growing number; the journal's leaf index.
    pub id: i64,
    /// Name the page listens for, such as `need`.
    pub topic: String,
    /// A word or a rendered fragment. Never anything the watcher may not see.
    pub data: String,
}

/// What a follower yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The next event.
    Event(LiveEvent),
    /// Events were dropped (a slow watcher): the page reloads itself.
    Lost,
}

/// Counts watchers.
#[derive(Debug, Clone, Default)]
pub struct Watchers {
    count: Arc<AtomicUsize>,
}

/// A watcher's place; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    count: Arc<AtomicUsize>,
}

impl Watchers {
    /// Takes a place; none when [`WATCHERS_MAX`] are taken.
    pub fn seat(&self) -> Option<Seat> {
        self.count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| (taken < WATCHERS_MAX).then_some(taken + 1))
            .ok()
            .map(|_| Seat { count: Arc::clone(&self.count) })
    }

    /// Places taken now.
    pub fn taken(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The number after which a returning browser wants to hear; none on its first visit or for nonsense.
pub fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.trim().parse().ok().filter(|id| *id >= 0)
}

/// Answers with an event stream, or 503 when the house is full. `heard` starts after [`last_event_id`] if there was one.
///
/// When the stream ends, by its age or because the node is closing, its page is told when to come back: each at another
/// moment, so that a node that follows is not asked by all at once.
pub fn stream(
    watchers: &Watchers,
    heard: impl Stream<Item = Heard> + Send + 'static,
    closing: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let Some(seat) = watchers.seat() else {
        let full = Problem { retry_after_s: Some(RETRY_AFTER_S), ..Problem::bare(StatusCode::SERVICE_UNAVAILABLE) };
        return full.into_response();
    };
    let end = async {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(STREAM_AGE_S)) => {}
            () = closing => {}
        }
    };
    let bye = stream::once(async { Event::default().retry(Duration::from_millis(come_back_ms())).comment("bye") });
    let hello = stream::once(async { Event::default().retry(Duration::from_millis(RETRY_MS)).comment("yilang") });
    let events = hello.chain(heard.map(event)).take_until(Box::pin(end)).chain(bye).map(move |event| {
        // The seat lives as long as the stream.
        let _ = &seat;
        Ok::<_, Infallible>(event)
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(KEEP_ALIVE_S))).into_response()
}

/// Between once and twice the usual pause.
fn come_back_ms() -> u64 {
    RETRY_MS + crate::random::bits() as u64 % RETRY_MS
}

fn event(heard: Heard) -> Event {
    match heard {
        // axum refuses line breaks in names; data may have them.
        Heard::Event(event) => {
            let topic: String = event.topic.chars().filter(|c| !c.is_control()).collect();
            Event::default().id(event.id.to_string()).event(topic).data(event.data.replace('\r', ""))
        }
        Heard::Lost => Event::default().event("lost").data("reload"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use axum::http::HeaderValue;

    #[test]
    fn a_returning_browser_says_where_it_was() {
        let with = |text: &'static str| {
            last_event_id(&HeaderMap::from_iter([(
                axum::http::HeaderName::from_static("last-event-id"),
                HeaderValue::from_static(text),
            )]))
        };
        assert_eq!(with("42"), Some(42));
        assert_eq!(with("-1"), None);
        assert_eq!(with("x"), None);
        assert_eq!(last_event_id(&HeaderMap::new()), None);
    }

    #[tokio::test]
    async fn events_carry_their_number_and_a_slow_watcher_is_told_to_reload() {
        let watchers = Watchers::default();
        let event = LiveEvent { id: 7, topic: "need\nx".into(), data: "甲\r\n乙".into() };
        let response = stream(&watchers, stream::iter([Heard::Event(event), Heard::Lost]), std::future::pending());
        assert_eq!(watchers.taken(), 1);
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("id: 7\nevent: needx\ndata: 甲\ndata: 乙\n\n"), "{text}");
        assert!(text.contains("event: lost\n"), "{text}");
        assert_eq!(watchers.taken(), 0, "the place is given back");
    }

    #[tokio::test]
    async fn a_closing_node_sends_its_watchers_away_with_a_time_to_come_back() {
        let watchers = Watchers::default();
        let response = stream(&watchers, stream::pending(), std::future::ready(()));
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let last = text.lines().rev().find_map(|line| line.strip_prefix("retry: ")).unwrap();
        let wait_ms: u64 = last.parse().unwrap();
        assert!((RETRY_MS..2 * RETRY_MS).contains(&wait_ms), "{text}");
        assert_eq!(watchers.taken(), 0, "the place is given back");
    }

    #[test]
    fn a_full_house_refuses() {
        let watchers = Watchers::default();
        let seats: Vec<_> = (0..WATCHERS_MAX).map(|_| watchers.seat().unwrap()).collect();
        assert_eq!(
            stream(&watchers, stream::empty(), std::future::pending()).status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
        drop(seats);
        assert!(watchers.seat().is_some());
    }
}
