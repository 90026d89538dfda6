//! Server-sent events for many watchers: what happened is rendered once into frames that all of them share.
//!
//! A frame holds what happened since the one before, each thing once with the newest of what happened to it; there are at
//! most two a second, so a busy minute costs a watcher no more than a quiet one. Events carry a growing number (the
//! journal's leaf), which a browser that comes back sends as `Last-Event-ID`. Every stream ends by itself after a while, so
//! that nodes can be drained; browsers come back on their own.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};

use super::Problem;

/// Watchers of one node at most.
pub const WATCHERS_MAX: usize = 12_000;
/// Of these, watchers that are not signed in: visitors can never take the last places from people who work.
pub const VISITORS_MAX: usize = 10_000;
/// Watchers of one account. A browser's windows share one.
pub const ACCOUNT_WATCHERS_MAX: usize = 16;
/// Things a frame names; where more have changed at once, pages reload.
pub const FRAME_EVENTS_MAX: usize = 64;
/// Events that are looked through for watchers of single things; where more happen between two frames, every page reloads.
pub const GATHERED_EVENTS_MAX: usize = 4_096;
/// Topics one watcher may name.
pub const TOPICS_MAX: usize = 16;
/// A stream ends after this many seconds.
pub const STREAM_AGE_S: u64 = 600;
/// A sign of life every so many seconds.
pub const KEEP_ALIVE_S: u64 = 15;
/// A browser comes back after this many milliseconds.
pub const RETRY_MS: u64 = 3_000;
/// A refused watcher comes back after this many seconds.
const RETRY_AFTER_S: u64 = 30;

/// What happened to a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// Growing number; the journal's leaf index.
    pub id: i64,
    /// What kind of thing, such as `need`.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// A short JSON text. Never anything the watcher may not see.
    pub data: String,
}

/// What a watcher listens to; nothing named means everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topics(Vec<(String, Option<String>)>);

impl Topics {
    /// Reads `topic=need` (all things of a kind) and `topic=need/ID` (one thing) out of a query; none when there are more
    /// than [`TOPICS_MAX`] or one of them has no kind.
    pub fn of(query: &str) -> Option<Topics> {
        let named = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "topic");
        let topics: Vec<(String, Option<String>)> = named
            .map(|(_, topic)| match topic.split_once('/') {
                Some((kind, id)) => (kind.to_owned(), Some(id.to_owned())),
                None => (topic.into_owned(), None),
            })
            .collect();
        let fits = topics.len() <= TOPICS_MAX && topics.iter().all(|(kind, _)| !kind.is_empty());
        fits.then_some(Topics(topics))
    }

    fn all(&self) -> bool {
        self.0.is_empty()
    }

    fn wants(&self, event: &LiveEvent) -> bool {
        self.all()
            || self
                .0
                .iter()
                .any(|(kind, id)| *kind == event.object_kind && id.as_ref().is_none_or(|id| *id == event.object_id))
    }
}

/// What happened in a moment, as every watcher hears it.
#[derive(Debug)]
pub struct Frame {
    /// The newest number that the frame covers.
    last: i64,
    events: Vec<LiveEvent>,
    /// The whole frame as it is sent to who listens to everything.
    bytes: Bytes,
}

impl Frame {
    /// Puts together what happened, oldest first. `last` is the newest number that was looked at, whether it is told or not;
    /// an empty frame is a sign of life.
    pub fn new(last: i64, happened: Vec<LiveEvent>) -> Frame {
        if happened.len() > GATHERED_EVENTS_MAX {
            return Frame { last, events: Vec::new(), bytes: lost(last) };
        }
        let events = newest_of_each(happened);
        let bytes = rendered(last, events.iter());
        Frame { last, events, bytes }
    }

    /// The newest number that the frame covers.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// The frame's text for a watcher that has heard everything up to `seen`; none when it has nothing to hear.
    fn text(&self, topics: &Topics, seen: i64) -> Option<Bytes> {
        if self.events.is_empty() {
            return Some(self.bytes.clone());
        }
        let fresh = |event: &&LiveEvent| event.id > seen && topics.wants(event);
        if topics.all() && self.events.iter().all(|event| event.id > seen) {
            return Some(self.bytes.clone());
        }
        self.events.iter().any(|event| fresh(&event)).then(|| rendered(self.last, self.events.iter().filter(fresh)))
    }
}

/// Each thing once, where it last happened.
fn newest_of_each(happened: Vec<LiveEvent>) -> Vec<LiveEvent> {
    let mut newest: HashMap<(&str, &str), i64> = HashMap::new();
    for event in &happened {
        newest.insert((&event.object_kind, &event.object_id), event.id);
    }
    let kept: Vec<bool> =
        happened.iter().map(|event| newest[&(&*event.object_kind, &*event.object_id)] == event.id).collect();
    happened.into_iter().zip(kept).filter_map(|(event, kept)| kept.then_some(event)).collect()
}

/// The lines of a frame. An empty one only moves the number a returning browser will send.
fn rendered<'a>(last: i64, events: impl Iterator<Item = &'a LiveEvent> + Clone) -> Bytes {
    let mut text = String::new();
    if events.clone().count() > FRAME_EVENTS_MAX {
        return lost(last);
    }
    for event in events {
        // Line breaks would end the field; the data is JSON, which has none.
        let data = event.data.replace(['\r', '\n'], " ");
        // Writing to a string cannot fail.
        let _ = write!(text, "id: {}\nevent: message\ndata: {data}\n\n", event.id);
    }
    if last >= 0 {
        let _ = write!(text, "id: {last}\n\n");
    }
    if text.is_empty() {
        text.push_str(": alive\n\n");
    }
    text.into()
}

/// Tells a page that it has missed something and reloads. Before anything was heard there is no number to tell.
fn lost(last: i64) -> Bytes {
    let number = if last >= 0 { format!("id: {last}\n") } else { String::new() };
    format!("{number}event: lost\ndata: reload\n\n").into()
}

/// Counts watchers.
#[derive(Debug, Clone, Default)]
pub struct Watchers(Arc<Mutex<Seats>>);

#[derive(Debug, Default)]
struct Seats {
    visitors: usize,
    accounts: HashMap<String, usize>,
    taken: usize,
}

/// A watcher's place; given back when dropped.
#[derive(Debug)]
pub struct Seat {
    watchers: Watchers,
    account: Option<String>,
}

impl Watchers {
    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for an account or a visitor; none when all that it may have are taken.
    pub fn seat(&self, account: Option<&str>) -> Option<Seat> {
        let mut seats = self.seats();
        let own = account.and_then(|account| seats.accounts.get(account)).copied().unwrap_or_default();
        let free = seats.taken < WATCHERS_MAX
            && own < ACCOUNT_WATCHERS_MAX
            && (account.is_some() || seats.visitors < VISITORS_MAX);
        if !free {
            return None;
        }
        seats.taken += 1;
        match account {
            Some(account) => *seats.accounts.entry(account.to_owned()).or_default() += 1,
            None => seats.visitors += 1,
        }
        Some(Seat { watchers: self.clone(), account: account.map(str::to_owned) })
    }

    /// Places taken now.
    pub fn taken(&self) -> usize {
        self.seats().taken
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.watchers.seats();
        seats.taken -= 1;
        match &self.account {
            None => seats.visitors -= 1,
            Some(account) => {
                if let Some(own) = seats.accounts.get_mut(account) {
                    *own -= 1;
                    if *own == 0 {
                        seats.accounts.remove(account);
                    }
                }
            }
        }
    }
}

/// The number after which a returning browser wants to hear; none on its first visit or for nonsense.
pub fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.trim().parse().ok().filter(|id| *id >= 0)
}

/// What a stream of frames gives a watcher next.
#[derive(Debug, Clone)]
pub enum Heard {
    /// The next frame.
    Frame(Arc<Frame>),
    /// Frames were dropped because the watcher was too slow, or it was away for too long: the page reloads itself.
    Lost(i64),
}

/// Answers with an event stream, or 503 when the house is full. What the watcher has heard already, up to `seen`, is not told
/// again.
///
/// When the stream ends, by its age or because the node is closing, its page is told when to come back: each at another
/// moment, so that a node that follows is not asked by all at once.
pub fn stream(
    seat: Option<Seat>,
    topics: Topics,
    mut seen: i64,
    heard: impl Stream<Item = Heard> + Send + 'static,
    closing: impl Future<Output = ()> + Send + 'static,
) -> Response {
    let Some(seat) = seat else {
        let full = Problem { retry_after_s: Some(RETRY_AFTER_S), ..Problem::bare(StatusCode::SERVICE_UNAVAILABLE) };
        return full.into_response();
    };
    let end = async {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(STREAM_AGE_S)) => {}
            () = closing => {}
        }
    };
    let retry = |ms: u64, word: &str| Bytes::from(format!("retry: {ms}\n: {word}\n\n"));
    let hello = stream::once(std::future::ready(retry(RETRY_MS, "yilang")));
    let bye = stream::once(async move { retry(come_back_ms(), "bye") });
    let told = heard.filter_map(move |heard| {
        let text = match heard {
            Heard::Frame(frame) => {
                let text = frame.text(&topics, seen);
                seen = seen.max(frame.last);
                text
            }
            Heard::Lost(last) => {
                seen = seen.max(last);
                Some(lost(last))
            }
        };
        std::future::ready(text)
    });
    let body = hello.chain(told).take_until(Box::pin(end)).chain(bye).map(move |text| {
        // The seat lives as long as the stream.
        let _ = &seat;
        Ok::<_, Infallible>(text)
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(body)).into_response()
}

/// Between once and twice the usual pause.
fn come_back_ms() -> u64 {
    RETRY_MS + crate::random::bits() as u64 % RETRY_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;
    use axum::http::HeaderValue;

    fn event(id: i64, object_kind: &str, object_id: &str) -> LiveEvent {
        let data = format!("{{\"id\":\"{object_id}\"}}");
        LiveEvent { id, object_kind: object_kind.into(), object_id: object_id.into(), data }
    }

    fn topics(query: &str) -> Topics {
        Topics::of(query).unwrap()
    }

    async fn text_of(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 100_000).await.unwrap().to_vec()).unwrap()
    }

    fn told(frames: Vec<Heard>, topics: Topics, seen: i64) -> Response {
        stream(Watchers::default().seat(None), topics, seen, stream::iter(frames), std::future::pending())
    }

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

    #[test]
    fn topics_name_kinds_and_things_and_are_limited() {
        assert!(topics("").all());
        let some = topics("topic=need/n1&topic=offer&other=1");
        assert!(some.wants(&event(1, "need", "n1")));
        assert!(!some.wants(&event(1, "need", "n2")));
        assert!(some.wants(&event(1, "offer", "o9")));
        assert_eq!(Topics::of("topic="), None);
        assert_eq!(Topics::of(&"topic=a&".repeat(TOPICS_MAX + 1)), None);
        assert!(Topics::of(&"topic=a&".repeat(TOPICS_MAX)).is_some());
    }

    #[tokio::test]
    async fn a_frame_names_each_thing_once_and_carries_the_newest_number() {
        let frame = Frame::new(9, vec![event(5, "need", "a"), event(6, "need", "b"), event(7, "need", "a")]);
        let text = text_of(told(vec![Heard::Frame(Arc::new(frame))], Topics::default(), -1)).await;
        assert_eq!(
            text,
            "retry: 3000\n: yilang\n\nid: 6\nevent: message\ndata: {\"id\":\"b\"}\n\n\
             id: 7\nevent: message\ndata: {\"id\":\"a\"}\n\nid: 9\n\n"
                .to_owned()
                + &text[text.rfind("retry: ").unwrap()..]
        );
    }

    #[tokio::test]
    async fn a_watcher_hears_its_topics_only_and_nothing_twice() {
        let frames = || {
            let first = Frame::new(3, vec![event(2, "need", "a"), event(3, "offer", "b")]);
            let second = Frame::new(5, vec![event(4, "need", "c"), event(5, "offer", "b")]);
            vec![Heard::Frame(Arc::new(first)), Heard::Frame(Arc::new(second))]
        };
        let text = text_of(told(frames(), topics("topic=offer/b"), -1)).await;
        assert_eq!(text.matches("event: message").count(), 2, "{text}");
        assert!(!text.contains("\"a\"") && !text.contains("\"c\""), "{text}");
        let text = text_of(told(frames(), Topics::default(), 2)).await;
        assert!(!text.contains("id: 2\n") && text.contains("id: 3\nevent"), "{text}");
        let text = text_of(told(frames(), topics("topic=standard"), -1)).await;
        assert!(!text.contains("event:"), "{text}");
    }

    #[tokio::test]
    async fn too_much_at_once_and_a_slow_watcher_are_told_to_reload() {
        let many = (0..=FRAME_EVENTS_MAX as i64).map(|n| event(n, "need", &n.to_string())).collect();
        let frames = vec![Heard::Frame(Arc::new(Frame::new(64, many))), Heard::Lost(70)];
        let text = text_of(told(frames.clone(), Topics::default(), -1)).await;
        assert!(text.contains("id: 64\nevent: lost\n") && text.contains("id: 70\nevent: lost\n"), "{text}");
        assert!(!text.contains("event: message"), "{text}");
        let early = text_of(told(vec![Heard::Lost(-1)], Topics::default(), -1)).await;
        assert!(early.contains("\n\nevent: lost\n") && !early.contains("id:"), "{early}");
        let text = text_of(told(frames, topics("topic=need/3"), -1)).await;
        assert!(text.contains("id: 3\nevent: message"), "who listens to one thing hears it: {text}");
    }

    #[tokio::test]
    async fn a_closing_node_sends_its_watchers_away_with_a_time_to_come_back() {
        let watchers = Watchers::default();
        let seat = watchers.seat(None);
        assert_eq!(watchers.taken(), 1);
        let response = stream(seat, Topics::default(), -1, stream::pending(), std::future::ready(()));
        let text = text_of(response).await;
        let last = text.lines().rev().find_map(|line| line.strip_prefix("retry: ")).unwrap();
        let wait_ms: u64 = last.parse().unwrap();
        assert!((RETRY_MS..2 * RETRY_MS).contains(&wait_ms), "{text}");
        assert_eq!(watchers.taken(), 0, "the place is given back");
    }

    #[test]
    fn a_full_house_refuses_and_visitors_cannot_fill_it() {
        let watchers = Watchers::default();
        let visitors: Vec<_> = (0..VISITORS_MAX).map(|_| watchers.seat(None).unwrap()).collect();
        let refused = stream(watchers.seat(None), Topics::default(), -1, stream::empty(), std::future::pending());
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let own: Vec<_> = (0..ACCOUNT_WATCHERS_MAX).map(|_| watchers.seat(Some("a")).unwrap()).collect();
        assert!(watchers.seat(Some("a")).is_none(), "an account has its own limit");
        let others: Vec<_> =
            (watchers.taken()..WATCHERS_MAX).map(|n| watchers.seat(Some(&n.to_string())).unwrap()).collect();
        assert!(watchers.seat(Some("late")).is_none(), "the house is full");
        drop((visitors, own, others));
        assert_eq!(watchers.taken(), 0);
        assert!(watchers.seat(Some("a")).is_some() && watchers.seat(None).is_some());
    }
}
