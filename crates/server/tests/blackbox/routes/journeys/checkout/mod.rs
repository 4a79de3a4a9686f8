//! `POST /api/v1/journeys/{id}/checkout`: H6, 9.12.

mod faults;
mod open;
mod races;

use crate::util::TestApp;
use crate::util::answer::Answer;
use server::api::access::Role;

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
