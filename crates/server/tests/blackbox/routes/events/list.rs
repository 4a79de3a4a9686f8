//! `GET /api/v1/events`, `GET /api/v1/events/{id}`.

use crate::util::answer::{Event, List, read};
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::Value;
use server::api::access::Role;
use std::collections::BTreeSet;

const FIELDS: [&str; 9] = [
    "api_version",
    "attempts",
    "created_at",
    "id",
    "last_error",
    "livemode",
    "received_at",
    "status",
    "type",
];

#[tokio::test]
async fn events_are_shown_as_they_were_sent() {
    on_both(async |app| {
        let pay = Pay::new("shown");
        let sent = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
        // Spaces and the order of fields are kept as well.
        let text = format!("  {sent:#}\n");
        app.send_bytes(text.clone().into_bytes()).await.ok();
        app.settle().await;
        let list = app.get("/api/v1/events").await;
        assert_eq!(list["items"][0].as_object().unwrap().keys().collect::<Vec<_>>(), FIELDS);
        let path = format!("/api/v1/events/{}", sent["id"].as_str().unwrap());
        let one = app.call(Some(Role::Viewer), "GET", &path, None).await;
        assert!(one.text.contains(text.trim()), "byte for byte");
        assert_eq!(one.json["payload"], sent);
        app.call(Some(Role::Viewer), "GET", "/api/v1/events/evt_none", None).await.problem(404, "not_found");
    })
    .await;
}

/// Many in one millisecond: the cursor tells them apart.
#[tokio::test]
async fn events_are_paged_newest_first() {
    on_both(async |app| {
        for n in 0..12 {
            if n % 4 == 0 {
                app.advance(1);
            }
            let pay = Pay::new(&format!("paged{n}"));
            let kind = if n % 3 == 0 { "charge.succeeded" } else { "charge.unheard_of" };
            app.send(&pay.event(kind, 0, pay.charge("succeeded"))).await.ok();
        }
        app.settle().await;
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page: List<Event> = read(&app.get(&format!("/api/v1/events?limit=5&after={after}")).await);
            seen.extend(page.items);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(seen.len(), 12);
        assert!(seen.windows(2).all(|pair| pair[0].received_at >= pair[1].received_at));
        assert_eq!(seen.iter().map(|e| &e.id).collect::<BTreeSet<_>>().len(), 12);
        for (status, count) in [("applied", 4), ("ignored", 8), ("received", 0), ("failed", 0), ("dead", 0)] {
            assert_eq!(app.events(status).await.len(), count, "{status}");
        }
        let unknown = app.call(Some(Role::Viewer), "GET", "/api/v1/events?after=evt_none", None).await;
        assert_eq!(unknown.problem(422, "invalid"), ["after"]);
    })
    .await;
}

#[tokio::test]
async fn metrics_count_what_happened() {
    on_both(async |app| {
        let pay = Pay::new("counted");
        let sent = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
        app.deliver(std::slice::from_ref(&sent)).await;
        app.send(&sent).await.ok();
        app.post_webhook(Vec::new(), None).await.problem(400, "signature_missing");
        let text = app.call(None, "GET", "/metrics", None).await.text;
        for name in [
            "whypaid_events_stored_total",
            "whypaid_events_duplicate_total",
            "whypaid_events_applied_total",
            "whypaid_webhooks_rejected_total{code=\"signature_missing\"}",
            "whypaid_events_waiting{status=\"dead\"} 0",
        ] {
            assert!(text.contains(name), "no {name} in:\n{text}");
        }
        assert_eq!(app.get("/api/v1/payments").await["next"], Value::Null);
    })
    .await;
}
