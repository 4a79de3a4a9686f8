//! `POST /api/v1/journeys/{id}/checkout`: H6, 9.12.

mod faults;
mod open;
mod races;

use crate::util::answer::Answer;
use crate::util::fake_stripe::FakeStripe;
use crate::util::{Setup, TestApp, on_both_with};
use server::api::access::Role;

/// A server with a test key, and a Stripe of its own for each database.
async fn with_stripe(body: impl AsyncFn(&TestApp, &FakeStripe)) {
    with_key("sk_test_blackbox", body).await;
}

async fn with_key(key: &'static str, body: impl AsyncFn(&TestApp, &FakeStripe)) {
    let fake = FakeStripe::start().await;
    let setup = Setup { secret_key: Some(key), stripe_api_base: Some(fake.base.clone()), ..Setup::default() };
    on_both_with(setup, async |app| {
        fake.clear();
        body(app, &fake).await;
    })
    .await;
}

async fn press(app: &TestApp, journey_id: &str) -> Answer {
    app.call(Some(Role::Editor), "POST", &format!("/api/v1/journeys/{journey_id}/checkout"), None).await
}

/// The session's id.
#[track_caller]
fn session_id(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    let keys: Vec<&String> = answer.json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["session_id", "url"]);
    let id = answer.json["session_id"].as_str().unwrap();
    assert_eq!(answer.json["url"], format!("https://pay.test/{id}"));
    id.to_owned()
}
