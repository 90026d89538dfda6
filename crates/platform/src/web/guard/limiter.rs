//! A token bucket per caller, with bounded memory. In memory only: each node limits what it answers itself.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// How often: tokens that come back per second, and how many a caller can save up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Tokens per second.
    pub per_second: f64,
    /// Tokens saved at most; also what a new caller has.
    pub burst: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    seen_ms: i64,
}

/// Limits callers by a key such as an address or an account. Time is an argument, so tests need no clock.
#[derive(Debug)]
pub struct Limiter {
    rate: Rate,
    callers_max: usize,
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, Bucket>>,
}

impl Limiter {
    /// A limiter that remembers at most so many callers.
    pub fn new(rate: Rate, callers_max: usize) -> Self {
        Self { rate, callers_max: callers_max.max(1), hasher: RandomState::new(), buckets: Mutex::default() }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// The seconds to wait (at least one) when the caller has none.
    pub fn take(&self, caller: &str, now_ms: i64) -> Result<(), u64> {
        // Only a keyed hash is kept: constant memory per caller whatever the length of the key, and no address stays readable.
        let key = self.hasher.hash_one(caller);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= self.callers_max && !buckets.contains_key(&key) {
            forget(&mut buckets, self.rate, self.callers_max, now_ms);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: self.rate.burst, seen_ms: now_ms });
        refill(bucket, self.rate, now_ms);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        let wait = ((1.0 - bucket.tokens) / self.rate.per_second).ceil();
        Err(if wait.is_finite() { (wait as u64).max(1) } else { u64::MAX })
    }

    /// Callers remembered now.
    pub fn callers(&self) -> usize {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

fn refill(bucket: &mut Bucket, rate: Rate, now_ms: i64) {
    // A clock that steps back gives nothing and takes nothing.
    let passed_ms = now_ms.saturating_sub(bucket.seen_ms).max(0);
    bucket.tokens = (bucket.tokens + passed_ms as f64 / 1000.0 * rate.per_second).min(rate.burst);
    bucket.seen_ms = now_ms;
}

/// Forgets whoever would have a full bucket anyway; if all are busy, the older half.
fn forget(buckets: &mut HashMap<u64, Bucket>, rate: Rate, callers_max: usize, now_ms: i64) {
    buckets.retain(|_, bucket| {
        refill(bucket, rate, now_ms);
        bucket.tokens < rate.burst
    });
    if buckets.len() >= callers_max {
        let mut tokens: Vec<(f64, u64)> = buckets.iter().map(|(key, bucket)| (bucket.tokens, *key)).collect();
        tokens.sort_by(|left, right| right.0.total_cmp(&left.0));
        // Those with most tokens left lose least by being forgotten.
        for (_, key) in tokens.into_iter().take(callers_max.div_ceil(2)) {
            buckets.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 2.0, burst: 3.0 };

    #[test]
    fn a_burst_is_allowed_and_then_the_steady_rate() {
        let limiter = Limiter::new(RATE, 10);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", 0), Ok(()));
        }
        assert_eq!(limiter.take("a", 0), Err(1));
        assert_eq!(limiter.take("a", 499), Err(1));
        assert_eq!(limiter.take("a", 500), Ok(()));
        assert_eq!(limiter.take("b", 500), Ok(()), "another caller has his own bucket");
    }

    #[test]
    fn a_slow_rate_says_how_long_to_wait() {
        let limiter = Limiter::new(Rate { per_second: 0.1, burst: 1.0 }, 10);
        assert_eq!(limiter.take("a", 0), Ok(()));
        assert_eq!(limiter.take("a", 0), Err(10));
        assert_eq!(limiter.take("a", 9_999), Err(1));
        assert_eq!(limiter.take("a", 10_000), Ok(()));
    }

    #[test]
    fn a_clock_that_steps_back_gives_no_tokens() {
        let limiter = Limiter::new(RATE, 10);
        for _ in 0..3 {
            assert_eq!(limiter.take("a", 10_000), Ok(()));
        }
        assert_eq!(limiter.take("a", 0), Err(1));
        assert_eq!(limiter.take("a", i64::MIN), Err(1));
    }

    #[test]
    fn memory_is_bounded_and_the_busiest_stay_known() {
        let limiter = Limiter::new(RATE, 100);
        for _ in 0..3 {
            assert_eq!(limiter.take("busy", 0), Ok(()));
        }
        for caller in 0..10_000 {
            let _ = limiter.take(&format!("caller {caller}"), 0);
            assert!(limiter.callers() <= 100);
        }
        assert_eq!(limiter.take("busy", 0), Err(1));
    }
}
