//! Webhooks that never came.

use super::{assert_second_run_is_quiet, payments, reconcile_all, seed};
use crate::util::stand_in::{events, listen, with_past, with_stand_in};
use serde_json::json;
use server::checkout;
use stand_in::{Outcome, Trouble};

const DAY_S: i64 = 86_400;

/// Any tenth lost, some twice, in any order: the state is that of a run in which none was lost.
#[tokio::test]
async fn what_was_dropped_is_taken_in() {
    with_past(DAY_S, async |app, stripe| {
        listen(app, stripe);
        stripe.make_trouble(Trouble { dropped_percent: 10, duplicated_percent: 10, disorder: 5 });
        seed(stripe, 100, 600, true);
        stripe.settled().await;
        app.settle().await;
        let before = payments(app).await;
        let report = reconcile_all(app).await;
        assert!(report.agrees(), "{:#?}", report.progress);
        assert!(report.progress.events_taken_in > 10, "{:?}", report.progress.events_taken_in);
        assert_eq!(report.progress.objects_taken_in, 10, "open sessions, of which no event tells");
        let healed = payments(app).await;
        assert_ne!(before, healed);
        assert_second_run_is_quiet(app).await;
        assert_eq!(payments(app).await, healed);
        // The same account, with none lost.
        app.forget_stripe().await;
        stripe.make_trouble(Trouble::default());
        for event in events(stripe).await {
            assert!(stripe.with(|account| account.resend(&event)));
        }
        stripe.settled().await;
        app.settle().await;
        assert_eq!(payments(app).await, healed);
    })
    .await;
}

#[tokio::test]
async fn journeys_become_what_they_should_be() {
    with_stand_in(async |app, stripe| {
        let outcomes = [
            (Outcome::Paid, "paid", "paid"),
            (Outcome::DeclinedThenPaid, "paid", "paid"),
            // Its session expires in the end.
            (Outcome::Declined, "ghosted", "canceled"),
            (Outcome::DebitPaid, "paid", "paid"),
            (Outcome::DebitFailed, "pending", "failed"),
            (Outcome::Abandoned, "ghosted", "none"),
        ];
        let mut journeys = Vec::new();
        for (n, (outcome, ..)) in outcomes.into_iter().enumerate() {
            let client = app.client(&format!("c{n}@example.com"), None).await;
            let journey = app.journey_of(&client).await;
            let session = checkout::open(&app.server.app, &journey.id, None).await.unwrap().session_id;
            stripe.with(|account| account.complete(&session, outcome)).unwrap();
            journeys.push(journey.id);
        }
        app.advance(120);
        stripe.with(|_| ());
        // The sessions of those who left expire.
        app.advance(2 * 86_400);
        stripe.with(|_| ());
        assert!(reconcile_all(app).await.agrees());
        for (id, (outcome, want, status)) in journeys.iter().zip(outcomes) {
            let now = app.journey_now(id).await;
            assert_eq!((now.outcome.as_str(), now.payment_status.as_str()), (want, status), "{outcome:?}");
        }
        assert_second_run_is_quiet(app).await;
    })
    .await;
}

/// Stripe keeps events for 30 days; before that, the objects themselves have to tell.
#[tokio::test]
async fn an_account_with_a_past_is_filled_in() {
    with_past(200 * DAY_S, async |app, stripe| {
        seed(stripe, 120, DAY_S, false);
        let report = reconcile_all(app).await;
        assert!(report.agrees(), "{:#?}", report.progress);
        assert!(report.progress.objects_taken_in > 150, "{:?}", report.progress);
        let known = payments(app).await;
        let paid = known.values().filter(|p| p.gross_minor > 0).count();
        assert!(paid > 90, "{paid}");
        for payment in known.values().filter(|p| p.gross_minor > 0) {
            let intent = stripe.with(|account| account.object(&payment.id)).unwrap();
            assert_eq!(intent["amount_received"], payment.gross_minor, "{payment:?}");
            let charge = intent["latest_charge"].as_str().unwrap();
            let charge = stripe.with(|account| account.object(charge)).unwrap();
            assert_eq!(charge["amount_refunded"], payment.refunded_minor, "{payment:?}");
            assert_eq!(payment.paid_at.as_deref().map(at_s), charge["created"].as_i64(), "{payment:?}");
        }
        assert!(known.values().any(|p| p.lost_minor > 0) && known.values().any(|p| p.refunded_minor > 0));
        assert_second_run_is_quiet(app).await;
    })
    .await;
}

fn at_s(text: &str) -> i64 {
    server::clock::parse_rfc3339(text).unwrap() / 1000
}

/// An expiry of long ago that is only read now does not overrule what a person noted since.
#[tokio::test]
async fn a_mark_outranks_an_older_expiry_that_is_read_later() {
    with_stand_in(async |app, stripe| {
        let journey = app.journey().await;
        checkout::open(&app.server.app, &journey.id, None).await.unwrap();
        app.advance(2 * 86_400);
        stripe.with(|_| ());
        app.mark(&journey.id, "responded").await;
        app.advance(60 * 86_400);
        assert!(reconcile_all(app).await.agrees());
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.derived_outcome.as_str()), ("responded", "responded"));
        assert_eq!(json!(now.payments.len()), json!(0));
    })
    .await;
}
