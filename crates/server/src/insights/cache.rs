//! Answers kept until the columns change: what fifty open pages ask is computed once.
//!
//! One slot for each question. Whoever comes while its answer is being computed waits for that answer. A computation
//! goes on when the one who asked goes away, since others may wait for it.

use super::ask::Ask;
use super::state::{AsOf, Moment, Unready};
use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;

/// Questions whose answers are kept.
const SLOTS_MAX: usize = 256;
/// Open journeys grow older even when nothing changes; an answer is at most this old.
const AGE_MAX_S: u32 = 15;
/// From this on a computation counts as long: it is not made again for each change.
const LONG: Duration = Duration::from_millis(150);
/// An answer that took long is good for so many times as long, whatever changed: at most a twentieth of the time goes
/// into making it again. It says of when it is.
const LONG_GOOD_FOR: u32 = 20;

/// A question: which report of which journeys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) report: &'static str,
    pub(super) ask: Ask,
    /// What the report needs besides.
    pub(super) more: String,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    by_key: HashMap<Key, Entry>,
    /// Counts uses, to tell which slot was used longest ago.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    used: u64,
    slot: Arc<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Held while computing.
    turn: Turn<()>,
    kept: Mutex<Option<Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    value: Arc<dyn Any + Send + Sync>,
    as_of: AsOf,
    at_s: u32,
    made: Instant,
    took: Duration,
}

impl Kept {
    /// Whether it answers who asks now, with the columns as of `as_of`.
    fn is_good(&self, as_of: AsOf, now_s: u32) -> bool {
        let current = self.as_of.version >= as_of.version && now_s.saturating_sub(self.at_s) <= AGE_MAX_S;
        let long = self.took >= LONG && self.made.elapsed() < self.took * LONG_GOOD_FOR;
        (current || long) && now_s >= self.at_s
    }
}

impl Cache {
    /// The answer to `key` that holds all changes up to `as_of`, or a recent one that took long to make.
    pub(super) async fn get<T, F>(
        &self,
        key: Key,
        as_of: AsOf,
        now_s: u32,
        make: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Arc<T>, Unready>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<(T, Moment), Unready>> + Send,
    {
        let slot = self.slot(key);
        if let Some(value) = slot.good(as_of, now_s) {
            return Ok(value);
        }
        let computed = tokio::spawn(async move {
            let _turn = slot.turn.lock().await;
            // Somebody else's, made while this one waited.
            if let Some(value) = slot.good(as_of, now_s) {
                return Ok(value);
            }
            let started = Instant::now();
            let (value, moment) = make().await?;
            let value = Arc::new(value);
            let kept = Kept {
                value: Arc::clone(&value) as Arc<dyn Any + Send + Sync>,
                as_of: moment.as_of,
                at_s: moment.now_s,
                made: Instant::now(),
                took: started.elapsed(),
            };
            *slot.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
            Ok(value)
        });
        computed.await.map_err(|_| Unready::Failed)?
    }

    fn slot(&self, key: Key) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.uses += 1;
        let used = slots.uses;
        if let Some(entry) = slots.by_key.get_mut(&key) {
            entry.used = used;
            return Arc::clone(&entry.slot);
        }
        if slots.by_key.len() >= SLOTS_MAX {
            let oldest = slots.by_key.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            oldest.and_then(|oldest| slots.by_key.remove(&oldest));
        }
        let slot = Arc::new(Slot::default());
        slots.by_key.insert(key, Entry { used, slot: Arc::clone(&slot) });
        slot
    }
}

impl Slot {
    fn good<T: Send + Sync + 'static>(&self, as_of: AsOf, now_s: u32) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        kept.is_good(as_of, now_s).then(|| kept.value.downcast().ok()).flatten()
    }
}
