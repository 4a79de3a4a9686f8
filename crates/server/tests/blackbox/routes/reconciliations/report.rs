//! `GET /api/v1/reconciliations`, and what it says of webhooks.

use super::{newest, reconcile_all, seed, try_reconcile};
use crate::util::TestApp;
use crate::util::on_both;
use crate::util::stand_in::{listen, with_past, with_stand_in};
use serde_json::{Value, json};
use server::api::access::Role;
use server::reconcile::{ReconcileError, hourly};

async fn front_page(app: &TestApp) -> String {
    app.page("/").await.text
}

#[tokio::test]
async fn it_is_stored_and_shown() {
    with_stand_in(async |app, stripe| {
        assert_eq!(app.get("/api/v1/reconciliations").await, json!({"items": [], "next": null}));
        app.advance(600);
        seed(stripe, 3, 0, false);
        app.advance(600);
        let report = reconcile_all(app).await;
        let shown = newest(app).await;
        assert_eq!(shown["id"], report.stored.id);
        assert_eq!(shown["figures"].as_array().unwrap().len(), 3, "three abandoned sessions, a currency each");
        let figure = shown["figures"].as_array().unwrap().iter().find(|f| f["currency"] == "usd").unwrap().clone();
        let want = json!({"kind": "checkout_sessions", "currency": "usd", "livemode": false, "stripe_count": 1,
            "stripe_minor": 0, "our_count": 1, "our_minor": 0, "difference_minor": 0});
        assert_eq!(figure, want);
        for (field, want) in [
            ("state", json!("done")),
            ("livemode", json!(false)),
            ("since", Value::Null),
            ("started_at", json!("2026-11-22T02:34:15.120Z")),
            ("finished_at", json!("2026-11-22T02:34:15.120Z")),
            ("step", json!("done")),
            ("objects_listed", json!(3)),
            ("objects_taken_in", json!(3)),
            ("differences_count", json!(0)),
            ("error", Value::Null),
        ] {
            assert_eq!(shown[field], want, "{field}");
        }
        let whole = app.get(&format!("/api/v1/reconciliations/{}", report.stored.id)).await;
        assert_eq!(whole["differences"], json!({"items": [], "next": null}));
        assert_eq!(whole["figures"], shown["figures"]);
        for unknown in ["rec_none", "rec_00000000000000000000000000000000"] {
            let path = format!("/api/v1/reconciliations/{unknown}");
            app.call(Some(Role::Viewer), "GET", &path, None).await.problem(404, "not_found");
        }
    })
    .await;
}

/// The endpoint was switched off: Stripe has events that nobody heard of.
#[tokio::test]
async fn silent_webhooks_are_noticed_until_one_arrives() {
    with_past(3_600, async |app, stripe| {
        listen(app, stripe);
        seed(stripe, 20, 30, true);
        stripe.settled().await;
        app.settle().await;
        reconcile_all(app).await;
        assert_eq!(newest(app).await["webhook_silence"], Value::Null);
        stripe.set_endpoint(None);
        seed(stripe, 20, 30, true);
        app.advance(3_600);
        for _ in 0..2 {
            reconcile_all(app).await;
            let silence = newest(app).await["webhook_silence"].clone();
            assert!(
                silence["last_received_at"].is_string() && silence["newest_missed_at"].is_string(),
                "{silence}"
            );
        }
        assert!(front_page(app).await.contains("webhooks do not arrive"), "the seller is told on the page");
        let metrics = app.call(None, "GET", "/metrics", None).await.text;
        assert!(metrics.contains("whypaid_webhook_silence_seconds"), "{metrics}");
        listen(app, stripe);
        seed(stripe, 20, 0, true);
        stripe.settled().await;
        app.settle().await;
        // Debits arrive a minute later.
        app.advance(600);
        stripe.with(|_| ());
        stripe.settled().await;
        app.settle().await;
        reconcile_all(app).await;
        assert_eq!(newest(app).await["webhook_silence"], Value::Null);
        assert!(!front_page(app).await.contains("webhooks do not arrive"));
    })
    .await;
}

#[tokio::test]
async fn it_is_due_every_hour_with_overlap() {
    with_stand_in(async |app, _| {
        let now_s = app.now_s();
        let due = async || hourly::due_since_s(&app.server.app).await.unwrap();
        assert_eq!(due().await, Some(now_s - 30 * 86_400), "first as far back as Stripe keeps events");
        reconcile_all(app).await;
        assert_eq!(due().await, None);
        app.advance(3_599);
        assert_eq!(due().await, None);
        app.advance(1);
        assert_eq!(due().await, Some(now_s - 4 * 86_400));
    })
    .await;
}

#[tokio::test]
async fn without_a_key_it_says_what_to_set() {
    on_both(async |app| {
        let error = try_reconcile(app).await.unwrap_err();
        assert!(matches!(error, ReconcileError::NotConfigured), "{error:?}");
        assert!(error.to_string().contains("STRIPE_SECRET_KEY"));
    })
    .await;
}
