//! SPEC H8, 9.2 and 9.5: what outranks what, and when a ghosted journey opens again.

use crate::build::*;
use ledger::object::{ChargeStatus, IntentStatus, Object, Session, SessionStatus};
use ledger::{Observation, Outcome, OutcomeSource};

use Outcome::{Ghosted, Paid, Pending, Refunded, Responded};
use OutcomeSource::{Mark as ByMark, None as ByNothing, Override as ByOverride, Payment as ByPayment};

fn expired(at_s: i64) -> Observation {
    cs(at_s, SessionStatus::Expired)
}

fn refunded() -> Vec<Observation> {
    paid_then([ch_refunded(20, PRICE)])
}

#[test]
fn money_outranks_a_mark_whenever_made() {
    for at_ms in [1, 10_000, 10_500, 999_000] {
        for outcome in Outcome::ALL {
            let by = |told: &[Observation]| {
                let judged = judged(&Facts { told, mark: Some(mark(*outcome, at_ms)), ..Facts::default() });
                (judged.outcome, judged.source)
            };
            assert_eq!(by(&paid()), (Paid, ByPayment), "{outcome} at {at_ms}");
            assert_eq!(by(&refunded()), (Refunded, ByPayment), "{outcome} at {at_ms}");
        }
    }
}

#[test]
fn between_weak_evidence_and_a_mark_the_newest_wins() {
    let failed = || vec![declined(10)];
    let ghosted = || vec![expired(10)];
    let retried = || vec![declined(10), pi(12, IntentStatus::RequiresAction)];
    let table = [
        ("no mark", failed(), None, (Pending, ByPayment)),
        ("failed, then marked", failed(), Some(11_000), (Responded, ByMark)),
        ("marked, then failed", failed(), Some(9_000), (Pending, ByPayment)),
        ("expired, then marked", ghosted(), Some(11_000), (Responded, ByMark)),
        ("marked, then expired", ghosted(), Some(9_000), (Ghosted, ByPayment)),
        // Seen at 10.100.
        ("marked in that second, before", ghosted(), Some(10_099), (Ghosted, ByPayment)),
        ("marked in that second, at once", ghosted(), Some(10_100), (Responded, ByMark)),
        ("marked in that second, after", ghosted(), Some(10_101), (Responded, ByMark)),
        ("failed in that second, marked before", failed(), Some(10_099), (Pending, ByPayment)),
        ("failed in that second, marked after", failed(), Some(10_101), (Responded, ByMark)),
        ("an action is no news", retried(), Some(11_000), (Responded, ByMark)),
        ("nothing but a mark", vec![cs(3, SessionStatus::Open)], Some(1), (Responded, ByMark)),
        ("processing is no news", vec![pi(12, IntentStatus::Processing)], Some(1), (Responded, ByMark)),
        ("nothing at all", vec![cs(3, SessionStatus::Open)], None, (Pending, ByNothing)),
    ];
    for (name, told, at_ms, want) in table {
        let mark = at_ms.map(|at_ms| mark(Responded, at_ms));
        let judged = judged(&Facts { told: &told, mark, ..Facts::default() });
        assert_eq!((judged.outcome, judged.source), want, "{name}");
    }
}

#[test]
fn an_event_that_arrives_late_happened_in_its_second() {
    let late = seen(10, 3_600_000, "cs_1", Object::Session(session(SessionStatus::Expired)));
    let at = |at_ms| {
        let told = [late.clone()];
        judged(&Facts { told: &told, mark: Some(mark(Responded, at_ms)), ..Facts::default() }).outcome
    };
    assert_eq!(at(10_998), Ghosted);
    assert_eq!(at(10_999), Responded);
    assert_eq!(at(11_000), Responded);
}

/// Several events tell of one failure; the first that was seen is the closest to the moment, whatever their ids.
#[test]
fn the_moment_of_a_failure_is_when_it_was_first_seen() {
    let orders = [["evt_a", "evt_b", "evt_c"], ["evt_c", "evt_b", "evt_a"], ["evt_b", "evt_c", "evt_a"]];
    let failed = ch(10, ChargeStatus::Failed);
    for (ids, failure) in orders.into_iter().flat_map(|ids| [(ids, declined(10)), (ids, failed.clone())]) {
        let again = |after_ms| seen(10, after_ms, &failure.id, failure.version.object.clone());
        let told: Vec<_> =
            ids.into_iter().zip([again(800), again(100), again(500)]).map(|(id, o)| by(id, o)).collect();
        let outcome = |at_ms| {
            judged(&Facts { told: &told, mark: Some(mark(Responded, at_ms)), ..Facts::default() }).outcome
        };
        assert_eq!(outcome(10_300), Responded, "{ids:?} {}", failure.id);
        assert_eq!(outcome(10_099), Pending, "{ids:?} {}", failure.id);
    }
}

#[test]
fn an_override_outranks_everything_and_changes_no_revenue() {
    let told = paid();
    let pinned = judged(&Facts { told: &told, pinned: Some(pin(Ghosted)), ..Facts::default() });
    assert_eq!((pinned.outcome, pinned.source), (Ghosted, ByOverride));
    assert_eq!((pinned.derived_outcome, pinned.derived_source), (Paid, ByPayment));
    assert_eq!(sums(&pinned), sums(&journey(&told)));
}

#[test]
fn expired_is_ghosted_unless_something_else_goes_on() {
    let other = |status| cs_other(8, "cs_2", status, 2);
    let unknown = [opened("cs_1", 1_000), opened("cs_2", 2_000)];
    let ours = &unknown[..1];
    let slow = [expired(10), cs_other(8, "cs_2", SessionStatus::CompleteUnpaid, 2)];
    let table = [
        ("alone", vec![expired(10)], ours, Ghosted),
        ("another is open", vec![expired(10), other(SessionStatus::Open)], ours, Pending),
        ("another that only we know is open", vec![expired(10)], &unknown[..], Pending),
        ("another has expired", vec![expired(10), other(SessionStatus::Expired)], &unknown[..], Ghosted),
        ("another is processing", slow.to_vec(), ours, Pending),
        ("a failure before", vec![declined(9), expired(10)], ours, Ghosted),
        ("a failure in the same second", vec![declined(10), expired(10)], ours, Ghosted),
        ("a failure after", vec![expired(10), declined(11)], ours, Pending),
        (
            "an old intent is canceled with it",
            vec![expired(10), pi(10, IntentStatus::Canceled)],
            ours,
            Ghosted,
        ),
    ];
    for (name, told, opened, want) in table {
        assert_eq!(judged(&Facts { told: &told, opened, ..Facts::default() }).outcome, want, "{name}");
    }
}

#[test]
fn ghosted_reopens_on_new_activity() {
    let again = |status| cs_other(30, "cs_2", status, 20);
    let reopened = [opened("cs_1", 1_000), opened("cs_2", 20_000)];
    let ours = &reopened[..1];
    let hold = vec![expired(10), pi(15, IntentStatus::RequiresCapture), pi(18, IntentStatus::Canceled)];
    let table = [
        ("we opened another", vec![expired(10)], &reopened[..], Pending),
        (
            "another was opened",
            vec![expired(10), cs_other(20, "cs_2", SessionStatus::Open, 20)],
            ours,
            Pending,
        ),
        ("and expired too", vec![expired(10), again(SessionStatus::Expired)], &reopened[..], Ghosted),
        ("a payment became processing", vec![expired(10), pi(15, IntentStatus::Processing)], ours, Pending),
        ("in that second", vec![expired(10), pi(10, IntentStatus::Processing)], ours, Pending),
        ("an authorisation since, canceled", hold, ours, Pending),
        ("paid after all", vec![expired(10), again(SessionStatus::Paid)], ours, Paid),
    ];
    for (name, told, opened, want) in table {
        assert_eq!(judged(&Facts { told: &told, opened, ..Facts::default() }).outcome, want, "{name}");
    }
}

/// What the person said before stands again when the expiry no longer counts.
#[test]
fn a_mark_comes_back_when_ghosted_reopens() {
    let told = [expired(10)];
    let open = [opened("cs_1", 1_000), opened("cs_2", 20_000)];
    let mark = || Some(mark(Responded, 9_000));
    assert_eq!(
        judged(&Facts { told: &told, opened: &open[..1], mark: mark(), ..Facts::default() }).outcome,
        Ghosted
    );
    assert_eq!(
        judged(&Facts { told: &told, opened: &open, mark: mark(), ..Facts::default() }).outcome,
        Responded
    );
}

/// A checkout expired at once (SPEC 9.12) was once taken for one that was opened after its own expiry.
#[test]
fn a_checkout_that_expires_in_the_second_it_was_opened_is_not_new_activity() {
    let object = Session { created: Some(10), ..session(SessionStatus::Expired) };
    let told = [told(10, "cs_1", Object::Session(object))];
    let opened = [opened("cs_1", 10_900)];
    assert_eq!(judged(&Facts { told: &told, opened: &opened, ..Facts::default() }).outcome, Ghosted);
}

/// Cancellation leaves the outcome unchanged (SPEC H7), so it must not bring an expiry into force that did not count
/// when it happened.
#[test]
fn canceling_does_not_make_an_old_expiry_count() {
    let other = |at_s| cs_other(at_s, "cs_2", SessionStatus::Expired, 1);
    let hold = pi(5, IntentStatus::RequiresCapture);
    let debit = pi(5, IntentStatus::Processing);
    let canceled = |at_s| pi(at_s, IntentStatus::Canceled);
    let table = [
        ("expired while authorised, then canceled", vec![hold.clone(), other(10), canceled(20)], Pending),
        ("canceled, then expired", vec![hold.clone(), canceled(10), other(20)], Ghosted),
        ("failed, expired, the rest canceled", vec![debit, declined(8), other(10), canceled(20)], Ghosted),
    ];
    for (name, told, want) in table {
        assert_eq!(journey(&told).outcome, want, "{name}");
    }
}
