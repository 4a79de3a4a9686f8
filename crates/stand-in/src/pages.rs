//! The pages that a person sees: where a client pays, and where the seller's side of Stripe is played.
//!
//! Everything works without script. Must never look like a place for real cards: every page says what it is.

mod admin;
mod pay;

use crate::state::Shared;
use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Where the stylesheet is.
pub(crate) const STYLE_PATH: &str = "/stand-in/style.css";
const STYLE: &str = include_str!("../assets/stand-in.css");

/// No `form-action`: browsers hold it against redirects, too, and the way back to the seller is one.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("cache-control", "no-store"),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
];

pub(crate) fn router() -> Router<Arc<Shared>> {
    use crate::http::ADMIN_PATH;
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to(ADMIN_PATH) }))
        .route("/receipts/{charge}", get(|| async { Redirect::to(ADMIN_PATH) }))
        .route("/c/pay/{session}", get(pay::show).post(pay::choose))
        .route(ADMIN_PATH, get(admin::show))
        .route("/stand-in/clock", post(admin::clock))
        .route("/stand-in/payments/{session}", post(admin::act))
        .layer(middleware::from_fn(protect));
    pages.route(STYLE_PATH, get(style))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE)
}

/// No other site may press our buttons.
async fn protect(request: Request, next: Next) -> Response {
    let from = |headers: &HeaderMap| headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if request.method() == "POST" && from(request.headers()) {
        return (StatusCode::FORBIDDEN, "Only the stand-in's own pages may do this.").into_response();
    }
    let mut response = next.run(request).await;
    for &(name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// A page that only tells something.
#[derive(Template)]
#[template(path = "over.html")]
struct Over<'a> {
    heading: &'a str,
    text: &'a str,
    link: Option<String>,
}

fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the stand-in could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn money(amount_minor: i64, currency: &str) -> String {
    let currency = ledger::Currency::parse(currency);
    currency.map(|currency| ledger::Money::new(amount_minor, currency).to_string()).unwrap_or_default()
}

/// `2026-11-22 02:14 UTC`
fn moment(at_s: i64) -> String {
    let at = jiff::Timestamp::from_second(at_s).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M UTC").to_string()
}
