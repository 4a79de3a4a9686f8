//! H3: thin events. Their object is fetched and goes through the same fold; a snapshot twin tells the same once.

use crate::util::TestApp;
use crate::util::app::{NOW_S, Setup};
use crate::util::event::Pay;
use crate::util::fake_stripe::{FakeStripe, Fault, with_stripe};
use crate::util::{on_both, on_both_with};
use serde_json::{Value, json};
use server::api::access::Role;

/// About a payment's charge unless told otherwise.
fn thin(id: &str, kind: &str, object: &str, path: &str, twin: Option<&str>) -> Value {
    json!({
        "id": id, "object": "v2.core.event", "type": format!("v1.{kind}"), "created": "2026-11-22T02:14:16.000Z",
        "livemode": false, "snapshot_event": twin,
        "related_object": {"id": path.rsplit('/').next(), "type": object, "url": path}
    })
}

fn of_charge(id: &str, pay: &Pay, twin: Option<&str>) -> Value {
    thin(id, "charge.succeeded", "charge", &charge_path(pay), twin)
}

fn charge_path(pay: &Pay) -> String {
    format!("/v1/charges/{}", pay.charge_id())
}

async fn in_status(app: &TestApp, id: &str, status: &str) {
    app.until(&format!("{id} is {status}"), async || {
        let event = app.event(id).await;
        if event.status == status { Ok(()) } else { Err(format!("{event:?}")) }
    })
    .await;
    app.settle().await;
}

#[tokio::test]
async fn the_object_of_a_thin_event_is_fetched_and_applied() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let pay = Pay::of("thin", &journey.id);
        fake.put(&charge_path(&pay), Some(&pay.charge("succeeded")));
        app.send(&of_charge("evt_thin_1", &pay, Some("evt_twin_1"))).await.ok();
        in_status(app, "evt_thin_1", "applied").await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payments[0].gross_minor), ("paid", pay.amount));
        let cause = app.history(&journey.id).await.remove(0).event_id.unwrap();
        let reading = app.get(&format!("/api/v1/events/{cause}")).await;
        assert_eq!(reading["type"], "whypaid.read");
        assert_eq!(reading["payload"]["data"]["object"], pay.charge("succeeded"), "as Stripe sent it");
        assert_eq!(fake.asked().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn twins_tell_the_same_once_in_either_order() {
    with_stripe(async |app, fake| {
        let mut states = Vec::new();
        for (name, thin_first) in [("a", true), ("b", false)] {
            fake.clear();
            let client = app.client(&format!("{name}@example.com"), None).await;
            let journey = app.journey_of(&client).await;
            let pay = Pay::of(name, &journey.id);
            fake.put(&charge_path(&pay), Some(&pay.charge("succeeded")));
            let full = pay.event("charge.succeeded", 1, pay.charge("succeeded"));
            let id = format!("evt_thin_{name}");
            let thin = of_charge(&id, &pay, full["id"].as_str());
            if thin_first {
                app.send(&thin).await.ok();
                in_status(app, &id, "applied").await;
                app.deliver(&[full]).await;
            } else {
                app.deliver(&[full]).await;
                app.send(&thin).await.ok();
                in_status(app, &id, "applied").await;
            }
            assert_eq!(fake.asked().len(), usize::from(thin_first), "a known twin needs no fetching");
            let now = app.journey_now(&journey.id).await;
            assert_eq!(app.history(&journey.id).await.len(), 1);
            states.push((
                now.outcome,
                now.paid_at,
                now.payments[0].gross_minor,
                now.payments[0].paid_at.clone(),
            ));
        }
        assert_eq!(states[0], states[1]);
    })
    .await;
}

#[tokio::test]
async fn a_session_whose_debit_failed_is_told_by_the_event_alone() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let pay = Pay::of("debit", &journey.id);
        let path = format!("/v1/checkout/sessions/{}", pay.session_id());
        fake.put(&path, Some(&pay.session("complete", "unpaid")));
        app.send(&thin("evt_a", "checkout.session.completed", "checkout.session", &path, None)).await.ok();
        in_status(app, "evt_a", "applied").await;
        assert_eq!(app.journey_now(&journey.id).await.payment_status, "processing");
        app.advance(60);
        let failed = thin("evt_b", "checkout.session.async_payment_failed", "checkout.session", &path, None);
        app.send(&failed).await.ok();
        in_status(app, "evt_b", "applied").await;
        assert_eq!(app.journey_now(&journey.id).await.payment_status, "failed");
    })
    .await;
}

async fn waits(app: &TestApp, id: &str, why: &str) {
    app.until("the reason is noted", async || {
        let event = app.event(id).await;
        let noted = event.last_error.as_ref().is_some_and(|text| text.contains(why));
        if noted && event.status == "received" { Ok(()) } else { Err(format!("{event:?}")) }
    })
    .await;
}

async fn replay(app: &TestApp, id: &str) -> u16 {
    app.call(Some(Role::Editor), "POST", &format!("/api/v1/events/{id}/replay"), None).await.status
}

#[tokio::test]
async fn while_stripe_is_away_it_waits_and_a_replay_fetches() {
    with_stripe(async |app, fake: &FakeStripe| {
        let journey = app.journey().await;
        let pay = Pay::of("away", &journey.id);
        for fault in [
            Fault::Down,
            Fault::Garbage,
            Fault::Status(500),
            Fault::Status(429),
            Fault::Status(401),
            Fault::Cut,
        ] {
            let id = format!("evt_{fault:?}").replace(['(', ')'], "_");
            fake.clear();
            fake.put(&charge_path(&pay), Some(&pay.charge("succeeded")));
            fake.faults(&[fault; 5]);
            app.send(&of_charge(&id, &pay, None)).await.ok();
            waits(app, &id, "Stripe").await;
            fake.faults(&[]);
            assert_eq!(replay(app, &id).await, 202, "{fault:?}");
            in_status(app, &id, "applied").await;
        }
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
        // Again, though it is applied: a thin event is replayed by fetching.
        let before = fake.asked().len();
        app.advance(5);
        assert_eq!(replay(app, "evt_Down").await, 202);
        in_status(app, "evt_Down", "applied").await;
        assert_eq!(fake.asked().len(), before + 1);
        assert_eq!(app.history(&journey.id).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_object_that_stripe_does_not_have_is_for_a_person() {
    with_stripe(async |app, fake| {
        let journey = app.journey().await;
        let pay = Pay::of("gone", &journey.id);
        app.send(&of_charge("evt_gone", &pay, None)).await.ok();
        in_status(app, "evt_gone", "dead").await;
        assert!(app.event("evt_gone").await.last_error.unwrap().contains("no such object"));
        fake.put(&charge_path(&pay), Some(&pay.charge("succeeded")));
        assert_eq!(replay(app, "evt_gone").await, 202);
        in_status(app, "evt_gone", "applied").await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
    })
    .await;
}

#[tokio::test]
async fn without_a_key_it_waits_and_says_for_what() {
    on_both(async |app| {
        app.send(&of_charge("evt_nokey", &Pay::new("nokey"), None)).await.ok();
        waits(app, "evt_nokey", "STRIPE_SECRET_KEY").await;
        assert_eq!(replay(app, "evt_nokey").await, 409);
    })
    .await;
}

/// The live key's Stripe knows nothing of test money.
#[tokio::test]
async fn an_event_of_the_other_mode_is_not_asked_for() {
    let fake = FakeStripe::start().await;
    let setup =
        Setup { secret_key: Some("sk_live_x"), stripe_api_base: Some(fake.base.clone()), ..Setup::default() };
    on_both_with(setup, async |app| {
        assert_eq!(app.now_s(), NOW_S);
        app.send(&of_charge("evt_test", &Pay::new("test"), None)).await.ok();
        in_status(app, "evt_test", "dead").await;
        assert!(fake.asked().is_empty());
    })
    .await;
}
