//! A server that gives one scripted answer per connection and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use stripe::api::{Api, ApiConfig, SecretKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

/// What to do with one request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Answer with a status, further header lines and a body.
    Answer(u16, &'static str, String),
    /// Promise a body of this length and close after what is here.
    CutOff(&'static str, usize),
    /// Close without a word.
    Close,
    /// Say nothing.
    Silence,
}

pub(crate) fn ok(body: &str) -> Act {
    Act::Answer(200, "Request-Id: req_ok\r\nDate: Sun, 22 Nov 2026 02:14:15 GMT\r\n", body.to_owned())
}

pub(crate) fn status(status: u16, headers: &'static str) -> Act {
    let body = r#"{"error":{"type":"api_error","message":"scripted"}}"#;
    Act::Answer(status, headers, body.to_owned())
}

pub(crate) struct Script {
    pub(crate) base: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// Plays `acts` in order, then closes every connection.
    pub(crate) async fn play(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut acts = acts.into_iter();
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                log.lock().unwrap().push(request);
                if let Some(kept) = act(stream, acts.next().unwrap_or(Act::Close)).await {
                    silent.push(kept);
                }
            }
        });
        Self { base, asked }
    }

    /// Whole requests, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// The value of a header, in each request.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let of = |request: &String| {
            let mut lines = request.lines().filter_map(|line| line.split_once(": "));
            lines
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, v)| v.to_owned())
                .unwrap_or_default()
        };
        self.asked().iter().map(of).collect()
    }

    pub(crate) fn config(&self) -> ApiConfig {
        ApiConfig {
            try_timeout: Duration::from_millis(300),
            deadline: Duration::from_secs(5),
            backoff_first: Duration::from_millis(2),
            ..ApiConfig::new(self.base.clone(), SecretKey::new(KEY), || 0.5)
        }
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(self.config()).unwrap()
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        text.extend_from_slice(&buffer[..count]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = so_far.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return so_far;
            }
        }
        if count == 0 {
            return so_far;
        }
    }
}

/// Gives back a connection that must stay open.
async fn act(mut stream: TcpStream, act: Act) -> Option<TcpStream> {
    let text = match act {
        Act::Answer(status, headers, body) => format!(
            "HTTP/1.1 {status} Scripted\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        Act::CutOff(part, length) => format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nRequest-Id: req_cut\r\nContent-Length: {length}\r\n\r\n{part}"
        ),
        Act::Close => return None,
        Act::Silence => return Some(stream),
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
    None
}
