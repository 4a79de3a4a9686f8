//! H5: what arrives before its record waits, and is matched when the record comes; a better rung found later wins.

use crate::util::answer::{Payment, read};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::json;
use server::api::access::Role;

async fn payment(app: &TestApp, id: &str) -> Payment {
    app.payments().await.into_iter().find(|p| p.id == id).expect("a payment")
}

/// Nobody can know a journey's id before it exists, save another whypaid that moves here; so ids are not made up, and
/// what can arrive later is a client: its customer, its address, its journeys.
#[tokio::test]
async fn a_client_that_arrives_later_brings_its_customer() {
    on_both(async |app| {
        let pay = Pay { customer: Some("cus_later".to_owned()), ..Pay::new("later") };
        app.deliver(&pay.success()).await;
        assert_eq!(app.unmatched().await[0].suggestions, []);
        let client = app.client("ana@example.com", Some("cus_later")).await;
        assert_eq!(app.unmatched().await.len(), 1, "there is no journey yet");
        let version = app.version().await;
        let body =
            json!({"client_id": client, "content_version_id": version, "started_at": "2026-11-01T00:00:00Z"});
        let journey = app.journey_with(&body).await;
        assert_eq!((journey.outcome.as_str(), journey.payments.len()), ("paid", 1), "already in the answer");
        assert_eq!(journey.payments[0].matched_by.as_deref(), Some("customer"));
        assert_eq!(app.history(&journey.id).await.len(), 1);
        assert_eq!(app.unmatched().await, []);
    })
    .await;
}

#[tokio::test]
async fn a_customer_that_is_named_later_matches_too() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let journey = app.journey_of(&client).await;
        let pay = Pay { customer: Some("cus_named".to_owned()), ..Pay::new("named") };
        app.deliver(&pay.success()).await;
        assert_eq!(app.unmatched().await.len(), 1);
        let path = format!("/api/v1/clients/{client}");
        let body = json!({"stripe_customer_id": "cus_named"});
        let answer = app.call(Some(Role::Editor), "PATCH", &path, Some(&body)).await.ok();
        assert_eq!(answer["stripe_customer_id"], "cus_named");
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
        // Named wrongly after all: the match is taken back.
        let body = json!({"stripe_customer_id": "cus_other"});
        app.call(Some(Role::Editor), "PATCH", &path, Some(&body)).await.ok();
        let now = app.journey_now(&journey.id).await;
        assert_eq!(
            (now.outcome.as_str(), now.payments.len(), app.unmatched().await.len()),
            ("pending", 0, 1)
        );
    })
    .await;
}

#[tokio::test]
async fn a_suggestion_by_address_follows_the_client() {
    on_both(async |app| {
        let pay = Pay { email: Some("Later@Example.com".to_owned()), ..Pay::new("mail") };
        app.deliver(&pay.success()).await;
        assert_eq!(app.unmatched().await[0].suggestions, []);
        let client = app.client("later@example.com", None).await;
        let journey = app.journey_of(&client).await;
        let waiting = app.unmatched().await;
        assert_eq!(waiting[0].suggestions.len(), 1);
        let suggestion = &waiting[0].suggestions[0];
        assert_eq!((&suggestion.journey_id, &suggestion.client_id), (&journey.id, &client));
        assert!(!suggestion.why.is_empty());
        assert_eq!(app.journey_now(&journey.id).await.outcome, "pending", "never by address alone");
    })
    .await;
}

/// The session, which knows the journey, comes last.
#[tokio::test]
async fn a_better_rung_that_is_found_later_wins() {
    on_both(async |app| {
        let client = app.client("ana@example.com", Some("cus_ana")).await;
        let (by_customer, named) = (app.journey_of(&client).await, app.journey().await);
        let mut pay = Pay { customer: Some("cus_ana".to_owned()), ..Pay::new("better") };
        app.deliver(&[pay.event("payment_intent.succeeded", 1, pay.intent("succeeded"))]).await;
        let weak = payment(app, &pay.intent_id()).await;
        assert_eq!(
            (weak.matched_by.as_deref(), weak.journey_id),
            (Some("customer"), Some(by_customer.id.clone()))
        );
        pay.reference = Some(named.id.clone());
        app.deliver(&[pay.event("checkout.session.completed", 2, pay.session("complete", "paid"))]).await;
        let strong = payment(app, &pay.intent_id()).await;
        assert_eq!(strong.matched_by.as_deref(), Some("client_reference"));
        assert_eq!(strong.content_version_id.as_deref(), Some(named.content_version_id.as_str()));
        assert_eq!(app.journey_now(&named.id).await.outcome, "paid");
        let left = app.journey_now(&by_customer.id).await;
        assert_eq!((left.outcome.as_str(), left.payments.len()), ("pending", 0));
        assert_eq!(app.history(&by_customer.id).await.len(), 2, "paid, and back");
        pay.metadata.insert("journeyId".to_owned(), by_customer.id.clone().into());
        app.deliver(&[pay.event("charge.succeeded", 3, pay.charge("succeeded"))]).await;
        let best = payment(app, &pay.intent_id()).await;
        assert_eq!(
            (best.matched_by.as_deref(), best.journey_id),
            (Some("journey_metadata"), Some(by_customer.id))
        );
    })
    .await;
}

/// Refund and dispute arrive before anything that could be refunded or disputed.
#[tokio::test]
async fn children_wait_for_their_charge() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("child", &journey.id);
        let mut by_charge = pay.dispute(30_000, "needs_response");
        by_charge["payment_intent"] = json!(null);
        app.deliver(&[
            pay.event("charge.dispute.created", 99, by_charge),
            pay.event("refund.created", 50, pay.refund("1", 20_000, "succeeded")),
            pay.event("radar.early_fraud_warning.created", 70, pay.warning()),
        ])
        .await;
        assert_eq!((app.payments().await, app.unmatched().await), (vec![], vec![]), "nothing to show yet");
        app.deliver(&[pay.event("charge.succeeded", 1, pay.charge("succeeded"))]).await;
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payment_status.as_str()), ("paid", "disputed"));
        let money = &now.payments[0];
        assert_eq!((money.gross_minor, money.refunded_minor, money.at_risk_minor), (50_000, 20_000, 30_000));
        assert_eq!(now.flags, ["at_risk", "early_fraud_warning"]);
    })
    .await;
}

/// A lone charge turns out to belong to an intent: one payment, and a person's link stays with it.
#[tokio::test]
async fn a_charge_that_moves_to_its_intent_takes_its_link_along() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::new("moves");
        let mut lone = pay.charge("succeeded");
        lone["payment_intent"] = json!(null);
        app.deliver(&[pay.event("charge.succeeded", 1, lone)]).await;
        assert_eq!(app.unmatched().await[0].id, pay.charge_id());
        let path = format!("/api/v1/payments/{}/link", pay.charge_id());
        let linked: Payment = read(&app.post(&path, &json!({"journey_id": journey.id})).await);
        assert_eq!(linked.matched_by.as_deref(), Some("manual"));
        app.deliver(&[pay.event("payment_intent.succeeded", 1, pay.intent("succeeded"))]).await;
        let all = app.payments().await;
        assert_eq!(all.len(), 1, "not counted twice: {all:#?}");
        assert_eq!((all[0].id.as_str(), all[0].matched_by.as_deref()), ("pi_moves", Some("manual")));
        assert_eq!(app.journey_now(&journey.id).await.payments, all);
    })
    .await;
}
