//! H1, 9.1: a body over the limit is a 413 before it is read whole.

use crate::util::app::{SECRET, WAIT_MAX};
use crate::util::event::Pay;
use crate::util::webhook::PATH;
use crate::util::{Setup, TestApp, on_both_with};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MIB: usize = 1024 * 1024;
/// Sent in one chunk.
const CHUNK_BYTES: usize = 16 * 1024;
/// What the sockets of both sides may hold beyond what the server reads.
const BUFFERED_BYTES_MAX: usize = 16 * MIB;
/// Far more than that: a server that reads to the end would be seen to.
const ENDLESS_BYTES: usize = 256 * MIB;

/// (`WHYPAID_BODY_LIMIT`, what it means)
const LIMITS: [(Option<&str>, usize); 3] = [(None, MIB), (Some("2048"), 2048), (Some("3145728"), 3 * MIB)];

fn setup(body_limit: Option<&'static str>) -> Setup {
    Setup { body_limit, ..Setup::default() }
}

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.server.address).await.expect("connects")
}

/// The status line and headers of the answer, as far as they have come.
async fn head(mut from: impl tokio::io::AsyncRead + Unpin) -> String {
    let mut text = Vec::new();
    let read = async {
        while !text.windows(4).any(|four| four == b"\r\n\r\n") {
            if from.read_buf(&mut text).await.unwrap_or(0) == 0 {
                break;
            }
        }
    };
    tokio::time::timeout(WAIT_MAX, read).await.expect("an answer while the body is still on its way");
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn a_declared_size_over_the_limit_is_refused_before_any_of_it_comes() {
    for (limit, bytes) in LIMITS {
        on_both_with(setup(limit), async |app| {
            for declared in [bytes + 1, 10 * bytes, usize::MAX] {
                let mut socket = connect(app).await;
                let request = format!(
                    "POST {PATH} HTTP/1.1\r\nhost: x\r\nstripe-signature: t=1,v1=00\r\ncontent-length: {declared}\r\n\r\n"
                );
                socket.write_all(request.as_bytes()).await.unwrap();
                let answer = head(&mut socket).await;
                let refused = answer.starts_with("HTTP/1.1 413 ") && answer.contains("application/problem+json");
                // No body has more bytes than a 64-bit number can say; refusing such a request in the parser is as good.
                assert!(refused || declared == usize::MAX && answer.starts_with("HTTP/1.1 4"), "{answer}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_chunked_body_is_cut_off_at_the_limit() {
    for (limit, bytes) in LIMITS {
        on_both_with(setup(limit), async |app| {
            let (reader, mut writer) = connect(app).await.into_split();
            let request = format!(
                "POST {PATH} HTTP/1.1\r\nhost: x\r\nstripe-signature: t=1,v1=00\r\ntransfer-encoding: chunked\r\n\r\n"
            );
            writer.write_all(request.as_bytes()).await.unwrap();
            let chunk = format!("{CHUNK_BYTES:x}\r\n{}\r\n", "x".repeat(CHUNK_BYTES));
            let mut sent = 0;
            let endless = async {
                while sent < ENDLESS_BYTES && writer.write_all(chunk.as_bytes()).await.is_ok() {
                    sent += CHUNK_BYTES;
                }
                // Nothing more is taken; the answer decides.
                std::future::pending::<()>().await;
            };
            let answer = tokio::select! {
                answer = head(reader) => answer,
                () = endless => unreachable!("it is pending at its end"),
            };
            assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
            assert!(sent < bytes + BUFFERED_BYTES_MAX, "{sent} bytes were taken");
            assert_eq!(app.get("/api/v1/events").await["items"], Value::Array(Vec::new()));
        })
        .await;
    }
}

/// A good event, filled up with a field nobody knows.
fn event_of(bytes: usize) -> Vec<u8> {
    let pay = Pay::new(&format!("size{bytes}"));
    let mut event = pay.event("charge.succeeded", 0, pay.charge("succeeded"));
    event["filling"] = "".into();
    let missing = bytes - event.to_string().len();
    event["filling"] = "x".repeat(missing).into();
    event.to_string().into_bytes()
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() {
    for (limit, bytes) in LIMITS {
        on_both_with(setup(limit), async |app| {
            let (fits, over) = (event_of(bytes), event_of(bytes + 1));
            assert_eq!((fits.len(), over.len()), (bytes, bytes + 1));
            assert_eq!(app.send_bytes(fits).await.status, 200);
            app.send_bytes(over).await.problem(413, "too_large");
            app.settle().await;
            assert_eq!(app.payments().await.len(), 1);
        })
        .await;
    }
}

#[tokio::test]
async fn other_routes_have_the_limit_as_well() {
    on_both_with(setup(Some("2048")), async |app| {
        let body = serde_json::json!({"name": "x".repeat(4096)});
        let answer =
            app.call(Some(server::api::access::Role::Editor), "POST", "/api/v1/clients", Some(&body)).await;
        answer.problem(413, "too_large");
        let signature = stripe::sign(b"", SECRET, app.now_s());
        app.post_webhook(Vec::new(), Some(&signature)).await.problem(400, "malformed");
    })
    .await;
}
