//! SPEC H9 and 9.7: times are Stripe's and do not move.

use crate::build::*;
use ledger::object::{
    Charge, ChargeStatus, DisputeStatus, Intent, IntentStatus, Object, Refund, RefundStatus, Session,
    SessionStatus,
};
use ledger::{Observation, Told};

#[test]
fn paid_at_is_the_first_successful_charges_own_time() {
    let failed = Charge { created: Some(1), ..charge(ChargeStatus::Failed) };
    let failed = told(4, "ch_0", Object::Charge(failed));
    let free = told(
        10,
        "cs_1",
        Object::Session(Session { amount_total: Some(0), ..session(SessionStatus::NothingToPay) }),
    );
    let slow =
        vec![ch(3, ChargeStatus::Pending), pi(3, IntentStatus::Processing), ch(90, ChargeStatus::Succeeded)];
    let table = [
        ("charge", paid(), Some(2_000)),
        ("not a failed one before it", paid_then([failed]), Some(2_000)),
        ("slow debit", slow, Some(2_000)),
        ("intent alone", vec![pi(10, IntentStatus::Succeeded)], Some(10_000)),
        ("session alone", vec![cs(11, SessionStatus::Paid)], Some(11_000)),
        (
            "the first event of success",
            vec![cs(11, SessionStatus::Paid), pi(10, IntentStatus::Succeeded)],
            Some(10_000),
        ),
        ("nothing to pay", vec![free], Some(10_000)),
        ("after a refund", paid_then([ch_refunded(20, PRICE)]), Some(2_000)),
        ("not yet", vec![pi(10, IntentStatus::Processing)], None),
    ];
    for (name, told, want) in table {
        assert_eq!(payment(&told).paid_at_ms, want, "{name}");
        assert_eq!(journey(&told).paid_at_ms, want, "{name}: the journey");
    }
}

/// With the intent's success alone known, the time once moved when the charge was told of again.
#[test]
fn paid_at_does_not_wait_for_the_charge_to_say_captured() {
    let known = vec![told(5, "ch_1", Object::Charge(held())), pi(10, IntentStatus::Succeeded)];
    let later = [known.clone(), vec![ch_refunded(20, 100)]].concat();
    assert_eq!(payment(&known).paid_at_ms, Some(2_000));
    assert_eq!(payment(&later).paid_at_ms, Some(2_000));
}

/// Of refunds their own time; of one known from its charge alone, and of a lost dispute, the event's.
#[test]
fn the_first_of_what_went_back_is_dated() {
    let refund = |id: &str, created, status| {
        let refund = Refund { created: Some(created), ..re_object(100, status) };
        told(40, id, Object::Refund(refund))
    };
    let done = RefundStatus::Succeeded;
    let table = [
        ("nothing", paid(), None),
        ("by its own time", paid_then([refund("re_1", 25, done)]), Some(25_000)),
        ("the first of two", paid_then([refund("re_2", 31, done), refund("re_1", 25, done)]), Some(25_000)),
        ("a failed one gave nothing", paid_then([refund("re_1", 25, RefundStatus::Failed)]), None),
        ("the charge alone", paid_then([ch_refunded(20, 100)]), Some(20_000)),
        ("a dispute that is open", paid_then([du(30, PRICE, DisputeStatus::NeedsResponse)]), None),
        ("a lost dispute", paid_then([du(30, PRICE, DisputeStatus::Lost)]), Some(30_000)),
        (
            "whichever came first",
            paid_then([du(30, 100, DisputeStatus::Lost), refund("re_1", 25, done)]),
            Some(25_000),
        ),
    ];
    for (name, told, want) in table {
        assert_eq!(payment(&told).returned_at_ms, want, "{name}");
        assert_eq!(journey(&told).returned_at_ms, want, "{name}: the journey");
    }
}

#[test]
fn a_replay_moves_nothing() {
    let again = |at_s| cs(at_s, SessionStatus::Paid);
    let before = payment(&[again(10)]);
    let after = payment(&[again(10), again(500)]);
    assert_eq!(before.paid_at_ms, after.paid_at_ms);
    assert_eq!(before.happened_at_s, after.happened_at_s);
}

#[test]
fn a_journeys_first_payment_counts() {
    let second = Charge { created: Some(1), payment_intent: None, ..charge(ChargeStatus::Succeeded) };
    let told = paid_then([told(50, "ch_2", Object::Charge(second))]);
    assert_eq!(journey(&told).paid_at_ms, Some(1_000));
}

#[test]
fn what_happened_is_the_success_else_the_first_mention() {
    let happened = |told: &[Observation]| payment(told).happened_at_s;
    assert_eq!(happened(&[pi(3, IntentStatus::RequiresPaymentMethod), declined(7)]), 3);
    assert_eq!(happened(&[pi(3, IntentStatus::RequiresPaymentMethod), pi(9, IntentStatus::Succeeded)]), 9);
}

#[test]
fn a_moment_lies_inside_stripes_second_and_not_after_it_was_seen() {
    let at = |seen_ms| Told { at_s: 10, event_id: String::new(), seen_ms }.at_ms();
    // Our clock may be behind Stripe's.
    let table = [(9_000, 10_000), (10_000, 10_000), (10_400, 10_400), (10_999, 10_999), (99_000, 10_999)];
    for (seen_ms, want) in table {
        assert_eq!(at(seen_ms), want, "{seen_ms}");
    }
    let far = Told { at_s: i64::MAX, event_id: String::new(), seen_ms: 0 };
    assert_eq!(far.at_ms(), i64::MAX);
}

#[test]
fn the_last_failure_is_the_one_to_show() {
    let failed = |id: &str, at_s, why: &str| {
        told(at_s, id, Object::Charge(Charge { failure: some(why), ..charge(ChargeStatus::Failed) }))
    };
    let action = || told(9, "pi_1", Object::Intent(Intent { ..intent(IntentStatus::RequiresAction) }));
    let table = [
        ("the lower id later", vec![failed("ch_a", 8, "late"), failed("ch_b", 4, "early"), action()], "late"),
        (
            "the higher id later",
            vec![failed("ch_a", 4, "early"), failed("ch_b", 8, "late"), action()],
            "late",
        ),
        ("the intent knows best", vec![failed("ch_a", 4, "early"), declined(8)], "Your card was declined."),
    ];
    for (name, told, want) in table {
        assert_eq!(payment(&told).failure.as_deref(), Some(want), "{name}");
    }
}
