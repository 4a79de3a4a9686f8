//! How often somebody may do something: a count that fills up again with time, for each of many keys.

use crate::clock::Clock;
use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

/// Keys remembered per limit. Beyond that those that rest are forgotten; while all are busy, new ones share one count.
const KEYS_MAX: usize = 20_000;

/// A limit for each key.
pub struct Limit<K: Hash + Eq + Clone>(Governor<K>);

type Governor<K> = RateLimiter<Option<K>, HashMapStateStore<Option<K>>, Passed, NoOpMiddleware<Duration>>;

/// The server's clock, as the limiter reads it.
#[derive(Clone)]
struct Passed(Clock);

impl governor::clock::Clock for Passed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.passed()
    }
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// `burst` at once, and one more each `period`.
    pub fn new(burst: u32, period: Duration, clock: &Clock) -> Self {
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let quota = quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
        Self(RateLimiter::new(quota, HashMapStateStore::default(), Passed(clock.clone())))
    }

    /// Counts one more of `key`, or says how long to wait. `None` is everybody who cannot be told apart.
    pub fn check(&self, key: Option<K>) -> Result<(), Duration> {
        if self.0.len() >= KEYS_MAX {
            self.0.retain_recent();
        }
        // Nor can those be who are too many to remember.
        let key = key.filter(|_| self.0.len() < KEYS_MAX);
        self.0.check_key(&key).map_err(|until| until.wait_time_from(self.0.clock().now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_the_next_waits() {
        let clock = Clock::set(0);
        let limit = Limit::new(3, Duration::from_millis(500), &clock);
        for n in 0..3 {
            assert_eq!(limit.check(Some("one")), Ok(()), "{n}");
        }
        assert_eq!(limit.check(Some("one")), Err(Duration::from_millis(500)));
        assert_eq!(limit.check(Some("other")), Ok(()));
        assert_eq!(limit.check(None), Ok(()));
        clock.advance(Duration::from_millis(500));
        assert_eq!(limit.check(Some("one")), Ok(()));
        assert!(limit.check(Some("one")).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let limit = Limit::new(1, Duration::from_secs(1), &Clock::set(0));
        for n in 0..KEYS_MAX + 500 {
            let _ = limit.check(Some(n));
        }
        assert!(limit.0.len() <= KEYS_MAX + 1, "{}", limit.0.len());
    }
}
