//! News for open pages: the journal's follower tells, pages listen.
//!
//! Only public entries are told, in leaf order. A page that comes back says the
//! last leaf it heard (`Last-Event-ID`) and gets what it missed from the journal.

use crate::app::App;
use crate::capability::Route;
use crate::db::Outcome;
use crate::journal::{self, Recorded};
use crate::lifecycle::Phase;
use crate::policy::Resource;
use crate::request::Caller;
use crate::web::Problem;
use crate::web::live::{Heard, LiveEvent, Watchers, last_event_id, stream};
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::get;
use futures_util::stream as streams;
use futures_util::{Stream, StreamExt};
use std::sync::Arc;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// Entries a slow page may fall behind before it is told to reload.
const BEHIND_ENTRIES_MAX: usize = 256;
/// Entries a returning page gets from the journal; one that missed more reloads.
const MISSED_ENTRIES_MAX: u64 = 200;

/// Spreads sealed journal entries to every open page of this node.
#[derive(Clone)]
pub struct Live {
    sender: broadcast::Sender<Arc<Recorded>>,
    watchers: Watchers,
}

impl Live {
    pub(crate) fn new() -> Live {
        Live { sender: broadcast::channel(BEHIND_ENTRIES_MAX).0, watchers: Watchers::default() }
    }

    /// Tells one sealed entry.
    pub(crate) fn tell(&self, entry: Recorded) {
        // Nobody listening is not an error.
        let _ = self.sender.send(Arc::new(entry));
    }

    /// Pages that are open now.
    pub fn watching(&self) -> usize {
        self.watchers.taken()
    }

    /// Listens from now on; what came before is read from the journal by leaf.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Recorded>> {
        self.sender.subscribe()
    }
}

/// The stream of public entries.
pub fn routes() -> Vec<Route> {
    vec![Route { method: Method::GET, path: "/live", action: "live_view", journal: None, handler: get(live) }]
}

async fn live(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "live_view", &Resource::house())?;
    // Listening begins before the journal is read, so that nothing falls between.
    let fresh = BroadcastStream::new(app.live().listen());
    let missed = match last_event_id(&headers) {
        Some(leaf) => missed(&app, leaf).await?,
        None => Vec::new(),
    };
    let seen = missed.iter().filter_map(leaf_of).max().unwrap_or(-1);
    let closing = app.lifecycle().reached(Phase::Closing);
    Ok(stream(&app.live().watchers, streams::iter(missed).chain(told(fresh, seen)), closing))
}

async fn missed(app: &App, leaf: i64) -> Outcome<Vec<Heard>> {
    let entries = journal::after(&app.db().read(), leaf, MISSED_ENTRIES_MAX + 1).await?;
    if entries.len() as u64 > MISSED_ENTRIES_MAX {
        return Ok(vec![Heard::Lost]);
    }
    Ok(entries.iter().filter_map(heard).collect())
}

fn told(fresh: BroadcastStream<Arc<Recorded>>, seen: i64) -> impl Stream<Item = Heard> {
    fresh.filter_map(move |entry| {
        std::future::ready(match entry {
            Ok(entry) if entry.leaf_index.is_some_and(|leaf| leaf > seen) => heard(&entry),
            Ok(_) => None,
            Err(_) => Some(Heard::Lost),
        })
    })
}

fn leaf_of(heard: &Heard) -> Option<i64> {
    match heard {
        Heard::Event(event) => Some(event.id),
        Heard::Lost => None,
    }
}

/// A public entry as pages hear it; nothing of a protected one.
fn heard(entry: &Recorded) -> Option<Heard> {
    let id = entry.leaf_index.filter(|_| entry.public)?;
    let data = serde_json::json!({ "kind": entry.kind, "object": entry.object_kind, "id": entry.object_id });
    Some(Heard::Event(LiveEvent { id, topic: "message".into(), data: data.to_string() }))
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
        let Some(Heard::Event(event)) = heard(&entry(Some(7), true)) else { panic!("a public entry is told") };
        assert_eq!(event.id, 7);
        assert!(!event.data.contains("配方"));
        assert_eq!(heard(&entry(Some(7), false)), None);
        assert_eq!(heard(&entry(None, true)), None);
    }

    #[tokio::test]
    async fn nothing_is_told_twice_after_a_return() {
        let live = Live::new();
        let fresh = BroadcastStream::new(live.listen());
        (5..8).for_each(|leaf| live.tell(entry(Some(leaf), true)));
        drop(live);
        let ids: Vec<i64> = told(fresh, 5).filter_map(|h| std::future::ready(leaf_of(&h))).collect().await;
        assert_eq!(ids, [6, 7]);
    }
}
