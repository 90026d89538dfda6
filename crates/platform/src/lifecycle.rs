//! How far a node is on its way out.
//!
//! Asked to stop, a node first says so at `/readyz` while it still answers ([`Phase::Draining`]), then takes nothing new
//! and lets what runs come to its end ([`Phase::Closing`]), and at last gives up on what has not ended
//! ([`Phase::Ending`]).

use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;

/// A step on the way; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Answers and works.
    Serving,
    /// Answers, and tells whoever spreads requests over nodes to send no more.
    Draining,
    /// Takes no connection and begins no job; open pages are sent away, open requests and the running job go on.
    Closing,
    /// Waits for nothing any more.
    Ending,
}

/// How long a node that is asked to stop waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For those who spread requests to look at `/readyz`.
    pub drain: Duration,
    /// For open requests and the running job, after that.
    pub finish: Duration,
}

/// The phase a node is in, to be read and awaited.
#[derive(Debug)]
pub struct Lifecycle(watch::Sender<Phase>);

impl Default for Lifecycle {
    fn default() -> Lifecycle {
        Lifecycle(watch::Sender::new(Phase::Serving))
    }
}

impl Lifecycle {
    /// The phase now.
    pub fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Goes on to a phase; there is no way back.
    pub fn enter(&self, phase: Phase) {
        self.0.send_if_modified(|now| {
            let later = phase > *now;
            *now = phase.max(*now);
            later
        });
    }

    /// Waits until the node has come to a phase or beyond.
    pub fn reached(&self, phase: Phase) -> impl Future<Output = ()> + Send + 'static {
        let mut phases = self.0.subscribe();
        async move {
            // A node that is gone has come to its end.
            let _ = phases.wait_for(|now| *now >= phase).await;
        }
    }

    /// Walks through the phases from the first request to stop on; each further request ends a wait.
    pub async fn leave(&self, mut asked: watch::Receiver<u32>, patience: Patience) {
        // Whoever could ask is gone: then nobody will.
        if asked.wait_for(|times| *times >= 1).await.is_err() {
            return std::future::pending().await;
        }
        tracing::info!(drain_s = patience.drain.as_secs(), finish_s = patience.finish.as_secs(), "node.stop asked");
        for (phase, wait, times) in [(Phase::Draining, patience.drain, 2), (Phase::Closing, patience.finish, 3)] {
            self.enter(phase);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                Ok(_) = asked.wait_for(|asked| *asked >= times) => {}
            }
        }
        self.enter(Phase::Ending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn there_is_no_way_back_and_whoever_waits_is_told() {
        let lifecycle = Lifecycle::default();
        let closing = lifecycle.reached(Phase::Closing);
        lifecycle.enter(Phase::Ending);
        lifecycle.enter(Phase::Draining);
        assert_eq!(lifecycle.phase(), Phase::Ending);
        closing.await;
    }

    #[tokio::test]
    async fn who_asks_again_waits_no_longer() {
        let lifecycle = Lifecycle::default();
        let day = Duration::from_secs(86_400);
        let asked = watch::Sender::new(3);
        // Would outlast any test.
        lifecycle.leave(asked.subscribe(), Patience { drain: day, finish: day }).await;
        assert_eq!(lifecycle.phase(), Phase::Ending);
    }
}
