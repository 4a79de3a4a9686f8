//! Journeys with the payments that they name: loaded once for all parts of a page.

use ledger::Payment;
use std::collections::{BTreeMap, BTreeSet};
use store::journeys::{self, JourneyLine};
use store::payments::{self, StoredPayment};
use store::{Conn, Result};

/// Both by id.
#[derive(Default)]
pub(super) struct Loaded {
    lines: BTreeMap<String, JourneyLine>,
    payments: BTreeMap<String, StoredPayment>,
}

impl Loaded {
    /// These journeys, in two statements.
    pub(super) async fn load(conn: &mut Conn, ids: BTreeSet<String>) -> Result<Self> {
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let lines = journeys::lines(conn, ids.into_iter().collect()).await?;
        let named: BTreeSet<String> =
            lines.iter().filter_map(|line| line.journey.judgement.payment_id.clone()).collect();
        let payments = if named.is_empty() {
            Vec::new()
        } else {
            payments::by_ids(conn, named.into_iter().collect()).await?
        };
        Ok(Self {
            lines: lines.into_iter().map(|line| (line.journey.id.clone(), line)).collect(),
            payments: payments.into_iter().map(|p| (p.id.clone(), p)).collect(),
        })
    }

    /// One of them.
    pub(super) fn line(&self, id: &str) -> Option<&JourneyLine> {
        self.lines.get(id)
    }

    /// The payment that a journey names.
    pub(super) fn payment_of(&self, line: &JourneyLine) -> Option<&Payment> {
        let id = line.journey.judgement.payment_id.as_ref()?;
        self.payments.get(id).map(|payment| &payment.facts)
    }
}
