use kernel::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where "now" comes from. Requests are stamped with it once.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Clock {
        Clock(Source::System)
    }

    /// A clock that stands still until it is moved: for tests and the demo.
    pub fn fake(start: Instant) -> Clock {
        Clock(Source::Set(Arc::new(AtomicI64::new(start.ms()))))
    }

    /// The present.
    #[expect(clippy::disallowed_methods, reason = "the one place that may ask the machine for the time")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                Instant::from_ms(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
            }
            Source::Set(ms) => Instant::from_ms(ms.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fake clock forward; the machine's clock stays as it is.
    pub fn advance_ms(&self, ms: i64) {
        if let Source::Set(now) = &self.0 {
            now.fetch_add(ms, Ordering::SeqCst);
        }
    }
}
