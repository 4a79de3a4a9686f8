//! From a journey's payments, checkouts, mark and override to its outcome: [`judge`].
//!
//! Precedence (SPEC H8, 9.2): override; else money; else the newest of mark, failed attempt and expired checkout; else
//! pending. Money of another currency or mode is never added up.

use crate::money::{Currency, Money};
use crate::payment::{Checkout, CheckoutState, Payment, Went};
use crate::snapshot::Told;
use crate::status::{Outcome, OutcomeSource, PaymentStatus, words};
use serde::{Deserialize, Serialize};

words! {
    /// What a person should look at (SPEC 9.9).
    Flag {
        /// A dispute is open.
        AtRisk = "at_risk",
        /// Two payments hold money.
        DoublePayment = "double_payment",
        /// Radar warned.
        EarlyFraudWarning = "early_fraud_warning",
        /// Captured differs from the price, or is in another currency.
        AmountMismatch = "amount_mismatch",
        /// The override says otherwise than Stripe.
        OverrideConflict = "override_conflict",
    }
}

/// A person's plain note of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What they saw.
    pub outcome: Outcome,
    /// When they said so, Unix ms.
    pub at_ms: i64,
    /// Who.
    pub by: String,
    /// In their words.
    pub note: Option<String>,
}

/// A person's deliberate pin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Pinned to.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// When, Unix ms.
    pub at_ms: i64,
    /// Who.
    pub by: String,
}

/// One payment of the journey, and what it should have been.
#[derive(Clone, Copy, Debug)]
pub struct JourneyPayment<'a> {
    /// `pi_…`
    pub id: &'a str,
    /// What became of it.
    pub payment: &'a Payment,
    /// Price frozen at its checkout, else the journey's.
    pub expected: Money,
}

/// A checkout that we opened, whether or not Stripe has told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCheckout {
    /// `cs_…`
    pub session_id: String,
    /// Unix ms.
    pub opened_at_ms: i64,
}

/// All that decides a journey's outcome.
#[derive(Clone, Copy, Debug)]
pub struct JourneyFacts<'a> {
    /// What was asked for.
    pub price: Money,
    /// Everything matched to it, sessions without money included.
    pub payments: &'a [JourneyPayment<'a>],
    /// Sessions that we opened.
    pub opened: &'a [OpenedCheckout],
    /// The newest mark.
    pub mark: Option<&'a Mark>,
    /// The override in force.
    pub pinned: Option<&'a Override>,
}

/// What became of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// With the override.
    pub outcome: Outcome,
    /// What decided it.
    pub source: OutcomeSource,
    /// Without the override.
    pub derived_outcome: Outcome,
    /// What decided that.
    pub derived_source: OutcomeSource,
    /// Of the sums below.
    pub payment_status: PaymentStatus,
    /// Of the sums below; the journey's unless all its money came in another.
    pub currency: Currency,
    /// Sum over its payments, minor units.
    pub gross_minor: i64,
    /// Likewise.
    pub refunded_minor: i64,
    /// Likewise.
    pub lost_minor: i64,
    /// Likewise.
    pub at_risk_minor: i64,
    /// Sum of the payments' nets.
    pub net_minor: i64,
    /// First success, Unix ms.
    pub paid_at_ms: Option<i64>,
    /// When the first of what went back did, Unix ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_at_ms: Option<i64>,
    /// The event that decided `derived_outcome`, when Stripe did.
    pub told: Option<Told>,
    /// The payment to name: the first that holds or held money, else the one with the newest news.
    pub payment_id: Option<String>,
    /// Ascending.
    pub flags: Vec<Flag>,
}

/// Computes a journey's outcome. A pure function of `facts`; the order of `payments` and `opened` does not matter.
pub fn judge(facts: &JourneyFacts<'_>) -> Judgement {
    let mut payments: Vec<_> = facts.payments.to_vec();
    payments.sort_by(|a, b| (a.payment.happened_at_s, a.id).cmp(&(b.payment.happened_at_s, b.id)));
    let currency = counted_currency(&payments, facts.price.currency);
    let counted: Vec<_> =
        payments.iter().copied().filter(|p| p.payment.currency.is_none_or(|c| c == currency)).collect();
    let went = sum(&counted);
    let payment_status = went.status().unwrap_or_else(|| best_uncaptured(&payments));
    let derived = derive(facts, &counted, payment_status);
    let flags = flags(facts, &payments, &derived);
    let (outcome, source) = match facts.pinned {
        Some(pin) => (pin.outcome, OutcomeSource::Override),
        None => (derived.outcome, derived.source),
    };
    Judgement {
        outcome,
        source,
        derived_outcome: derived.outcome,
        derived_source: derived.source,
        payment_status,
        currency,
        gross_minor: went.gross_minor,
        refunded_minor: went.refunded_minor,
        lost_minor: went.lost_minor,
        at_risk_minor: counted.iter().map(|p| p.payment.at_risk_minor).sum(),
        net_minor: went.net_minor,
        paid_at_ms: counted.iter().filter_map(|p| p.payment.paid_at_ms).min(),
        returned_at_ms: counted.iter().filter_map(|p| p.payment.returned_at_ms).min(),
        told: derived.told,
        payment_id: headline(&counted).or_else(|| headline(&payments)).map(|p| p.id.to_owned()),
        flags,
    }
}

/// The journey's currency, unless money came in and none of it in that.
fn counted_currency(payments: &[JourneyPayment<'_>], asked: Currency) -> Currency {
    let mut arrived = payments.iter().filter(|p| p.payment.captured).filter_map(|p| p.payment.currency);
    let first = arrived.clone().next();
    if arrived.any(|c| c == asked) { asked } else { first.unwrap_or(asked) }
}

fn sum(payments: &[JourneyPayment<'_>]) -> Went {
    payments.iter().map(|p| p.payment).fold(Went::default(), |all, p| Went {
        captured: all.captured || p.captured,
        dispute_open: all.dispute_open || p.status == PaymentStatus::Disputed,
        gross_minor: all.gross_minor.saturating_add(p.gross_minor),
        refunded_minor: all.refunded_minor.saturating_add(p.refunded_minor),
        lost_minor: all.lost_minor.saturating_add(p.lost_minor),
        net_minor: all.net_minor.saturating_add(p.net_minor),
    })
}

/// While nothing was captured there is no sum, so a currency does not matter.
fn best_uncaptured(payments: &[JourneyPayment<'_>]) -> PaymentStatus {
    let order = [PaymentStatus::Processing, PaymentStatus::Failed, PaymentStatus::Canceled];
    let any = |status: &PaymentStatus| payments.iter().any(|p| p.payment.status == *status);
    order.into_iter().find(any).unwrap_or(PaymentStatus::None)
}

fn headline<'a>(payments: &[JourneyPayment<'a>]) -> Option<JourneyPayment<'a>> {
    let money = || payments.iter().filter(|p| p.payment.is_money);
    let newest = || money().max_by_key(|p| (p.payment.told.clone(), p.id));
    payments.iter().find(|p| p.payment.captured).or_else(newest).copied()
}

struct Derived {
    outcome: Outcome,
    source: OutcomeSource,
    told: Option<Told>,
}

fn derive(facts: &JourneyFacts<'_>, counted: &[JourneyPayment<'_>], status: PaymentStatus) -> Derived {
    if let Some(outcome) = status.outcome() {
        let with_money = counted.iter().filter(|p| p.payment.captured);
        let told = with_money.filter_map(|p| p.payment.told.clone()).max();
        return Derived { outcome, source: OutcomeSource::Payment, told };
    }
    let weak = weak_evidence(facts, status);
    match (facts.mark, weak) {
        (Some(mark), Some((_, told))) if told.at_ms() <= mark.at_ms => by_mark(mark),
        (_, Some((outcome, told))) => Derived { outcome, source: OutcomeSource::Payment, told: Some(told) },
        (Some(mark), None) => by_mark(mark),
        (None, None) => Derived { outcome: Outcome::Pending, source: OutcomeSource::None, told: None },
    }
}

fn by_mark(mark: &Mark) -> Derived {
    Derived { outcome: mark.outcome, source: OutcomeSource::Mark, told: None }
}

/// The newest of failed attempts (pending) and expired checkouts (ghosted). Within one second the expiry is the later:
/// nothing can be tried in an expired session.
fn weak_evidence(facts: &JourneyFacts<'_>, status: PaymentStatus) -> Option<(Outcome, Told)> {
    let payments = || facts.payments.iter().map(|p| p.payment);
    let failed = newest(payments().filter_map(|p| p.failed.clone()));
    let expired = expiry(facts, status);
    match (failed, expired) {
        (Some(f), Some(e)) if f.at_s > e.at_s => Some((Outcome::Pending, f)),
        (_, Some(e)) => Some((Outcome::Ghosted, e)),
        (Some(f), None) => Some((Outcome::Pending, f)),
        (None, None) => None,
    }
}

fn newest(told: impl Iterator<Item = Told>) -> Option<Told> {
    told.max_by_key(|told| (told.at_ms(), told.clone()))
}

/// The newest expiry, unless money is on its way, another checkout is open, or something happened since (SPEC 9.5).
fn expiry(facts: &JourneyFacts<'_>, status: PaymentStatus) -> Option<Told> {
    let sessions = || facts.payments.iter().flat_map(|p| &p.payment.checkouts);
    let newest = newest(sessions().filter_map(|c| c.expired.clone()))?;
    if status == PaymentStatus::Processing {
        return None;
    }
    // The opening of a checkout that has expired itself is older than that, also within one second.
    let opened_since = |c: &Checkout| match c.state {
        CheckoutState::Open => true,
        CheckoutState::Complete => c.opened_at_s.is_some_and(|at| at >= newest.at_s),
        CheckoutState::Expired => false,
    };
    let ours_since = |o: &OpenedCheckout| match sessions().find(|c| c.id == o.session_id).map(|c| c.state) {
        None | Some(CheckoutState::Open) => true,
        Some(CheckoutState::Complete) => o.opened_at_ms >= newest.at_ms(),
        Some(CheckoutState::Expired) => false,
    };
    let reopened = sessions().any(opened_since)
        || facts.opened.iter().any(ours_since)
        || facts.payments.iter().any(|p| on_its_way_since(p.payment, newest.at_s));
    (!reopened).then_some(newest)
}

/// Money was on its way at that time or later. Where that ended in cancellation it was until then; where it failed, the
/// failure speaks for itself.
fn on_its_way_since(payment: &Payment, at_s: i64) -> bool {
    let since = |told: &Option<Told>| told.as_ref().is_some_and(|told| told.at_s >= at_s);
    let at = |told: &Option<Told>| told.as_ref().map(|told| told.at_s);
    let until_canceled =
        payment.status == PaymentStatus::Canceled && at(&payment.processing) > at(&payment.failed);
    since(&payment.processing) || (until_canceled && since(&payment.told))
}

fn flags(facts: &JourneyFacts<'_>, payments: &[JourneyPayment<'_>], derived: &Derived) -> Vec<Flag> {
    let any = |test: fn(&JourneyPayment<'_>) -> bool| payments.iter().any(test);
    let holding = payments.iter().filter(|p| p.payment.net_minor > 0).count();
    let says_otherwise = facts.pinned.is_some_and(|pin| pin.outcome != derived.outcome);
    let raised = [
        (Flag::AtRisk, any(|p| p.payment.status == PaymentStatus::Disputed)),
        (Flag::DoublePayment, holding > 1),
        (Flag::EarlyFraudWarning, any(|p| p.payment.early_fraud_warning)),
        (Flag::AmountMismatch, any(mismatch)),
        (Flag::OverrideConflict, says_otherwise && derived.source == OutcomeSource::Payment),
    ];
    raised.into_iter().filter(|(_, raised)| *raised).map(|(flag, _)| flag).collect()
}

fn mismatch(p: &JourneyPayment<'_>) -> bool {
    let got = p.payment.currency.map(|currency| Money::new(p.payment.gross_minor, currency));
    p.payment.captured && got != Some(p.expected)
}
