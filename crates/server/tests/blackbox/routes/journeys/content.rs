//! `POST /api/v1/journeys/{id}/content` and `PUT /api/v1/journeys/{id}/version`: what one journey is given. SPEC J3.

use crate::util::TestApp;
use crate::util::answer::{Answer, Journey, read};
use crate::util::event::Pay;
use crate::util::make::{content, hypothesis, text};
use crate::util::on_both;
use serde_json::{Value, json};
use server::api::access::Role;
use store::journeys;

impl TestApp {
    async fn copy(&self, id: &str, changes: Value) -> Answer {
        let mut body = json!({"hypothesis": hypothesis()});
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.call(Some(Role::Editor), "POST", &format!("/api/v1/journeys/{id}/content"), Some(&body)).await
    }

    async fn give(&self, id: &str, body: &Value) -> Answer {
        self.call(Some(Role::Editor), "PUT", &format!("/api/v1/journeys/{id}/version"), Some(body)).await
    }

    /// (version, ms) that the journey was given, oldest first.
    async fn given(&self, id: &str) -> Vec<(String, i64)> {
        let mut conn = self.server.app.db.read().await.unwrap();
        let rows = journeys::versions(&mut conn, vec![id.to_owned()]).await.unwrap();
        rows.into_iter().map(|row| (row.content_version_id, row.given_at_ms)).collect()
    }
}

#[tokio::test]
async fn a_clients_own_copy_touches_nobody_else() {
    on_both(async |app| {
        let made = app.post("/api/v1/contents", &content()).await;
        let client = app.client("ana@example.com", None).await;
        let body = json!({"client_id": client, "content_version_id": made["version"]["id"]});
        let (mine, other) = (app.journey_with(&body).await, app.journey_with(&body).await);
        let changes = json!({"pages": {"agreement": "Terms for Ana"}, "elements": {"headline": "name"}});
        let answer = app.copy(&mine.id, changes).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let copied: Journey = read(&answer.json);
        let version = app.get(&format!("/api/v1/versions/{}", copied.content_version_id)).await;
        assert_eq!(version["pages"]["agreement"], "Terms for Ana");
        assert_eq!(version["pages"]["activation"], content()["pages"]["activation"], "the rest stays");
        assert_eq!(version["elements"], json!({"headline": "name"}));
        assert_eq!(
            (text(&version, "journey_id"), text(&version, "parent_id")),
            (mine.id.clone(), mine.content_version_id.clone())
        );
        assert_eq!((text(&version, "hypothesis_id"), &version["number"]), (copied.hypothesis_id, &json!(2)));
        assert_eq!(copied.price, mine.price);
        assert_eq!(app.journey_now(&other.id).await, other, "nobody else");
        assert_eq!(
            app.get("/api/v1/contents").await["items"][0],
            made,
            "new journeys get what they got before"
        );
        assert_eq!(app.journey_with(&body).await.content_version_id, mine.content_version_id);
        let given = app.given(&mine.id).await;
        assert_eq!(given.len(), 2);
        assert!(given[1].1 > given[0].1 && given[1].0 == copied.content_version_id);
    })
    .await;
}

#[tokio::test]
async fn a_copy_needs_a_hypothesis_and_keeps_a_price_of_the_journeys_own() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let price = json!({"amount_minor": 700, "currency": "eur"});
        let body = json!({"client_id": client, "content_version_id": app.version().await, "price": price});
        let journey = app.journey_with(&body).await;
        let path = format!("/api/v1/journeys/{}/content", journey.id);
        let without = json!({"pages": {"agreement": "x"}});
        let answer = app.call(Some(Role::Editor), "POST", &path, Some(&without)).await;
        assert_eq!(answer.problem(422, "invalid"), ["hypothesis.statement", "hypothesis.category"]);
        let copied: Journey = read(&app.copy(&journey.id, without).await.ok());
        assert_eq!(copied.price, journey.price);
        let version = app.get(&format!("/api/v1/versions/{}", copied.content_version_id)).await;
        assert_eq!(version["price"], price);
        let dearer = json!({"price": {"amount_minor": 900, "currency": "eur"}});
        let dearer: Journey = read(&app.copy(&journey.id, dearer).await.ok());
        assert_eq!(dearer.price.amount_minor, 900);
    })
    .await;
}

#[tokio::test]
async fn one_clients_copy_is_given_to_no_other() {
    on_both(async |app| {
        let (ana, ben) = (app.journey().await, app.journey().await);
        let secret = json!({"pages": {"activation": "Dear Ana, about your debts"}});
        let own: Journey = read(&app.copy(&ana.id, secret).await.ok());
        let version = json!({"content_version_id": own.content_version_id});
        assert_eq!(app.give(&ben.id, &version).await.problem(422, "invalid"), ["content_version_id"]);
        let body = json!({"client_id": ben.client_id, "content_version_id": own.content_version_id});
        let new = app.call(Some(Role::Editor), "POST", "/api/v1/journeys", Some(&body)).await;
        assert_eq!(new.problem(422, "invalid"), ["content_version_id"]);
        let stored = app.get(&format!("/api/v1/versions/{}", own.content_version_id)).await;
        let rollback = json!({"version_id": own.content_version_id, "hypothesis": hypothesis()});
        let path = format!("/api/v1/contents/{}/rollback", text(&stored, "content_id"));
        let answer = app.call(Some(Role::Editor), "POST", &path, Some(&rollback)).await;
        assert_eq!(answer.problem(422, "invalid"), ["version_id"]);
        // Its own journey can go back to it.
        app.give(&ana.id, &json!({"content_version_id": ana.content_version_id})).await.ok();
        let again: Journey = read(&app.give(&ana.id, &version).await.ok());
        assert_eq!(again.content_version_id, own.content_version_id);
    })
    .await;
}

#[tokio::test]
async fn a_journey_is_given_another_version_from_now_on() {
    on_both(async |app| {
        let journey = app.journey().await;
        let mut dearer = content();
        dearer["price"]["amount_minor"] = json!(60_000);
        let version = app.post("/api/v1/contents", &dearer).await["version"].clone();
        app.advance(60);
        let body = json!({"content_version_id": version["id"]});
        let now: Journey = read(&app.give(&journey.id, &body).await.ok());
        assert_eq!(
            (&now.content_version_id, &now.hypothesis_id),
            (&text(&version, "id"), &text(&version, "hypothesis_id"))
        );
        assert_eq!(now.price.amount_minor, 60_000);
        let given = app.given(&journey.id).await;
        assert_eq!(given[1], (text(&version, "id"), app.clock.now_ms()));
        // Said again it changes nothing; with a hypothesis of its own it is a new attempt.
        assert_eq!(app.given(&journey.id).await, {
            app.give(&journey.id, &body).await.ok();
            given
        });
        let body = json!({"content_version_id": version["id"], "hypothesis": hypothesis(),
                          "price": {"amount_minor": 1, "currency": "jpy"}});
        let own: Journey = read(&app.give(&journey.id, &body).await.ok());
        assert_ne!(own.hypothesis_id, now.hypothesis_id);
        assert_eq!((own.price.amount_minor, own.price.currency.as_str()), (1, "jpy"));
    })
    .await;
}

/// A payment belongs to what the journey had been given when it happened.
#[tokio::test]
async fn what_was_paid_for_stays_and_its_price_too() {
    on_both(async |app| {
        let journey = app.journey().await;
        let pay = Pay::of("given", &journey.id);
        app.deliver(&pay.success()).await;
        let dearer = json!({"price": {"amount_minor": 1, "currency": "usd"}});
        app.copy(&journey.id, dearer).await.problem(409, "already_paid");
        app.advance(5);
        let copied: Journey =
            read(&app.copy(&journey.id, json!({"pages": {"processing": "We begin on Monday"}})).await.ok());
        assert_eq!(copied.payments[0].content_version_id.as_ref(), Some(&journey.content_version_id));
        assert_eq!((copied.outcome.as_str(), copied.flags), ("paid", Vec::new()));
    })
    .await;
}
