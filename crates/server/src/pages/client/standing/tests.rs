//! Every state, and what wins when several things are true at once.

use super::*;
use CheckoutState::{Complete, Expired, Open};
use PaymentStatus as P;
use Standing as S;

const NOW_MS: i64 = 1_795_313_655_120;
const HOUR_MS: i64 = 3_600_000;

fn facts(payment_status: PaymentStatus) -> Facts<'static> {
    Facts { withdrawn: false, payment_status, opened: &[], back: None, now_ms: NOW_MS }
}

fn opened(session_id: &str, state: Option<CheckoutState>, hours_ago: i64) -> Opened<'_> {
    Opened { session_id, state, at_ms: NOW_MS - hours_ago * HOUR_MS }
}

#[test]
fn each_state_of_the_money_has_its_standing() {
    let table = [
        (P::None, S::Unpaid),
        (P::Processing, S::OnItsWay),
        (P::Failed, S::Declined),
        (P::Canceled, S::Canceled),
        (P::Paid, S::Paid),
        (P::PartiallyRefunded, S::PartlyRefunded),
        (P::Refunded, S::Refunded),
        (P::Disputed, S::Disputed),
        (P::Lost, S::Returned),
    ];
    assert_eq!(table.len(), PaymentStatus::ALL.len());
    for (status, want) in table {
        assert_eq!(standing(&facts(status)), want);
        assert_eq!(standing(&Facts { withdrawn: true, ..facts(status) }), S::Withdrawn, "{status}");
    }
}

#[test]
fn without_money_the_checkouts_tell() {
    let table: [(&[Opened<'_>], Standing); 8] = [
        (&[], S::Unpaid),
        (&[opened("a", None, 0)], S::Elsewhere),
        (&[opened("a", Some(Open), 23)], S::Elsewhere),
        (&[opened("a", Some(Open), 24)], S::Expired),
        (&[opened("a", None, 24)], S::Expired),
        (&[opened("a", Some(Expired), 1)], S::Expired),
        (&[opened("a", Some(Expired), 30), opened("b", None, 1)], S::Elsewhere),
        (&[opened("b", None, 30), opened("a", Some(Expired), 1)], S::Expired),
    ];
    for (opened, want) in table {
        assert_eq!(standing(&Facts { opened, ..facts(P::None) }), want, "{opened:?}");
    }
}

#[test]
fn what_the_return_address_says_is_believed_where_it_can_be_true() {
    let ours = [opened("cs_ours", None, 1)];
    let done = [opened("cs_ours", Some(Complete), 1)];
    let over = [opened("cs_ours", Some(Expired), 1)];
    let paid = Some(Back::Paid("cs_ours"));
    let table: [(PaymentStatus, &[Opened<'_>], Option<Back<'_>>, Standing); 15] = [
        (P::None, &ours, paid, S::Confirming),
        (P::None, &done, paid, S::Confirming),
        (P::Canceled, &ours, paid, S::Confirming),
        (P::None, &over, paid, S::Expired),
        (P::None, &ours, Some(Back::Paid("cs_other")), S::Elsewhere),
        (P::None, &[], paid, S::Unpaid),
        // The card before was declined: who paid with the next one is not asked to pay again.
        (P::Failed, &ours, paid, S::Confirming),
        (P::Failed, &done, paid, S::Declined),
        (P::Paid, &ours, paid, S::Paid),
        (P::Processing, &ours, paid, S::OnItsWay),
        (P::None, &ours, Some(Back::Canceled), S::Left),
        (P::None, &[], Some(Back::Canceled), S::Left),
        (P::Canceled, &ours, Some(Back::Canceled), S::Left),
        (P::Failed, &ours, Some(Back::Canceled), S::Declined),
        (P::Refunded, &ours, Some(Back::Canceled), S::Refunded),
    ];
    for (status, opened, back, want) in table {
        assert_eq!(standing(&Facts { opened, back, ..facts(status) }), want, "{status} {opened:?} {back:?}");
    }
}

#[test]
fn steps_open_when_they_are_due() {
    use Accepted::{Current, Earlier, Nothing};
    // (standing, accepted, opens, how many of the four are open)
    let table = [
        (S::Unpaid, Nothing, Step::Activation, 2),
        (S::Unpaid, Earlier, Step::Agreement, 2),
        (S::Unpaid, Current, Step::Confirmation, 3),
        (S::Declined, Current, Step::Confirmation, 3),
        (S::Declined, Earlier, Step::Agreement, 2),
        (S::Left, Nothing, Step::Activation, 2),
        (S::Elsewhere, Current, Step::Confirmation, 3),
        (S::Confirming, Current, Step::Confirmation, 4),
        (S::OnItsWay, Nothing, Step::Confirmation, 4),
        (S::Paid, Earlier, Step::Confirmation, 4),
        (S::PartlyRefunded, Current, Step::Confirmation, 4),
        (S::Disputed, Current, Step::Confirmation, 4),
        (S::Refunded, Current, Step::Confirmation, 3),
        (S::Returned, Earlier, Step::Confirmation, 3),
        (S::Withdrawn, Current, Step::Confirmation, 0),
    ];
    for (standing, accepted, want, count) in table {
        assert_eq!(current(standing, accepted), want, "{standing:?} {accepted:?}");
        let due = |step: &Step| is_due(*step, standing, accepted);
        let open: Vec<Step> = Step::ALL.into_iter().filter(due).collect();
        assert_eq!(open, Step::ALL[..count], "{standing:?} {accepted:?}");
        assert!(count == 0 || due(&want), "what opens is due");
    }
}
