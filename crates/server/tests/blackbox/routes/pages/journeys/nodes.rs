//! `GET /live` with two servers on one database: what one changes, the other's pages show (SPEC H11, B7).

use super::super::live::Stream;
use crate::util::app::{node, token};
use crate::util::event::Pay;
use crate::util::{Setup, TestApp, on_both};
use serde_json::json;
use server::api::access::Role;
use server::serve::Server;
use store::Engine;

async fn other_node(app: &TestApp) -> Server {
    node(&app.database.url, &app.clock, &Setup::default()).await
}

#[tokio::test]
async fn every_change_made_on_one_node_shows_on_the_other() {
    on_both(async |app| {
        if app.database.engine == Engine::Sqlite {
            return;
        }
        let other = other_node(app).await;
        let base = format!("http://{}", other.address);
        let id = app.journey_named("Ana", false).await;
        let mut page = Stream::open(app, &base, "/live").await;
        page.next_named("list").await;
        app.deliver(&Pay::of("x", &id).success()).await;
        page.until_row(&id, "Paid $500.00").await;
        app.mark(&id, "responded").await;
        let pin = json!({"outcome": "ghosted", "reason": "agreed by phone"});
        app.call(Some(Role::Editor), "PUT", &format!("/api/v1/journeys/{id}/override"), Some(&pin))
            .await
            .ok();
        page.until_row(&id, "pinned by Test editor").await;
        let new = app.journey_named("Ben", false).await;
        page.until_row(&new, "Ben").await;
        let body = json!({"ids": [new], "outcome": "responded"});
        app.post("/api/v1/journeys/bulk-mark", &body).await;
        page.until_row(&new, "Responded").await;
        // Of a payment that nobody knew, linked by a person.
        let lost = Pay { amount: 70_000, ..Pay::of("lost", "jrn_nobody") };
        app.deliver(&lost.success()).await;
        let path = format!("/api/v1/payments/{}/link", lost.intent_id());
        app.post(&path, &json!({"journey_id": new})).await;
        page.until_row(&new, "Paid $700.00").await;
        drop(page);
        other.stop().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_api_stream_that_goes_on_at_another_node_is_told_to_load_afresh() {
    on_both(async |app| {
        if app.database.engine == Engine::Sqlite {
            return;
        }
        let other = other_node(app).await;
        app.server.app.live.ready().await;
        other.app.live.ready().await;
        let mut theirs = other.app.live.subscribe(None).receiver;
        let id = app.journey_named("Ana", false).await;
        assert_eq!(theirs.recv().await.unwrap().change.journey_id, id, "told across");
        let ours = app.server.app.live.id(1);
        assert!(app.server.app.live.subscribe(Some(&ours)).resumed);
        let request = app.http.get(format!("http://{}/api/v1/live", other.address));
        let request = request.bearer_auth(token(Role::Viewer)).header("last-event-id", ours);
        let mut answer = request.send().await.unwrap();
        let first = answer.chunk().await.unwrap().unwrap();
        assert!(first.starts_with(b"event: reset"), "{first:?}");
        drop(answer);
        other.stop().await.unwrap();
    })
    .await;
}
