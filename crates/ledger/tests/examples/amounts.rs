//! SPEC 9.3 and 9.4: what is gross, refunded, lost and at risk, where several things happened to one payment.

use crate::build::*;
use ledger::object::{
    Charge, ChargeStatus, Dispute, DisputeStatus, Intent, IntentStatus, Object, Refund, RefundStatus,
    SessionStatus,
};
use ledger::{Observation, PaymentStatus};

use DisputeStatus::{Lost as DLost, NeedsResponse};
use PaymentStatus::{Canceled, Disputed, Lost, Paid, PartiallyRefunded, Refunded};

const OK: RefundStatus = RefundStatus::Succeeded;

fn check(cases: Vec<(&str, Vec<Observation>, Row)>) {
    for (name, told, want) in cases {
        assert_eq!(row(&payment(&told)), want, "{name}");
    }
}

#[test]
fn refunds_and_disputes_together() {
    let part = re(20, "re_1", 20_000, OK);
    let after =
        |disputed, status| paid_then([part.clone(), ch_refunded(20, 20_000), du(30, disputed, status)]);
    check(vec![
        (
            "disputed after a part refund",
            after(30_000, DisputeStatus::NeedsResponse),
            (Disputed, PRICE, 20_000, 0, 30_000, 30_000),
        ),
        (
            "won after a part refund",
            after(30_000, DisputeStatus::Won),
            (PartiallyRefunded, PRICE, 20_000, 0, 0, 30_000),
        ),
        ("lost after a part refund", after(30_000, DisputeStatus::Lost), (Lost, PRICE, 20_000, 30_000, 0, 0)),
        (
            "lost in part",
            paid_then([du(30, 20_000, DisputeStatus::Lost)]),
            (PartiallyRefunded, PRICE, 0, 20_000, 0, 30_000),
        ),
        (
            "lost in whole though part refunded",
            after(PRICE, DisputeStatus::Lost),
            (Lost, PRICE, 20_000, PRICE, 0, 0),
        ),
        (
            "fully refunded, then lost too",
            paid_then([re(20, "re_1", PRICE, OK), du(30, PRICE, DisputeStatus::Lost)]),
            (Lost, PRICE, PRICE, PRICE, 0, 0),
        ),
        (
            "more refunded than captured",
            paid_then([re(20, "re_1", 60_000, OK)]),
            (Refunded, PRICE, 60_000, 0, 0, 0),
        ),
    ]);
}

/// STRIPE.md section 10 settles the order: an open dispute comes first, also where nothing is left.
#[test]
fn an_open_dispute_is_shown_whatever_went_back() {
    let other = |status| told(35, "du_2", Object::Dispute(dispute(PRICE, status)));
    check(vec![
        (
            "fully refunded",
            paid_then([re(20, "re_1", PRICE, OK), du(30, PRICE, NeedsResponse)]),
            (Disputed, PRICE, PRICE, 0, PRICE, 0),
        ),
        (
            "lost, and disputed again",
            paid_then([du(30, PRICE, DLost), other(NeedsResponse)]),
            (Disputed, PRICE, 0, PRICE, PRICE, 0),
        ),
    ]);
}

#[test]
fn a_dispute_in_the_banks_currency_is_of_all_that_is_left() {
    let foreign = |id: &str, at_s, status| {
        let object = Dispute { currency: Some(currency("eur")), ..dispute(46_123, status) };
        told(at_s, id, Object::Dispute(object))
    };
    let part = || re(20, "re_1", 20_000, OK);
    check(vec![
        ("open", paid_then([foreign("du_1", 30, NeedsResponse)]), (Disputed, PRICE, 0, 0, PRICE, PRICE)),
        (
            "open after a part refund",
            paid_then([part(), foreign("du_1", 30, NeedsResponse)]),
            (Disputed, PRICE, 20_000, 0, 30_000, 30_000),
        ),
        ("lost", paid_then([part(), foreign("du_1", 30, DLost)]), (Lost, PRICE, 20_000, 30_000, 0, 0)),
        (
            "two lost do not take it twice",
            paid_then([foreign("du_1", 30, DLost), foreign("du_2", 31, DLost)]),
            (Lost, PRICE, 0, PRICE, 0, 0),
        ),
    ]);
}

#[test]
fn a_dispute_or_refund_may_name_its_charge_only() {
    let du = Dispute { payment_intent: None, ..dispute(PRICE, DisputeStatus::NeedsResponse) };
    let re = Refund { payment_intent: None, ..re_object(20_000, OK) };
    let more = [told(20, "re_1", Object::Refund(re)), told(30, "du_1", Object::Dispute(du))];
    check(vec![("both", paid_then(more), (Disputed, PRICE, 20_000, 0, PRICE, 30_000))]);
}

#[test]
fn a_child_before_its_parent_waits() {
    let early = [re(20, "re_1", 20_000, OK), du(30, PRICE, DisputeStatus::NeedsResponse), warning(31)];
    assert!(payments(&early).is_empty());
    assert_eq!(payments(&early[..1]).len() + payments(&early[1..]).len(), 0);
}

/// 500 authorised, 300 captured. `Amounts` of the charge as each API version shows them.
#[expect(clippy::struct_excessive_bools, reason = "every combination is tried")]
struct Capture {
    amount_captured: Option<i64>,
    /// `charge.captured` arrived.
    told: bool,
    /// The released rest has a refund object.
    object: bool,
    /// `payment_intent.succeeded` arrived.
    intent: bool,
    /// An attempt failed before.
    declined: bool,
}

const REST: i64 = 20_000;
const TAKEN: i64 = 30_000;

impl Capture {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for n in 0..32 {
            let bit = |i: u32| n >> i & 1 == 1;
            let amount_captured = bit(0).then_some(TAKEN);
            let capture =
                Self { amount_captured, told: bit(1), object: bit(2), intent: bit(3), declined: bit(4) };
            // Something must say how much was captured.
            if bit(0) || capture.told || capture.intent {
                all.push(capture);
            }
        }
        all
    }

    fn charge(&self, at_s: i64, refunded: i64) -> Observation {
        let shown = REST + refunded;
        let object = Charge {
            amount_captured: self.amount_captured,
            amount_refunded: Some(shown),
            refunded: shown == PRICE,
            ..charge(ChargeStatus::Succeeded)
        };
        told(at_s, "ch_1", Object::Charge(object))
    }

    fn told(&self) -> Vec<Observation> {
        let mut all = vec![told(5, "ch_1", Object::Charge(held())), pi(5, IntentStatus::RequiresCapture)];
        if self.told {
            all.push(captured(TAKEN, REST, self.charge(10, 0)));
        }
        if self.object {
            let object = Refund { created: Some(10), ..re_object(REST, OK) };
            all.push(told(10, "re_0", Object::Refund(object)));
        }
        if self.intent {
            let object = Intent { amount_received: Some(TAKEN), ..intent(IntentStatus::Succeeded) };
            all.push(told(10, "pi_1", Object::Intent(object)));
        }
        if self.declined {
            let failed = Charge { failure: some("declined"), ..charge(ChargeStatus::Failed) };
            all.push(told(4, "ch_0", Object::Charge(failed)));
        }
        all.push(self.charge(11, 0));
        all
    }

    fn name(&self) -> String {
        let Self { amount_captured, told, object, intent, declined } = self;
        format!(
            "amount_captured {amount_captured:?}, charge.captured {told}, refund object {object}, intent {intent}, \
             declined {declined}"
        )
    }
}

#[test]
fn a_partial_capture_is_no_refund() {
    for capture in Capture::all() {
        assert_eq!(row(&payment(&capture.told())), (Paid, TAKEN, 0, 0, 0, TAKEN), "{}", capture.name());
    }
}

#[test]
fn real_refunds_after_a_partial_capture() {
    let table = [
        (5_000, (PartiallyRefunded, TAKEN, 5_000, 0, 0, 25_000)),
        (REST, (PartiallyRefunded, TAKEN, REST, 0, 0, 10_000)),
        (TAKEN, (Refunded, TAKEN, TAKEN, 0, 0, 0)),
    ];
    for capture in Capture::all() {
        for (minor, want) in table {
            // By the charge alone only where no object was ever told.
            let mut told = capture.told();
            told.push(capture.charge(20, minor));
            if !capture.object {
                assert_eq!(row(&payment(&told)), want, "{minor} by the charge, {}", capture.name());
            }
            told.push(re(20, "re_1", minor, OK));
            assert_eq!(row(&payment(&told)), want, "{minor} by its object, {}", capture.name());
        }
    }
}

#[test]
fn a_partial_capture_that_is_not_shown_as_refund() {
    let taken = |shown| Charge {
        amount_captured: Some(TAKEN),
        amount_refunded: Some(shown),
        refunded: shown == TAKEN,
        ..charge(ChargeStatus::Succeeded)
    };
    let at = |at_s, shown| captured(TAKEN, 0, told(at_s, "ch_1", Object::Charge(taken(shown))));
    check(vec![
        (
            "refunded at once by as much as the rest",
            vec![
                at(10, 0),
                told(10, "re_1", Object::Refund(Refund { created: Some(10), ..re_object(REST, OK) })),
            ],
            (PartiallyRefunded, TAKEN, REST, 0, 0, 10_000),
        ),
        ("captured", vec![at(10, 0)], (Paid, TAKEN, 0, 0, 0, TAKEN)),
        (
            "refunded by as much as the rest",
            vec![at(10, 0), told(20, "ch_1", Object::Charge(taken(REST)))],
            (PartiallyRefunded, TAKEN, REST, 0, 0, 10_000),
        ),
        (
            "refunded, without charge.captured",
            vec![told(20, "ch_1", Object::Charge(taken(TAKEN)))],
            (Refunded, TAKEN, TAKEN, 0, 0, 0),
        ),
    ]);
}

#[test]
fn a_voided_authorisation_is_canceled_not_refunded() {
    let held = |refunded: bool, payment_intent: Option<&str>| Charge {
        amount_refunded: Some(if refunded { PRICE } else { 0 }),
        refunded,
        payment_intent: payment_intent.map(str::to_owned),
        ..held()
    };
    let ch = |at_s, refunded, of| told(at_s, "ch_1", Object::Charge(held(refunded, of)));
    let object = |of: Option<&str>| {
        let payment_intent = of.map(str::to_owned);
        told(9, "re_1", Object::Refund(Refund { created: Some(9), payment_intent, ..re_object(PRICE, OK) }))
    };
    let of = Some("pi_1");
    let canceled = (Canceled, 0, 0, 0, 0, 0);
    let before =
        || vec![ch(5, false, of), pi(5, IntentStatus::RequiresCapture), cs(5, SessionStatus::CompleteUnpaid)];
    let and = |more: Vec<Observation>| before().into_iter().chain(more).collect::<Vec<_>>();
    check(vec![
        ("by its intent", and(vec![ch(9, true, of), pi(9, IntentStatus::Canceled)]), canceled),
        (
            "with a refund object",
            and(vec![ch(9, true, of), object(of), pi(9, IntentStatus::Canceled)]),
            canceled,
        ),
        ("charge told, intent not yet", and(vec![ch(9, true, of)]), canceled),
        ("in the same second", and(vec![ch(5, true, of)]), canceled),
        ("a lone charge", vec![ch(5, false, None), ch(9, true, None)], canceled),
        (
            "a lone charge with its object",
            vec![ch(5, false, None), ch(9, true, None), object(None)],
            canceled,
        ),
    ]);
}

/// `is_release` once took every refund for a release when any charge of the payment had captured nothing.
#[test]
fn a_refund_counts_though_an_earlier_charge_failed() {
    let failed = told(4, "ch_0", Object::Charge(charge(ChargeStatus::Failed)));
    let part =
        |with: Vec<Observation>| paid_then([failed.clone()]).into_iter().chain(with).collect::<Vec<_>>();
    let without_charge = Refund { charge: None, ..re_object(20_000, OK) };
    let want = (PartiallyRefunded, PRICE, 20_000, 0, 0, 30_000);
    check(vec![
        ("object", part(vec![re(20, "re_1", 20_000, OK)]), want),
        ("object and charge", part(vec![re(20, "re_1", 20_000, OK), ch_refunded(20, 20_000)]), want),
        (
            "object that names no charge",
            part(vec![told(20, "re_1", Object::Refund(without_charge)), ch_refunded(20, 20_000)]),
            want,
        ),
    ]);
}

/// Refund objects once silenced the figures of every charge, their own and others'.
#[test]
fn a_charge_tells_of_refunds_that_no_object_told() {
    let second = |shown| {
        let object = Charge { amount_refunded: Some(shown), ..charge(ChargeStatus::Succeeded) };
        told(20, "ch_2", Object::Charge(object))
    };
    let two = |more: Vec<Observation>| {
        let first = [ch(10, ChargeStatus::Succeeded), second(10_000)];
        first.into_iter().chain(more).collect::<Vec<_>>()
    };
    let failed = RefundStatus::Failed;
    check(vec![
        (
            "objects known for one of two charges",
            two(vec![re(20, "re_1", 20_000, OK), ch_refunded(20, 20_000)]),
            (PartiallyRefunded, 2 * PRICE, 30_000, 0, 0, 70_000),
        ),
        (
            "the first of two refunds has no object",
            paid_then([ch_refunded(20, 10_000), ch_refunded(25, 30_000), re(25, "re_2", 20_000, OK)]),
            (PartiallyRefunded, PRICE, 30_000, 0, 0, 20_000),
        ),
        (
            "and the second failed",
            paid_then([ch_refunded(25, 30_000), re(25, "re_2", 20_000, OK), re(30, "re_2", 20_000, failed)]),
            (PartiallyRefunded, PRICE, 10_000, 0, 0, 40_000),
        ),
        (
            "the charge is not told again after a failure",
            paid_then([ch_refunded(25, PRICE), re(30, "re_2", PRICE, failed)]),
            (Paid, PRICE, 0, 0, 0, PRICE),
        ),
    ]);
}

/// A charge told last before its capture once hid that its refund was real.
#[test]
fn the_intent_tells_of_a_capture_that_the_charge_has_not() {
    let told = vec![
        told(5, "ch_1", Object::Charge(held())),
        pi(10, IntentStatus::Succeeded),
        re(20, "re_1", 20_000, OK),
    ];
    check(vec![("refund", told, (PartiallyRefunded, PRICE, 20_000, 0, 0, 30_000))]);
}
