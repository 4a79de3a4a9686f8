//! Stripe down, slow, at fault, talking nonsense, or cut off: at every call, before and after it did what it was asked.

use super::{press, session_id};
use crate::util::TestApp;
use crate::util::fake_stripe::{FakeStripe, Fault, with_stripe};
use serde_json::json;

const FAULTS: [Fault; 7] = [
    Fault::Down,
    Fault::Lost,
    Fault::Cut,
    Fault::Garbage,
    Fault::Status(429),
    Fault::Status(500),
    Fault::Status(409),
];
/// More than the tries of one call.
const TO_THE_END: usize = 5;

/// Presses while everything fails, then once more.
async fn survives(app: &TestApp, fake: &FakeStripe, journey_id: &str, fault: Fault, after: usize) -> u16 {
    let faults: Vec<Fault> = vec![Fault::None; after].into_iter().chain(vec![fault; TO_THE_END]).collect();
    fake.faults(&faults);
    let failed = press(app, journey_id).await;
    failed.problem(503, "stripe_unavailable");
    assert!(failed.text.contains("try again"), "{}", failed.text);
    fake.faults(&[]);
    let answer = press(app, journey_id).await;
    let id = session_id(&answer, answer.status);
    assert_eq!(fake.open(), [id], "{fault:?}: one open session");
    answer.status
}

#[tokio::test]
async fn a_creation_that_fails_is_the_same_creation_the_next_time() {
    with_stripe(async |app, fake| {
        for fault in FAULTS {
            fake.clear();
            let journey = app.journey().await;
            assert_eq!(survives(app, fake, &journey.id, fault, 0).await, 201, "{fault:?}");
            assert_eq!(fake.sessions().len(), 1, "{fault:?}");
            let keys = fake.creations().into_iter().map(|asked| asked.key);
            assert!(keys.clone().count() > TO_THE_END, "{fault:?}");
            assert!(
                keys.clone().all(|key| key == format!("checkout-{}-1", journey.id)),
                "{fault:?}: {:?}",
                keys.collect::<Vec<_>>()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_look_or_an_end_that_fails_leaves_one_session() {
    with_stripe(async |app, fake| {
        for (fault, after) in FAULTS.into_iter().flat_map(|fault| [(fault, 0), (fault, 1), (fault, 2)]) {
            fake.clear();
            let journey = app.journey().await;
            session_id(&press(app, &journey.id).await, 201);
            // Look, end, open.
            app.database
                .meddle(&format!("UPDATE journey SET amount_minor = 60000 WHERE id = '{}'", journey.id))
                .await;
            app.relist(&journey.id).await;
            assert_eq!(survives(app, fake, &journey.id, fault, after).await, 201, "{fault:?} after {after}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_silent_stripe_is_not_waited_for_without_end() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        fake.faults(&[Fault::Silent]);
        session_id(&press(app, &journey.id).await, 201);
        assert_eq!(fake.creations().len(), 2, "asked again");
    })
    .await;
}

/// Stripe keeps failures under the key, too, for a day: the client must not have to wait so long.
#[tokio::test]
async fn a_failure_that_stripe_keeps_is_not_the_end() {
    with_stripe(async |app, fake| {
        for opened in [true, false] {
            fake.clear();
            let journey = app.journey().await;
            fake.faults(&[Fault::KeptFailure]);
            if !opened {
                let key = format!("checkout-{}-1", journey.id);
                fake.keep_failure(&key);
                fake.faults(&[]);
            }
            let id = session_id(&press(app, &journey.id).await, 201);
            assert_eq!(fake.open(), [id]);
            let attempts = if opened { "1" } else { "2" };
            let last = fake.creations().pop().unwrap().key;
            assert!(last.ends_with(attempts), "{last}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_stripe_refuses_is_told_and_can_be_corrected() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        fake.refuses(Some("line_items[0][price_data][unit_amount]"));
        let refused = press(app, &journey.id).await;
        refused.problem(502, "stripe_refused");
        assert!(
            refused.text.contains("req_fake") && refused.text.contains("unit_amount"),
            "{}",
            refused.text
        );
        fake.refuses(None);
        session_id(&press(app, &journey.id).await, 201);
        assert_eq!(fake.open().len(), 1);
        for status in [401, 403] {
            fake.faults(&[Fault::Status(status)]);
            let answer = press(app, &journey.id).await;
            answer.problem(502, "stripe_refused");
            assert!(answer.text.contains("STRIPE_SECRET_KEY"), "{}", answer.text);
        }
    })
    .await;
}

/// Nobody came back for a day: the key may be forgotten, and so is the session.
#[tokio::test]
async fn an_attempt_older_than_its_session_is_given_up() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        fake.faults(&[Fault::Lost; TO_THE_END]);
        press(app, &journey.id).await.problem(503, "stripe_unavailable");
        let first = fake.open().remove(0);
        fake.change(&first, &json!({"status": "expired"}));
        app.advance(24 * 3600);
        session_id(&press(app, &journey.id).await, 201);
        assert_eq!(fake.open().len(), 1);
        assert!(fake.creations().pop().unwrap().key.ends_with("-2"));
    })
    .await;
}
