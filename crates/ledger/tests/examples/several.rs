//! Several payments of one journey, several currencies, and payments that are told in several pieces.

use crate::build::*;
use ledger::object::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Intent, IntentStatus, Object, Session, SessionMode,
    SessionStatus,
};
use ledger::{Observation, Outcome, PaymentStatus};

use PaymentStatus::{Canceled, Disputed, Failed, Lost, Paid, PartiallyRefunded, Processing, Refunded};

/// A lone charge of `minor`, of which `refunded` went back.
fn lone(id: &str, minor: i64, refunded: i64, code: &str) -> Observation {
    let object = Charge {
        payment_intent: None,
        amount: Some(minor),
        amount_captured: Some(minor),
        amount_refunded: Some(refunded),
        refunded: refunded == minor,
        currency: Some(currency(code)),
        ..charge(ChargeStatus::Succeeded)
    };
    told(10, id, Object::Charge(object))
}

fn disputed(charge: &str, minor: i64, status: DisputeStatus) -> Observation {
    let object = Dispute { charge: some(charge), payment_intent: None, ..dispute(minor, status) };
    told(30, &format!("du_{charge}"), Object::Dispute(object))
}

fn other(id: &str, at_s: i64, status: IntentStatus, code: &str) -> Observation {
    told(at_s, id, Object::Intent(Intent { currency: Some(currency(code)), ..intent(status) }))
}

#[test]
fn the_rule_applies_to_the_sums() {
    let usd = |id: &str, refunded| lone(id, PRICE, refunded, "usd");
    let two = |more: Vec<Observation>| [vec![usd("ch_1", 0), usd("ch_2", 0)], more].concat();
    let lost = |of: &str| disputed(of, PRICE, DisputeStatus::Lost);
    let table = [
        ("two paid", two(vec![]), (Paid, 2 * PRICE, 0, 0, 0, 2 * PRICE), Outcome::Paid),
        (
            "one refunded",
            vec![usd("ch_1", PRICE), usd("ch_2", 0)],
            (PartiallyRefunded, 2 * PRICE, PRICE, 0, 0, PRICE),
            Outcome::Paid,
        ),
        (
            "both refunded",
            vec![usd("ch_1", PRICE), usd("ch_2", PRICE)],
            (Refunded, 2 * PRICE, 2 * PRICE, 0, 0, 0),
            Outcome::Refunded,
        ),
        (
            "one lost",
            two(vec![lost("ch_1")]),
            (PartiallyRefunded, 2 * PRICE, 0, PRICE, 0, PRICE),
            Outcome::Paid,
        ),
        (
            "one lost, one refunded",
            vec![usd("ch_1", PRICE), usd("ch_2", 0), lost("ch_2")],
            (Lost, 2 * PRICE, PRICE, PRICE, 0, 0),
            Outcome::Refunded,
        ),
        (
            "one disputed",
            two(vec![disputed("ch_2", PRICE, DisputeStatus::NeedsResponse)]),
            (Disputed, 2 * PRICE, 0, 0, PRICE, 2 * PRICE),
            Outcome::Paid,
        ),
        (
            "one paid, one failed",
            vec![usd("ch_1", 0), declined(20)],
            (Paid, PRICE, 0, 0, 0, PRICE),
            Outcome::Paid,
        ),
        (
            "one refunded, one processing",
            vec![usd("ch_1", PRICE), pi(20, IntentStatus::Processing)],
            (Refunded, PRICE, PRICE, 0, 0, 0),
            Outcome::Refunded,
        ),
    ];
    for (name, told, want, outcome) in table {
        let judged = journey(&told);
        assert_eq!((sums(&judged), judged.outcome), (want, outcome), "{name}");
    }
}

/// A payment that was refunded and lost in a dispute too is short of money; that once came out of the other one.
#[test]
fn one_payment_being_short_does_not_empty_another() {
    let told = [
        lone("ch_1", PRICE, PRICE, "usd"),
        disputed("ch_1", PRICE, DisputeStatus::Lost),
        lone("ch_2", PRICE, 0, "usd"),
    ];
    let judged = journey(&told);
    assert_eq!(sums(&judged), (PartiallyRefunded, 2 * PRICE, PRICE, PRICE, 0, PRICE));
    assert_eq!(judged.outcome, Outcome::Paid);
}

#[test]
fn the_best_of_several_that_hold_no_money_counts() {
    let of = |statuses: &[IntentStatus]| {
        let each = statuses.iter().zip(["pi_2", "pi_3", "pi_4"]);
        let mut told: Vec<_> = each.map(|(status, id)| other(id, 5, *status, "usd")).collect();
        told.push(declined(6));
        journey(&told).payment_status
    };
    assert_eq!(of(&[]), Failed);
    assert_eq!(of(&[IntentStatus::Canceled]), Failed);
    assert_eq!(of(&[IntentStatus::Canceled, IntentStatus::Processing]), Processing);
    assert_eq!(of(&[IntentStatus::RequiresPaymentMethod]), Failed);
    let no_failure = [
        other("pi_2", 5, IntentStatus::Canceled, "usd"),
        other("pi_3", 6, IntentStatus::RequiresAction, "usd"),
    ];
    assert_eq!(journey(&no_failure).payment_status, Canceled);
}

#[test]
fn currencies_are_never_added_up() {
    let usd = || lone("ch_1", PRICE, 0, "usd");
    let eur = |refunded| lone("ch_2", 46_000, refunded, "eur");
    let table = [
        ("one of each", vec![usd(), eur(0)], "usd", (Paid, PRICE, 0, 0, 0, PRICE)),
        ("the foreign one refunded", vec![usd(), eur(46_000)], "usd", (Paid, PRICE, 0, 0, 0, PRICE)),
        ("only another currency", vec![eur(0)], "eur", (Paid, 46_000, 0, 0, 0, 46_000)),
        ("only another, ours failed", vec![eur(0), declined(5)], "eur", (Paid, 46_000, 0, 0, 0, 46_000)),
        ("only another, refunded", vec![eur(46_000)], "eur", (Refunded, 46_000, 46_000, 0, 0, 0)),
    ];
    for (name, told, code, want) in table {
        let judged = journey(&told);
        assert_eq!((judged.currency, sums(&judged)), (currency(code), want), "{name}");
    }
}

/// Money on its way in another currency was once not seen, so an expired checkout ghosted its journey.
#[test]
fn money_on_its_way_in_another_currency_is_on_its_way() {
    let told = [other("pi_2", 5, IntentStatus::Processing, "eur"), cs(10, SessionStatus::Expired)];
    let judged = journey(&told);
    assert_eq!((judged.payment_status, judged.outcome), (Processing, Outcome::Pending));
    assert_eq!(judged.payment_id.as_deref(), Some("pi_2"));
    assert_eq!((judged.currency, judged.gross_minor), (currency("usd"), 0));
}

fn subscription(status: SessionStatus) -> Observation {
    let object = Session {
        mode: SessionMode::Subscription,
        payment_intent: None,
        invoice: some("in_1"),
        ..session(status)
    };
    told(10, "cs_1", Object::Session(object))
}

#[test]
fn a_subscription_finds_its_money_through_the_invoice() {
    let named =
        told(10, "pi_1", Object::Intent(Intent { invoice: some("in_1"), ..intent(IntentStatus::Succeeded) }));
    let by_charge =
        told(10, "ch_1", Object::Charge(Charge { invoice: some("in_1"), ..charge(ChargeStatus::Succeeded) }));
    let session = || subscription(SessionStatus::Paid);
    let plain = || pi(10, IntentStatus::Succeeded);
    let table = [
        ("the session alone", vec![session()], "in_1"),
        ("the invoice names its intent", vec![session(), invoice(10, true, Some("pi_1")), plain()], "pi_1"),
        ("the intent names its invoice", vec![session(), invoice(10, true, None), named], "pi_1"),
        ("the charge names both", vec![session(), invoice(10, true, None), by_charge, plain()], "pi_1"),
        (
            "a later invoice without the link",
            vec![session(), invoice(10, true, Some("pi_1")), invoice(12, true, None), plain()],
            "pi_1",
        ),
    ];
    for (name, told, root) in table {
        let all = payments(&told);
        assert_eq!(all.keys().collect::<Vec<_>>(), [root], "{name}");
        assert_eq!(row(&payment(&told)), (Paid, PRICE, 0, 0, 0, PRICE), "{name}: counted once");
        assert_eq!(journey(&told).outcome, Outcome::Paid, "{name}");
    }
}

#[test]
fn a_trial_has_nothing_to_pay_yet() {
    let told = [subscription(SessionStatus::NothingToPay), invoice(10, true, None)];
    let object = payment(&told);
    assert_eq!((object.status, object.captured), (Paid, true));
}

#[test]
fn an_old_charge_joins_its_intent_when_a_refund_or_dispute_ties_them() {
    let lone =
        told(10, "ch_1", Object::Charge(Charge { payment_intent: None, ..charge(ChargeStatus::Succeeded) }));
    let told = vec![lone, pi(10, IntentStatus::Succeeded)];
    assert_eq!(payments(&told).len(), 2);
    for tie in [
        re(20, "re_1", PRICE, ledger::object::RefundStatus::Failed),
        du(30, PRICE, DisputeStatus::Won),
        warning(20),
    ] {
        let told = [told.clone(), vec![tie]].concat();
        assert_eq!(row(&payment(&told)), (Paid, PRICE, 0, 0, 0, PRICE));
    }
}

#[test]
fn the_payment_to_name_holds_money_or_has_the_newest_news() {
    let id = |told: &[Observation]| journey(told).payment_id;
    let failed = |name: &str, at_s| told(at_s, name, declined(at_s).version.object);
    assert_eq!(id(&[failed("pi_2", 5), failed("pi_3", 4)]).as_deref(), Some("pi_2"));
    assert_eq!(id(&[failed("pi_2", 99), lone("ch_9", PRICE, 0, "usd")]).as_deref(), Some("ch_9"));
    assert_eq!(id(&[cs(3, SessionStatus::Open)]), None);
}
