//! `/intelligence/live` tells within about a second that the statistics changed.

use super::summary;
use crate::util::app::{WAIT_MAX, token};
use crate::util::event::Pay;
use crate::util::{TestApp, on_both};
use serde_json::json;
use server::api::access::Role;

/// Reads until a message of this name; its data.
async fn until(response: &mut reqwest::Response, read: &mut String, want: &str) -> String {
    let late = tokio::time::Instant::now() + WAIT_MAX;
    loop {
        while let Some((message, rest)) = read.split_once("\n\n") {
            let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let (name, data) = (field("event:").unwrap().to_owned(), field("data:").unwrap().to_owned());
            let rest = rest.to_owned();
            *read = rest;
            if name == want {
                return data;
            }
        }
        let chunk = tokio::time::timeout_at(late, response.chunk()).await.expect("a message in time");
        read.push_str(std::str::from_utf8(&chunk.expect("no error").expect("it goes on")).unwrap());
    }
}

async fn open(app: &TestApp) -> reqwest::Response {
    let cookie = format!("whypaid={}", token(Role::Viewer));
    let request = app.request(None, "GET", "/intelligence/live").header("cookie", cookie);
    let response = request.send().await.expect("a stream");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response
}

/// It was said only on a page that was loaded again.
#[tokio::test]
async fn changed_thresholds_are_told_to_open_pages() {
    on_both(async |app| {
        app.journey().await;
        summary(app, "").await;
        let mut response = open(app).await;
        let mut text = String::new();
        let first = until(&mut response, &mut text, "as_of").await;
        let body = json!({"journeys_min": 25, "each_min": 5, "horizon_days": 30});
        app.call(Some(Role::Owner), "PUT", "/api/v1/settings/thresholds", Some(&body)).await.ok();
        assert_ne!(until(&mut response, &mut text, "as_of").await, first);
    })
    .await;
}

#[tokio::test]
async fn an_applied_event_is_told_and_the_words_change() {
    on_both(async |app| {
        let journey = app.journey().await;
        assert!(summary(app, "").await.contains("not paid yet"));
        let mut response = open(app).await;
        let mut text = String::new();
        let first = until(&mut response, &mut text, "as_of").await;
        app.deliver(&Pay::of("live", &journey.id).success()).await;
        loop {
            let then = until(&mut response, &mut text, "as_of").await;
            assert_ne!(then, first);
            if summary(app, "").await.contains("and it was paid") {
                return;
            }
        }
    })
    .await;
}
