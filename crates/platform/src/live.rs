//! News for open pages: the journal's follower tells, pages listen.
//!
//! Only public entries are told, in leaf order, gathered into frames ([`Frame`]). A page that comes back says the last leaf
//! it heard (`Last-Event-ID`) and gets what it missed from the journal, whichever node answers.

use crate::app::App;
use crate::capability::Route;
use crate::db::Outcome;
use crate::journal::{self, Recorded};
use crate::lifecycle::Phase;
use crate::policy::Resource;
use crate::request::Caller;
use crate::web::Problem;
use crate::web::live::{
    Frame, GATHERED_EVENTS_MAX, Heard, KEEP_ALIVE_S, LiveEvent, TOPICS_MAX, Topics, Watchers, last_event_id, stream,
};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::get;
use futures_util::StreamExt;
use futures_util::stream as streams;
use kernel::Refusal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};
use tokio_stream::wrappers::BroadcastStream;

/// Frames a slow page may fall behind before it is told to reload: half a minute of them.
const BEHIND_FRAMES_MAX: usize = 64;
/// Between two frames.
const FRAME: Duration = Duration::from_millis(500);
/// Entries a returning page gets from the journal; one that missed more reloads.
const MISSED_ENTRIES_MAX: u64 = 200;

/// Spreads sealed journal entries to every open page of this node.
#[derive(Clone)]
pub struct Live {
    frames: broadcast::Sender<Arc<Frame>>,
    gathered: Arc<Mutex<Gathered>>,
    more: Arc<Notify>,
    watchers: Watchers,
}

/// What has been told since the last frame.
#[derive(Default)]
struct Gathered {
    /// The newest leaf that was told, public or not.
    last: Option<i64>,
    events: Vec<LiveEvent>,
}

impl Live {
    pub(crate) fn new() -> Live {
        Live {
            frames: broadcast::channel(BEHIND_FRAMES_MAX).0,
            gathered: Arc::default(),
            more: Arc::default(),
            watchers: Watchers::default(),
        }
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells one sealed entry.
    pub(crate) fn tell(&self, entry: &Recorded) {
        let Some(leaf) = entry.leaf_index else { return };
        let mut gathered = self.gathered();
        gathered.last = Some(leaf);
        if let Some(event) = heard(entry)
            && gathered.events.len() <= GATHERED_EVENTS_MAX
        {
            gathered.events.push(event);
            self.more.notify_one();
        }
    }

    /// Sends frames for ever: what was told at once, then at most one in [`FRAME`], and a sign of life when all is quiet.
    pub(crate) async fn run(self) {
        loop {
            let quiet = Duration::from_secs(KEEP_ALIVE_S);
            // Quiet for so long: the frame below is empty.
            let _ = tokio::time::timeout(quiet, self.more.notified()).await;
            self.send();
            tokio::time::sleep(FRAME).await;
        }
    }

    /// Sends what has been gathered as one frame.
    fn send(&self) {
        let Gathered { last, events } = std::mem::take(&mut *self.gathered());
        // Nobody listening is not an error.
        let _ = self.frames.send(Arc::new(Frame::new(last.unwrap_or(-1), events)));
    }

    /// Pages that are open now.
    pub fn watching(&self) -> usize {
        self.watchers.taken()
    }
}

/// The stream of public entries.
pub fn routes() -> Vec<Route> {
    vec![Route { method: Method::GET, path: "/live", action: "live_view", journal: None, handler: get(live) }]
}

async fn live(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "live_view", &Resource::house())?;
    let topics = Topics::of(query.as_deref().unwrap_or_default()).ok_or_else(too_many_topics)?;
    let seat = app.live().watchers.seat(caller.ctx.actor.account.as_deref());
    // Listening begins before the journal is read, so that nothing falls between.
    let fresh = BroadcastStream::new(app.live().frames.subscribe());
    // A browser that connects again by itself knows better than the address it was given.
    let after = last_event_id(&headers).or_else(|| after(query.as_deref()?));
    let missed = match after {
        Some(leaf) if seat.is_some() => missed(&app, leaf).await?,
        _ => None,
    };
    let mut newest = -1;
    let fresh = fresh.map(move |frame| match frame {
        Ok(frame) => {
            newest = newest.max(frame.last());
            Heard::Frame(frame)
        }
        Err(_) => Heard::Lost(newest),
    });
    let closing = app.lifecycle().reached(Phase::Closing);
    Ok(stream(seat, topics, -1, streams::iter(missed).chain(fresh), closing))
}

/// The last leaf that a page knew when it began to listen: `after=LEAF`.
fn after(query: &str) -> Option<i64> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "after")?.1.parse().ok().filter(|leaf| *leaf >= -1)
}

fn too_many_topics() -> Refusal {
    Refusal::invalid(
        "live-topics",
        format!("请用 topic=类别 或 topic=类别/编号 指定要关注的内容，最多 {TOPICS_MAX} 个。"),
        format!("Name what to hear of as topic=KIND or topic=KIND/ID, {TOPICS_MAX} at most."),
    )
}

/// What a page that comes back has missed.
async fn missed(app: &App, leaf: i64) -> Outcome<Option<Heard>> {
    let entries = journal::after(&app.db().read(), leaf, MISSED_ENTRIES_MAX + 1).await?;
    let Some(last) = entries.last().and_then(|entry| entry.leaf_index) else { return Ok(None) };
    if entries.len() as u64 > MISSED_ENTRIES_MAX {
        return Ok(Some(Heard::Lost(journal::last_leaf(&app.db().read()).await?)));
    }
    Ok(Some(Heard::Frame(Arc::new(Frame::new(last, entries.iter().filter_map(heard).collect())))))
}

/// A public entry as pages hear it; nothing of a protected one.
fn heard(entry: &Recorded) -> Option<LiveEvent> {
    let id = entry.leaf_index.filter(|_| entry.public)?;
    let data = serde_json::json!({ "kind": entry.kind, "object": entry.object_kind, "id": entry.object_id });
    Some(LiveEvent {
        id,
        object_kind: entry.object_kind.clone(),
        object_id: entry.object_id.clone(),
        data: data.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(leaf: Option<i64>, public: bool) -> Recorded {
        Recorded {
            leaf_index: leaf,
            entry_id: 1,
            at_ms: 0,
            kind: "need.published".into(),
            actor: "a".into(),
            actor_name: "甲".into(),
            object_kind: "need".into(),
            object_id: "n1".into(),
            city: None,
            public,
            demo: false,
            data: serde_json::json!({ "secret": "配方" }),
        }
    }

    #[test]
    fn pages_hear_public_sealed_entries_and_never_their_data() {
        let Some(event) = heard(&entry(Some(7), true)) else { panic!("a public entry is told") };
        assert_eq!(event.id, 7);
        assert!(!event.data.contains("配方"));
        assert_eq!(heard(&entry(Some(7), false)), None);
        assert_eq!(heard(&entry(None, true)), None);
    }

    #[tokio::test]
    async fn what_is_told_between_two_frames_is_one_frame() {
        let live = Live::new();
        let mut frames = live.frames.subscribe();
        (0..1_000).for_each(|leaf| live.tell(&entry(Some(leaf), true)));
        live.tell(&entry(Some(1_000), false));
        live.send();
        assert_eq!(frames.try_recv().unwrap().last(), 1_000, "what is not public still moves the number");
        assert!(frames.try_recv().is_err());
    }

    #[tokio::test]
    async fn news_is_sent_without_waiting_for_the_sign_of_life() {
        let live = Live::new();
        let mut frames = live.frames.subscribe();
        let sending = tokio::spawn(live.clone().run());
        live.tell(&entry(Some(3), true));
        let quiet = Duration::from_secs(KEEP_ALIVE_S);
        let frame = tokio::time::timeout(quiet, frames.recv()).await.expect("long before").unwrap();
        assert_eq!(frame.last(), 3);
        sending.abort();
    }
}
