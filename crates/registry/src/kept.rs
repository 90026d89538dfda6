//! Values kept in memory that follow the journal: read often, computed only when an entry says they changed.

use futures_util::future::BoxFuture;
use platform::journal::{self, Recorded};
use platform::{App, Outcome};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Entries looked at in one query while catching up.
const STEP_ENTRIES: u64 = 500;

/// Computes the value afresh.
pub type Load<T> = for<'a> fn(&'a App) -> BoxFuture<'a, Outcome<T>>;

/// A value of one running house, found through [`App::extension`] by its type.
///
/// Every node follows the journal's leaves, so an action on another node renews the value here too. Readers
/// never wait for a renewal that somebody else has begun; they get the value from before it.
pub struct Kept<T> {
    value: RwLock<Arc<T>>,
    /// The last leaf that the value reflects.
    seen: AtomicI64,
    renewing: AtomicBool,
    concerns: fn(&Recorded) -> bool,
    load: Load<T>,
}

/// Gives the right to renew back, also when the renewal is dropped half-way.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// Computes the value and keeps it with the house. `concerns` says which entries may change it.
    pub async fn open(app: &App, concerns: fn(&Recorded) -> bool, load: Load<T>) -> Outcome<()> {
        // The leaf first: an entry sealed meanwhile is looked at again, never missed.
        let seen = journal::last_leaf(&app.db().read()).await?;
        let value = RwLock::new(Arc::new(load(app).await?));
        let renewing = AtomicBool::new(false);
        app.extend(Arc::new(Kept { value, seen: AtomicI64::new(seen), renewing, concerns, load }));
        Ok(())
    }

    /// The value now, without waiting; starts a renewal in the background when the journal has moved on.
    pub fn of(app: &App) -> Option<Arc<T>> {
        let kept = app.extension::<Kept<T>>()?;
        if kept.behind(app)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (kept, app) = (Arc::clone(&kept), app.clone());
            runtime.spawn(async move { kept.follow_logged(&app).await });
        }
        Some(kept.value())
    }

    /// The value after following the journal, unless somebody else is at it already.
    pub async fn current(app: &App) -> Option<Arc<T>> {
        let kept = app.extension::<Kept<T>>()?;
        if kept.behind(app) {
            kept.follow_logged(app).await;
        }
        Some(kept.value())
    }

    /// Computes the value afresh at once, for the action that has just changed what it is made of.
    pub async fn renew(app: &App) -> Outcome<()> {
        if let Some(kept) = app.extension::<Kept<T>>() {
            let value = (kept.load)(app).await?;
            kept.put(value);
        }
        Ok(())
    }

    fn behind(&self, app: &App) -> bool {
        app.indexer().leaf() > self.seen.load(Ordering::Acquire)
    }

    fn value(&self) -> Arc<T> {
        Arc::clone(&self.value.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, value: T) {
        *self.value.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }

    async fn follow_logged(&self, app: &App) {
        if let Err(fault) = self.follow(app).await {
            tracing::error!(cause = ?fault, value = std::any::type_name::<T>(), "kept.follow failed");
        }
    }

    async fn follow(&self, app: &App) -> Outcome<()> {
        if self.renewing.swap(true, Ordering::Acquire) {
            return Ok(());
        }
        let _turn = Turn(&self.renewing);
        let mut seen = self.seen.load(Ordering::Acquire);
        let mut changed = false;
        loop {
            let entries = journal::after(&app.db().read(), seen, STEP_ENTRIES).await?;
            let Some(newest) = entries.last().and_then(|entry| entry.leaf_index) else { break };
            changed |= entries.iter().any(self.concerns);
            seen = newest;
        }
        if changed {
            self.put((self.load)(app).await?);
        }
        self.seen.store(seen, Ordering::Release);
        Ok(())
    }
}
