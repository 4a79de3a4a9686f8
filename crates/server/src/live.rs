//! Tells open streams what changed. One node's worth: a ring of recent changes, numbered, and a broadcast.

use crate::apply::Change;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

/// Changes kept for streams that reconnect.
const RING_CHANGES: usize = 4096;
/// Changes a slow stream may lag behind before it is told to load afresh.
const LAG_CHANGES_MAX: usize = 1024;

/// A change with its number.
#[derive(Clone, Debug)]
pub struct Numbered {
    /// Counts from 1 since this process started.
    pub number: u64,
    /// What changed.
    pub change: Change,
}

/// Announces changes; cheap to clone.
#[derive(Clone, Debug)]
pub struct Live {
    sender: broadcast::Sender<Arc<Numbered>>,
    ring: Arc<Mutex<Ring>>,
    /// Tells this process's numbers from an earlier one's.
    boot: Arc<str>,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    recent: VecDeque<Arc<Numbered>>,
}

/// Where a stream starts.
#[derive(Debug)]
pub struct Subscription {
    /// Missed since the id it named.
    pub missed: Vec<Arc<Numbered>>,
    /// False when too much was missed, or the id is of an earlier process: the reader must load afresh.
    pub resumed: bool,
    /// The number up to which the reader is told by `missed` or by loading.
    pub number: u64,
    /// What comes.
    pub receiver: broadcast::Receiver<Arc<Numbered>>,
}

impl Live {
    /// `boot` must differ between processes.
    pub fn new(boot: &str) -> Self {
        let (sender, _) = broadcast::channel(LAG_CHANGES_MAX);
        Self { sender, ring: Arc::default(), boot: Arc::from(boot) }
    }

    /// Tells every stream. Call only after the commit.
    pub fn announce(&self, changes: Vec<Change>) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            ring.last += 1;
            let numbered = Arc::new(Numbered { number: ring.last, change });
            if ring.recent.len() == RING_CHANGES {
                ring.recent.pop_front();
            }
            ring.recent.push_back(Arc::clone(&numbered));
            // No stream open is not an error.
            let _ = self.sender.send(numbered);
        }
    }

    /// The number of the last change.
    pub fn last(&self) -> u64 {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    /// The `id:` of a change on a stream.
    pub fn id(&self, number: u64) -> String {
        format!("{}-{number}", self.boot)
    }

    /// Starts a stream after the change whose id is `last_id`.
    pub fn subscribe(&self, last_id: Option<&str>) -> Subscription {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.sender.subscribe();
        let number = ring.last;
        let seen =
            last_id.and_then(|id| id.strip_prefix(&*self.boot)?.strip_prefix('-')?.parse::<u64>().ok());
        let oldest = ring.recent.front().map_or(ring.last + 1, |n| n.number);
        match seen.filter(|seen| *seen <= number && seen + 1 >= oldest) {
            Some(seen) => {
                let missed = ring.recent.iter().filter(|n| n.number > seen).cloned().collect();
                Subscription { missed, resumed: true, number, receiver }
            }
            None => Subscription { missed: Vec::new(), resumed: false, number, receiver },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::{Outcome, PaymentStatus};

    fn changes(count: usize) -> Vec<Change> {
        let change = |n| Change {
            journey_id: format!("jrn_{n}"),
            outcome: Outcome::Paid,
            payment_status: PaymentStatus::Paid,
            change: "payment",
        };
        (0..count).map(change).collect()
    }

    #[test]
    fn a_stream_resumes_after_the_last_change_it_saw() {
        let live = Live::new("b");
        live.announce(changes(3));
        let subscription = live.subscribe(Some("b-1"));
        let missed: Vec<u64> = subscription.missed.iter().map(|n| n.number).collect();
        assert_eq!((missed, subscription.resumed), (vec![2, 3], true));
        assert!(live.subscribe(Some("b-3")).missed.is_empty());
    }

    #[test]
    fn a_stream_that_missed_too_much_loads_afresh() {
        let live = Live::new("b");
        live.announce(changes(RING_CHANGES + 2));
        for last_id in [Some("b-1"), Some("a-4000"), Some("b-99999"), Some("junk"), None] {
            assert!(!live.subscribe(last_id).resumed, "{last_id:?}");
        }
        assert!(live.subscribe(Some("b-2")).resumed);
    }
}
