//! The seller's pages.

mod assets;
mod clients;
mod contents;
mod events;
mod headers;
mod hostile;
mod intelligence;
mod journeys;
mod list;
mod live;
mod payments;
mod reconciliations;
mod set_up;
mod settings;
pub(super) mod sign_in;
mod states;

use crate::util::TestApp;
use crate::util::answer::Answer;
use crate::util::app::token;
use crate::util::make::text;
use serde_json::json;
use server::api::access::Role;

/// What browsers send.
pub(super) const ACCEPT: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

impl TestApp {
    /// A page as a signed-in browser gets it.
    pub(crate) async fn page(&self, path: &str) -> Answer {
        let cookie = format!("whypaid={}", token(Role::Viewer));
        let request = self.request(None, "GET", path).header("accept", ACCEPT).header("cookie", cookie);
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// A page as somebody of this role gets it.
    pub(crate) async fn page_as(&self, role: Role, path: &str) -> Answer {
        let cookie = format!("whypaid={}", token(role));
        let request = self.request(None, "GET", path).header("accept", ACCEPT).header("cookie", cookie);
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// A form of one of our pages, sent by `role`'s browser.
    async fn submit(&self, role: Role, path: &str, body: &str) -> Answer {
        let request = self.request(None, "POST", path).header("accept", ACCEPT).body(body.to_owned());
        let request = request.header("cookie", format!("whypaid={}", token(role)));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::read(request.header("sec-fetch-site", "same-origin").send().await.expect("an answer")).await
    }

    /// A page as an editor's browser gets it.
    async fn page_of_editor(&self, path: &str) -> String {
        let cookie = format!("whypaid={}", token(Role::Editor));
        let request = self.request(None, "GET", path).header("accept", ACCEPT).header("cookie", cookie);
        let answer = Answer::read(request.send().await.expect("an answer")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    /// A journey of a new client with this name; returns its id.
    pub(crate) async fn journey_named(&self, name: &str, livemode: bool) -> String {
        let client = self.post("/api/v1/clients", &json!({"name": name, "email": "a@example.com"})).await;
        let body = json!({
            "client_id": client["id"], "content_version_id": self.version().await, "livemode": livemode
        });
        text(&self.post("/api/v1/journeys", &body).await, "id")
    }
}

/// Where an answer leads.
fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}

/// What a person reads in a journey's row; `None` when it is not there.
fn row(html: &str, id: &str) -> Option<String> {
    let start = html.find(&format!("id=\"{id}\""))?;
    let rest = &html[start..];
    let inside = &rest[rest.find('>')? + 1..rest.find("</tr>")?];
    Some(words(inside))
}

/// Text without tags, white space as one space.
pub(crate) fn words(html: &str) -> String {
    let mut text = String::new();
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if !in_tag => text.push(c),
            _ => {}
        }
    }
    text.replace("&nbsp;", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Likewise, where every tag parts words.
pub(crate) fn spaced(html: &str) -> String {
    words(&html.replace('<', " <"))
}

/// Ids of the rows, in their order.
fn ids(html: &str) -> Vec<String> {
    html.split("<tr role=\"row\" id=\"")
        .skip(1)
        .map(|rest| rest[..rest.find('"').unwrap()].to_owned())
        .collect()
}

/// The address of a link by its `rel`.
fn link(html: &str, rel: &str) -> Option<String> {
    let end = html.find(&format!("\" rel=\"{rel}\""))?;
    let start = html[..end].rfind("href=\"")? + "href=\"".len();
    Some(html[start..end].replace("&#38;", "&").replace("&amp;", "&"))
}

/// What the tiles say.
fn tiles(html: &str) -> String {
    let start = html.find("<dl class=\"tiles\"").unwrap();
    words(&html[start..start + html[start..].find("</dl>").unwrap()])
}
