//! Contents and what is done with their versions. SPEC J3.

mod compare;
mod rollback;

use crate::util::TestApp;
use crate::util::make::{content, hypothesis};
use serde_json::{Value, json};

/// A content with three versions that differ in everything; returns it and its versions, oldest first.
async fn grown(app: &TestApp) -> (String, Vec<Value>) {
    let made = app.post("/api/v1/contents", &content()).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let mut versions = vec![made["version"].clone()];
    for (number, elements) in
        [(2, json!({"headline": "claim"})), (3, json!({"anchor": "yes", "tone": "warm"}))]
    {
        let body = json!({
            "pages": {
                "activation": format!("# Hello again {number}"), "agreement": "Terms and more",
                "confirmation": "Thank you", "processing": "One moment, please"
            },
            "price": {"amount_minor": 10_000 * number, "currency": "eur"},
            "elements": elements, "hypothesis": hypothesis()
        });
        versions.push(app.post(&format!("/api/v1/contents/{id}/versions"), &body).await);
    }
    (id, versions)
}
