//! `POST /api/v1/events/{id}/ignore`: a person puts aside what failed (SPEC H10, D6).

use crate::util::answer::{Event, read};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

async fn ignore(app: &TestApp, id: &str, reason: &str) -> crate::util::answer::Answer {
    let path = format!("/api/v1/events/{id}/ignore");
    app.call(Some(Role::Editor), "POST", &path, Some(&json!({"reason": reason}))).await
}

#[tokio::test]
async fn a_dead_event_is_put_aside_with_a_reason_and_can_be_replayed() {
    on_both(async |app| {
        let id = app.dead_event("aside").await;
        assert_eq!(app.events("dead").await.len(), 1);
        let event: Event = read(&ignore(app, &id, " a test of ours ").await.ok());
        assert_eq!(
            (event.status.as_str(), event.attempts, event.last_error.as_deref()),
            ("ignored", 8, None)
        );
        let why = json!({"reason": "a test of ours", "by": "Test editor", "at": "2026-11-22T02:14:15.120Z"});
        assert_eq!(event.put_aside, Some(why));
        assert_eq!((app.events("dead").await, app.events("ignored").await), (Vec::new(), vec![event]));
        let again: Event = read(&ignore(app, &id, "a better reason").await.ok());
        assert_eq!(again.put_aside.unwrap()["reason"], "a better reason");
        app.post(&format!("/api/v1/events/{id}/replay"), &json!({})).await;
        app.settle().await;
        let now = app.event(&id).await;
        assert_eq!((now.status.as_str(), now.put_aside), ("applied", None));
        let audit =
            app.database.peek("SELECT CAST(count(*) AS TEXT) FROM audit WHERE action = 'event.ignore'").await;
        assert_eq!(audit.as_deref(), Some("2"));
    })
    .await;
}

#[tokio::test]
async fn what_did_not_fail_cannot_be_put_aside() {
    on_both(async |app| {
        let pay = Pay::new("fine");
        let (applied, other) = (
            pay.event("charge.succeeded", 0, pay.charge("succeeded")),
            pay.event("charge.unheard_of", 0, pay.charge("succeeded")),
        );
        app.deliver(&[applied.clone(), other.clone()]).await;
        for event in [&applied, &other] {
            let answer = ignore(app, event["id"].as_str().unwrap(), "no").await;
            answer.problem(409, "not_failed");
        }
        ignore(app, "evt_none", "no").await.problem(404, "not_found");
        assert_eq!(ignore(app, "evt_none", "").await.problem(422, "invalid"), ["reason"]);
        assert_eq!(app.event(other["id"].as_str().unwrap()).await.put_aside, None::<Value>);
    })
    .await;
}
