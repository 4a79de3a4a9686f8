//! `DELETE /api/v1/payments/{id}/link`: a person's link is taken back, and everything is as if nobody had linked.

use crate::util::answer::{Payment, read};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::json;
use server::api::access::Role;

async fn link(app: &TestApp, payment_id: &str, journey_id: &str) {
    app.post(&format!("/api/v1/payments/{payment_id}/link"), &json!({"journey_id": journey_id})).await;
}

async fn unlink(app: &TestApp, payment_id: &str) -> crate::util::answer::Answer {
    app.call(Some(Role::Editor), "DELETE", &format!("/api/v1/payments/{payment_id}/link"), None).await
}

#[tokio::test]
async fn the_payment_waits_again_and_the_outcome_is_derived_again() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay { email: Some("ana@example.com".to_owned()), ..Pay::new("back") };
        app.deliver(&pay.success()).await;
        link(app, &pay.intent_id(), &journey.id).await;
        assert_eq!(app.journey_now(&journey.id).await.outcome, "paid");
        let back: Payment = read(&unlink(app, &pay.intent_id()).await.ok());
        assert_eq!((back.journey_id, back.matched_by, back.content_version_id), (None, None, None));
        assert_eq!(back.suggestions.len(), 1, "as before: {:?}", back.suggestions);
        assert_eq!(app.unmatched().await.len(), 1);
        let now = app.journey_now(&journey.id).await;
        assert_eq!((now.outcome.as_str(), now.payments.len()), ("pending", 0));
        let history = app.history(&journey.id).await;
        assert_eq!(history.iter().map(|row| row.to.as_str()).collect::<Vec<_>>(), ["pending", "paid"]);
        let said = "SELECT actor FROM audit WHERE action = 'payment.unlink' AND object_id = 'pi_back'";
        assert_eq!(app.database.peek(said).await.as_deref(), Some("Test editor"));
        unlink(app, &pay.intent_id()).await.problem(409, "not_linked");
    })
    .await;
}

#[tokio::test]
async fn what_it_was_matched_to_before_has_it_again() {
    on_both(async |app| {
        let (named, chosen) = (app.journey().await, app.journey().await);
        let pay = Pay::of("again", &named.id);
        app.deliver(&pay.success()).await;
        unlink(app, &pay.intent_id()).await.problem(409, "not_linked");
        link(app, &pay.intent_id(), &chosen.id).await;
        let back: Payment = read(&unlink(app, &pay.intent_id()).await.ok());
        assert_eq!(
            (back.matched_by.as_deref(), back.journey_id),
            (Some("journey_metadata"), Some(named.id.clone()))
        );
        assert_eq!(app.journey_now(&named.id).await.outcome, "paid");
        assert_eq!(app.journey_now(&chosen.id).await.outcome, "pending");
        unlink(app, "pi_none").await.problem(404, "not_found");
    })
    .await;
}

/// A link made on a lone charge must not compete with one made later on the intent that the charge belongs to.
#[tokio::test]
async fn a_link_from_before_two_objects_were_one_payment_does_not_come_back() {
    on_both(async |app| {
        let (first, second) = (app.journey().await, app.journey().await);
        let pay = Pay::new("merged");
        let mut lone = pay.charge("succeeded");
        lone["payment_intent"] = serde_json::Value::Null;
        app.deliver(&[pay.event("charge.succeeded", 0, lone)]).await;
        link(app, &pay.charge_id(), &first.id).await;
        app.deliver(&[
            pay.event("charge.updated", 5, pay.charge("succeeded")),
            pay.event("payment_intent.succeeded", 5, pay.intent("succeeded")),
        ])
        .await;
        assert_eq!(app.journey_now(&first.id).await.outcome, "paid");
        link(app, &pay.intent_id(), &second.id).await;
        assert_eq!(app.journey_now(&second.id).await.outcome, "paid");
        assert_eq!(app.journey_now(&first.id).await.outcome, "pending");
        let back: Payment = read(&unlink(app, &pay.intent_id()).await.ok());
        assert_eq!(back.journey_id, None);
    })
    .await;
}
