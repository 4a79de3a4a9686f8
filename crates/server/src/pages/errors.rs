//! Problems as pages, for people: the same words as the API's, with what to do next.

use super::client;
use super::headers;
use super::href::{local, with_query};
use super::layout::Layout;
use super::sign_in::SIGN_IN;
use crate::api::Problem;
use askama::Template;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

/// Paths under these answer programs, whatever they accept.
const FOR_PROGRAMS: &[&str] = &["/api/", "/assets/", "/healthz", "/readyz", "/metrics", "/openapi.json"];

/// What a form hears that was sent after the session's end; a program hears of tokens.
const SIGNED_OUT: &str =
    "You are signed out, so nothing was changed. Sign in, go back to the page and send it again.";

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    layout: Layout,
    problem: &'a Problem,
    heading: &'static str,
    /// What happened; the API's words, but for what only people meet.
    detail: &'a str,
    /// Whoever was signed in is no longer.
    signed_out: bool,
    /// The same address may work in a moment.
    again: bool,
    /// Nothing is at this address.
    missing: bool,
    /// The same page without what was asked of it.
    plain: Option<&'a str>,
}

/// Shows a problem as a page when the asker reads pages.
pub async fn as_html(request: Request, next: Next) -> Response {
    let wanted = reads_pages(&request);
    let from_client = request.uri().path().starts_with(client::PREFIX);
    let here = request.uri().path_and_query().map(ToString::to_string);
    let asks = request.method().is_safe() && !request.headers().contains_key(header::AUTHORIZATION);
    let response = next.run(request).await;
    match response.extensions().get::<Arc<Problem>>().cloned() {
        Some(problem) if from_client => client::refusal::replace(response, &problem),
        Some(problem) if wanted && asks && problem.status == StatusCode::UNAUTHORIZED => {
            sign_in_first(here.as_deref())
        }
        Some(problem) if wanted => {
            let plain = here.as_deref().filter(|_| asks).and_then(without_query);
            replace(response, &problem, plain)
        }
        _ => response,
    }
}

/// Back to where one wanted to go, once one is signed in.
fn sign_in_first(here: Option<&str>) -> Response {
    let next = Some(local(here)).filter(|next| *next != "/");
    Redirect::to(&with_query(SIGN_IN, [("next", next)])).into_response()
}

/// The path of an address that asks for something.
fn without_query(here: &str) -> Option<&str> {
    here.split_once('?').map(|(path, _)| path)
}

fn reads_pages(request: &Request) -> bool {
    let path = request.uri().path();
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    !FOR_PROGRAMS.iter().any(|start| path.starts_with(start))
        && accept.is_some_and(|accept| accept.contains("text/html"))
}

fn replace(mut response: Response, problem: &Problem, plain: Option<&str>) -> Response {
    let html = page(problem, plain.filter(|_| problem.status == StatusCode::UNPROCESSABLE_ENTITY));
    *response.body_mut() = Body::from(html);
    let all = response.headers_mut();
    all.remove(header::CONTENT_LENGTH);
    all.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers::insert(all);
    response
}

fn page(problem: &Problem, plain: Option<&str>) -> String {
    let heading = match problem.status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::SERVICE_UNAVAILABLE => "One moment, please",
        StatusCode::UNPROCESSABLE_ENTITY => "That address asks for something unknown",
        StatusCode::FORBIDDEN => "That is not allowed",
        StatusCode::CONFLICT => "That cannot be done now",
        StatusCode::UNAUTHORIZED => "Please sign in",
        StatusCode::METHOD_NOT_ALLOWED => "That cannot be done here",
        _ => "Something went wrong",
    };
    let again = problem.status.is_server_error();
    let missing = problem.status == StatusCode::NOT_FOUND;
    let signed_out = problem.status == StatusCode::UNAUTHORIZED;
    let detail = if signed_out { SIGNED_OUT } else { problem.detail.as_str() };
    let layout = Layout::bare(heading);
    let page = ErrorPage { layout, problem, heading, detail, signed_out, again, missing, plain };
    // A template without conditions that can fail; should it fail all the same, the words are there.
    page.render().unwrap_or_else(|_| heading.to_owned())
}

/// A rendered template as an answer.
pub(super) fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            let detail = "This page could not be shown. Nothing was changed; the server's log says more.";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_is_no_reason_to_panic() {
        let response = Problem::unavailable("The database cannot be used right now.").into_response();
        let problem = response.extensions().get::<Arc<Problem>>().cloned().unwrap();
        let response = replace(response, &problem, None);
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let html = page(&problem, None);
        for words in ["One moment, please", "The database cannot be used right now.", "no payment is lost"] {
            assert!(html.contains(words), "{html}");
        }
    }

    #[test]
    fn what_was_asked_wrongly_can_be_left_out() {
        let mut problem = Problem::not_found("page");
        problem.status = StatusCode::UNPROCESSABLE_ENTITY;
        let html = page(&problem, without_query("/intelligence?from=yesterday"));
        assert!(html.contains("href=\"/intelligence\">Show it without filters"), "{html}");
        assert_eq!(without_query("/intelligence"), None);
    }
}
