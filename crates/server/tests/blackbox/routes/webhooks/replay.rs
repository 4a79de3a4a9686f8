//! `POST /api/v1/events/{id}/replay`: safe for any event, since applying is idempotent.

use crate::util::event::{Pay, event};
use crate::util::on_both;
use serde_json::json;
use server::api::access::Role;

#[tokio::test]
async fn replaying_applied_events_changes_nothing() {
    on_both(async |app| {
        let journey = app.journey().await;
        let events = Pay::of("again", &journey.id).success();
        app.deliver(&events).await;
        let before = (app.journey_now(&journey.id).await, app.history(&journey.id).await);
        app.advance(86_400);
        for event in &events {
            let path = format!("/api/v1/events/{}/replay", event["id"].as_str().unwrap());
            let answer = app.call(Some(Role::Editor), "POST", &path, None).await;
            assert_eq!((answer.status, &answer.json["status"]), (202, &json!("received")));
        }
        app.settle().await;
        let applied = app.events("applied").await;
        assert!(
            applied.len() == events.len()
                && applied.iter().all(|e| e.attempts == 1 && e.last_error.is_none()),
            "{applied:?}"
        );
        assert_eq!((app.journey_now(&journey.id).await, app.history(&journey.id).await), before);
    })
    .await;
}

/// Bug: an ignored event became `applied` when it was replayed.
#[tokio::test]
async fn an_ignored_event_stays_ignored() {
    on_both(async |app| {
        let sent = event("customer.created", app.now_s(), json!({"id": "cus_1", "object": "customer"}));
        app.deliver(std::slice::from_ref(&sent)).await;
        let id = sent["id"].as_str().unwrap();
        app.post(&format!("/api/v1/events/{id}/replay"), &json!({})).await;
        app.settle().await;
        assert_eq!(app.event(id).await.status, "ignored");
    })
    .await;
}

#[tokio::test]
async fn a_thin_event_cannot_be_replayed_yet() {
    on_both(async |app| {
        let thin = json!({
            "id": "evt_thin", "object": "v2.core.event", "type": "v1.charge.succeeded", "livemode": false,
            "created": "2026-11-22T02:14:15Z", "related_object": {"id": "ch_1", "type": "charge", "url": "/v1/charges/ch_1"}
        });
        app.send(&thin).await.ok();
        app.call(Some(Role::Editor), "POST", "/api/v1/events/evt_thin/replay", None).await.problem(409, "parked");
        assert_eq!(app.event("evt_thin").await.status, "received");
        let unknown = app.call(Some(Role::Editor), "POST", "/api/v1/events/evt_none/replay", None).await;
        unknown.problem(404, "not_found");
    })
    .await;
}
