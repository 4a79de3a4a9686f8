//! H2: an event is acknowledged while others use the database.

use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::json;

/// As many as SQLite has for all pages together.
const READERS: usize = 4;

/// Found while events were given a file of their own: the look for duplicates waited for pages.
#[tokio::test]
async fn pages_that_read_for_long_hold_no_acknowledgement_up() {
    on_both(async |app| {
        let journey = app.journey().await;
        let events = Pay::of("busy", &journey.id).success();
        let mut reading = Vec::new();
        for _ in 0..READERS {
            reading.push(app.server.app.db.read().await.unwrap());
        }
        for event in &events {
            let answer = app.send(event).await;
            assert_eq!((answer.status, answer.json), (200, json!({"received": true})));
        }
        drop(reading);
        app.settle().await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
    })
    .await;
}

/// What was acknowledged is found at once, however soon somebody asks.
#[tokio::test]
async fn an_event_is_found_as_soon_as_it_is_acknowledged() {
    on_both(async |app| {
        for n in 0..20 {
            let mut event = Pay::of(&format!("soon{n}"), "jrn_none").success().remove(0);
            if n % 2 == 0 {
                // Of a type that does nothing.
                event["type"] = json!("product.created");
            }
            assert_eq!(app.send(&event).await.status, 200);
            let id = event["id"].as_str().unwrap();
            assert_eq!(app.get(&format!("/api/v1/events/{id}")).await["payload"], event);
            let newest = app.get("/api/v1/events?limit=1").await;
            assert_eq!(newest["items"][0]["id"], event["id"]);
        }
    })
    .await;
}
