//! H3: what is acted on, what is only stored, and thin events.

use crate::util::event::{Pay, event};
use crate::util::on_both;
use serde_json::{Value, json};

/// Every type of SPEC H3, with the kind of its object.
pub(super) const HANDLED: [(&str, &[&str], &str); 9] = [
    (
        "checkout.session",
        &["completed", "expired", "async_payment_succeeded", "async_payment_failed"],
        "checkout.session",
    ),
    (
        "payment_intent",
        &[
            "created",
            "processing",
            "requires_action",
            "succeeded",
            "payment_failed",
            "canceled",
            "partially_funded",
            "amount_capturable_updated",
        ],
        "payment_intent",
    ),
    ("charge", &["succeeded", "pending", "failed", "captured", "updated", "refunded", "expired"], "charge"),
    ("charge.refund", &["updated"], "refund"),
    ("refund", &["created", "updated", "failed"], "refund"),
    ("charge.dispute", &["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"], "dispute"),
    ("radar.early_fraud_warning", &["created"], "radar.early_fraud_warning"),
    ("invoice", &["paid", "payment_failed"], "invoice"),
    ("customer.subscription", &["created", "updated", "deleted"], "subscription"),
];

#[tokio::test]
async fn every_handled_type_is_applied_even_when_its_object_says_nothing_else() {
    on_both(async |app| {
        let mut count = 0;
        for (noun, verbs, object) in HANDLED {
            for verb in verbs {
                count += 1;
                let object = json!({"id": format!("obj_{count}"), "object": object});
                app.deliver(&[event(&format!("{noun}.{verb}"), app.now_s(), object)]).await;
            }
        }
        let applied = app.events("applied").await;
        assert_eq!((applied.len(), count), (34, 34));
        assert!(applied.iter().all(|e| e.attempts == 1 && e.last_error.is_none()));
    })
    .await;
}

#[tokio::test]
async fn other_types_are_stored_and_ignored() {
    on_both(async |app| {
        let kinds =
            ["customer.created", "invoice.created", "charge.succeeded.twice", "v2.core.account.updated", "x"];
        for kind in kinds {
            let sent = event(kind, app.now_s(), Pay::new("ignored").charge("succeeded"));
            app.deliver(std::slice::from_ref(&sent)).await;
            let stored = app.get(&format!("/api/v1/events/{}", sent["id"].as_str().unwrap())).await;
            assert_eq!((&stored["status"], &stored["attempts"]), (&json!("ignored"), &json!(0)), "{kind}");
            assert_eq!(stored["payload"], sent);
        }
        assert_eq!(app.events("ignored").await.len(), kinds.len());
        assert!(app.payments().await.is_empty());
    })
    .await;
}

fn thin(kind: &str, id: &str) -> Value {
    json!({
        "id": id, "object": "v2.core.event", "type": kind, "created": "2026-11-22T02:14:15.120Z", "livemode": false,
        "related_object": {"id": "cs_1", "type": "checkout.session", "url": "/v1/checkout/sessions/cs_1"},
        "snapshot_event": "evt_snapshot_1", "reason": null, "changes": {}
    })
}

/// Nothing is known of a thin event's object until it can be fetched; `thin.rs` has the rest.
#[tokio::test]
async fn a_thin_event_is_stored_once_and_waits() {
    on_both(async |app| {
        let sent = thin("v1.checkout.session.completed", "evt_thin_1");
        assert_eq!(app.send(&sent).await.json, json!({"received": true}));
        assert_eq!(app.send(&sent).await.json, json!({"received": true, "duplicate": true}));
        app.advance(30 * 86_400);
        app.sweep().await;
        let pay = Pay::new("afterwards");
        app.deliver(&[pay.event("charge.succeeded", 0, pay.charge("succeeded"))]).await;
        let stored = app.event("evt_thin_1").await;
        assert_eq!((stored.status.as_str(), stored.attempts), ("received", 0));
        assert_eq!(stored.created_at, "2026-11-22T02:14:15.000Z");
        app.send(&thin("v2.core.account_link.returned", "evt_thin_2")).await.ok();
        assert_eq!(app.event("evt_thin_2").await.status, "ignored");
        assert_eq!(app.payments().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn events_say_their_mode_version_and_time() {
    on_both(async |app| {
        let mut pay = Pay::new("told");
        pay.livemode = true;
        let sent = pay.event("charge.succeeded", -7, pay.charge("succeeded"));
        app.advance(1);
        app.deliver(std::slice::from_ref(&sent)).await;
        let stored = app.event(sent["id"].as_str().unwrap()).await;
        assert!(stored.livemode);
        assert_eq!(stored.r#type, "charge.succeeded");
        assert_eq!(stored.api_version.as_deref(), Some("2026-10-28.endive"));
        assert_eq!(stored.created_at, "2026-11-22T02:14:08.000Z", "Stripe's clock");
        assert_eq!(stored.received_at, "2026-11-22T02:14:16.120Z", "ours");
        for (mode, count) in [("true", 1), ("false", 0)] {
            let list = app.get(&format!("/api/v1/events?livemode={mode}")).await;
            assert_eq!(list["items"].as_array().unwrap().len(), count, "{mode}");
        }
    })
    .await;
}
