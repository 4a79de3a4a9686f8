//! From the snapshots of one payment's objects to the payment: [`fold`].
//!
//! A payment is one PaymentIntent or a lone charge, with its sessions, charges, refunds, disputes and warnings. The
//! rules are STRIPE.md sections 6, 8 and 10 and SPEC 9.3, 9.4 and 9.7.

mod amounts;
mod signals;

use crate::matching::Evidence;
use crate::money::Currency;
use crate::object::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Intent, Object, ObjectId, Refund, RefundStatus, Session,
    SessionMode, SessionStatus,
};
use crate::snapshot::{Snapshot, Told, max_some};
use crate::status::PaymentStatus;
use amounts::{Captured, Disputed, is_open};
use serde::{Deserialize, Serialize};
use signals::Signals;

/// Where a checkout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutState {
    /// The client can still pay.
    Open,
    /// The client went through it.
    Complete,
    /// Nobody paid in time.
    Expired,
}

/// What a Checkout Session tells its journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkout {
    /// `cs_…`
    pub id: ObjectId,
    /// Where it stands.
    pub state: CheckoutState,
    /// Unix seconds, as Stripe says; absent when no event has said.
    pub opened_at_s: Option<i64>,
    /// The event of its expiry.
    pub expired: Option<Told>,
}

/// The money of one payment. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, none a state of the others")]
pub struct Payment {
    /// State of the money.
    pub status: PaymentStatus,
    /// Of all the amounts; absent while no object has told one.
    pub currency: Option<Currency>,
    /// Money was captured, or there was nothing to pay.
    pub captured: bool,
    /// Captured.
    pub gross_minor: i64,
    /// Went back by refunds that succeeded or are pending.
    pub refunded_minor: i64,
    /// Went back by lost disputes.
    pub lost_minor: i64,
    /// In open disputes; still part of `net_minor`.
    pub at_risk_minor: i64,
    /// `gross − refunded − lost`, never under 0.
    pub net_minor: i64,
    /// Stripe's payment method type: `card`, `sepa_debit`.
    pub method: Option<String>,
    /// Stripe's `created` of the first successful charge, else of the event that told of success. Unix ms.
    pub paid_at_ms: Option<i64>,
    /// When the first of what went back did: Stripe's `created` of the first refund, or the event that told of the lost
    /// dispute. Unix ms; absent while nothing has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at_ms: Option<i64>,
    /// When the payment happened: the event of its success, else the first that mentioned it. Unix seconds.
    pub happened_at_s: i64,
    /// Live or test money.
    pub livemode: bool,
    /// False for a session that has no money yet (open, expired, setup): kept for its journey, not shown as a payment.
    pub is_money: bool,
    /// Radar warned of fraud.
    pub early_fraud_warning: bool,
    /// Why the last attempt failed, in Stripe's words.
    pub failure: Option<String>,
    /// The event that decided `status`.
    pub told: Option<Told>,
    /// The last failed attempt.
    pub failed: Option<Told>,
    /// The last time money was on its way.
    pub processing: Option<Told>,
    /// The sessions.
    pub checkouts: Vec<Checkout>,
    /// What it says about whose it is.
    pub evidence: Evidence,
}

/// The snapshots of one payment, by kind.
#[derive(Default)]
struct Parts<'a> {
    sessions: Vec<(&'a ObjectId, &'a Snapshot, &'a Session)>,
    intents: Vec<(&'a Snapshot, &'a Intent)>,
    charges: Vec<(&'a ObjectId, &'a Snapshot, &'a Charge)>,
    refunds: Vec<(&'a ObjectId, &'a Snapshot, &'a Refund)>,
    disputes: Vec<(&'a Snapshot, &'a Dispute)>,
    warnings: bool,
    invoice_currency: Option<Currency>,
}

impl<'a> Parts<'a> {
    fn sort(members: &[(&'a ObjectId, &'a Snapshot)]) -> Self {
        let mut parts = Self::default();
        for &(id, snapshot) in members {
            match &snapshot.current().object {
                Object::Session(o) => parts.sessions.push((id, snapshot, o)),
                Object::Intent(o) => parts.intents.push((snapshot, o)),
                Object::Charge(o) => parts.charges.push((id, snapshot, o)),
                Object::Refund(o) => parts.refunds.push((id, snapshot, o)),
                Object::Dispute(o) => parts.disputes.push((snapshot, o)),
                Object::Warning(_) => parts.warnings = true,
                Object::Invoice(o) => parts.invoice_currency = parts.invoice_currency.or(o.currency),
                Object::Subscription(_) => {}
            }
        }
        parts
    }

    fn paying_sessions(&self) -> impl Iterator<Item = (&'a Snapshot, &'a Session)> {
        self.sessions.iter().filter(|(_, _, o)| o.mode != SessionMode::Setup).map(|&(_, s, o)| (s, o))
    }
}

/// Computes the payment from the newest snapshots of all its objects, in any order of `members`.
///
/// `None` when there is nothing to tell: no session, intent or charge among them (a refund or dispute whose charge
/// is not known yet waits under the charge's id).
pub fn fold(members: &[(&ObjectId, &Snapshot)]) -> Option<Payment> {
    let mut members = members.to_vec();
    members.sort_unstable_by_key(|(id, _)| *id);
    let parts = Parts::sort(&members);
    if parts.sessions.is_empty() && parts.intents.is_empty() && parts.charges.is_empty() {
        return None;
    }
    let captured = Captured::of(&parts);
    let refunded_minor = captured.refunded_minor(&parts);
    let disputes = Disputed::of(&parts, captured.gross_minor - refunded_minor, captured.currency);
    let signals = Signals::of(&parts);
    let succeeded = captured.told.clone();
    let returned_minor = refunded_minor.saturating_add(disputes.lost_minor);
    let went = Went {
        captured: succeeded.is_some(),
        dispute_open: disputes.open,
        gross_minor: captured.gross_minor,
        refunded_minor,
        lost_minor: disputes.lost_minor,
        net_minor: captured.gross_minor.saturating_sub(returned_minor).max(0),
    };
    let status = went.status().unwrap_or_else(|| signals.status());
    let first = members.iter().map(|(_, s)| s.first.at_s).min().unwrap_or(0);
    Some(Payment {
        status,
        currency: captured.currency,
        captured: went.captured,
        gross_minor: captured.gross_minor,
        refunded_minor,
        lost_minor: disputes.lost_minor,
        at_risk_minor: disputes.at_risk_minor,
        net_minor: went.net_minor,
        method: method(&parts),
        paid_at_ms: paid_at_ms(&parts, succeeded.as_ref()),
        returned_at_ms: captured.first_return_s(&parts).map(|at_s| at_s.saturating_mul(1000)),
        happened_at_s: succeeded.as_ref().map_or(first, |t| t.at_s),
        livemode: members.iter().any(|(_, s)| s.livemode),
        is_money: went.captured
            || !parts.intents.is_empty()
            || !parts.charges.is_empty()
            || signals.processing.is_some()
            || signals.failed.is_some(),
        early_fraud_warning: parts.warnings,
        failure: failure(&parts),
        told: decisive(status, &parts, succeeded, &signals),
        failed: signals.failed,
        processing: max_some(signals.processing, signals.authorised),
        checkouts: parts.sessions.iter().map(|(id, s, o)| checkout(id, s, o)).collect(),
        evidence: Evidence::gather(&members),
    })
}

/// The amounts that decide the status of money that has arrived; of one payment, or summed over a journey's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Went {
    pub(crate) captured: bool,
    pub(crate) dispute_open: bool,
    pub(crate) gross_minor: i64,
    pub(crate) refunded_minor: i64,
    pub(crate) lost_minor: i64,
    /// Of a journey, the sum of its payments' nets: what one payment is short of does not come out of another.
    pub(crate) net_minor: i64,
}

impl Went {
    /// STRIPE.md section 10, in its order; `None` while nothing was captured.
    pub(crate) fn status(self) -> Option<PaymentStatus> {
        if !self.captured {
            return None;
        }
        let went_back = self.refunded_minor > 0 || self.lost_minor > 0;
        Some(match self.net_minor {
            _ if self.dispute_open => PaymentStatus::Disputed,
            0 if self.lost_minor > 0 => PaymentStatus::Lost,
            0 if went_back => PaymentStatus::Refunded,
            _ if went_back => PaymentStatus::PartiallyRefunded,
            _ => PaymentStatus::Paid,
        })
    }
}

fn paid_at_ms(parts: &Parts<'_>, succeeded: Option<&Told>) -> Option<i64> {
    let first =
        parts.charges.iter().filter(|(_, _, c)| held_money(c)).filter_map(|(_, _, c)| c.created).min();
    succeeded.map(|told| first.unwrap_or(told.at_s).saturating_mul(1000))
}

/// Authorised, and not given back uncaptured: that it was captured may be known from its intent alone.
fn held_money(charge: &Charge) -> bool {
    charge.status == ChargeStatus::Succeeded && (charge.captured || !charge.refunded)
}

fn method(parts: &Parts<'_>) -> Option<String> {
    let paid = parts.charges.iter().filter(|(_, _, c)| c.status == ChargeStatus::Succeeded);
    let others = parts.charges.iter().filter(|(_, _, c)| c.status != ChargeStatus::Succeeded);
    let charges = paid.chain(others).find_map(|(_, _, c)| c.method.clone());
    let intents = || parts.intents.iter().find_map(|(_, i)| i.method.clone());
    let sessions = || parts.sessions.iter().find_map(|(_, _, o)| o.method.clone());
    charges.or_else(intents).or_else(sessions)
}

fn failure(parts: &Parts<'_>) -> Option<String> {
    let intent = parts.intents.iter().find_map(|(_, i)| i.last_payment_error.clone());
    let failed = parts.charges.iter().filter(|(_, _, c)| c.failure.is_some());
    let last = || failed.max_by_key(|(id, s, _)| (&s.milestones.failed, *id));
    intent.or_else(|| last().and_then(|(_, _, c)| c.failure.clone()))
}

fn checkout(id: &ObjectId, snapshot: &Snapshot, session: &Session) -> Checkout {
    let state = match session.status {
        SessionStatus::Open => CheckoutState::Open,
        SessionStatus::Expired => CheckoutState::Expired,
        _ => CheckoutState::Complete,
    };
    let expired = snapshot.milestones.expired.clone().filter(|_| state == CheckoutState::Expired);
    Checkout { id: id.clone(), state, opened_at_s: session.created, expired }
}

/// The event to name as the cause of `status`.
fn decisive(
    status: PaymentStatus,
    parts: &Parts<'_>,
    succeeded: Option<Told>,
    signals: &Signals,
) -> Option<Told> {
    let newest = |all: Vec<&Snapshot>| all.into_iter().map(|s| s.current().told.clone()).max();
    let disputes = |wanted: fn(DisputeStatus) -> bool| {
        newest(parts.disputes.iter().filter(|(_, d)| wanted(d.status)).map(|(s, _)| *s).collect())
    };
    let refunds = |wanted: fn(RefundStatus) -> bool| {
        newest(parts.refunds.iter().filter(|(_, _, r)| wanted(r.status)).map(|&(_, s, _)| s).collect())
    };
    let charges = || newest(parts.charges.iter().map(|&(_, s, _)| s).collect());
    let bounced = |status| matches!(status, RefundStatus::Failed | RefundStatus::Canceled);
    match status {
        PaymentStatus::None => None,
        PaymentStatus::Processing => max_some(signals.processing.clone(), signals.authorised.clone()),
        PaymentStatus::Failed => signals.failed.clone(),
        PaymentStatus::Canceled => signals.canceled.clone(),
        PaymentStatus::Disputed => disputes(is_open),
        PaymentStatus::Lost => max_some(refunds(|_| true), disputes(is_decided)),
        PaymentStatus::Refunded | PaymentStatus::PartiallyRefunded => {
            max_some(refunds(|_| true), disputes(is_decided)).or_else(charges)
        }
        // Paid again after a refund bounced or a dispute was won: that is the news.
        PaymentStatus::Paid => max_some(max_some(refunds(bounced), disputes(is_decided)), succeeded),
    }
}

/// A chargeback that ended; an inquiry decides nothing.
fn is_decided(status: DisputeStatus) -> bool {
    matches!(status, DisputeStatus::Won | DisputeStatus::Lost | DisputeStatus::Prevented)
}
