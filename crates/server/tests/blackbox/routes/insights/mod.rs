//! `/api/v1/insights`.

mod conversion;
mod doctor;
mod follow;
mod money;
mod patterns;
mod question;

use crate::util::TestApp;
use crate::util::answer::Journey;
use crate::util::app::NOW_MS;
use crate::util::event::Pay;
use crate::util::make::{content, text};
use serde_json::{Value, json};

const DAY_S: i64 = 86_400;

/// Journeys of a content of their own, whose client works in the industry `name`; they began so many days ago.
pub(crate) async fn cohort(app: &TestApp, name: &str, count: usize, days_ago: i64) -> Vec<Journey> {
    cohort_with(app, name, count, days_ago, &content()["elements"]).await
}

async fn cohort_with(
    app: &TestApp,
    name: &str,
    count: usize,
    days_ago: i64,
    elements: &Value,
) -> Vec<Journey> {
    let mut body = content();
    body["name"] = name.into();
    body["elements"] = elements.clone();
    let version = text(&app.post("/api/v1/contents", &body).await["version"], "id");
    let client = json!({
        "name": "Ana Lima", "email": format!("{}@example.com", name.len()),
        "attributes": {"industry": name, "size": "small"}
    });
    let client = text(&app.post("/api/v1/clients", &client).await, "id");
    let started_at = server::clock::rfc3339(NOW_MS - days_ago * DAY_S * 1000);
    let body = json!({"client_id": client, "content_version_id": version, "started_at": started_at});
    let mut journeys = Vec::new();
    for _ in 0..count {
        journeys.push(app.journey_with(&body).await);
    }
    journeys
}

/// $500.00, so many days after its start.
pub(crate) async fn paid(app: &TestApp, journey: &Journey, days: i64) -> Pay {
    paid_with(app, journey, days, 50_000, "usd").await
}

pub(crate) async fn paid_with(
    app: &TestApp,
    journey: &Journey,
    days: i64,
    amount: i64,
    currency: &str,
) -> Pay {
    let mut pay = Pay::of(&journey.id[4..], &journey.id);
    let started_ms = server::clock::parse_rfc3339(&journey.started_at).unwrap();
    pay.at_s = started_ms / 1000 + days * DAY_S;
    (pay.amount, pay.currency) = (amount, currency.to_owned());
    app.deliver(&[pay.event("charge.succeeded", 1, pay.charge("succeeded"))]).await;
    pay
}

/// Pins an outcome.
async fn close(app: &TestApp, journey: &Journey, outcome: &str) {
    let body = json!({"outcome": outcome, "reason": "because"});
    let path = format!("/api/v1/journeys/{}/override", journey.id);
    app.call(Some(server::api::access::Role::Editor), "PUT", &path, Some(&body)).await.ok();
}

/// The group with this key.
#[track_caller]
fn group<'a>(answer: &'a Value, key: &str) -> &'a Value {
    let groups = answer["groups"].as_array().expect("groups");
    groups.iter().find(|group| group["key"] == key).unwrap_or_else(|| panic!("no {key} in {answer:#}"))
}
