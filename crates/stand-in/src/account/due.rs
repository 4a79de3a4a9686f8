//! What the account does by itself when the time comes.

use super::Account;
use crate::model::{IntentStatus, SessionStatus};
use std::cmp::Ordering;

/// Something to do at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    ExpireSession(String),
    /// The charge's money is booked.
    Book(String),
    SettleDebit {
        intent: String,
        succeeds: bool,
    },
    EndRefund {
        refund: String,
        succeeds: bool,
    },
    LapseAuthorisation(String),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) at_ms: i64,
    entered: u64,
    work: Work,
}

/// A heap gives the greatest first; we want the earliest.
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_ms, other.entered).cmp(&(self.at_ms, self.entered))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Account {
    pub(super) fn later(&mut self, in_s: i64, work: Work) {
        self.entered += 1;
        let at_ms = self.now_ms.saturating_add(in_s.saturating_mul(1000));
        self.due.push(Due { at_ms, entered: self.entered, work });
    }

    /// Moves the clock to `to_ms`, stopping wherever something is due.
    pub(super) fn run_to(&mut self, to_ms: i64) {
        while let Some(due) = self.due.pop_if_due(to_ms) {
            self.now_ms = self.now_ms.max(due.at_ms);
            self.caused_by(crate::event::Cause::default());
            self.perform(due.work);
        }
        self.now_ms = self.now_ms.max(to_ms);
    }

    fn perform(&mut self, work: Work) {
        match work {
            Work::ExpireSession(id) => {
                let open = |s: &std::sync::Arc<crate::model::Session>| s.status == SessionStatus::Open;
                if self.tables.sessions.get(&id).is_some_and(open) {
                    self.end_session(&id);
                }
            }
            Work::Book(charge) => self.book(&charge),
            Work::SettleDebit { intent, succeeds } => self.settle_debit(&intent, succeeds),
            Work::EndRefund { refund, succeeds } => self.end_refund(&refund, succeeds),
            Work::LapseAuthorisation(intent) => {
                let waits =
                    |i: &std::sync::Arc<crate::model::Intent>| i.status == IntentStatus::RequiresCapture;
                if self.tables.intents.get(&intent).is_some_and(waits) {
                    self.let_go(&intent, "charge.expired");
                }
            }
        }
    }
}

/// The part of a heap that [`Account::run_to`] needs.
trait PopIfDue {
    fn pop_if_due(&mut self, to_ms: i64) -> Option<Due>;
}

impl PopIfDue for std::collections::BinaryHeap<Due> {
    fn pop_if_due(&mut self, to_ms: i64) -> Option<Due> {
        if self.peek()?.at_ms <= to_ms { self.pop() } else { None }
    }
}
