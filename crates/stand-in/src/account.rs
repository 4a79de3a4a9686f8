//! An account: commands in, objects and events out. A state machine with a clock of its own and no I/O.
//!
//! Must never read a clock, chance or the network: the time comes in through [`Account::tick`], ids come from a seed.

mod checkout;
mod customers;
mod disputes;
mod due;
mod find;
mod objects;
mod overview;
mod past;
mod payments;
mod refunds;
mod seed;

pub(crate) use checkout::{LIFE_S_MAX, LIFE_S_MIN, NewSession};
pub(crate) use customers::NewCustomer;
pub(crate) use find::{Altered, Kind, Page};
pub(crate) use objects::Tables;
pub(crate) use overview::Line;
pub(crate) use refunds::NewRefund;

pub use checkout::Outcome;
pub use disputes::DisputeStep;
pub use past::Sale;
pub use seed::Seed;

use crate::deliveries::Deliveries;
use crate::event::{Cause, Delivery, Event, Thing, tells_previous};
use crate::ids::Ids;
use crate::model::Dispute;
use crate::shape::{self, Account as Shown};
use due::Due;
use objects::Kept;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// Everything in one Stripe account.
#[derive(Debug)]
pub struct Account {
    pub(crate) shown: Shown,
    pub(crate) tables: Tables,
    pub(crate) deliveries: Deliveries,
    pub(crate) altered: Altered,
    ids: Ids,
    due: BinaryHeap<Due>,
    /// Ties in [`Due`] are settled by order of entry.
    entered: u64,
    cause: Arc<Cause>,
    now_ms: i64,
    /// How far this clock is ahead of the wall's; negative when behind.
    ahead_ms: i64,
    /// Nobody's clock follows this one.
    pub(crate) alone: bool,
}

impl Account {
    /// An empty account. `now_ms`: its clock, Unix ms; `wall_ms`: the real time then.
    pub(crate) fn new(shown: Shown, seed: u64, now_ms: i64, wall_ms: i64) -> Self {
        Self {
            tables: Tables::default(),
            deliveries: Deliveries::new(seed, shown.livemode),
            shown,
            altered: Altered::default(),
            ids: Ids::new(seed),
            due: BinaryHeap::new(),
            entered: 0,
            cause: Arc::default(),
            now_ms,
            ahead_ms: now_ms - wall_ms,
            alone: true,
        }
    }

    /// The account's clock, Unix ms.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// The account's clock, Unix seconds.
    pub fn now_s(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// How far the account's clock is ahead of the real time, in ms; negative when behind.
    pub(crate) fn ahead_ms(&self) -> i64 {
        self.ahead_ms
    }

    /// What a caller means by a moment, Unix seconds: those who know only the real time mean so long from now.
    pub(crate) fn meant_s(&self, at_s: i64) -> i64 {
        if self.alone { at_s.saturating_add(self.ahead_ms.max(0).div_euclid(1000)) } else { at_s }
    }

    /// Events told so far, and the types of those after the first `known`.
    pub fn told_since(&self, known: usize) -> (usize, Vec<&'static str>) {
        let events = self.tables.events.rows();
        (events.len(), events.iter().skip(known).map(|event| event.kind).collect())
    }

    /// Lets the account's clock follow the wall's, and does what became due meanwhile.
    pub(crate) fn tick(&mut self, wall_ms: i64) {
        self.run_to(wall_ms.saturating_add(self.ahead_ms));
    }

    /// Puts the account's clock forward by so many seconds: sessions expire, debits arrive, webhooks are tried again.
    pub fn advance(&mut self, by_s: i64) {
        self.leap(by_s.max(0).saturating_mul(1000));
    }

    /// Puts the account's clock forward to a moment, Unix seconds. Does nothing when that has passed.
    pub fn advance_to(&mut self, at_s: i64) {
        self.leap(at_s.saturating_mul(1000).saturating_sub(self.now_ms).max(0));
    }

    fn leap(&mut self, by_ms: i64) {
        self.ahead_ms = self.ahead_ms.saturating_add(by_ms);
        self.run_to(self.now_ms.saturating_add(by_ms));
    }

    /// When the account next has something to do by itself, in ms from now.
    pub(crate) fn next_due_in_ms(&self) -> Option<i64> {
        let work = self.due.peek().map(|due| due.at_ms);
        let soonest = work.into_iter().chain(self.deliveries.next_due_ms()).min()?;
        Some(soonest.saturating_sub(self.now_ms).max(0))
    }

    /// Names the call whose events follow.
    pub(crate) fn caused_by(&mut self, cause: Cause) {
        self.cause = Arc::new(cause);
    }

    /// Makes an object, without telling.
    fn insert<T: Kept>(&mut self, row: T) -> Arc<T> {
        T::table_mut(&mut self.tables).insert(row)
    }

    /// Makes an object and tells of it.
    fn insert_and_tell<T: Kept>(&mut self, kind: &'static str, row: T) -> Arc<T> {
        let row = self.insert(row);
        self.tell(kind, T::thing(Arc::clone(&row)), None);
        row
    }

    /// Changes an object, without telling.
    fn change<T: Kept>(&mut self, id: &str, change: impl FnOnce(&mut T)) -> Option<Arc<T>> {
        T::table_mut(&mut self.tables).change(id, change)
    }

    /// Changes an object and tells of it.
    fn change_and_tell<T: Kept>(
        &mut self,
        id: &str,
        kind: &'static str,
        change: impl FnOnce(&mut T),
    ) -> Option<Arc<T>> {
        let before = T::table(&self.tables).get(id).map(Arc::clone)?;
        let after = self.change(id, change)?;
        let before = tells_previous(kind).then(|| T::thing(before));
        self.tell(kind, T::thing(Arc::clone(&after)), before);
        Some(after)
    }

    fn tell(&mut self, kind: &'static str, thing: Thing, before: Option<Thing>) {
        let prefix = if matches!(thing, Thing::Intent(_) | Thing::Charge(_)) { "evt_3" } else { "evt_1" };
        let at = self.tables.events.rows().len();
        let delivery = self.deliveries.enter(at, self.now_ms);
        let event = Event {
            id: self.ids.make(prefix, 23),
            created_s: self.now_s(),
            kind,
            thing,
            before,
            cause: Arc::clone(&self.cause),
            delivery,
        };
        self.tables.events.insert(event);
    }

    /// The body of an event's webhook.
    pub(crate) fn webhook_body(&self, event: usize) -> Option<String> {
        let shown = shape::event(self.tables.events.rows().get(event)?, &self.shown);
        // Stripe lays webhooks out over lines, and its list answers, too.
        serde_json::to_string_pretty(&shown).ok()
    }

    /// Tells the endpoint of an event once more. False when there is no such event.
    pub fn resend(&mut self, event: &str) -> bool {
        let at = self.tables.events.position(event);
        if let Some(at) = at {
            self.deliveries.again(at, self.now_ms);
        }
        at.is_some()
    }

    /// Notes how a try to deliver went.
    pub(crate) fn delivered(&mut self, job: &crate::deliveries::Job, taken: bool) {
        let now_ms = self.now_ms;
        let standing = self.deliveries.tried(job, taken, now_ms);
        let id = self.tables.events.rows().get(job.event).map(|event| event.id.clone());
        let Some(id) = id else { return };
        self.tables.events.change(&id, |event| {
            if event.delivery != Delivery::Done {
                event.delivery = standing;
            }
        });
    }

    /// Disputes of a charge, newest last.
    fn disputes_of(&self, charge: &str) -> impl Iterator<Item = &Arc<Dispute>> {
        self.tables.disputes.rows().iter().filter(move |dispute| dispute.charge == charge)
    }
}
