//! Values that hold until something happens anywhere: read often, worked out seldom, never told by a second rule when
//! they change.
//!
//! A value is kept with the [`Moment`] it was worked out at and is good only while that is still the present. Take the
//! moment before reading, so that what commits meanwhile makes the value old at once.

use crate::app::App;
use kernel::Instant;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A state of the house.
///
/// Transactions this node has committed, entries of any node it has seen, and the day, because what ends soon depends
/// on it. Another node's action counts once its entry has been seen, within half a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    commits: u64,
    entries: i64,
    day: i64,
}

impl Moment {
    /// The present, as a request stamped `now` sees it.
    pub fn of(app: &App, now: Instant) -> Moment {
        let entries = app.site().proof().map_or(0, |proof| proof.entries);
        Moment { commits: app.db().commits(), entries, day: now.date().epoch_day() }
    }
}

/// Values by key; when there are too many, the memory begins anew.
#[derive(Debug)]
pub struct Recent<V> {
    kept: Mutex<HashMap<String, (Moment, V)>>,
    max: usize,
}

impl<V: Clone> Recent<V> {
    /// An empty memory of at most `max` values.
    pub fn new(max: usize) -> Recent<V> {
        Recent { kept: Mutex::default(), max }
    }

    /// The value, if it is still good.
    pub fn get(&self, key: &str, now: Moment) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(then, _)| *then == now).map(|(_, value)| value.clone())
    }

    /// Keeps a value that was worked out from what stood at `then`.
    pub fn put(&self, key: &str, then: Moment, value: V) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.max && !kept.contains_key(key) {
            kept.clear();
        }
        kept.insert(key.to_owned(), (then, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: Moment = Moment { commits: 1, entries: 1, day: 1 };

    #[test]
    fn a_value_is_good_only_while_nothing_has_happened() {
        let recent = Recent::new(2);
        recent.put("a", THEN, 1);
        assert_eq!(recent.get("a", THEN), Some(1));
        assert_eq!(recent.get("b", THEN), None);
        for later in [Moment { commits: 2, ..THEN }, Moment { entries: 2, ..THEN }, Moment { day: 2, ..THEN }] {
            assert_eq!(recent.get("a", later), None, "{later:?}");
        }
        recent.put("a", Moment { commits: 2, ..THEN }, 2);
        assert_eq!(recent.get("a", THEN), None, "an old moment does not come back");
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let recent = Recent::new(2);
        for key in ["a", "b", "b", "c"] {
            recent.put(key, THEN, 1);
        }
        assert_eq!(recent.get("a", THEN), None);
        assert_eq!(recent.get("c", THEN), Some(1));
    }
}
