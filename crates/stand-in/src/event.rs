//! Events: what happened, with the object as it was then.

use crate::model::{Charge, Customer, Dispute, Intent, Refund, Session};
use crate::table::Row;
use std::sync::Arc;

/// Any object of the account.
#[derive(Clone, Debug)]
pub(crate) enum Thing {
    Session(Arc<Session>),
    Intent(Arc<Intent>),
    Charge(Arc<Charge>),
    Refund(Arc<Refund>),
    Dispute(Arc<Dispute>),
    Customer(Arc<Customer>),
}

/// The call that caused an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cause {
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

/// How telling the endpoint about it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// On its way, or to be tried again.
    Pending,
    /// Nobody was to be told, or the endpoint took it.
    Done,
    /// Given up, or lost on purpose.
    Failed,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) created_s: i64,
    pub(crate) kind: &'static str,
    pub(crate) thing: Thing,
    /// The object before, where the event says what changed.
    pub(crate) before: Option<Thing>,
    pub(crate) cause: Arc<Cause>,
    pub(crate) delivery: Delivery,
}

impl Row for Event {
    fn id(&self) -> &str {
        &self.id
    }
    fn created_s(&self) -> i64 {
        self.created_s
    }
    fn text(&self, field: &str) -> Option<&str> {
        (field == "type").then_some(self.kind)
    }
}

/// Whether Stripe says what changed in events of this type.
pub(crate) fn tells_previous(kind: &str) -> bool {
    kind.ends_with(".updated")
        || matches!(
            kind,
            "charge.refunded"
                | "charge.captured"
                | "charge.dispute.closed"
                | "charge.dispute.funds_withdrawn"
                | "charge.dispute.funds_reinstated"
        )
}
