//! When to tell the endpoint about which event: Stripe's retries, and trouble for those who ask for it.
//! <https://docs.stripe.com/webhooks#behaviors>
//!
//! Must never send anything: [`sender`](crate::sender) does.

use crate::event::Delivery;
use crate::ids::Chance;
use std::collections::BTreeMap;

/// Stripe does not publish its intervals, only that they grow, for up to three days in live mode and three times within
/// a few hours in a sandbox.
const RETRY_AFTER_S: &[i64] = &[300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200];
const SANDBOX_RETRIES: usize = 3;
/// Deliveries that wait at a time; events beyond are not told, as if every try had failed.
pub const WAITING_MAX: usize = 1_000_000;

/// What may go wrong on the way to the endpoint. Nothing does unless asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Of a hundred events so many are delivered twice.
    pub duplicated_percent: u8,
    /// Of a hundred events so many are never delivered.
    pub dropped_percent: u8,
    /// The next delivery is any of so many that are due; 0 and 1 mean: in order.
    pub disorder: usize,
}

/// One try to deliver one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Position in the table of events.
    pub(crate) event: usize,
    /// Tries before this one.
    tries: usize,
}

#[derive(Debug)]
pub(crate) struct Deliveries {
    /// By time, then by entry.
    waiting: BTreeMap<(i64, u64), Job>,
    entered: u64,
    trouble: Trouble,
    chance: Chance,
    retries_max: usize,
    has_endpoint: bool,
    muted: bool,
}

impl Deliveries {
    pub(crate) fn new(seed: u64, livemode: bool) -> Self {
        Self {
            waiting: BTreeMap::new(),
            entered: 0,
            trouble: Trouble::default(),
            // Apart from the ids', so that trouble does not change these.
            chance: Chance::new(!seed),
            retries_max: if livemode { RETRY_AFTER_S.len() } else { SANDBOX_RETRIES },
            has_endpoint: false,
            muted: false,
        }
    }

    pub(crate) fn make_trouble(&mut self, trouble: Trouble) {
        self.trouble = trouble;
    }

    pub(crate) fn set_endpoint(&mut self, has_endpoint: bool) {
        self.has_endpoint = has_endpoint;
    }

    /// While muted, events are nobody's business. Returns what was so before.
    pub(crate) fn mute(&mut self, muted: bool) -> bool {
        std::mem::replace(&mut self.muted, muted)
    }

    /// Takes a new event in.
    pub(crate) fn enter(&mut self, event: usize, now_ms: i64) -> Delivery {
        if !self.has_endpoint || self.muted {
            return Delivery::Done;
        }
        if self.waiting.len() >= WAITING_MAX || self.chance.happens(self.trouble.dropped_percent) {
            return Delivery::Failed;
        }
        self.push(now_ms, Job { event, tries: 0 });
        if self.chance.happens(self.trouble.duplicated_percent) {
            self.push(now_ms, Job { event, tries: 0 });
        }
        Delivery::Pending
    }

    /// Deliver an event once more, whatever became of it.
    pub(crate) fn again(&mut self, event: usize, now_ms: i64) {
        self.push(now_ms, Job { event, tries: 0 });
    }

    fn push(&mut self, at_ms: i64, job: Job) {
        self.entered += 1;
        self.waiting.insert((at_ms, self.entered), job);
    }

    /// The next delivery, when one is due.
    pub(crate) fn take(&mut self, now_ms: i64) -> Option<Job> {
        let due = self.waiting.range(..=(now_ms, u64::MAX)).take(self.trouble.disorder.max(1)).count();
        let picked = self.waiting.keys().nth(self.chance.below(due)).copied().filter(|_| due > 0)?;
        self.waiting.remove(&picked)
    }

    /// How a try went; tells what is now to be said of the event.
    pub(crate) fn tried(&mut self, job: &Job, taken: bool, now_ms: i64) -> Delivery {
        if taken {
            return Delivery::Done;
        }
        if job.tries >= self.retries_max {
            return Delivery::Failed;
        }
        let after_s = RETRY_AFTER_S.get(job.tries).copied().unwrap_or(0);
        let again = Job { event: job.event, tries: job.tries + 1 };
        self.push(now_ms.saturating_add(after_s * 1000), again);
        Delivery::Pending
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Of the earliest that waits, Unix ms.
    pub(crate) fn next_due_ms(&self) -> Option<i64> {
        self.waiting.keys().next().map(|(at_ms, _)| *at_ms)
    }
}
