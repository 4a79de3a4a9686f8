//! What a client sees when there is nothing to show: kind, plain, and with what to do. Never a word of the server's
//! inside, never whether a link ever existed.

use super::headers;
use super::page::Frame;
use crate::api::Problem;
use crate::pages::errors::html;
use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use store::StoreError;

#[derive(Template)]
#[template(path = "client/refusal.html")]
struct RefusalPage {
    frame: Frame,
    heading: &'static str,
    texts: &'static [&'static str],
    /// The same address may work in a moment.
    again: bool,
}

/// Why a page is not shown.
pub(super) enum Refusal {
    /// No link has this token, or a link has no such page.
    Unknown,
    /// Another site sent the form.
    Foreign,
    /// Too much was asked for; better after this time.
    TooMany(Duration),
    /// Anything that the server could not do.
    Problem(Problem),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => page(StatusCode::NOT_FOUND),
            Self::Foreign => page(StatusCode::FORBIDDEN),
            Self::TooMany(wait) => {
                let mut response = page(StatusCode::TOO_MANY_REQUESTS);
                let seconds = HeaderValue::from(wait.as_secs().saturating_add(1));
                response.headers_mut().insert(header::RETRY_AFTER, seconds);
                response
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// The link is withdrawn.
pub(super) fn withdrawn() -> Response {
    page(StatusCode::GONE)
}

fn page(status: StatusCode) -> Response {
    (status, html(&made(status))).into_response()
}

fn made(status: StatusCode) -> RefusalPage {
    let (heading, texts): (_, &'static [&'static str]) = match status {
        StatusCode::NOT_FOUND => (
            "This link does not work",
            &[
                "Please check that all of it was opened: programs sometimes break a long link in two. It is best copied \
                 from the message it came in.",
                "If it still does not work, ask the person who sent it to you for a new one.",
            ],
        ),
        StatusCode::GONE => (
            "This link was withdrawn",
            &[
                "The person who sent it to you has closed it, so there is nothing to read or to pay here any more.",
                "If you did not expect that, answer the message it came in. A payment you made before is not touched by it.",
            ],
        ),
        StatusCode::FORBIDDEN => (
            "Please open your link again",
            &[
                "That click came from another website, so nothing was done. Open the link from your message and go on there.",
            ],
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            "One moment, please",
            &["This page was opened very often in a short time. Please wait a minute, then load it again."],
        ),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::PAYLOAD_TOO_LARGE => (
            "That cannot be done here",
            &["Open the link from your message and go on there. Nothing was charged."],
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "One moment, please",
            &[
                "This page cannot be shown right now. Nothing is lost and nothing was charged. Please load it again in a minute.",
            ],
        ),
        _ => (
            "Something went wrong",
            &[
                "That is our fault, not yours. Nothing was charged. Please load the page again in a minute.",
                "If it stays like this, tell the person who sent you the link.",
            ],
        ),
    };
    let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    RefusalPage { frame: Frame::bare(heading), heading, texts, again }
}

/// Turns a problem under `/j/`, whoever raised it, into such a page.
pub(in crate::pages) fn replace(mut response: Response, problem: &Problem) -> Response {
    let page = made(problem.status);
    // A template without conditions that can fail; should it fail all the same, the words are there.
    *response.body_mut() = Body::from(page.render().unwrap_or_else(|_| page.heading.to_owned()));
    let all = response.headers_mut();
    all.remove(header::CONTENT_LENGTH);
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers::insert(all, "");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_is_told_kindly_and_to_be_tried_again() {
        let problem = Problem::from(StoreError::Unavailable("secret details".to_owned()));
        let response = replace(Problem::unavailable("x").into_response(), &problem);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        let html = made(problem.status).render().unwrap();
        assert!(html.contains("nothing was charged") && html.contains("Try again"), "{html}");
        for inside in ["secret", "database", "whypaid", "Stripe"] {
            assert!(!html.contains(inside), "{inside}: {html}");
        }
    }
}
