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
/// With fewer journeys no answer is long by itself: a busy machine was slow, and the answer is made again.
const JOURNEYS_MANY: usize = 20_000;

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
    /// For how long from then on, whatever changes.
    good_for: Duration,
}

impl Kept {
    /// Whether it answers who asks now, with the columns as of `as_of`.
    fn is_good(&self, as_of: AsOf, now_s: u32) -> bool {
        let current = self.as_of.version >= as_of.version && now_s.saturating_sub(self.at_s) <= AGE_MAX_S;
        let long = self.made.elapsed() < self.good_for;
        (current || long) && now_s >= self.at_s
    }
}

/// For how long an answer that took so long to make is kept whatever changes.
fn good_for(took: Duration, journeys: usize) -> Duration {
    if took >= LONG && journeys >= JOURNEYS_MANY { took * LONG_GOOD_FOR } else { Duration::ZERO }
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
                good_for: good_for(started.elapsed(), moment.journeys),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::thresholds::Thresholds;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn key(more: &str) -> Key {
        Key { report: "test", ask: Ask::of_mode(true, Thresholds::default()), more: more.to_owned() }
    }

    const fn at(version: u64) -> AsOf {
        AsOf { version, change: version }
    }

    /// Counts how often it is computed, and answers with that.
    async fn get(cache: &Cache, made: &Arc<AtomicUsize>, version: u64, now_s: u32) -> usize {
        let made = Arc::clone(made);
        let compute = move || async move {
            tokio::task::yield_now().await;
            let number = made.fetch_add(1, Ordering::SeqCst) + 1;
            Ok((number, Moment { as_of: at(version), now_s, journeys: 1 }))
        };
        *cache.get(key(""), at(version), now_s, compute).await.unwrap()
    }

    #[tokio::test]
    async fn fifty_who_ask_at_once_cost_one_computation() {
        let (cache, made) = (Cache::default(), Arc::default());
        let answers = futures_util::future::join_all((0..50).map(|_| get(&cache, &made, 1, 100))).await;
        assert_eq!(answers, [1; 50]);
        assert_eq!(get(&cache, &made, 1, 100 + AGE_MAX_S).await, 1, "nothing changed");
        assert_eq!(get(&cache, &made, 2, 100 + AGE_MAX_S).await, 2, "something changed");
        assert_eq!(get(&cache, &made, 2, 101 + 2 * AGE_MAX_S).await, 3, "journeys grew older");
    }

    #[tokio::test]
    async fn who_goes_away_does_not_stop_what_others_wait_for() {
        let (cache, made) = (Cache::default(), Arc::default());
        let gone = get(&cache, &made, 1, 100);
        let stays = get(&cache, &made, 1, 100);
        tokio::select! {
            biased;
            () = async { let _ = futures_util::poll!(Box::pin(gone)); } => {}
            () = std::future::pending() => {}
        }
        assert_eq!(stays.await, 1);
    }

    #[test]
    fn an_answer_about_few_journeys_is_never_of_yesterday_because_the_machine_was_busy() {
        assert_eq!(good_for(Duration::from_secs(9), JOURNEYS_MANY - 1), Duration::ZERO);
        assert_eq!(good_for(LONG / 2, JOURNEYS_MANY), Duration::ZERO);
        assert_eq!(good_for(Duration::from_secs(1), JOURNEYS_MANY), Duration::from_secs(20));
    }

    #[test]
    fn only_so_many_answers_are_kept() {
        let cache = Cache::default();
        let first = cache.slot(key("first"));
        for number in 0..SLOTS_MAX {
            cache.slot(key(&number.to_string()));
            cache.slot(key("first"));
        }
        let kept = cache.0.lock().unwrap();
        assert_eq!(kept.by_key.len(), SLOTS_MAX);
        assert!(Arc::ptr_eq(&kept.by_key[&key("first")].slot, &first), "the one in use stays");
        assert!(!kept.by_key.contains_key(&key("0")), "the one used longest ago goes");
    }

    #[test]
    fn what_took_long_is_good_for_longer() {
        let kept = |took: Duration| Kept {
            value: Arc::new(()),
            as_of: at(1),
            at_s: 100,
            made: Instant::now(),
            good_for: good_for(took, JOURNEYS_MANY),
        };
        assert!(!kept(LONG / 2).is_good(at(2), 100));
        assert!(kept(LONG).is_good(at(2), 100));
        assert!(!kept(LONG).is_good(at(2), 99), "time does not run backwards");
    }
}
