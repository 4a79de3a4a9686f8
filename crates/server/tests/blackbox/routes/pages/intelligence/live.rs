//! `/intelligence/live` tells within about a second that the statistics changed.

use super::summary;
use crate::util::app::{WAIT_MAX, token};
use crate::util::event::Pay;
use crate::util::on_both;
use server::api::access::Role;

/// Reads until a message of this name; its data.
async fn until(response: &mut reqwest::Response, read: &mut String, want: &str) -> String {
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
        let chunk = tokio::time::timeout(WAIT_MAX, response.chunk()).await.expect("a message in time");
        read.push_str(std::str::from_utf8(&chunk.expect("no error").expect("it goes on")).unwrap());
    }
}

#[tokio::test]
async fn an_applied_event_is_told_and_the_words_change() {
    on_both(async |app| {
        let journey = app.journey().await;
        assert!(summary(app, "").await.contains("not paid yet"));
        let cookie = format!("whypaid={}", token(Role::Viewer));
        let request = app.request(None, "GET", "/intelligence/live").header("cookie", cookie);
        let mut response = request.send().await.expect("a stream");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
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
