//! Short words for what Stripe says. Everything is about `pi_1`, `ch_1`, `cs_1` and 500 dollars unless changed.

use crate::forest::Forest;
use ledger::journey::{Flag, JourneyPayment, OpenedCheckout};
use ledger::object::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Intent, IntentStatus, Invoice, Object, Refund,
    RefundStatus, Session, SessionMode, SessionStatus, Tags, Warning,
};
use ledger::{
    Capture, Currency, JourneyFacts, Judgement, Mark, Money, Observation, Outcome, Override, Payment,
    PaymentStatus, Told, Version, judge,
};
use std::collections::BTreeMap;

pub(crate) const PRICE: i64 = 50_000;

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "the fields are optional")]
pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// `object` is seen 100 ms after the second `at_s` began.
pub(crate) fn told(at_s: i64, id: &str, object: Object) -> Observation {
    seen(at_s, 100, id, object)
}

pub(crate) fn seen(at_s: i64, after_ms: i64, id: &str, object: Object) -> Observation {
    let told = Told { at_s, event_id: format!("evt_{at_s}_{id}"), seen_ms: at_s * 1000 + after_ms };
    let version = Version { told, object, previous: BTreeMap::new() };
    Observation { id: id.to_owned(), version, livemode: true, capture: None, since_s: None }
}

/// In the event of that name.
pub(crate) fn by(event_id: &str, mut observation: Observation) -> Observation {
    event_id.clone_into(&mut observation.version.told.event_id);
    observation
}

/// Told by `charge.captured`.
pub(crate) fn captured(
    captured_minor: i64,
    released_minor: i64,
    mut observation: Observation,
) -> Observation {
    observation.capture = Some(Capture { captured_minor, released_minor });
    observation
}

pub(crate) fn intent(status: IntentStatus) -> Intent {
    Intent {
        status,
        amount: Some(PRICE),
        amount_received: Some(if status == IntentStatus::Succeeded { PRICE } else { 0 }),
        currency: Some(currency("usd")),
        latest_charge: None,
        invoice: None,
        last_payment_error: None,
        partially_funded: false,
        method: some("card"),
        created: Some(1),
        tags: Tags::default(),
    }
}

pub(crate) fn pi(at_s: i64, status: IntentStatus) -> Observation {
    told(at_s, "pi_1", Object::Intent(intent(status)))
}

/// `payment_intent.payment_failed`
pub(crate) fn declined(at_s: i64) -> Observation {
    let last_payment_error = some("Your card was declined.");
    told(
        at_s,
        "pi_1",
        Object::Intent(Intent { last_payment_error, ..intent(IntentStatus::RequiresPaymentMethod) }),
    )
}

pub(crate) fn charge(status: ChargeStatus) -> Charge {
    let captured = status == ChargeStatus::Succeeded;
    Charge {
        status,
        captured,
        amount: Some(PRICE),
        amount_captured: Some(if captured { PRICE } else { 0 }),
        amount_refunded: Some(0),
        refunded: false,
        currency: Some(currency("usd")),
        payment_intent: some("pi_1"),
        invoice: None,
        failure: None,
        method: some("card"),
        created: Some(2),
        tags: Tags::default(),
    }
}

pub(crate) fn ch(at_s: i64, status: ChargeStatus) -> Observation {
    told(at_s, "ch_1", Object::Charge(charge(status)))
}

/// A captured charge that shows this as refunded.
pub(crate) fn ch_refunded(at_s: i64, minor: i64) -> Observation {
    let refunded = minor == PRICE;
    told(
        at_s,
        "ch_1",
        Object::Charge(Charge { amount_refunded: Some(minor), refunded, ..charge(ChargeStatus::Succeeded) }),
    )
}

/// Authorised, not captured.
pub(crate) fn held() -> Charge {
    Charge { captured: false, amount_captured: Some(0), ..charge(ChargeStatus::Succeeded) }
}

pub(crate) fn session(status: SessionStatus) -> Session {
    let paying =
        !matches!(status, SessionStatus::Open | SessionStatus::Expired | SessionStatus::NothingToPay);
    Session {
        status,
        mode: SessionMode::Payment,
        amount_total: Some(PRICE),
        currency: Some(currency("usd")),
        client_reference_id: None,
        payment_intent: some("pi_1").filter(|_| paying),
        invoice: None,
        method: some("card"),
        created: Some(1),
        tags: Tags::default(),
    }
}

pub(crate) fn cs(at_s: i64, status: SessionStatus) -> Observation {
    told(at_s, "cs_1", Object::Session(session(status)))
}

/// Another session, opened then, with no payment of its own.
pub(crate) fn cs_other(at_s: i64, id: &str, status: SessionStatus, opened_s: i64) -> Observation {
    let created = Some(opened_s);
    told(at_s, id, Object::Session(Session { created, payment_intent: None, ..session(status) }))
}

pub(crate) fn re_object(minor: i64, status: RefundStatus) -> Refund {
    Refund {
        status,
        amount: Some(minor),
        currency: Some(currency("usd")),
        charge: some("ch_1"),
        payment_intent: some("pi_1"),
        created: Some(20),
    }
}

pub(crate) fn re(at_s: i64, id: &str, minor: i64, status: RefundStatus) -> Observation {
    told(at_s, id, Object::Refund(re_object(minor, status)))
}

pub(crate) fn dispute(minor: i64, status: DisputeStatus) -> Dispute {
    Dispute {
        status,
        amount: Some(minor),
        currency: Some(currency("usd")),
        charge: some("ch_1"),
        payment_intent: some("pi_1"),
        reason: some("fraudulent"),
        created: Some(30),
    }
}

pub(crate) fn du(at_s: i64, minor: i64, status: DisputeStatus) -> Observation {
    told(at_s, "du_1", Object::Dispute(dispute(minor, status)))
}

pub(crate) fn warning(at_s: i64) -> Observation {
    let object = Warning { charge: some("ch_1"), payment_intent: some("pi_1"), fraud_type: None };
    told(at_s, "issfr_1", Object::Warning(object))
}

pub(crate) fn invoice(at_s: i64, paid: bool, payment_intent: Option<&str>) -> Observation {
    let object = Invoice {
        paid,
        amount_paid: Some(if paid { PRICE } else { 0 }),
        currency: Some(currency("usd")),
        payment_intent: payment_intent.map(str::to_owned),
        charge: None,
        subscription: some("sub_1"),
        link_only: false,
        tags: Tags::default(),
    };
    told(at_s, "in_1", Object::Invoice(object))
}

/// The card paid: charge, intent, session.
pub(crate) fn paid() -> Vec<Observation> {
    vec![ch(10, ChargeStatus::Succeeded), pi(10, IntentStatus::Succeeded), cs(10, SessionStatus::Paid)]
}

pub(crate) fn paid_then(more: impl IntoIterator<Item = Observation>) -> Vec<Observation> {
    paid().into_iter().chain(more).collect()
}

/// The payments, by root. Half of what was told arrives again, in the opposite order.
pub(crate) fn payments(told: &[Observation]) -> BTreeMap<String, Payment> {
    let (mut forward, mut backward) = (Forest::default(), Forest::default());
    told.iter().cloned().for_each(|o| forward.add(o));
    told.iter().rev().step_by(2).cloned().for_each(|o| backward.add(o));
    let both = forward.clone().merge(backward);
    assert_eq!(both, forward);
    both.payments()
}

/// The only payment.
pub(crate) fn payment(told: &[Observation]) -> Payment {
    let mut all = payments(told);
    assert_eq!(all.len(), 1, "{:?}", all.keys());
    all.pop_first().unwrap().1
}

#[derive(Default)]
pub(crate) struct Facts<'a> {
    pub(crate) told: &'a [Observation],
    pub(crate) opened: &'a [OpenedCheckout],
    pub(crate) mark: Option<Mark>,
    pub(crate) pinned: Option<Override>,
}

pub(crate) fn judged(facts: &Facts<'_>) -> Judgement {
    let expected = Money::new(PRICE, currency("usd"));
    let payments = payments(facts.told);
    let payments: Vec<_> =
        payments.iter().map(|(id, payment)| JourneyPayment { id, payment, expected }).collect();
    judge(&JourneyFacts {
        price: expected,
        payments: &payments,
        opened: facts.opened,
        mark: facts.mark.as_ref(),
        pinned: facts.pinned.as_ref(),
    })
}

pub(crate) fn journey(told: &[Observation]) -> Judgement {
    judged(&Facts { told, ..Facts::default() })
}

pub(crate) fn flags(told: &[Observation]) -> Vec<Flag> {
    journey(told).flags
}

pub(crate) fn mark(outcome: Outcome, at_ms: i64) -> Mark {
    Mark { outcome, at_ms, by: "Ana".to_owned(), note: None }
}

pub(crate) fn pin(outcome: Outcome) -> Override {
    Override { outcome, reason: "agreed on the phone".to_owned(), at_ms: 1, by: "Ana".to_owned() }
}

pub(crate) fn opened(session_id: &str, opened_at_ms: i64) -> OpenedCheckout {
    OpenedCheckout { session_id: session_id.to_owned(), opened_at_ms }
}

/// (status, gross, refunded, lost, at risk, net)
pub(crate) type Row = (PaymentStatus, i64, i64, i64, i64, i64);

pub(crate) fn row(p: &Payment) -> Row {
    (p.status, p.gross_minor, p.refunded_minor, p.lost_minor, p.at_risk_minor, p.net_minor)
}

pub(crate) fn sums(j: &Judgement) -> Row {
    (j.payment_status, j.gross_minor, j.refunded_minor, j.lost_minor, j.at_risk_minor, j.net_minor)
}
