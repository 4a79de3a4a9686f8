//! The list of journeys: `/`, `/live`, `/journeys/…`.

mod bulk;
mod csv;
mod filters;
mod nodes;
mod readers;
mod views;

use crate::util::TestApp;
use crate::util::answer::Answer;
use crate::util::app::{PUBLIC_URL, token};
use server::api::access::Role;

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

const HEX: &[u8; 16] = b"0123456789ABCDEF";

fn encoded(text: &str) -> String {
    let digits = |byte: u8| [b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
    text.bytes().flat_map(digits).map(char::from).collect()
}
