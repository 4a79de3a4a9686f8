//! STRIPE.md section 7: which of several snapshots of one object is the newest.

use crate::build::*;
use ledger::object::{
    Charge, ChargeStatus, DisputeStatus, IntentStatus, Object, Refund, RefundStatus, SessionStatus,
};
use ledger::{Observation, Snapshot};

fn newest(told: &[Observation]) -> Object {
    let join = |all: Vec<&Observation>| {
        let snapshots = all.into_iter().cloned().map(Snapshot::new);
        snapshots.reduce(Snapshot::merge).unwrap().current().object.clone()
    };
    let forward = join(told.iter().collect());
    assert_eq!(forward, join(told.iter().rev().collect()));
    forward
}

fn was(field: &str, value: &str, mut observation: Observation) -> Observation {
    observation.version.previous.insert(field.to_owned(), value.to_owned());
    observation
}

fn shown(event_id: &str, minor: i64) -> Observation {
    by(event_id, ch_refunded(20, minor))
}

#[test]
fn a_terminal_state_beats_a_later_second() {
    let table = [
        (pi(10, IntentStatus::Succeeded), pi(20, IntentStatus::Processing)),
        (pi(10, IntentStatus::Canceled), declined(20)),
        (cs(10, SessionStatus::Expired), cs(20, SessionStatus::Open)),
        (cs(10, SessionStatus::Paid), cs(20, SessionStatus::CompleteUnpaid)),
        (cs(10, SessionStatus::CompleteUnpaid), cs(20, SessionStatus::Open)),
        (du(10, PRICE, DisputeStatus::Won), du(20, PRICE, DisputeStatus::UnderReview)),
        (invoice(10, true, None), invoice(20, false, None)),
        (du(10, PRICE, DisputeStatus::WarningClosed), du(20, PRICE, DisputeStatus::WarningUnderReview)),
        (du(10, PRICE, DisputeStatus::Prevented), du(20, PRICE, DisputeStatus::NeedsResponse)),
    ];
    for (terminal, later) in table {
        assert_eq!(newest(&[terminal.clone(), later]), terminal.version.object);
    }
}

#[test]
fn a_refund_that_succeeded_may_fail_and_a_lost_dispute_may_be_appealed() {
    let failed = re(30, "re_1", 100, RefundStatus::Failed);
    assert_eq!(
        newest(&[re(20, "re_1", 100, RefundStatus::Succeeded), failed.clone()]),
        failed.version.object
    );
    let appealed = du(30, 100, DisputeStatus::AppealNeedsResponse);
    let lost = du(20, 100, DisputeStatus::Lost);
    assert_eq!(newest(&[lost, appealed.clone()]), appealed.version.object);
}

#[test]
fn inside_a_second_the_later_state_of_the_life_cycle_counts() {
    let held = told(10, "ch_1", Object::Charge(held()));
    let voided = Charge { amount_refunded: None, refunded: true, ..crate::build::held() };
    let voided = told(10, "ch_1", Object::Charge(voided));
    let table = [
        (pi(10, IntentStatus::Processing), declined(10)),
        (pi(10, IntentStatus::RequiresAction), pi(10, IntentStatus::RequiresCapture)),
        (held.clone(), ch(10, ChargeStatus::Succeeded)),
        (held, voided),
        (ch(10, ChargeStatus::Succeeded), ch_refunded(10, PRICE)),
    ];
    for (earlier, later) in table {
        let (earlier, later) = (by("evt_z", earlier), by("evt_a", later));
        assert_eq!(newest(&[earlier, later.clone()]), later.version.object);
    }
}

#[test]
fn inside_a_second_and_a_state_previous_attributes_decide() {
    let first = shown("evt_c", 100);
    let second = was("amount_refunded", "100", shown("evt_a", 300));
    assert_eq!(newest(&[first.clone(), second.clone()]), second.version.object, "grown");
    // The second refund bounced at once: the amount went down again.
    let third = was("amount_refunded", "300", shown("evt_b", 200));
    assert_eq!(newest(&[first.clone(), second.clone(), third.clone()]), third.version.object, "a chain");
    let back = was("amount_refunded", "300", shown("evt_b", 100));
    assert_eq!(newest(&[first, second, back.clone()]), back.version.object, "a circle");
}

#[test]
fn where_nothing_else_tells_the_larger_amount_counts() {
    let (less, more) = (shown("evt_b", 100), shown("evt_a", 300));
    assert_eq!(newest(&[less, more.clone()]), more.version.object);
    // A previous value that nothing had is no help.
    let odd = was("amount_refunded", "250", shown("evt_c", 200));
    assert_eq!(newest(&[odd, more.clone()]), more.version.object);
}

#[test]
fn of_more_versions_than_are_kept_the_last_are() {
    let refunds = |n: i64| {
        told(
            10,
            "re_1",
            Object::Refund(Refund { created: Some(n), ..re_object(100, RefundStatus::Succeeded) }),
        )
    };
    let all: Vec<_> = (0..20).map(|n| by(&format!("evt_{n:02}"), refunds(n))).collect();
    assert_eq!(newest(&all), all[19].version.object);
}

/// A later InvoicePayment used to replace the invoice's own facts, tags included: both go by the invoice's id.
#[test]
fn an_invoice_payment_never_hides_the_invoice() {
    let mut link = invoice(30, true, Some("pi_1"));
    let Object::Invoice(said) = &mut link.version.object else { unreachable!("built above") };
    (said.link_only, said.subscription) = (true, None);
    let Object::Invoice(kept) = newest(&[invoice(10, false, None), link]) else { unreachable!("an invoice") };
    assert_eq!(kept.subscription.as_deref(), Some("sub_1"));
}
