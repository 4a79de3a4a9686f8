//! Every row of SPEC H7 and of STRIPE.md section 6: what Stripe says, the payment's status and amounts, the outcome.

use crate::build::*;
use ledger::object::{
    Charge, ChargeStatus, DisputeStatus, Intent, IntentStatus, Object, RefundStatus, Session, SessionMode,
    SessionStatus,
};
use ledger::{Observation, Outcome, PaymentStatus};

use DisputeStatus as D;
use Outcome::{Ghosted, Paid as PaidOutcome, Pending, Refunded as RefundedOutcome};
use PaymentStatus::{Canceled, Disputed, Failed, Lost, Paid, PartiallyRefunded, Processing, Refunded};

type Case = (&'static str, Vec<Observation>, Row, Outcome);

const NOTHING: Row = (PaymentStatus::None, 0, 0, 0, 0, 0);

fn status(status: PaymentStatus) -> Row {
    (status, 0, 0, 0, 0, 0)
}

fn check(cases: Vec<Case>) {
    for (name, told, want, outcome) in cases {
        let judgement = journey(&told);
        assert_eq!(sums(&judgement), want, "{name}");
        assert_eq!(judgement.outcome, outcome, "{name}");
        if payments(&told).len() == 1 {
            assert_eq!(row(&payment(&told)), want, "{name}: the payment itself");
        }
    }
}

fn authorised() -> Vec<Observation> {
    vec![
        told(5, "ch_1", Object::Charge(held())),
        pi(5, IntentStatus::RequiresCapture),
        cs(5, SessionStatus::CompleteUnpaid),
    ]
}

fn and(mut told: Vec<Observation>, more: impl IntoIterator<Item = Observation>) -> Vec<Observation> {
    told.extend(more);
    told
}

fn slow() -> Vec<Observation> {
    vec![ch(5, ChargeStatus::Pending), pi(5, IntentStatus::Processing), cs(5, SessionStatus::CompleteUnpaid)]
}

#[test]
fn before_money_arrives() {
    let part_funded = Intent { partially_funded: true, ..intent(IntentStatus::RequiresAction) };
    check(vec![
        ("session open", vec![cs(3, SessionStatus::Open)], NOTHING, Pending),
        ("intent created", vec![pi(3, IntentStatus::RequiresPaymentMethod)], NOTHING, Pending),
        ("card declined", vec![ch(4, ChargeStatus::Failed), declined(4)], status(Failed), Pending),
        ("3-D Secure alone", vec![pi(4, IntentStatus::RequiresAction)], NOTHING, Pending),
        ("completed unpaid", vec![cs(5, SessionStatus::CompleteUnpaid)], status(Processing), Pending),
        ("intent processing", vec![pi(5, IntentStatus::Processing)], status(Processing), Pending),
        ("charge pending", vec![ch(5, ChargeStatus::Pending)], status(Processing), Pending),
        ("slow debit, all of it", slow(), status(Processing), Pending),
        (
            "transfer part-funded",
            vec![told(5, "pi_1", Object::Intent(part_funded))],
            status(Processing),
            Pending,
        ),
        ("authorised only", authorised(), status(Processing), Pending),
        ("async failed", and(slow(), [cs(9, SessionStatus::AsyncFailed)]), status(Failed), Pending),
        ("intent of it failed", and(slow(), [declined(9)]), status(Failed), Pending),
        ("session expired", vec![cs(9, SessionStatus::Expired)], NOTHING, Ghosted),
        ("intent canceled", vec![pi(9, IntentStatus::Canceled)], status(Canceled), Pending),
        (
            "authorisation lapsed",
            and(authorised(), [ch(9, ChargeStatus::Expired)]),
            status(Canceled),
            Pending,
        ),
        (
            "authorisation canceled",
            and(authorised(), [pi(9, IntentStatus::Canceled)]),
            status(Canceled),
            Pending,
        ),
    ]);
}

#[test]
fn which_attempt_counts() {
    let again = |at_s| pi(at_s, IntentStatus::Processing);
    check(vec![
        (
            "failed after processing",
            vec![pi(4, IntentStatus::Processing), declined(6)],
            status(Failed),
            Pending,
        ),
        (
            "failed in the second of processing",
            vec![pi(4, IntentStatus::Processing), declined(4)],
            status(Failed),
            Pending,
        ),
        ("processing again after a failure", vec![declined(4), again(6)], status(Processing), Pending),
        (
            "processing, failed, processing",
            vec![again(4), declined(6), again(8)],
            status(Processing),
            Pending,
        ),
        ("failed, processing, failed", vec![declined(4), again(6), declined(8)], status(Failed), Pending),
        (
            "told again of an old failure",
            vec![declined(4), again(6), declined(4)],
            status(Processing),
            Pending,
        ),
        // `requires_action` says nothing of money, so the failure is still the last that is known.
        (
            "3-D Secure after a failure",
            vec![declined(4), pi(6, IntentStatus::RequiresAction)],
            status(Failed),
            Pending,
        ),
        (
            "3-D Secure while processing",
            vec![again(4), pi(6, IntentStatus::RequiresAction)],
            status(Processing),
            Pending,
        ),
        (
            "authorised in the second of a failure",
            and(authorised(), [declined(5)]),
            status(Processing),
            Pending,
        ),
        (
            "canceled after a failure",
            vec![declined(4), pi(6, IntentStatus::Canceled)],
            status(Canceled),
            Pending,
        ),
        (
            "canceled, then told of the failure",
            vec![pi(4, IntentStatus::Canceled), declined(6)],
            status(Canceled),
            Pending,
        ),
        ("paid at the second try", and(paid(), [declined(4)]), (Paid, PRICE, 0, 0, 0, PRICE), PaidOutcome),
    ]);
}

#[test]
fn money_arrives() {
    let full: Row = (Paid, PRICE, 0, 0, 0, PRICE);
    let half = Charge {
        amount_captured: Some(30_000),
        amount_refunded: Some(20_000),
        ..charge(ChargeStatus::Succeeded)
    };
    let part = Intent { amount_received: Some(30_000), ..intent(IntentStatus::Succeeded) };
    check(vec![
        ("session completed and paid", vec![cs(10, SessionStatus::Paid)], full, PaidOutcome),
        ("intent succeeded", vec![pi(10, IntentStatus::Succeeded)], full, PaidOutcome),
        ("charge alone", vec![ch(10, ChargeStatus::Succeeded)], full, PaidOutcome),
        ("all three, counted once", paid(), full, PaidOutcome),
        ("async succeeded", and(slow(), [cs(9, SessionStatus::Paid)]), full, PaidOutcome),
        (
            "captured",
            and(authorised(), [ch(9, ChargeStatus::Succeeded), pi(9, IntentStatus::Succeeded)]),
            full,
            PaidOutcome,
        ),
        (
            "captured in part",
            and(authorised(), [told(9, "ch_1", Object::Charge(half)), told(9, "pi_1", Object::Intent(part))]),
            (Paid, 30_000, 0, 0, 0, 30_000),
            PaidOutcome,
        ),
        (
            "an expiry or failure after success",
            paid_then([declined(12), cs_other(12, "cs_2", SessionStatus::Expired, 1)]),
            full,
            PaidOutcome,
        ),
    ]);
}

#[test]
fn nothing_to_pay() {
    let free = Session { amount_total: Some(0), ..session(SessionStatus::NothingToPay) };
    let told = vec![told(10, "cs_1", Object::Session(free))];
    check(vec![("no_payment_required", told.clone(), status(Paid), PaidOutcome)]);
    assert!(payment(&told).is_money);
}

#[test]
fn a_setup_session_has_no_payment() {
    let of = |status| {
        let object = Session { mode: SessionMode::Setup, amount_total: None, ..session(status) };
        vec![told(10, "cs_1", Object::Session(object))]
    };
    check(vec![("completed", of(SessionStatus::NothingToPay), NOTHING, Pending)]);
    assert!(!payment(&of(SessionStatus::NothingToPay)).is_money);
    assert!(!payment(&of(SessionStatus::Open)).is_money);
}

#[test]
fn money_goes_back() {
    let ok = RefundStatus::Succeeded;
    let full: Row = (Paid, PRICE, 0, 0, 0, PRICE);
    let back = |at_s, minor, status| [re(at_s, "re_1", minor, status), ch_refunded(at_s, minor)];
    check(vec![
        (
            "part refunded",
            paid_then(back(20, 20_000, ok)),
            (PartiallyRefunded, PRICE, 20_000, 0, 0, 30_000),
            PaidOutcome,
        ),
        (
            "part refunded, old API",
            paid_then([ch_refunded(20, 20_000)]),
            (PartiallyRefunded, PRICE, 20_000, 0, 0, 30_000),
            PaidOutcome,
        ),
        (
            "fully refunded",
            paid_then(back(20, PRICE, ok)),
            (Refunded, PRICE, PRICE, 0, 0, 0),
            RefundedOutcome,
        ),
        (
            "fully refunded, old API",
            paid_then([ch_refunded(20, PRICE)]),
            (Refunded, PRICE, PRICE, 0, 0, 0),
            RefundedOutcome,
        ),
        (
            "refund pending",
            paid_then(back(20, PRICE, RefundStatus::Pending)),
            (Refunded, PRICE, PRICE, 0, 0, 0),
            RefundedOutcome,
        ),
        (
            "refund waits for the client",
            paid_then([re(20, "re_1", PRICE, RefundStatus::RequiresAction)]),
            full,
            PaidOutcome,
        ),
    ]);
}

#[test]
fn refunds_that_do_not_happen() {
    let ok = RefundStatus::Succeeded;
    let full: Row = (Paid, PRICE, 0, 0, 0, PRICE);
    check(vec![
        (
            "refund failed later",
            paid_then([
                re(20, "re_1", PRICE, ok),
                ch_refunded(20, PRICE),
                re(40, "re_1", PRICE, RefundStatus::Failed),
            ]),
            full,
            PaidOutcome,
        ),
        (
            "refund canceled",
            paid_then([
                re(20, "re_1", PRICE, RefundStatus::Pending),
                re(40, "re_1", PRICE, RefundStatus::Canceled),
            ]),
            full,
            PaidOutcome,
        ),
        (
            "back to what remains",
            paid_then([
                re(20, "re_1", 10_000, ok),
                re(21, "re_2", 40_000, ok),
                ch_refunded(21, PRICE),
                re(40, "re_2", 40_000, RefundStatus::Failed),
            ]),
            (PartiallyRefunded, PRICE, 10_000, 0, 0, 40_000),
            PaidOutcome,
        ),
    ]);
}

#[test]
fn disputes() {
    let full: Row = (Paid, PRICE, 0, 0, 0, PRICE);
    let open: Row = (Disputed, PRICE, 0, 0, PRICE, PRICE);
    let lost: Row = (Lost, PRICE, 0, PRICE, 0, 0);
    let at = |at_s, status| du(at_s, PRICE, status);
    let one = |status| paid_then([at(30, status)]);
    check(vec![
        ("inquiry", one(D::WarningNeedsResponse), full, PaidOutcome),
        ("inquiry answered", one(D::WarningUnderReview), full, PaidOutcome),
        ("inquiry closed", one(D::WarningClosed), full, PaidOutcome),
        ("dispute opened", one(D::NeedsResponse), open, PaidOutcome),
        (
            "inquiry became a dispute",
            paid_then([at(30, D::WarningUnderReview), at(35, D::NeedsResponse)]),
            open,
            PaidOutcome,
        ),
        ("evidence sent", one(D::UnderReview), open, PaidOutcome),
        ("won", paid_then([at(30, D::NeedsResponse), at(40, D::Won)]), full, PaidOutcome),
        ("prevented", one(D::Prevented), full, PaidOutcome),
        (
            "prevented by a refund",
            paid_then([at(30, D::Prevented), re(30, "re_1", PRICE, RefundStatus::Succeeded)]),
            (Refunded, PRICE, PRICE, 0, 0, 0),
            RefundedOutcome,
        ),
        ("lost", paid_then([at(30, D::NeedsResponse), at(40, D::Lost)]), lost, RefundedOutcome),
        ("lost, appealed", paid_then([at(40, D::Lost), at(50, D::AppealNeedsResponse)]), open, PaidOutcome),
        ("appeal sent", paid_then([at(40, D::Lost), at(50, D::AppealUnderReview)]), open, PaidOutcome),
        (
            "lost, then won on appeal",
            paid_then([at(40, D::Lost), at(50, D::AppealUnderReview), at(60, D::Won)]),
            full,
            PaidOutcome,
        ),
        (
            "lost again on appeal",
            paid_then([at(40, D::Lost), at(50, D::AppealUnderReview), at(60, D::Lost)]),
            lost,
            RefundedOutcome,
        ),
        ("a status newer than this code", one(D::Other), full, PaidOutcome),
        ("an early fraud warning changes nothing", paid_then([warning(20)]), full, PaidOutcome),
    ]);
}
