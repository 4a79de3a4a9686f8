//! What Stripe knows: every event it made, which of them were acknowledged, and which it will send again.
//!
//! Events come shuffled and now and then twice. What was not answered with 200 is sent again, as Stripe does, save for
//! some that never are: so that the table may hold events nobody heard of again.

use super::load::ANSWER_MAX;
use super::payments::Payment;
use super::seed::Rng;
use super::until;
use serde_json::json;
use server::clock::Clock;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Events among which the next one is picked: about 40 payments at once.
const WINDOW_EVENTS: usize = 200;
/// Of a hundred events, sent twice though the first was acknowledged.
const TWICE_PERCENT: usize = 8;
/// Of a hundred events that were not acknowledged, never sent again.
const LOST_PERCENT: usize = 30;
/// When the first payment begins, before now.
const BEGIN_BEFORE_S: i64 = 40 * 86_400;

/// One event as sent.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) created_s: i64,
    pub(crate) body: Vec<u8>,
}

/// How sending went.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// 200.
    Acknowledged,
    /// Any other status, its `Retry-After`, and the body's `code`.
    Refused { status: u16, retry_after: Option<String>, code: String },
    /// The connection broke.
    Broken(String),
}

/// Shared by the connections of a load.
#[derive(Clone)]
pub(crate) struct StripeSide(Arc<Mutex<State>>);

struct State {
    rng: Rng,
    journeys: Vec<String>,
    payments: usize,
    begin_s: i64,
    window: Vec<Arc<Event>>,
    made: BTreeMap<String, Arc<Event>>,
    acknowledged: BTreeSet<String>,
    unanswered: BTreeSet<String>,
    tally: Tally,
}

/// What was seen since the last [`StripeSide::take_tally`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: usize,
    /// By status and code.
    pub(crate) refused: BTreeMap<(u16, String), usize>,
    /// Refusals with status 503 that do not say when to try again.
    pub(crate) no_retry_after: usize,
    pub(crate) broken: Vec<String>,
    pub(crate) slowest: Duration,
    /// By code.
    slowest_refusals: BTreeMap<String, Duration>,
}

impl Tally {
    pub(crate) fn refusals(&self) -> usize {
        self.refused.values().sum()
    }

    /// Refusals with this code, or all.
    fn refusals_with(&self, code: Option<&str>) -> usize {
        let with_code = self.refused.iter().filter(|((_, found), _)| code.is_none_or(|code| code == found));
        with_code.map(|(_, count)| count).sum()
    }

    /// The slowest refusal with this code.
    pub(crate) fn slowest_of(&self, code: &str) -> Duration {
        self.slowest_refusals.get(code).copied().unwrap_or_default()
    }

    /// 503 with `Retry-After`, in time, and nothing else.
    pub(crate) fn assert_refused_well(&self) {
        assert!(self.broken.is_empty(), "broken connections: {:?}", self.broken);
        assert!(self.refused.keys().all(|(status, _)| *status == 503), "{:?}", self.refused);
        assert_eq!(self.no_retry_after, 0, "a 503 says when to try again");
        assert!(self.slowest < ANSWER_MAX, "the slowest answer took {:?}", self.slowest);
    }
}

impl StripeSide {
    pub(crate) fn new(rng: Rng, journeys: Vec<String>) -> Self {
        Self(Arc::new(Mutex::new(State {
            rng,
            journeys,
            payments: 0,
            begin_s: Clock::system().now_s() - BEGIN_BEFORE_S,
            window: Vec::new(),
            made: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            unanswered: BTreeSet::new(),
            tally: Tally::default(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next event to send.
    pub(crate) fn next(&self) -> Arc<Event> {
        let mut state = self.state();
        while state.window.len() < WINDOW_EVENTS {
            state.begin_payment();
        }
        let State { rng, window, .. } = &mut *state;
        let at = rng.below(window.len());
        window.swap_remove(at)
    }

    /// How the server answered.
    pub(crate) fn note(&self, event: &Arc<Event>, answer: Answer, took: Duration) {
        let mut state = self.state();
        state.tally.slowest = state.tally.slowest.max(took);
        match answer {
            Answer::Acknowledged => {
                state.tally.acknowledged += 1;
                state.acknowledged.insert(event.id.clone());
                state.unanswered.remove(&event.id);
                if state.rng.percent(TWICE_PERCENT) {
                    state.window.push(Arc::clone(event));
                }
                return;
            }
            Answer::Refused { status, retry_after, code } => {
                state.tally.no_retry_after += usize::from(status == 503 && retry_after.is_none());
                let slowest = state.tally.slowest_refusals.entry(code.clone()).or_default();
                *slowest = took.max(*slowest);
                *state.tally.refused.entry((status, code)).or_default() += 1;
            }
            Answer::Broken(why) => {
                state.tally.broken.push(why);
                if !state.acknowledged.contains(&event.id) {
                    state.unanswered.insert(event.id.clone());
                }
            }
        }
        if !state.rng.percent(LOST_PERCENT) {
            state.window.push(Arc::clone(event));
        }
    }

    /// What was seen since the last call.
    pub(crate) fn take_tally(&self) -> Tally {
        std::mem::take(&mut self.state().tally)
    }

    /// Waits for so many more acknowledgements; returns how long that took.
    pub(crate) async fn until_acknowledged(&self, more: usize, wait_max: Duration) -> Duration {
        let before = self.tally().acknowledged;
        let enough = async || match self.tally() {
            tally if tally.acknowledged >= before + more => Ok(()),
            tally => Err(format!("{} more of {more}; {tally:?}", tally.acknowledged - before)),
        };
        until("events are acknowledged", wait_max, enough).await.1
    }

    /// Waits for so many more refusals, with this code or any.
    pub(crate) async fn until_refused(&self, more: usize, code: Option<&str>, wait_max: Duration) {
        let before = self.tally().refusals_with(code);
        let enough = async || match self.tally() {
            tally if tally.refusals_with(code) >= before + more => Ok(()),
            tally => Err(format!("{more} more after {before}; {tally:?}")),
        };
        until("events are refused", wait_max, enough).await;
    }

    /// What was seen so far.
    pub(crate) fn tally(&self) -> Tally {
        self.state().tally.clone()
    }

    /// Ids of events whose connection broke, since the last call, and which were never acknowledged.
    pub(crate) fn take_unanswered(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.state().unanswered)
    }

    pub(crate) fn acknowledged(&self) -> BTreeSet<String> {
        self.state().acknowledged.clone()
    }

    pub(crate) fn made(&self) -> BTreeMap<String, Arc<Event>> {
        self.state().made.clone()
    }

    pub(crate) fn journeys(&self) -> Vec<String> {
        self.state().journeys.clone()
    }

    /// A number below `below`, from the same seed.
    pub(crate) fn choose(&self, below: usize) -> usize {
        self.state().rng.below(below)
    }
}

impl State {
    fn begin_payment(&mut self) {
        self.payments += 1;
        let number = self.payments;
        let at = self.rng.below(self.journeys.len());
        let journey_id = self.journeys[at].clone();
        // Several in one second, as on a busy day.
        let at_s = self.begin_s + i64::try_from(number / 3).unwrap();
        let payment = Payment { number, journey_id: &journey_id, at_s };
        for (step, (kind, after_s, object)) in payment.story(&mut self.rng).into_iter().enumerate() {
            let (id, created_s) = (format!("evt_process{number:06}n{step:02}"), at_s + after_s);
            let body = json!({
                "id": id, "object": "event", "api_version": "2026-10-28.endive", "created": created_s,
                "livemode": false, "pending_webhooks": 1, "type": kind,
                "request": {"id": null, "idempotency_key": null}, "data": {"object": object}
            });
            // Stripe's bodies are indented; the bytes must come back as they are.
            let body = serde_json::to_vec_pretty(&body).unwrap();
            let event = Arc::new(Event { id: id.clone(), kind, created_s, body });
            self.made.insert(id, Arc::clone(&event));
            self.window.push(event);
        }
    }
}
