//! `/`, `/live` and `/journeys/…`: the list, one journey in six tabs, and a new one.

mod bulk;
mod csv;
mod filters;
mod new;
mod nodes;
mod payment;
mod readers;
mod tabs;
mod views;
mod write;

use super::words;
use crate::util::TestApp;
use crate::util::answer::Answer;
use crate::util::app::{PUBLIC_URL, token};
use server::api::access::Role;

/// Every tab.
const TABS: [&str; 6] = ["outcome", "analysis", "correlation", "learning", "notes", "payment"];

/// What a person reads in the panel.
fn panel(html: &str) -> String {
    let start = html.find("id=\"panel\"").unwrap_or_else(|| panic!("no panel: {html}"));
    let rest = &html[start..];
    words(&rest[rest.find('>').unwrap() + 1..rest.find("</article>").unwrap()])
}

impl TestApp {
    /// A form as a signed-in browser sends it.
    async fn submit(&self, role: Role, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let request = self
            .request(None, "POST", path)
            .header("accept", super::ACCEPT)
            .header("cookie", format!("whypaid={}", token(role)))
            .header("origin", PUBLIC_URL)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.collect::<Vec<_>>().join("&"));
        Answer::read(request.send().await.expect("an answer")).await
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
