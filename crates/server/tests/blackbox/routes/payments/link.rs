//! `POST /api/v1/payments/{id}/link`: a person's link outranks every rung.

use crate::util::answer::{Payment, read};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::json;
use server::api::access::Role;

async fn link(app: &TestApp, payment_id: &str, journey_id: &str) -> Payment {
    let path = format!("/api/v1/payments/{payment_id}/link");
    read(&app.post(&path, &json!({"journey_id": journey_id})).await)
}

#[tokio::test]
async fn a_link_outranks_every_rung_whenever_it_is_found() {
    on_both(async |app| {
        let (named, chosen) = (app.journey().await, app.journey().await);
        let pay = Pay { reference: Some(named.id.clone()), ..Pay::of("linked", &named.id) };
        app.deliver(&pay.success()).await;
        assert_eq!(app.journey_now(&named.id).await.outcome, "paid");
        let linked = link(app, &pay.intent_id(), &chosen.id).await;
        assert_eq!(
            (linked.matched_by.as_deref(), linked.journey_id.as_deref()),
            (Some("manual"), Some(&*chosen.id))
        );
        assert_eq!(linked.content_version_id.as_deref(), Some(&*chosen.content_version_id));
        let (left, won) = (app.journey_now(&named.id).await, app.journey_now(&chosen.id).await);
        assert_eq!((left.outcome.as_str(), left.payments.len()), ("pending", 0));
        assert_eq!((won.outcome.as_str(), won.payments), ("paid", vec![linked]));
        // More news of it does not take it back.
        app.deliver(&[pay.event("charge.refunded", 99, pay.refunded(50_000))]).await;
        assert_eq!(app.journey_now(&chosen.id).await.outcome, "refunded");
        assert_eq!(app.journey_now(&named.id).await.payments, []);
        let back = link(app, &pay.intent_id(), &named.id).await;
        assert_eq!((back.matched_by.as_deref(), back.status.as_str()), (Some("manual"), "refunded"));
        assert_eq!(app.journey_now(&named.id).await.outcome, "refunded");
        assert_eq!(app.journey_now(&chosen.id).await.outcome, "pending");
    })
    .await;
}

#[tokio::test]
async fn a_link_empties_the_inbox_and_writes_history() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::new("inbox");
        app.deliver(&pay.success()).await;
        assert_eq!(app.unmatched().await.len(), 1);
        link(app, &pay.intent_id(), &journey.id).await;
        assert_eq!(app.unmatched().await, []);
        let history = app.history(&journey.id).await;
        assert_eq!(
            (history.len(), history[0].to.as_str(), history[0].source.as_str()),
            (1, "paid", "payment")
        );
        assert!(history[0].note.contains("$500.00"), "{}", history[0].note);
        link(app, &pay.intent_id(), &journey.id).await;
        assert_eq!(app.history(&journey.id).await.len(), 1, "again changes nothing");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_linked() {
    on_both(async |app| {
        let journey = app.journey().await;
        let mut live = Pay::new("live");
        live.livemode = true;
        app.deliver(&live.success()).await;
        let path = format!("/api/v1/payments/{}/link", live.intent_id());
        let post = async |path: &str, id: &str| {
            app.call(Some(Role::Editor), "POST", path, Some(&json!({"journey_id": id}))).await
        };
        post(&path, &journey.id).await.problem(409, "mode_mismatch");
        post("/api/v1/payments/pi_none/link", &journey.id).await.problem(404, "not_found");
        for id in ["jrn_none", "jrn_00000000000000000000000000000000", "a b"] {
            assert_eq!(post(&path, id).await.problem(422, "invalid"), ["journey_id"], "{id}");
        }
        assert_eq!(app.unmatched().await.len(), 1);
    })
    .await;
}
