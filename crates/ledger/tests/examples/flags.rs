//! SPEC 9.9: what a person should look at.

use crate::build::*;
use ledger::journey::Flag;
use ledger::object::{
    Charge, ChargeStatus, DisputeStatus, Intent, IntentStatus, Object, RefundStatus, Session, SessionStatus,
};
use ledger::{Observation, Outcome};

use Flag::{AmountMismatch, AtRisk, DoublePayment, EarlyFraudWarning, OverrideConflict};

fn lone(at_s: i64, id: &str, minor: i64, code: &str) -> Observation {
    let object = Charge {
        payment_intent: None,
        amount: Some(minor),
        amount_captured: Some(minor),
        currency: Some(currency(code)),
        ..charge(ChargeStatus::Succeeded)
    };
    told(at_s, id, Object::Charge(object))
}

#[test]
fn each_flag() {
    let du = |status| paid_then([du(30, PRICE, status)]);
    let twice = |more: Vec<Observation>| {
        let both = paid_then([lone(12, "ch_2", PRICE, "usd")]);
        both.into_iter().chain(more).collect::<Vec<_>>()
    };
    let free = Session { amount_total: Some(0), ..session(SessionStatus::NothingToPay) };
    let table = [
        ("as it should be", paid(), vec![]),
        ("nothing yet", vec![cs(3, SessionStatus::Open)], vec![]),
        ("dispute open", du(DisputeStatus::NeedsResponse), vec![AtRisk]),
        ("under appeal", du(DisputeStatus::AppealUnderReview), vec![AtRisk]),
        ("an inquiry", du(DisputeStatus::WarningNeedsResponse), vec![]),
        ("dispute won", du(DisputeStatus::Won), vec![]),
        ("dispute lost", du(DisputeStatus::Lost), vec![]),
        ("two payments", twice(vec![]), vec![DoublePayment]),
        ("two, one refunded", twice(vec![ch_refunded(20, PRICE)]), vec![]),
        ("two, one part refunded", twice(vec![ch_refunded(20, 1)]), vec![DoublePayment]),
        (
            "one paid, one processing",
            paid_then([told(12, "pi_2", Object::Intent(intent(IntentStatus::Processing)))]),
            vec![],
        ),
        ("fraud warning", paid_then([warning(20)]), vec![EarlyFraudWarning]),
        ("another amount", vec![lone(10, "ch_1", 40_000, "usd")], vec![AmountMismatch]),
        ("another currency", vec![lone(10, "ch_1", PRICE, "eur")], vec![AmountMismatch]),
        ("nothing to pay", vec![told(10, "cs_1", Object::Session(free))], vec![AmountMismatch]),
        (
            "another amount, not captured",
            vec![told(
                5,
                "pi_1",
                Object::Intent(Intent { amount: Some(7), ..intent(IntentStatus::Processing) }),
            )],
            vec![],
        ),
        (
            "all at once",
            twice(vec![
                lone(13, "ch_3", PRICE, "eur"),
                warning(20),
                re(20, "re_1", 10, RefundStatus::Succeeded),
                du_open(),
            ]),
            vec![AtRisk, DoublePayment, EarlyFraudWarning, AmountMismatch],
        ),
    ];
    for (name, told, want) in table {
        assert_eq!(flags(&told), want, "{name}");
    }
}

fn du_open() -> Observation {
    du(30, PRICE, DisputeStatus::UnderReview)
}

#[test]
fn captured_in_part_differs_from_the_price() {
    let object = Charge {
        amount_captured: Some(30_000),
        amount_refunded: Some(20_000),
        ..charge(ChargeStatus::Succeeded)
    };
    assert_eq!(flags(&[told(10, "ch_1", Object::Charge(object))]), [AmountMismatch]);
}

#[test]
fn an_override_conflicts_only_with_what_stripe_says() {
    let flags = |told: &[Observation], outcome, at_ms: Option<i64>| {
        let mark = at_ms.map(|at_ms| mark(Outcome::Responded, at_ms));
        judged(&Facts { told, mark, pinned: Some(pin(outcome)), opened: &[] }).flags
    };
    let expired = [cs(10, SessionStatus::Expired)];
    let open = [cs(3, SessionStatus::Open)];
    assert_eq!(flags(&paid(), Outcome::Ghosted, None), [OverrideConflict]);
    assert_eq!(flags(&paid(), Outcome::Paid, None), []);
    assert_eq!(flags(&expired, Outcome::Responded, None), [OverrideConflict]);
    assert_eq!(flags(&expired, Outcome::Ghosted, Some(20_000)), [], "Stripe is outranked by the mark");
    assert_eq!(flags(&open, Outcome::Ghosted, Some(1)), [], "only a person says otherwise");
}
