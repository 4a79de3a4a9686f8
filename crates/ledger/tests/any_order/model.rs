//! The true state of the simulated Stripe account. Nothing here knows how the ledger works.

use ledger::Currency;
use ledger::object::{ChargeStatus, DisputeStatus, IntentStatus, RefundStatus, SessionStatus};

use crate::steps::Kind;

/// A Checkout Session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) status: SessionStatus,
    pub(crate) currency: Currency,
    pub(crate) ours: bool,
    pub(crate) opened_s: i64,
    /// Index of its payment, once there is one.
    pub(crate) payment: Option<usize>,
    /// When it ended, by Stripe's clock.
    pub(crate) ended_s: Option<i64>,
}

/// A PaymentIntent with its charges, or a lone charge.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    /// Absent for a lone charge.
    pub(crate) intent_id: Option<String>,
    pub(crate) status: IntentStatus,
    pub(crate) amount: i64,
    pub(crate) received: i64,
    pub(crate) currency: Currency,
    pub(crate) error: Option<String>,
    pub(crate) part_funded: bool,
    pub(crate) method: &'static str,
    pub(crate) created_s: i64,
    pub(crate) invoice: Option<String>,
    pub(crate) session: Option<usize>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) warned: bool,
    pub(crate) stage: Stage,
}

/// What SPEC section 2 (H7) calls the state of money that has not been captured, and that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Nothing,
    Processing,
    Failed,
    Canceled,
    Captured,
}

#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) status: ChargeStatus,
    pub(crate) amount: i64,
    pub(crate) captured: Option<i64>,
    /// What Stripe shows as refunded though it was never captured.
    pub(crate) released: i64,
    pub(crate) captured_s: i64,
    pub(crate) created_s: i64,
    pub(crate) failure: Option<String>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) disputes: Vec<Dispute>,
}

#[derive(Clone, Debug)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) status: RefundStatus,
    pub(crate) created_s: i64,
    /// Of an uncaptured rest.
    pub(crate) release: bool,
}

impl Refund {
    pub(crate) fn counts(&self) -> bool {
        !self.release && matches!(self.status, RefundStatus::Succeeded | RefundStatus::Pending)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) status: DisputeStatus,
    pub(crate) created_s: i64,
}

impl Dispute {
    pub(crate) fn is_open(&self) -> bool {
        use DisputeStatus::{AppealNeedsResponse, AppealUnderReview, NeedsResponse, UnderReview};
        [NeedsResponse, UnderReview, AppealNeedsResponse, AppealUnderReview].contains(&self.status)
    }

    pub(crate) fn is_inquiry(&self) -> bool {
        [DisputeStatus::WarningNeedsResponse, DisputeStatus::WarningUnderReview].contains(&self.status)
    }
}

impl Charge {
    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.iter().filter(|r| r.counts()).map(|r| r.amount).sum()
    }

    /// As Stripe shows it, cumulative.
    pub(crate) fn amount_refunded(&self) -> i64 {
        self.released + self.refunded()
    }

    pub(crate) fn disputed(&self, which: fn(&Dispute) -> bool) -> i64 {
        self.disputes.iter().filter(|d| which(d)).map(|d| d.amount).sum()
    }
}

impl Payment {
    pub(crate) fn root(&self) -> &str {
        self.intent_id.as_deref().unwrap_or_else(|| &self.charges[0].id)
    }

    /// The charge that holds money.
    pub(crate) fn captured_charge(&self) -> Option<usize> {
        self.charges.iter().position(|c| c.captured.is_some())
    }
}
