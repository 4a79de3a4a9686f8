//! The automatic note of a history row (SPEC H7).

use crate::build::*;
use ledger::object::{DisputeStatus, IntentStatus, Object, RefundStatus, Session, SessionStatus};
use ledger::{Observation, Outcome, note};

use Outcome::{Ghosted, Paid, Pending, Refunded, Responded};

fn note_of(from: Outcome, facts: &Facts<'_>) -> String {
    let judgement = judged(facts);
    let payments = payments(facts.told);
    let named = judgement.payment_id.as_ref().and_then(|id| payments.get(id));
    note::automatic(from, &judgement, named)
}

#[test]
fn what_happened_in_words() {
    let free = told(
        10,
        "cs_1",
        Object::Session(Session { amount_total: Some(0), ..session(SessionStatus::NothingToPay) }),
    );
    let refunded = || paid_then([re(20, "re_1", PRICE, RefundStatus::Succeeded)]);
    let bounced = paid_then([re(40, "re_1", PRICE, RefundStatus::Failed)]);
    let lost = paid_then([du(30, PRICE, DisputeStatus::Lost)]);
    let on_its_way = vec![cs(10, SessionStatus::Expired), pi(15, IntentStatus::Processing)];
    let part_and_lost =
        paid_then([re(20, "re_1", 20_000, RefundStatus::Succeeded), du(30, 30_000, DisputeStatus::Lost)]);
    let table: Vec<(Outcome, Vec<Observation>, &str)> = vec![
        (Pending, paid(), "Payment completed via Stripe: $500.00, card, pi_1"),
        (Ghosted, paid(), "Payment completed via Stripe: $500.00, card, pi_1"),
        (Pending, vec![free], "Completed via Stripe with nothing to pay: cs_1"),
        (Paid, refunded(), "Payment refunded via Stripe: $500.00, pi_1"),
        (Refunded, bounced, "Money is back after a refund bounced or a dispute was won: $500.00, pi_1"),
        (Paid, lost, "Dispute lost via Stripe: $500.00, pi_1"),
        (Paid, part_and_lost, "Dispute lost via Stripe: $300.00, pi_1"),
        (Pending, vec![cs(10, SessionStatus::Expired)], "Checkout expired at Stripe without payment"),
        (Responded, vec![declined(10)], "Payment attempt failed at Stripe: Your card was declined, pi_1"),
        (Ghosted, on_its_way, "Reopened: a payment is on its way: pi_1"),
        (Paid, vec![], "No payment counts for this journey any more"),
    ];
    for (from, told, want) in table {
        assert_eq!(note_of(from, &Facts { told: &told, ..Facts::default() }), want);
    }
}

#[test]
fn a_reopened_checkout_and_an_old_mark() {
    let told = [cs(10, SessionStatus::Expired)];
    let opened = [opened("cs_2", 20_000)];
    let reopened = Facts { told: &told, opened: &opened, ..Facts::default() };
    assert_eq!(note_of(Ghosted, &reopened), "Reopened: a checkout was opened again");
    let marked = Facts { mark: Some(mark(Responded, 9_000)), ..reopened };
    assert_eq!(note_of(Ghosted, &marked), "Back to what was marked: responded");
}

#[test]
fn the_event_to_name_is_the_one_that_decided() {
    let event = |told: &[Observation]| journey(told).told.map(|t| t.event_id);
    let inquiry = du(30, PRICE, DisputeStatus::WarningNeedsResponse);
    let refund = || re(20, "re_1", 20_000, RefundStatus::Succeeded);
    assert_eq!(
        event(&paid_then([inquiry.clone()])).as_deref(),
        Some("evt_10_ch_1"),
        "an inquiry decides nothing"
    );
    assert_eq!(event(&paid_then([refund(), inquiry])).as_deref(), Some("evt_20_re_1"));
    assert_eq!(
        event(&paid_then([refund(), du(30, 30_000, DisputeStatus::Won)])).as_deref(),
        Some("evt_30_du_1")
    );
    assert_eq!(event(&[declined(10)]).as_deref(), Some("evt_10_pi_1"));
    assert_eq!(event(&[cs(10, SessionStatus::Expired)]).as_deref(), Some("evt_10_cs_1"));
    assert_eq!(event(&[cs(3, SessionStatus::Open)]), None);
}
