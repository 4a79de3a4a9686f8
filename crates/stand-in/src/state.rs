//! What the shell shares: the account under one lock, the endpoint, and who waits for what.

use crate::account::Account;
use crate::api::{self, Answer, Replays};
use crate::deliveries::Job;
use crate::ids::Ids;
use crate::shape::Account as Shown;
use crate::{Now, Options};
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Calls of the API that are remembered.
const CALLS_KEPT_MAX: usize = 10_000;

/// Whom to tell of events.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where to post to.
    pub url: String,
    /// Signs what is posted; `whsec_…`.
    pub secret: String,
    /// Webhooks under way at a time. With 1 they arrive in order, which Stripe does not promise.
    pub in_flight_max: usize,
}

impl Endpoint {
    /// Several at a time, as Stripe does it.
    pub fn new(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { url: url.into(), secret: secret.into(), in_flight_max: 8 }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What a call of the API may meet instead of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error with this HTTP status; nothing is done. 429 and 5xx are worth trying again.
    Status(u16),
    /// 200 and a page of HTML; nothing is done.
    Garbage,
    /// It is done, and the connection breaks in the middle of the answer.
    Cut,
    /// It is done, and the answer never comes.
    Silence,
}

/// A call of the API, for those who want to know what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The account's clock, Unix ms.
    pub at_ms: i64,
    /// `GET` or `POST`
    pub method: String,
    /// `/v1/…`, without the query.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// As it was sent.
    pub idempotency_key: Option<String>,
    /// What was answered.
    pub status: u16,
}

pub(crate) struct Parts {
    pub(crate) options: Options,
    pub(crate) base_url: String,
    pub(crate) stop: CancellationToken,
}

pub(crate) struct Shared {
    state: Mutex<State>,
    now: Now,
    /// See [`Options::ahead_ms`].
    ahead_ms: Option<Arc<AtomicI64>>,
    /// There may be something to send, or to wait for.
    pub(crate) wake: Notify,
    /// A delivery was tried.
    tried: Notify,
    pub(crate) stop: CancellationToken,
}

struct State {
    account: Account,
    replays: Replays,
    request_ids: Ids,
    faults: VecDeque<Fault>,
    calls: VecDeque<Call>,
    endpoint: Option<Endpoint>,
    in_flight: usize,
}

/// A webhook ready to go.
pub(crate) struct Sending {
    pub(crate) job: Job,
    pub(crate) endpoint: Endpoint,
    pub(crate) body: String,
    pub(crate) signature: String,
}

impl Shared {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { options, base_url, stop } = parts;
        let wall_ms = (options.now)();
        let mut ids = Ids::new(options.seed.rotate_left(32));
        let shown = Shown { id: ids.make("acct_1", 15), livemode: options.livemode, base_url };
        let starts_at_ms = options.starts_at_ms.unwrap_or(wall_ms);
        let mut account = Account::new(shown, options.seed, starts_at_ms, wall_ms);
        account.alone = options.ahead_ms.is_none();
        account.deliveries.set_endpoint(options.endpoint.is_some());
        let state = State {
            account,
            replays: Replays::default(),
            request_ids: ids,
            faults: VecDeque::new(),
            calls: VecDeque::new(),
            endpoint: options.endpoint,
            in_flight: 0,
        };
        let shared = Self {
            state: Mutex::new(state),
            now: options.now,
            ahead_ms: options.ahead_ms,
            wake: Notify::new(),
            tried: Notify::new(),
            stop,
        };
        shared.publish(&shared.lock());
        shared
    }

    /// Lets others follow the account's clock.
    fn publish(&self, state: &State) {
        if let Some(ahead_ms) = &self.ahead_ms {
            ahead_ms.store(state.account.ahead_ms(), Ordering::SeqCst);
        }
    }

    /// The state, with the clock right. A panic in one request is no reason for the others to fail.
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.account.tick((self.now)());
        state
    }

    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut Account) -> R) -> R {
        let mut state = self.lock();
        let done = act(&mut state.account);
        self.publish(&state);
        drop(state);
        self.wake.notify_one();
        done
    }

    /// Answers a call of the API, and says what is to go wrong with the answer.
    pub(crate) fn answer(&self, call: &api::Call) -> (Answer, Option<Fault>) {
        let mut state = self.lock();
        let fault = state.faults.pop_front();
        let State { account, replays, request_ids, .. } = &mut *state;
        let request_id = request_ids.make("req_", 14);
        let answer = match fault {
            Some(Fault::Status(status)) => api::failure(status, &request_id),
            Some(Fault::Garbage) => api::garbage(&request_id),
            _ => api::answer(account, replays, call, &request_id),
        };
        state.remember(call, answer.status);
        drop(state);
        self.wake.notify_one();
        (answer, fault)
    }

    pub(crate) fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults.extend(faults);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.lock().calls.iter().cloned().collect()
    }

    pub(crate) fn set_endpoint(&self, endpoint: Option<Endpoint>) {
        let mut state = self.lock();
        state.account.deliveries.set_endpoint(endpoint.is_some());
        state.endpoint = endpoint;
        drop(state);
        self.wake.notify_one();
    }

    pub(crate) fn endpoint_url(&self) -> Option<String> {
        self.lock().endpoint.as_ref().map(|endpoint| endpoint.url.clone())
    }

    /// The next webhook to send, signed, when one is due and there is room.
    pub(crate) fn next_webhook(&self) -> Option<Sending> {
        let mut state = self.lock();
        let endpoint = state.endpoint.clone().filter(|endpoint| state.in_flight < endpoint.in_flight_max)?;
        let now_ms = state.account.now_ms();
        let job = state.account.deliveries.take(now_ms)?;
        let body = state.account.webhook_body(job.event)?;
        let signed_at_ms = if self.ahead_ms.is_some() { now_ms } else { (self.now)() };
        let signature = stripe::sign(body.as_bytes(), &endpoint.secret, signed_at_ms.div_euclid(1000));
        state.in_flight += 1;
        Some(Sending { job, endpoint, body, signature })
    }

    pub(crate) fn sent(&self, job: &Job, taken: bool) {
        let mut state = self.lock();
        state.in_flight -= 1;
        state.account.delivered(job, taken);
        drop(state);
        self.tried.notify_waiters();
    }

    /// How long nothing happens by itself, in ms.
    pub(crate) fn pause_ms(&self) -> Option<u64> {
        let state = self.lock();
        let busy = state.endpoint.as_ref().is_some_and(|endpoint| state.in_flight >= endpoint.in_flight_max);
        let next_ms = if busy { None } else { state.account.next_due_in_ms() };
        next_ms.and_then(|ms| u64::try_from(ms).ok())
    }

    pub(crate) async fn settled(&self) {
        loop {
            let tried = self.tried.notified();
            tokio::pin!(tried);
            tried.as_mut().enable();
            if self.lock().is_settled() {
                return;
            }
            tried.await;
        }
    }
}

impl State {
    fn is_settled(&self) -> bool {
        let now_ms = self.account.now_ms();
        let waits = self.endpoint.is_some()
            && self.account.deliveries.next_due_ms().is_some_and(|due_ms| due_ms <= now_ms);
        self.in_flight == 0 && !waits
    }

    fn remember(&mut self, call: &api::Call, status: u16) {
        if self.calls.len() == CALLS_KEPT_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back(Call {
            at_ms: self.account.now_ms(),
            method: call.method.to_owned(),
            path: call.path.to_owned(),
            query: call.query.to_owned(),
            idempotency_key: call.idempotency_key.map(str::to_owned),
            status,
        });
    }
}
