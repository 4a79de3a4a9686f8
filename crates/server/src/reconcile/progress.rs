//! How far a comparison has come, and what it has found: the JSON of its row.

use serde::{Deserialize, Serialize};
use store::StoreError;
use store::reconciliations::StoredReconciliation;
use stripe::api::ListKind;

/// What is looked at now; in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the lists of Stripe by their names, then ours")]
pub enum Step {
    #[default]
    Events,
    CheckoutSessions,
    PaymentIntents,
    Charges,
    Refunds,
    Disputes,
    Ours,
    Done,
}

impl Step {
    /// The list it goes through.
    pub const fn kind(self) -> Option<ListKind> {
        Some(match self {
            Self::Events => ListKind::Events,
            Self::CheckoutSessions => ListKind::Sessions,
            Self::PaymentIntents => ListKind::Intents,
            Self::Charges => ListKind::Charges,
            Self::Refunds => ListKind::Refunds,
            Self::Disputes => ListKind::Disputes,
            Self::Ours | Self::Done => return None,
        })
    }

    const fn next(self) -> Self {
        match self {
            Self::Events => Self::CheckoutSessions,
            Self::CheckoutSessions => Self::PaymentIntents,
            Self::PaymentIntents => Self::Charges,
            Self::Charges => Self::Refunds,
            Self::Refunds => Self::Disputes,
            Self::Disputes => Self::Ours,
            Self::Ours | Self::Done => Self::Done,
        }
    }

    /// For people.
    pub const fn as_str(self) -> &'static str {
        match (self, self.kind()) {
            (_, Some(kind)) => kind.as_str(),
            (Self::Ours, None) => "what Stripe did not list",
            _ => "done",
        }
    }
}

/// Objects of one kind and currency: on both sides, how many and for how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// `charges`
    pub kind: String,
    /// `usd`; absent where no object said.
    pub currency: Option<String>,
    /// Objects that Stripe listed.
    pub stripe_count: u64,
    /// Their money, minor units.
    pub stripe_minor: i64,
    /// Objects that we have, once what was missing is taken in.
    pub our_count: u64,
    /// Their money, minor units, as we had it.
    pub our_minor: i64,
}

/// See [`super`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// What is looked at now.
    pub step: Step,
    /// The last object of the page before.
    pub cursor: Option<String>,
    /// Events that Stripe listed.
    pub events_listed: u64,
    /// Those of them that were missing.
    pub events_taken_in: u64,
    /// Objects that Stripe listed.
    pub objects_listed: u64,
    /// Those of them of which we knew nothing, or something older.
    pub objects_taken_in: u64,
    /// By kind and currency.
    pub figures: Vec<Figure>,
    /// Objects that differ.
    pub differences: u64,
    /// Stripe's time of the newest listed event that a webhook brought.
    pub last_received_s: Option<i64>,
    /// Likewise, that none brought in time.
    pub last_missed_s: Option<i64>,
    /// Why it stopped.
    pub error: Option<String>,
}

impl Progress {
    /// Reads a row back. One that cannot be read is an error: it must never pass for one that found nothing.
    pub fn read(stored: &StoredReconciliation) -> Result<Self, StoreError> {
        serde_json::from_str(&stored.progress)
            .map_err(|e| StoreError::Corrupt { table: "reconciliation", why: format!("{}: {e}", stored.id) })
    }

    /// As stored.
    pub fn to_json(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(|e| StoreError::Other(e.to_string()))
    }

    /// Goes on after a page.
    pub(super) fn after(&mut self, last: Option<String>, has_more: bool) {
        self.error = None;
        if has_more {
            self.cursor = last;
        } else {
            self.cursor = None;
            self.step = self.step.next();
        }
    }

    /// The row of a kind and currency.
    pub(super) fn figure(&mut self, kind: &str, currency: Option<&str>) -> &mut Figure {
        let is = |f: &Figure| f.kind == kind && f.currency.as_deref() == currency;
        let at = self.figures.iter().position(is).unwrap_or_else(|| {
            let (kind, currency) = (kind.to_owned(), currency.map(str::to_owned));
            self.figures.push(Figure { kind, currency, ..Figure::default() });
            self.figures.len() - 1
        });
        &mut self.figures[at]
    }

    /// Since when webhooks do not arrive, if they do not: Stripe's time of the last that did, or `Some(None)` when none
    /// ever did.
    pub fn silent_since_s(&self) -> Option<Option<i64>> {
        (self.last_missed_s > self.last_received_s).then_some(self.last_received_s)
    }
}
