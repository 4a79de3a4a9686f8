//! `GET /live`: many readers of one list, and one that does not read.

use super::super::live::Stream;
use super::super::row;
use crate::util::app::token;
use crate::util::on_both;
use server::api::access::Role;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn readers_of_one_list_are_told_the_same() {
    on_both(async |app| {
        let id = app.journey_named("Ana", false).await;
        let mut readers = Vec::new();
        for _ in 0..8 {
            let mut reader = Stream::open(app, &app.base, "/live").await;
            reader.next_named("list").await;
            readers.push(reader);
        }
        app.mark(&id, "responded").await;
        let mut told = Vec::new();
        for reader in &mut readers {
            told.push(reader.until_row(&id, "Responded").await);
        }
        assert!(told.iter().all(|each| *each == told[0]), "rendered once");
        let mut late = Stream::open(app, &app.base, "/live").await;
        let list = late.next_named("list").await;
        assert!(row(list["list"].as_str().unwrap(), &id).unwrap().contains("Responded"));
    })
    .await;
}

/// More journeys than are told one by one: each mark of all of them sends the whole list.
const JOURNEYS: usize = 201;
/// Marks of all of them: together far more than a hub and the sockets keep.
const MARKS: usize = 48;

/// Whoever does not read is not waited for, holds up nobody, and once it reads again is told how everything is.
#[tokio::test]
async fn a_reader_that_does_not_read_gets_the_whole_list_later() {
    on_both(async |app| {
        let client = app.client("ana@example.com", None).await;
        let body = serde_json::json!({"client_id": client, "content_version_id": app.version().await});
        let mut ids = Vec::new();
        for _ in 0..JOURNEYS {
            ids.push(app.journey_with(&body).await.id);
        }
        let mut asleep = TcpStream::connect(app.server.address).await.unwrap();
        let cookie = token(Role::Viewer);
        let request = format!("GET /live?limit=200 HTTP/1.1\r\nHost: x\r\nCookie: whypaid={cookie}\r\n\r\n");
        asleep.write_all(request.as_bytes()).await.unwrap();
        let mut awake = Stream::open(app, &app.base, "/live?limit=200").await;
        awake.next_named("list").await;
        for n in 0..MARKS {
            let outcome = if n % 2 == 0 { "ghosted" } else { "responded" };
            app.post("/api/v1/journeys/bulk-mark", &serde_json::json!({"ids": ids, "outcome": outcome}))
                .await;
            let told = awake.next_named("list").await;
            let first = row(told["list"].as_str().unwrap(), &ids[JOURNEYS - 1]).unwrap();
            assert!(first.to_lowercase().contains(outcome), "{first}");
        }
        app.mark(&ids[0], "pending").await;
        app.mark(&ids[JOURNEYS - 1], "pending").await;
        let (mut read, mut buffer) = (String::new(), vec![0; 1 << 20]);
        // What it hears last is how it is now; much of what came before was never sent.
        while !read.ends_with("\n\n\r\n") || !tail(&read).contains("is-pending") {
            let count = asleep.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the stream goes on");
            read.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        let lists = read.matches("event: list").count();
        assert!(lists < MARKS, "{lists} of {MARKS} were kept for it");
    })
    .await;
}

/// The last message, or most of it. What stands above the list names every outcome.
fn tail(read: &str) -> &str {
    let message = read.rfind("event: ").map_or("", |start| &read[start..]);
    message.split("\"tiles\"").next().unwrap_or_default()
}
