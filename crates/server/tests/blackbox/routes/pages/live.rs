//! `GET /live`: an open page changes as journeys do (SPEC H11).

use super::{ids, row, tiles};
use crate::util::TestApp;
use crate::util::app::{WAIT_MAX, token};
use crate::util::event::Pay;
use crate::util::on_both;
use serde_json::Value;
use server::api::access::Role;

/// An open stream.
pub(super) struct Stream {
    response: reqwest::Response,
    read: String,
}

impl TestApp {
    async fn stream(&self, path: &str) -> Stream {
        Stream::open(self, &self.base, path).await
    }
}

impl Stream {
    /// Of the server at `base`.
    pub(super) async fn open(app: &TestApp, base: &str, path: &str) -> Self {
        let cookie = format!("whypaid={}", token(Role::Viewer));
        let response =
            app.http.get(format!("{base}{path}")).header("cookie", cookie).send().await.expect("a stream");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, read: String::new() }
    }

    /// The next message that is not a heartbeat: its name and data.
    async fn next(&mut self) -> (String, Value) {
        loop {
            while let Some((message, rest)) = self.read.split_once("\n\n") {
                let field =
                    |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let (name, data) = (field("event:").unwrap().to_owned(), field("data:").unwrap().to_owned());
                let rest = rest.to_owned();
                self.read = rest;
                if name != "beat" {
                    return (name, serde_json::from_str(&data).unwrap());
                }
            }
            let chunk =
                tokio::time::timeout(WAIT_MAX, self.response.chunk()).await.expect("a message in time");
            let chunk = chunk.expect("no error").expect("the stream goes on");
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    pub(super) async fn next_named(&mut self, want: &str) -> Value {
        let (name, data) = self.next().await;
        assert_eq!(name, want, "{data}");
        data
    }

    /// The message that has this row, as a person reads it.
    pub(super) async fn until_row(&mut self, id: &str, words: &str) -> Value {
        loop {
            let data = self.next_named("change").await;
            let found = data["rows"].as_array().unwrap().iter().find(|row| row["id"] == id);
            if found.is_some_and(|found| row(found["html"].as_str().unwrap(), id).unwrap().contains(words)) {
                return data;
            }
        }
    }
}

fn shown(list: &Value) -> Vec<String> {
    ids(list["list"].as_str().unwrap())
}

#[tokio::test]
async fn a_webhook_changes_the_row_and_the_tiles() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        let mut stream = app.stream("/live").await;
        assert_eq!(shown(&stream.next_named("list").await), std::slice::from_ref(&id));
        app.deliver(&Pay::of("live", &id).success()).await;
        let change = stream.until_row(&id, "Paid $500.00 · card").await;
        assert_eq!(tiles(change["tiles"].as_str().unwrap()), "Open 0 Paid 1 Ghosted 0 Refunded 0");
        let say = change["rows"][0]["say"].as_str().unwrap();
        assert_eq!(say, "Ana: paid $500.00");
    })
    .await;
}

#[tokio::test]
async fn what_happened_before_the_stream_opened_is_in_its_first_message() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        app.deliver(&Pay::of("before", &id).success()).await;
        let list = app.stream("/live").await.next_named("list").await;
        assert!(row(list["list"].as_str().unwrap(), &id).unwrap().contains("Paid $500.00"));
        assert_eq!(tiles(list["tiles"].as_str().unwrap()), "Open 0 Paid 1 Ghosted 0 Refunded 0");
    })
    .await;
}

#[tokio::test]
async fn a_new_journey_comes_on_top_and_pushes_the_last_one_off_the_page() {
    on_both(async |app| {
        let mut stream = app.stream("/live?limit=1").await;
        assert!(shown(&stream.next_named("list").await).is_empty());
        let first = app.journey_named("First", false).await;
        assert_eq!(
            shown(&stream.next_named("list").await),
            std::slice::from_ref(&first),
            "the empty page becomes a list"
        );
        let second = app.journey_named("Second", false).await;
        let change = stream.until_row(&second, "Second").await;
        assert_eq!(change["gone"], serde_json::json!([first]));
        assert!(change["pager"].as_str().unwrap().contains(&format!("after={second}")));
    })
    .await;
}

#[tokio::test]
async fn a_later_page_is_not_told_of_new_journeys() {
    on_both(async |app| {
        let old = app.journey_named("Old", false).await;
        let cursor = app.journey_named("Cursor", false).await;
        let mut stream = app.stream(&format!("/live?after={cursor}")).await;
        assert_eq!(shown(&stream.next_named("list").await), std::slice::from_ref(&old));
        app.journey_named("New", false).await;
        app.mark(&old, "responded").await;
        loop {
            let change = stream.next_named("change").await;
            let rows = change["rows"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["id"] == old.as_str()), "{change}");
            if !rows.is_empty() {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_that_leaves_the_filter_stays_in_sight_and_says_so() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        let mut stream = app.stream("/live?outcome=pending").await;
        stream.next_named("list").await;
        app.mark(&id, "responded").await;
        stream.until_row(&id, "No longer in this filter").await;
        app.mark(&id, "pending").await;
        let back = stream.until_row(&id, "Pending").await;
        assert!(!back["rows"][0]["html"].as_str().unwrap().contains("No longer"));
    })
    .await;
}

#[tokio::test]
async fn the_other_mode_is_silent() {
    on_both(async |app| {
        let test = app.journey_named("Test", false).await;
        let mut stream = app.stream("/live?livemode=false").await;
        stream.next_named("list").await;
        let live = app.journey_named("Live", true).await;
        app.mark(&live, "responded").await;
        app.mark(&test, "responded").await;
        loop {
            let change = stream.next_named("change").await;
            let rows = change["rows"].as_array().unwrap();
            assert!(rows.iter().all(|row| row["id"] == test.as_str()), "{change}");
            let tiles = tiles(change["tiles"].as_str().unwrap());
            assert_eq!(
                tiles, "Open 1 1 responded Paid 0 Ghosted 0 Refunded 0",
                "one of this mode, whatever comes"
            );
            if !rows.is_empty() {
                break;
            }
        }
    })
    .await;
}

/// The stream decides in memory what the page asks the database: both must agree.
#[tokio::test]
async fn the_stream_and_the_page_agree_on_every_filter() {
    let filters = [
        "q=ZO%C3%8B",
        "q=100%25",
        "q=100_",
        "q=!",
        "q=zo%C3%AB%20b",
        "q=example.com",
        "q=%20b%C3%B6hm%20",
        "outcome=pending",
        "outcome=paid",
        "payment_status=none",
        "payment_status=failed",
        "livemode=true",
    ];
    on_both(async |app| {
        let anchor = app.journey_named("Anchor that every search misses, 1234", false).await;
        let mut streams = Vec::new();
        for filter in filters {
            let mut stream = app.stream(&format!("/live?{filter}")).await;
            stream.next_named("list").await;
            streams.push((filter, stream));
        }
        let id = app.journey_named("Zoë Böhm 100%!", false).await;
        app.mark(&id, "pending").await;
        // Every stream is told of the tiles, whether or not the row is its own; the other mode alone is silent.
        for (filter, mut stream) in streams.into_iter().filter(|(filter, _)| !filter.starts_with("livemode"))
        {
            let (name, data) = stream.next().await;
            let told = match name.as_str() {
                "list" => shown(&data).contains(&id),
                _ => data["rows"].as_array().unwrap().iter().any(|row| row["id"] == id.as_str()),
            };
            let listed = ids(&app.page(&format!("/?{filter}")).await.text).contains(&id);
            assert_eq!(told, listed, "{filter}");
        }
        assert_ne!(anchor, id);
    })
    .await;
}

#[tokio::test]
async fn after_a_burst_every_row_is_right() {
    on_both(async |app| {
        let mut made = Vec::new();
        for n in 0..12 {
            made.push(app.journey_named(&format!("Client {n}"), false).await);
        }
        let mut stream = app.stream("/live").await;
        stream.next_named("list").await;
        for (n, id) in made.iter().enumerate() {
            app.deliver(&Pay::of(&format!("burst{n}"), id).success()).await;
        }
        let mut paid = std::collections::BTreeSet::new();
        while paid.len() < made.len() {
            for row in stream.next_named("change").await["rows"].as_array().unwrap() {
                if row["say"].as_str().unwrap().ends_with(": paid $500.00") {
                    paid.insert(row["id"].as_str().unwrap().to_owned());
                }
            }
        }
    })
    .await;
}
