//! The pace of list calls: reconciliation must never crowd out the calls that clients wait for.

use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// List calls per second and process. Stripe allows 25 per endpoint in a sandbox and 100 in all with live keys
/// (<https://docs.stripe.com/rate-limits>).
pub const LISTS_PER_S: u32 = 10;

/// Gives out turns, evenly spaced.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        tokio::time::sleep_until(self.reserve(Instant::now())).await;
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + Duration::from_secs(1) / LISTS_PER_S);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_evenly_spaced_and_none_are_saved_up() {
        let (pace, start) = (Pace::default(), Instant::now());
        let step = Duration::from_millis(100);
        assert_eq!(
            [pace.reserve(start), pace.reserve(start), pace.reserve(start)],
            [start, start + step, start + 2 * step]
        );
        let later = start + Duration::from_mins(1);
        assert_eq!([pace.reserve(later), pace.reserve(later)], [later, later + step]);
    }
}
