//! From stored events to payments and outcomes.
//!
//! [`worker`] takes batches from ingest, or from the table after a crash; [`batch`] applies one batch in one
//! transaction; [`objects`], [`matching`] and [`journeys`] are its three steps, which marks, links, new journeys and
//! the doctor use as well. All of them run under [`store::Db::ledger`], so nothing is computed from stale rows.
//!
//! What facts *mean* is decided in the `ledger` crate, never here.

pub mod batch;
pub mod hints;
pub mod journeys;
pub mod marks;
pub mod matching;
pub mod objects;
pub mod verify;
pub mod weak;
pub mod worker;

use crate::clock::Clock;
use crate::ids::{self, Ids};
use crate::live::Live;
use ledger::{Outcome, PaymentStatus};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What every step needs to know besides the database.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Arc<Ids>,
    /// Where changes are announced.
    pub live: Live,
}

impl Context {
    /// Ids timed by `clock`; changes are told to whoever looks on, here and on other nodes.
    pub fn new(clock: Clock) -> Self {
        let live = Live::new(&ids::secret()[..12]);
        Self { ids: Arc::new(Ids::new(clock.clone())), clock, live }
    }
}

/// What happened to a journey, as the live stream tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `jrn_…`
    pub journey_id: String,
    /// Now.
    pub outcome: Outcome,
    /// Now.
    pub payment_status: PaymentStatus,
    /// One of [`CHANGES`].
    pub change: &'static str,
}

/// What can happen to a journey. `undo` takes a mark back.
pub const CHANGES: [&str; 10] =
    ["created", "payment", "mark", "override", "release", "content", "undo", VIEW, "note", "review"];

/// Those of them that no list shows.
pub const QUIET: [&str; 3] = [VIEW, "note", "review"];

/// The client looked at a page, or opened a checkout: nothing that a list shows.
pub const VIEW: &str = "view";

/// Which events touched which payments in a batch.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// Payments to compute again.
    pub payments: BTreeSet<String>,
    /// Payments that became part of another: old → new.
    pub moved: BTreeMap<String, String>,
}
