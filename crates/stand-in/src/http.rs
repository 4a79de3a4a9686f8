//! The shell: sockets to values and back. Nothing is decided here.

use crate::api::{self, Answer};
use crate::pages;
use crate::shape::API_VERSION;
use crate::state::{Fault, Shared};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use futures_util::{StreamExt as _, stream};
use std::io;
use std::sync::Arc;

/// Largest request.
const BODY_BYTES_MAX: usize = 256 * 1024;
/// The list of payments and what may happen to them.
pub(crate) const ADMIN_PATH: &str = "/stand-in";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/{*path}", any(call))
        .merge(pages::router())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared)
}

async fn call(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (answer, fault) = shared.answer(&api::Call {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or(""),
        authorization: header("authorization"),
        version: header("stripe-version"),
        idempotency_key: header("idempotency-key"),
        body: &body,
    });
    if fault == Some(Fault::Silence) {
        shared.stop.cancelled().await;
    }
    let key = headers.get("idempotency-key");
    respond(answer, key, fault == Some(Fault::Cut))
}

fn respond(answer: Answer, idempotency_key: Option<&HeaderValue>, cut: bool) -> Response {
    let length = answer.body.len();
    let body = if cut { broken(&answer.body) } else { Body::from(answer.body) };
    let mut response = body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(header::HeaderName::from_static(name), value);
        }
    };
    set("content-type", "application/json");
    set("request-id", &answer.request_id);
    set("stripe-version", API_VERSION);
    set("stripe-should-retry", if matches!(answer.status, 429 | 500..) { "true" } else { "false" });
    if cut {
        set("content-length", &length.to_string());
    }
    if let Some(original) = &answer.replay_of {
        set("idempotent-replayed", "true");
        set("original-request", original);
    }
    if let Some(key) = idempotency_key {
        headers.insert(header::HeaderName::from_static("idempotency-key"), key.clone());
    }
    response
}

/// Half of a body, then the end of the connection.
fn broken(body: &str) -> Body {
    let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
    let end = stream::once(async {
        // The first half goes out while there is nothing more to send.
        tokio::task::yield_now().await;
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut on purpose"))
    });
    Body::from_stream(stream::iter([Ok(half)]).chain(end))
}
