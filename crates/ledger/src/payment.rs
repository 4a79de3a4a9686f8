//! From the snapshots of one payment's objects to the payment: [`fold`].
//!
//! A payment is one PaymentIntent or a lone charge, with its sessions, charges, refunds, disputes and warnings. The
//! rules are STRIPE.md sections 6, 8 and 10 and SPEC 9.3, 9.4 and 9.7.

use crate::matching::Evidence;
use crate::money::Currency;
use crate::object::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Intent, IntentStatus, Object, ObjectId, Refund,
    RefundStatus, Session, SessionMode, SessionStatus,
};
use crate::snapshot::{Snapshot, Told, max_some, min_some};
use crate::status::PaymentStatus;
use serde::{Deserialize, Serialize};

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
    charges: Vec<(&'a Snapshot, &'a Charge)>,
    refunds: Vec<(&'a Snapshot, &'a Refund)>,
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
                Object::Charge(o) => parts.charges.push((snapshot, o)),
                Object::Refund(o) => parts.refunds.push((snapshot, o)),
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
    let refunded_minor = refunded(&parts);
    let disputes = Disputed::of(&parts, captured.gross_minor - refunded_minor, captured.currency);
    let signals = Signals::of(&parts);
    let succeeded = captured.told.clone();
    let went = Went {
        captured: succeeded.is_some(),
        dispute_open: disputes.open,
        gross_minor: captured.gross_minor,
        refunded_minor,
        lost_minor: disputes.lost_minor,
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
        net_minor: went.net_minor(),
        method: method(&parts),
        paid_at_ms: paid_at_ms(&parts, succeeded.as_ref()),
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
}

impl Went {
    pub(crate) fn net_minor(self) -> i64 {
        self.gross_minor.saturating_sub(self.refunded_minor).saturating_sub(self.lost_minor).max(0)
    }

    /// STRIPE.md section 10, in its order; `None` while nothing was captured.
    pub(crate) fn status(self) -> Option<PaymentStatus> {
        if !self.captured {
            return None;
        }
        let went_back = self.refunded_minor > 0 || self.lost_minor > 0;
        Some(match self.net_minor() {
            _ if self.dispute_open => PaymentStatus::Disputed,
            0 if self.lost_minor > 0 => PaymentStatus::Lost,
            0 if went_back => PaymentStatus::Refunded,
            _ if went_back => PaymentStatus::PartiallyRefunded,
            _ => PaymentStatus::Paid,
        })
    }
}

/// What was captured: the intent or its charges tell; a session only until they do.
struct Captured {
    gross_minor: i64,
    currency: Option<Currency>,
    told: Option<Told>,
}

impl Captured {
    fn of(parts: &Parts<'_>) -> Self {
        let told = parts
            .intents
            .iter()
            .map(|(s, _)| *s)
            .chain(parts.charges.iter().map(|(s, _)| *s))
            .chain(parts.paying_sessions().map(|(s, _)| s))
            .filter_map(|s| s.milestones.succeeded.clone())
            .min();
        let by_charges: i64 = parts.charges.iter().map(|(s, c)| charge_captured(s, c, parts)).sum();
        let by_intents: i64 = parts.intents.iter().map(|(_, i)| intent_received(i)).sum();
        let gross_minor = match by_charges.max(by_intents) {
            0 => parts.paying_sessions().filter_map(|(_, o)| session_total(o)).max().unwrap_or(0),
            gross => gross,
        };
        Self { gross_minor, currency: currency(parts), told }
    }
}

fn currency(parts: &Parts<'_>) -> Option<Currency> {
    let charges = parts.charges.iter().filter_map(|(_, o)| o.currency);
    let intents = parts.intents.iter().filter_map(|(_, o)| o.currency);
    let sessions = parts.sessions.iter().filter_map(|(_, _, o)| o.currency);
    charges.chain(intents).chain(sessions).next().or(parts.invoice_currency)
}

fn charge_captured(snapshot: &Snapshot, charge: &Charge, parts: &Parts<'_>) -> i64 {
    if charge.status != ChargeStatus::Succeeded || !charge.captured {
        return 0;
    }
    let amount = charge.amount.unwrap_or(0);
    // Before about 2020 a charge does not say how much was captured; the capture's own event or the intent does.
    let received = || match parts.intents.as_slice() {
        [(_, intent)] if parts.charges.len() == 1 => intent.amount_received.filter(|&r| r > 0 && r < amount),
        _ => None,
    };
    let said = charge.amount_captured.filter(|&a| a > 0).max(snapshot.milestones.captured_minor);
    said.or_else(received).unwrap_or(amount)
}

fn intent_received(intent: &Intent) -> i64 {
    match intent.status {
        IntentStatus::Succeeded => intent.amount_received.filter(|&a| a > 0).or(intent.amount).unwrap_or(0),
        _ => 0,
    }
}

fn session_total(session: &Session) -> Option<i64> {
    (session.status == SessionStatus::Paid).then_some(session.amount_total).flatten()
}

/// Refund objects tell when any was seen; else the charge's own cumulative figure. What Stripe shows as a refund when
/// an authorisation is captured in part or voided is not one.
fn refunded(parts: &Parts<'_>) -> i64 {
    let captures: Vec<_> =
        parts.charges.iter().map(|(s, c)| (*s, *c, charge_captured(s, c, parts))).collect();
    if parts.refunds.is_empty() {
        return captures.iter().map(|&(s, charge, captured)| charge_refunded(s, charge, captured)).sum();
    }
    let live = parts.refunds.iter().filter(|(_, r)| !is_release(r, &captures));
    live.filter(|(_, r)| matches!(r.status, RefundStatus::Succeeded | RefundStatus::Pending))
        .filter_map(|(_, r)| r.amount)
        .sum()
}

fn charge_refunded(snapshot: &Snapshot, charge: &Charge, captured: i64) -> i64 {
    let shown = charge.amount_refunded.unwrap_or(0);
    let rest = charge.amount.unwrap_or(0).saturating_sub(captured);
    if captured == 0 {
        return 0;
    }
    let full_without_rest = charge.refunded && shown == captured;
    let released = match snapshot.milestones.released_minor {
        Some(released) => released,
        // No event told of the capture itself: Stripe counts the rest as refunded from the capture on.
        None if shown >= rest && !full_without_rest => rest,
        None => 0,
    };
    shown.saturating_sub(released).clamp(0, captured)
}

/// True for the refund object of a partial capture: the uncaptured rest, made at the capture, before any real refund
/// could be, and not fitting into what was captured together with the others unless it is of that very amount.
fn is_release(refund: &Refund, captures: &[(&Snapshot, &Charge, i64)]) -> bool {
    captures.iter().any(|(snapshot, charge, captured)| {
        let rest = charge.amount.unwrap_or(0).saturating_sub(*captured);
        let captured_at_s = snapshot.milestones.succeeded.as_ref().map(|t| t.at_s);
        *captured == 0
            || (rest > 0
                && refund.amount == Some(rest)
                && matches!((refund.created, captured_at_s), (Some(r), Some(c)) if r <= c))
    })
}

#[derive(Default)]
struct Disputed {
    open: bool,
    lost_minor: i64,
    at_risk_minor: i64,
}

impl Disputed {
    /// `left_minor` bounds what can be lost: captured minus refunded.
    fn of(parts: &Parts<'_>, left_minor: i64, currency: Option<Currency>) -> Self {
        let mut disputed = Self::default();
        for (_, dispute) in &parts.disputes {
            // A dispute in the bank's currency cannot be compared: all that is left is in dispute.
            let comparable = dispute.currency.is_none() || currency.is_none() || dispute.currency == currency;
            let amount = dispute.amount.filter(|_| comparable).unwrap_or(left_minor.max(0));
            match dispute.status {
                DisputeStatus::NeedsResponse
                | DisputeStatus::UnderReview
                | DisputeStatus::AppealNeedsResponse
                | DisputeStatus::AppealUnderReview => {
                    disputed.open = true;
                    disputed.at_risk_minor += amount;
                }
                DisputeStatus::Lost => disputed.lost_minor += amount,
                _ => {}
            }
        }
        disputed
    }
}

/// The latest news of a payment that has not arrived.
#[derive(Default)]
struct Signals {
    failed: Option<Told>,
    processing: Option<Told>,
    authorised: Option<Told>,
    canceled: Option<Told>,
}

impl Signals {
    fn of(parts: &Parts<'_>) -> Self {
        let intents = parts.intents.iter().map(|(s, _)| *s);
        let charges = parts.charges.iter().map(|(s, _)| *s);
        let sessions = parts.paying_sessions().map(|(s, _)| s);
        intents.chain(charges).chain(sessions).map(|s| &s.milestones).fold(Self::default(), |all, m| Self {
            failed: max_some(all.failed, m.failed.clone()),
            processing: max_some(all.processing, m.processing.clone()),
            authorised: max_some(all.authorised, m.authorised.clone()),
            canceled: min_some(all.canceled, m.canceled.clone()),
        })
    }

    /// Cancellation is final. Otherwise the newest news counts; within one second a failure ends what was on its way,
    /// and an authorisation can only follow a failure.
    fn status(&self) -> PaymentStatus {
        let at = |told: &Option<Told>| told.as_ref().map(|t| t.at_s);
        if self.canceled.is_some() {
            return PaymentStatus::Canceled;
        }
        [
            (at(&self.processing), 1, PaymentStatus::Processing),
            (at(&self.failed), 2, PaymentStatus::Failed),
            (at(&self.authorised), 3, PaymentStatus::Processing),
        ]
        .into_iter()
        .filter(|(at, _, _)| at.is_some())
        .max_by_key(|&(at, rank, _)| (at, rank))
        .map_or(PaymentStatus::None, |(_, _, status)| status)
    }
}

fn paid_at_ms(parts: &Parts<'_>, succeeded: Option<&Told>) -> Option<i64> {
    let charges = parts.charges.iter().filter(|(s, _)| s.milestones.succeeded.is_some());
    let first = charges.filter_map(|(_, c)| c.created).min();
    succeeded.map(|told| first.unwrap_or(told.at_s).saturating_mul(1000))
}

fn method(parts: &Parts<'_>) -> Option<String> {
    let paid = parts.charges.iter().filter(|(_, c)| c.status == ChargeStatus::Succeeded);
    let others = parts.charges.iter().filter(|(_, c)| c.status != ChargeStatus::Succeeded);
    let charges = paid.chain(others).find_map(|(_, c)| c.method.clone());
    let intents = || parts.intents.iter().find_map(|(_, i)| i.method.clone());
    let sessions = || parts.sessions.iter().find_map(|(_, _, o)| o.method.clone());
    charges.or_else(intents).or_else(sessions)
}

fn failure(parts: &Parts<'_>) -> Option<String> {
    let intents = parts.intents.iter().filter_map(|(_, i)| i.last_payment_error.clone());
    let charges = parts.charges.iter().filter_map(|(_, c)| c.failure.clone());
    intents.chain(charges).next()
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
    let disputes = || newest(parts.disputes.iter().map(|(s, _)| *s).collect());
    let refunds = || newest(parts.refunds.iter().map(|(s, _)| *s).collect());
    let charges = || newest(parts.charges.iter().map(|(s, _)| *s).collect());
    match status {
        PaymentStatus::None => None,
        PaymentStatus::Processing => max_some(signals.processing.clone(), signals.authorised.clone()),
        PaymentStatus::Failed => signals.failed.clone(),
        PaymentStatus::Canceled => signals.canceled.clone(),
        PaymentStatus::Disputed | PaymentStatus::Lost => disputes(),
        PaymentStatus::Refunded | PaymentStatus::PartiallyRefunded => {
            max_some(refunds(), disputes()).or_else(charges)
        }
        // Paid again after a refund bounced or a dispute was won: that is the news.
        PaymentStatus::Paid => max_some(max_some(refunds(), disputes()), succeeded),
    }
}
