//! `/j/{token}`: the client's pages. SPEC J2, J4, R5.

mod agreement;
mod limits;
mod pay;
mod private;
mod states;
mod steps;
pub(super) mod views;

use crate::util::TestApp;
use crate::util::answer::{Answer, Journey};
use crate::util::app::PUBLIC_URL;
use crate::util::make::content;
use serde_json::{Value, json};

/// What a phone says of itself.
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.5 Mobile/15E148 Safari/604.1";

/// A content as sellers write it.
fn offer() -> Value {
    let mut offer = content();
    offer["pages"] = json!({
        "activation": "# Hello Ana\n\nWe would like to *work* with you.",
        "agreement": "## Terms\n\nYou get your money back for 30 days.",
        "confirmation": "# Thank you\n\nWe are glad.",
        "processing": "# We begin\n\nYou hear from us within two days."
    });
    offer
}

/// The path of a journey's link.
pub(super) fn link(journey: &Journey) -> String {
    journey.link.strip_prefix(PUBLIC_URL).expect("a link of ours").to_owned()
}

/// The value of a form's hidden field.
fn hidden(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

/// What a person reads on a page.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    let body = html.find("<body").map_or(html, |start| &html[start..]);
    for c in body.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => text.push(c),
            _ => {}
        }
        if c == '>' {
            text.push(' ');
        }
    }
    let text = text.replace("&#38;", "&").replace("&#39;", "'").replace("&amp;", "&").replace('\u{a0}', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl TestApp {
    /// A journey through [`offer`].
    pub(super) async fn offered(&self) -> Journey {
        let version = self.post("/api/v1/contents", &offer()).await["version"]["id"].clone();
        let client = self.client("ana@example.com", None).await;
        self.journey_with(&json!({"client_id": client, "content_version_id": version})).await
    }

    /// A page as a phone gets it.
    pub(super) async fn open_link(&self, path: &str) -> Answer {
        self.open_as(path, &[("user-agent", PHONE)]).await
    }

    async fn open_as(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(None, "GET", path).header("accept", "text/html");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// A form as a phone sends it.
    async fn send_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send_body(path, &body.join("&"), &[("sec-fetch-site", "same-origin")]).await
    }

    async fn send_body(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(None, "POST", path).header("user-agent", PHONE);
        request = request.header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// Reads and accepts the agreement.
    pub(super) async fn accepts(&self, journey: &Journey) -> Answer {
        let path = format!("{}/agreement", link(journey));
        let sha256 = hidden(&self.open_link(&path).await.text, "sha256").expect("a form");
        self.send_form(&path, &[("agree", "yes"), ("sha256", &sha256)]).await
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Asserts a page of this status; returns what a person reads there.
#[track_caller]
fn page(answer: &Answer, status: u16) -> String {
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (status, "text/html; charset=utf-8"),
        "{}",
        answer.text
    );
    words(&answer.text)
}

/// Asserts that it leads there.
#[track_caller]
fn leads(answer: &Answer, to: &str) {
    assert_eq!((answer.status, header(answer, "location")), (303, to), "{}", answer.text);
}
