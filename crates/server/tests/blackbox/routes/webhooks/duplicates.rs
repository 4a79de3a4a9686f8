//! H2, 9.17: the same event again is a 200 that changes nothing.

use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Copies sent at once.
const COPIES: usize = 50;

/// All that a reader can see of a journey.
async fn seen(app: &TestApp, journey_id: &str) -> (Value, Value) {
    let journey = app.get(&format!("/api/v1/journeys/{journey_id}")).await;
    (journey, app.get(&format!("/api/v1/journeys/{journey_id}/history")).await)
}

#[tokio::test]
async fn a_second_delivery_changes_nothing() {
    on_both(async |app| {
        let journey = app.journey().await;
        let events = Pay::of("twice", &journey.id).success();
        app.deliver(&events).await;
        let before = seen(app, &journey.id).await;
        assert_eq!(before.0["outcome"], "paid");
        app.advance(3600);
        for event in &events {
            let answer = app.send(event).await;
            assert_eq!((answer.status, answer.json), (200, json!({"received": true, "duplicate": true})));
        }
        app.settle().await;
        assert_eq!(seen(app, &journey.id).await, before);
        assert_eq!(app.get("/api/v1/events").await["items"].as_array().unwrap().len(), events.len());
    })
    .await;
}

/// The id decides, whatever the body says.
#[tokio::test]
async fn the_first_body_under_an_id_stays() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("changed", &journey.id);
        let first = pay.event("payment_intent.succeeded", 0, pay.intent("succeeded"));
        app.deliver(std::slice::from_ref(&first)).await;
        let mut second = pay.event("payment_intent.canceled", 9, pay.intent("canceled"));
        second["id"].clone_from(&first["id"]);
        assert_eq!(app.send(&second).await.json["duplicate"], true);
        app.settle().await;
        let stored = app.get(&format!("/api/v1/events/{}", first["id"].as_str().unwrap())).await;
        assert_eq!((&stored["payload"], &stored["type"]), (&first, &first["type"]));
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
    })
    .await;
}

#[tokio::test]
async fn of_many_copies_at_once_exactly_one_is_new() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("burst", &journey.id);
        let event = pay.event("payment_intent.succeeded", 0, pay.intent("succeeded"));
        let answers = join_all((0..COPIES).map(|_| app.send(&event))).await;
        assert!(answers.iter().all(|a| a.status == 200 && a.json["received"] == true));
        let new = answers.iter().filter(|a| a.json.get("duplicate").is_none()).count();
        assert_eq!(new, 1);
        app.settle().await;
        assert_eq!(app.get("/api/v1/events").await["items"].as_array().unwrap().len(), 1);
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payments[0].gross_minor), ("paid", 50_000));
        assert_eq!(app.history(&journey.id).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn many_different_events_at_once_are_all_new() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pays: Vec<Pay> = (0..COPIES).map(|n| Pay::of(&format!("many{n:02}"), &journey.id)).collect();
        let events: Vec<Value> =
            pays.iter().map(|p| p.event("payment_intent.succeeded", 0, p.intent("succeeded"))).collect();
        let answers = join_all(events.iter().map(|event| app.send(event))).await;
        assert!(answers.iter().all(|a| a.status == 200 && a.json == json!({"received": true})));
        app.settle().await;
        let now = app.journey_now(&journey.id).await;
        let gross_minor: i64 = now.payments.iter().map(|p| p.gross_minor).sum();
        assert_eq!((now.payments.len(), gross_minor), (COPIES, 50_000 * i64::try_from(COPIES).unwrap()));
        assert_eq!(now.flags, ["double_payment"]);
    })
    .await;
}

/// The dashboard sends every test under one id.
#[tokio::test]
async fn test_sends_of_the_dashboard_are_stored_each_time() {
    on_both(async |app| {
        for n in 0..3 {
            let pay = Pay::new(&format!("dashboard{n}"));
            let mut event = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
            event["id"] = "evt_00000000000000".into();
            let answer = app.send(&event).await;
            assert_eq!((answer.status, answer.json), (200, json!({"received": true})));
        }
        app.settle().await;
        let stored = app.events("applied").await;
        assert_eq!(stored.len(), 3);
        assert!(stored.iter().all(|e| e.id.starts_with("evt_00000000000000_")), "{stored:?}");
        assert_eq!(app.payments().await.len(), 3);
        for event in stored {
            let payload = app.get(&format!("/api/v1/events/{}", event.id)).await["payload"].clone();
            assert_eq!(payload["id"], "evt_00000000000000", "kept as it was sent");
        }
    })
    .await;
}
