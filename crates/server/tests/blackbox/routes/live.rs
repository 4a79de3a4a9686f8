//! `GET /api/v1/live`: H11 on one node. Changes as they happen, resumed after the last one seen.

use crate::util::app::WAIT_MAX;
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::{Value, json};
use server::api::access::Role;

/// One message of the stream.
#[derive(Debug, Default, PartialEq)]
struct Message {
    event: String,
    id: String,
    data: Value,
}

/// An open stream and what has come of it but not been read yet.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(app: &TestApp, last_id: Option<&str>) -> Self {
        let request = app.request(Some(Role::Viewer), "GET", "/api/v1/live");
        let request = match last_id {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let response = request.send().await.expect("a stream");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = Self { response, text: String::new() };
        if last_id.is_none() {
            assert_eq!(stream.next_block().await, ": connected", "subscribed from here on");
        }
        stream
    }

    async fn next_block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return block;
            }
            let chunk = tokio::time::timeout(WAIT_MAX, self.response.chunk()).await.expect("news in time");
            self.text.push_str(std::str::from_utf8(&chunk.unwrap().expect("an open stream")).unwrap());
        }
    }

    /// Comments are no messages.
    async fn next(&mut self) -> Message {
        loop {
            let block = self.next_block().await;
            let mut message = Message::default();
            for line in block.lines() {
                match line.split_once(": ") {
                    Some(("event", event)) => event.clone_into(&mut message.event),
                    Some(("id", id)) => id.clone_into(&mut message.id),
                    Some(("data", data)) => message.data = serde_json::from_str(data).unwrap(),
                    _ => assert!(line.starts_with(':'), "{line}"),
                }
            }
            if !message.event.is_empty() {
                return message;
            }
        }
    }
}

fn data(id: &str, outcome: &str, payment_status: &str, change: &str) -> Value {
    json!({"journey_id": id, "outcome": outcome, "payment_status": payment_status, "change": change})
}

#[tokio::test]
async fn every_change_of_a_journey_is_told() {
    on_both(async |app| {
        let mut stream = Stream::open(app, None).await;
        let id = app.journey().await.id;
        let mut told = async || {
            let message = stream.next().await;
            assert_eq!(message.event, "journey");
            message.data
        };
        assert_eq!(told().await, data(&id, "pending", "none", "created"));
        app.mark(&id, "responded").await;
        assert_eq!(told().await, data(&id, "responded", "none", "mark"));
        let pay = Pay::of("live", &id);
        app.deliver(&[pay.event("payment_intent.processing", 0, pay.intent("processing"))]).await;
        assert_eq!(told().await, data(&id, "responded", "processing", "payment"));
        app.deliver(&[pay.event("payment_intent.succeeded", 1, pay.intent("succeeded"))]).await;
        assert_eq!(told().await, data(&id, "paid", "paid", "payment"));
        let path = format!("/api/v1/journeys/{id}/override");
        let body = json!({"outcome": "ghosted", "reason": "x"});
        app.call(Some(Role::Editor), "PUT", &path, Some(&body)).await.ok();
        assert_eq!(told().await, data(&id, "ghosted", "paid", "override"));
        app.call(Some(Role::Editor), "DELETE", &path, None).await.ok();
        assert_eq!(told().await, data(&id, "paid", "paid", "release"));
    })
    .await;
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_change_it_saw() {
    on_both(async |app| {
        let mut stream = Stream::open(app, None).await;
        let id = app.journey().await.id;
        for outcome in ["responded", "ghosted", "responded"] {
            app.mark(&id, outcome).await;
        }
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(stream.next().await);
        }
        drop(stream);
        for after in 0..3 {
            let mut resumed = Stream::open(app, Some(&seen[after].id)).await;
            for missed in &seen[after + 1..] {
                assert_eq!(resumed.next().await, *missed);
            }
        }
        // Up to date: nothing is missed, the next change comes.
        let mut resumed = Stream::open(app, Some(&seen[3].id)).await;
        app.mark(&id, "ghosted").await;
        assert_eq!(resumed.next().await.data["outcome"], "ghosted");
    })
    .await;
}

/// A last id of an earlier process, or of nobody: the reader must load afresh, and can go on from there.
#[tokio::test]
async fn a_stream_that_cannot_resume_is_told_to_load_afresh() {
    on_both(async |app| {
        let id = app.journey().await.id;
        for last_id in ["junk", "000000000000-1", "-1", "'", "0"] {
            let mut stream = Stream::open(app, Some(last_id)).await;
            let reset = stream.next().await;
            assert_eq!((reset.event.as_str(), &reset.data), ("reset", &json!({})), "{last_id}");
            app.mark(&id, "ghosted").await;
            let next = stream.next().await;
            assert_eq!(next.event, "journey");
            drop(stream);
            let mut resumed = Stream::open(app, Some(&reset.id)).await;
            assert_eq!(resumed.next().await, next, "the id of a reset can be resumed after");
        }
    })
    .await;
}

/// Whatever is told can be read at once.
#[tokio::test]
async fn what_is_told_is_stored_already() {
    on_both(async |app| {
        let mut stream = Stream::open(app, None).await;
        for n in 0..10 {
            let id = app.journey().await.id;
            assert_eq!(stream.next().await.data["change"], "created");
            let pay = Pay::of(&format!("told{n}"), &id);
            app.send(&pay.event("payment_intent.succeeded", 0, pay.intent("succeeded"))).await.ok();
            assert_eq!(stream.next().await.data["outcome"], "paid");
            assert_eq!(app.journey_now(&id).await.outcome, "paid");
        }
    })
    .await;
}
