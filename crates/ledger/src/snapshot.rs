//! The newest snapshot of one Stripe object, as a join of everything events said about it.
//!
//! Events arrive in any order and any number of times, so [`Snapshot::merge`] is a join-semilattice: a product of
//! - the *newest versions*: the maximum under (terminal state, Stripe's `created`, life-cycle rank). Versions equal in
//!   all three are kept side by side, and [`Snapshot::current`] picks among them: one that another's
//!   `previous_attributes` describes is the older one; then the larger cumulative amount; then the event id;
//! - the *milestones*: first and last times at which something was told, each a minimum or a maximum.
//!
//! Sources: STRIPE.md sections 6 and 7, <https://docs.stripe.com/webhooks> (event ordering).

use crate::object::{
    ChargeStatus, DisputeStatus, IntentStatus, Object, ObjectId, RefundStatus, SessionStatus,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Versions of one object that tie in state, second and rank which are kept side by side. Stripe does not change one
/// object more often than this within a second without changing its state.
pub const VERSIONS_KEPT_MAX: usize = 8;

/// When Stripe said something, and in which event. Ordered by Stripe's second, then by when it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Told {
    /// Stripe's `created` of the event, Unix seconds.
    pub at_s: i64,
    /// When we first received it, Unix milliseconds. Narrows down the moment inside Stripe's second.
    pub seen_ms: i64,
    /// The event.
    pub event_id: String,
}

/// What the ids of reads begin with. A read is not an event: somebody asked Stripe what an object is, and the answer was
/// wrapped like an event (docs/decisions/0012).
pub const READ_PREFIX: &str = "read_";

impl Told {
    /// True when this was learned by reading the object: its second is that of the reading, or the object's own best
    /// word for when it came to be so. An event that tells the same is exact, and outranks it.
    pub fn is_read(&self) -> bool {
        self.event_id.starts_with(READ_PREFIX)
    }

    /// The best estimate of the moment, Unix ms: inside Stripe's second, and not after we heard of it. Lets a
    /// person's mark and Stripe's event of the same second keep their real order.
    pub fn at_ms(&self) -> i64 {
        self.seen_ms.clamp(self.at_s.saturating_mul(1000), self.at_s.saturating_mul(1000).saturating_add(999))
    }
}

/// One thing one event said about one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The object's own id.
    pub id: ObjectId,
    /// What was said, when, and in which event.
    pub version: Version,
    /// Live or test money.
    pub livemode: bool,
    /// Only from `charge.captured`.
    pub capture: Option<Capture>,
    /// Only from a read: since when the object has been so, as far as it says, Unix seconds. What it *is* counts from
    /// `version.told`, the moment of the reading, on; what *happened* to it counts from here.
    pub since_s: Option<i64>,
}

/// What the event of a capture showed, in minor units: no real refund can precede it, so what is "refunded" then is
/// the uncaptured rest that Stripe released (SPEC 9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Captured of the charge.
    pub captured_minor: i64,
    /// Shown as refunded in the same event.
    pub released_minor: i64,
}

/// What one event said about one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version {
    /// When, and in which event.
    pub told: Told,
    /// The object then.
    pub object: Object,
    /// `previous_attributes` of the event: field → value before, as JSON text. Only fields a digest has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub previous: BTreeMap<String, String>,
}

/// Order of versions before ties: (terminal, created, rank).
type Key = (u8, i64, u8);

impl Version {
    fn key(&self) -> Key {
        let (terminal, rank) = standing(&self.object);
        (terminal, self.told.at_s, rank)
    }

    /// True when this version says that `other` is what the object was before.
    fn supersedes(&self, other: &Self) -> bool {
        if self.previous.is_empty() || self == other {
            return false;
        }
        let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(&other.object) else {
            return false;
        };
        let mut known =
            self.previous.iter().filter_map(|(field, was)| fields.get(field).map(|now| (was, now)));
        let mut any = false;
        let all = known.all(|(was, now)| {
            any = true;
            let now = now.to_string();
            *was == now
        });
        any && all
    }

    /// Amounts that only grow, for versions nothing else can order.
    fn growth(&self) -> i64 {
        match &self.object {
            Object::Charge(o) => {
                o.amount_refunded.unwrap_or(0).saturating_add(o.amount_captured.unwrap_or(0))
            }
            Object::Intent(o) => o.amount_received.unwrap_or(0),
            _ => 0,
        }
    }
}

/// (terminal class, life-cycle rank) of an object's state. A higher class wins at any time, a higher rank only within
/// one second.
fn standing(object: &Object) -> (u8, u8) {
    match object {
        Object::Session(o) => {
            let class = match o.status {
                SessionStatus::Open => 0,
                SessionStatus::CompleteUnpaid => 1,
                _ => 2,
            };
            (class, o.status as u8)
        }
        Object::Intent(o) => intent_standing(o.status, o.last_payment_error.is_some()),
        Object::Charge(o) => match o.status {
            ChargeStatus::Other => (0, 0),
            ChargeStatus::Pending => (0, 1),
            ChargeStatus::Failed => (1, 2),
            ChargeStatus::Succeeded if !o.captured => (1, if o.refunded { 4 } else { 3 }),
            ChargeStatus::Expired => (1, 4),
            ChargeStatus::Succeeded => (1, if o.refunded { 6 } else { 5 }),
        },
        Object::Refund(o) => match o.status {
            RefundStatus::Other => (0, 0),
            RefundStatus::Pending => (0, 1),
            RefundStatus::RequiresAction => (0, 2),
            RefundStatus::Succeeded => (1, 3),
            RefundStatus::Canceled => (1, 4),
            RefundStatus::Failed => (1, 5),
        },
        // An appeal reopens a lost dispute, so it stands with the terminal states and time decides (STRIPE.md 7.2).
        Object::Dispute(o) => (u8::from(o.status >= DisputeStatus::WarningClosed), o.status as u8),
        Object::Invoice(o) => {
            let linked = o.payment_intent.is_some() || o.charge.is_some();
            (if o.link_only { 0 } else { 1 + u8::from(o.paid) }, u8::from(linked))
        }
        Object::Warning(_) | Object::Subscription(_) => (0, 0),
    }
}

fn intent_standing(status: IntentStatus, failed: bool) -> (u8, u8) {
    match status {
        IntentStatus::RequiresPaymentMethod if failed => (0, 5),
        IntentStatus::RequiresPaymentMethod => (0, 1),
        IntentStatus::RequiresConfirmation => (0, 2),
        IntentStatus::RequiresAction => (0, 3),
        IntentStatus::Processing => (0, 4),
        IntentStatus::RequiresCapture => (0, 6),
        IntentStatus::Canceled => (1, 7),
        IntentStatus::Succeeded => (1, 8),
        IntentStatus::Other => (0, 0),
    }
}

/// Times and amounts that a later version may no longer show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Milestones {
    /// First told that the money was captured, or that there was nothing to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub succeeded: Option<Told>,
    /// An attempt failed: the last time for an intent, the first for a charge or session (they fail once).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Told>,
    /// The money was on its way: last time for an intent, first for a charge or session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing: Option<Told>,
    /// Authorised and not captured, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorised: Option<Told>,
    /// First told of cancellation or of a lapsed authorisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canceled: Option<Told>,
    /// First told that the session expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired: Option<Told>,
    /// What was captured of a charge, in minor units, from the event that told of the capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captured_minor: Option<i64>,
    /// The uncaptured rest that Stripe showed as "refunded" at that moment, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_minor: Option<i64>,
}

impl Milestones {
    fn of(version: &Version, since: &Told) -> Self {
        let mut m = Self::default();
        let told = || Some(since.clone());
        match &version.object {
            Object::Session(o) => match o.status {
                SessionStatus::Open => {}
                SessionStatus::CompleteUnpaid => m.processing = told(),
                SessionStatus::Expired => m.expired = told(),
                SessionStatus::AsyncFailed => m.failed = told(),
                SessionStatus::NothingToPay | SessionStatus::Paid => m.succeeded = told(),
            },
            Object::Intent(o) => match o.status {
                IntentStatus::Succeeded => m.succeeded = told(),
                IntentStatus::Canceled => m.canceled = told(),
                IntentStatus::RequiresCapture => m.authorised = told(),
                IntentStatus::RequiresPaymentMethod if o.last_payment_error.is_some() => m.failed = told(),
                IntentStatus::Processing => m.processing = told(),
                _ if o.partially_funded => m.processing = told(),
                _ => {}
            },
            Object::Charge(o) => match o.status {
                ChargeStatus::Succeeded if o.captured => m.succeeded = told(),
                // Given back before it was captured: the authorisation was voided.
                ChargeStatus::Succeeded if o.refunded => m.canceled = told(),
                ChargeStatus::Succeeded => m.authorised = told(),
                ChargeStatus::Failed => m.failed = told(),
                ChargeStatus::Pending => m.processing = told(),
                ChargeStatus::Expired => m.canceled = told(),
                ChargeStatus::Other => {}
            },
            _ => {}
        }
        m
    }

    fn join(self, other: Self, repeats: bool) -> Self {
        // An intent goes through attempts, so its latest failure counts; a charge or session goes through each once.
        let which = if repeats { latest } else { earliest };
        Self {
            succeeded: earliest(self.succeeded, other.succeeded),
            failed: which(self.failed, other.failed),
            processing: which(self.processing, other.processing),
            authorised: which(self.authorised, other.authorised),
            canceled: earliest(self.canceled, other.canceled),
            expired: earliest(self.expired, other.expired),
            captured_minor: self.captured_minor.max(other.captured_minor),
            released_minor: self.released_minor.max(other.released_minor),
        }
    }
}

/// The earlier of two; an event's word before a read's.
pub(crate) fn earliest(a: Option<Told>, b: Option<Told>) -> Option<Told> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if (a.is_read(), &a) <= (b.is_read(), &b) { a } else { b }),
        (a, b) => a.or(b),
    }
}

pub(crate) fn max_some<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    a.max(b)
}

/// The later of two; an event's word before a read's. Of the same second they tell the same news, so the one that was
/// seen first is the closer to it.
pub(crate) fn latest(a: Option<Told>, b: Option<Told>) -> Option<Told> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let key = |t: &Told| (!t.is_read(), t.at_s, std::cmp::Reverse(t.seen_ms));
            Some(if (key(&a), &a.event_id) >= (key(&b), &b.event_id) { a } else { b })
        }
        (a, b) => a.or(b),
    }
}

/// Everything known of one Stripe object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The newest versions; nearly always one. Never empty, ascending.
    versions: Vec<Version>,
    /// See [`Milestones`].
    #[serde(default)]
    pub milestones: Milestones,
    /// Earliest event that mentioned the object.
    pub first: Told,
    /// Live or test money.
    pub livemode: bool,
}

impl Snapshot {
    /// What one event said.
    pub fn new(observation: Observation) -> Self {
        let Observation { version, livemode, capture, since_s, .. } = observation;
        let at_s = since_s.map_or(version.told.at_s, |since_s| since_s.min(version.told.at_s));
        let since = Told { at_s, ..version.told.clone() };
        let mut milestones = Milestones::of(&version, &since);
        milestones.captured_minor = capture.map(|c| c.captured_minor);
        milestones.released_minor = capture.map(|c| c.released_minor);
        Self { first: since, versions: vec![version], milestones, livemode }
    }

    /// The join of two sets of facts about one object. Commutative, associative, idempotent.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let repeats = matches!(self.newest().object, Object::Intent(_));
        let ours = self.newest().key();
        let theirs = other.newest().key();
        let versions = match ours.cmp(&theirs) {
            std::cmp::Ordering::Greater => self.versions,
            std::cmp::Ordering::Less => other.versions,
            std::cmp::Ordering::Equal => {
                let all: BTreeSet<Version> = self.versions.into_iter().chain(other.versions).collect();
                let spare = all.len().saturating_sub(VERSIONS_KEPT_MAX);
                all.into_iter().skip(spare).collect()
            }
        };
        Self {
            versions,
            milestones: self.milestones.join(other.milestones, repeats),
            first: if (self.first.is_read(), &self.first) <= (other.first.is_read(), &other.first) {
                self.first
            } else {
                other.first
            },
            livemode: self.livemode || other.livemode,
        }
    }

    /// What the object is now, as far as events have told.
    pub fn current(&self) -> &Version {
        let [only] = self.versions.as_slice() else {
            let replaced = |v: &Version| self.versions.iter().filter(|other| other.supersedes(v)).count();
            // Where `previous_attributes` go round in a circle, the state that was entered more often than left.
            let entered = |v: &Version| self.versions.iter().filter(|other| other.object == v.object).count();
            let pick = |a: &&Version, b: &&Version| {
                (a.growth(), &a.told.event_id, *a).cmp(&(b.growth(), &b.told.event_id, *b))
            };
            let untouched = self.versions.iter().filter(|v| replaced(v) == 0).max_by(pick);
            let rested = || self.versions.iter().filter(|v| entered(v) > replaced(v)).max_by(pick);
            return untouched.or_else(rested).unwrap_or_else(|| self.newest());
        };
        only
    }

    fn newest(&self) -> &Version {
        // Not empty by construction: `new` puts one in and `merge` keeps the larger side or a union.
        &self.versions[self.versions.len() - 1]
    }
}
