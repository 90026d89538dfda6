//! News for open pages: the journal's follower tells, pages listen.

use crate::journal::Recorded;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Entries a slow page may fall behind before it is told to reload.
const BEHIND_ENTRIES_MAX: usize = 256;

/// Spreads sealed journal entries to every open page of this node.
#[derive(Clone)]
pub struct Live(broadcast::Sender<Arc<Recorded>>);

impl Live {
    pub(crate) fn new() -> Live {
        Live(broadcast::channel(BEHIND_ENTRIES_MAX).0)
    }

    /// Tells one sealed entry.
    pub(crate) fn tell(&self, entry: Recorded) {
        // Nobody listening is not an error.
        let _ = self.0.send(Arc::new(entry));
    }

    /// Listens from now on; what came before is read from the journal by leaf.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Recorded>> {
        self.0.subscribe()
    }
}
