//! `/intelligence` and its parts.

mod filters;
mod live;
mod loading;
mod parts;
mod words;

use super::words as read;
use crate::util::TestApp;

/// Every part of the page, as its address spells it.
const PARTS: [&str; 11] = [
    "next",
    "conversion",
    "time-to-payment",
    "revenue",
    "hypotheses",
    "elements",
    "paid-against-unpaid",
    "drop-off",
    "weeks",
    "refunds",
    "open-journeys",
];

/// A part's HTML, as the script gets it.
async fn part(app: &TestApp, slug: &str, query: &str) -> String {
    let path = format!("/intelligence/{slug}?piece=true{query}");
    let answer = app.page(&path).await;
    assert_eq!(answer.status, 200, "{path}");
    answer.text
}

/// What a person reads in a part.
async fn said(app: &TestApp, slug: &str, query: &str) -> String {
    read(&part(app, slug, query).await).replace('\u{a0}', " ").replace("&#39;", "’")
}

/// What the summary says.
async fn summary(app: &TestApp, query: &str) -> String {
    said(app, "summary", query).await
}
