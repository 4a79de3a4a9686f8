//! Sends events as Stripe does.

use crate::util::TestApp;
use crate::util::answer::Answer;
use crate::util::app::SECRET;
use serde_json::{Value, json};

/// Where Stripe sends events.
pub(crate) const PATH: &str = "/api/webhooks/stripe";

impl TestApp {
    /// Sends bytes with a header of the test's own, or none.
    pub(crate) async fn post_webhook(&self, body: Vec<u8>, signature: Option<&str>) -> Answer {
        let request = self.request(None, "POST", PATH).header("content-type", "application/json").body(body);
        let request = match signature {
            Some(header) => request.header("stripe-signature", header),
            None => request,
        };
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// Sends bytes, signed now.
    pub(crate) async fn send_bytes(&self, body: Vec<u8>) -> Answer {
        let signature = stripe::sign(&body, SECRET, self.now_s());
        self.post_webhook(body, Some(&signature)).await
    }

    /// Sends an event, signed now.
    pub(crate) async fn send(&self, event: &Value) -> Answer {
        self.send_bytes(event.to_string().into_bytes()).await
    }

    /// Sends new events one after the other, and waits until they are applied.
    pub(crate) async fn deliver(&self, events: &[Value]) {
        for event in events {
            let answer = self.send(event).await;
            assert_eq!((answer.status, &answer.json), (200, &json!({"received": true})), "{event}");
        }
        self.settle().await;
    }

    /// Waits until every event that can be applied is.
    pub(crate) async fn settle(&self) {
        self.until("every event is applied", async || {
            let waiting = self.events("received").await;
            // Thin events wait until their object can be fetched.
            let waiting: Vec<_> = waiting.iter().filter(|e| !e.r#type.starts_with("v1.")).collect();
            if waiting.is_empty() { Ok(()) } else { Err(format!("{waiting:?}")) }
        })
        .await;
    }
}
