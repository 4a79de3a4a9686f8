//! Slows down who guesses secrets: a few failures per address and window. In memory and bounded; per process.

use crate::peer::network;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Failures per address within [`WINDOW`].
const FAILURES_MAX: u32 = 10;
/// After the first failure of a window.
pub const WINDOW: Duration = Duration::from_mins(1);
/// Addresses remembered. When more fail at once, the rest share one count.
const ADDRESSES_MAX: usize = 10_000;
/// Who asks when the address is unknown, or when no more can be remembered.
const EVERYONE_ELSE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Failures by address.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<IpAddr, Failures>>);

#[derive(Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Attempts {
    /// Counts an attempt before its secret is checked, so that attempts side by side cannot slip through. False when
    /// there were too many: do not check.
    pub fn begin(&self, peer: Option<IpAddr>, now: Instant) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = key(peer);
        if !all.contains_key(&key) && all.len() >= ADDRESSES_MAX {
            all.retain(|_, failures| now.duration_since(failures.since) < WINDOW);
            if all.len() >= ADDRESSES_MAX {
                key = EVERYONE_ELSE;
            }
        }
        let failures = all.entry(key).or_insert(Failures { since: now, count: 0 });
        if now.duration_since(failures.since) >= WINDOW {
            *failures = Failures { since: now, count: 0 };
        }
        failures.count = failures.count.saturating_add(1);
        failures.count <= FAILURES_MAX
    }

    /// The attempt's secret was good.
    pub fn succeeded(&self, peer: Option<IpAddr>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(peer));
    }
}

fn key(peer: Option<IpAddr>) -> IpAddr {
    peer.map_or(EVERYONE_ELSE, network)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(attempts: &Attempts, ip: &str, now: Instant) -> bool {
        attempts.begin(Some(ip.parse().unwrap()), now)
    }

    #[test]
    fn an_address_that_fails_often_waits_and_others_do_not() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..FAILURES_MAX {
            assert!(begin(&attempts, "2001:db8::1", now));
        }
        assert!(!begin(&attempts, "2001:db8::2", now), "the same network");
        assert!(begin(&attempts, "192.0.2.1", now));
        assert!(begin(&attempts, "2001:db8::1", now + WINDOW));
    }

    #[test]
    fn memory_is_bounded() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for n in 0..u32::try_from(ADDRESSES_MAX).unwrap() + 5 {
            attempts.begin(Some(IpAddr::V4(Ipv4Addr::from(n + 1))), now);
        }
        let count = attempts.0.lock().unwrap().len();
        assert_eq!(count, ADDRESSES_MAX + 1, "all the rest share one");
    }

    #[test]
    fn success_forgets_the_failures() {
        let attempts = Attempts::default();
        let now = Instant::now();
        for _ in 0..FAILURES_MAX * 3 {
            assert!(begin(&attempts, "192.0.2.1", now));
            attempts.succeeded(Some("192.0.2.1".parse().unwrap()));
        }
    }
}
