//! `POST /api/webhooks/stripe`: verify, store, acknowledge (SPEC H1, H2).

use super::form::body_problem;
use super::problem::Problem;
use crate::app::App;
use crate::ingest::{self, Refused, Stored};
use crate::peer::{self, network};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use std::net::IpAddr;
use store::events::PARKED_MS;
use stripe::{ReadError, SignatureError};
use utoipa::ToSchema;

/// The code of a request that came too often without a signature.
const TOO_MANY: &str = "too_many";

/// The acknowledgement.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    received: bool,
    /// Present and true when the event was there already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    duplicate: bool,
}

/// Take a Stripe event. Answers 200 only once the event is durable.
#[utoipa::path(
    post, path = "/api/webhooks/stripe", tag = "webhooks", request_body = serde_json::Value,
    params(("Stripe-Signature" = String, Header, description = "As Stripe signs it")),
    responses(
        (status = 200, body = Received), (status = 400, body = Problem, description = "Bad signature or not an event"),
        (status = 413, body = Problem), (status = 429, body = Problem, description = "Too often without a signature"),
        (status = 503, body = Problem, description = "Not stored: try again"),
    )
)]
pub async fn receive(State(app): State<App>, request: Request) -> Result<Json<Received>, Problem> {
    if app.config.webhook_secrets.is_empty() {
        let detail = "No webhook secret is configured. Set STRIPE_WEBHOOK_SECRET to the endpoint's whsec_… and restart.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "no_webhook_secret", detail));
    }
    let asker = peer::of(&request, app.config.proxies).map(network);
    refuse_declared_size(request.headers(), app.config.body_bytes_max)?;
    let unsigned = |error: &SignatureError| unsigned(&app, asker, error);
    let signature = signature_of(request.headers()).ok_or_else(|| unsigned(&SignatureError::Missing))?;
    let body =
        Bytes::from_request(request, &app).await.map_err(|r: BytesRejection| refused(body_problem(&r)))?;
    let now_ms = app.context.clock.now_ms();
    stripe::verify(&signature, &body, &app.config.webhook_secrets, now_ms.div_euclid(1000))
        .map_err(|error| unsigned(&error))?;
    let event = ingest::read(&body, now_ms).map_err(|error| refused(not_an_event(&error)))?;
    let parked = event.due_at_ms == PARKED_MS;
    match app.ingest.store(event).await {
        Ok(stored) => {
            if parked {
                // The fetcher looks into the table.
                app.ingest.on_the_way.settled().await;
                app.fetch.notify_one();
            }
            Ok(Json(Received { received: true, duplicate: stored == Stored::Duplicate }))
        }
        Err(Refused::QueueFull) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "queue_full",
            "Too many events at once; try again.",
        )),
        Err(Refused::NotCommitted) => {
            Err(Problem::unavailable("The event could not be stored and was not acknowledged; try again."))
        }
    }
}

/// 413 before the body is read, when its declared size is too large.
fn refuse_declared_size(headers: &HeaderMap, bytes_max: usize) -> Result<(), Problem> {
    let declared =
        headers.get(axum::http::header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|bytes| bytes > bytes_max) {
        let detail = format!("The body is larger than {bytes_max} bytes; WHYPAID_BODY_LIMIT sets the limit.");
        return Err(refused(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)));
    }
    Ok(())
}

fn signature_of(headers: &HeaderMap) -> Option<String> {
    headers.get("stripe-signature").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Whoever sends much that is not signed is told to wait, and fills no log (SPEC R5). What is signed well never comes here.
fn unsigned(app: &App, asker: Option<IpAddr>, error: &SignatureError) -> Problem {
    if app.unverified.check(asker).is_ok() {
        return refused(Problem::new(StatusCode::BAD_REQUEST, error.code(), error.to_string()));
    }
    metrics::counter!("whypaid_webhooks_rejected_total", "code" => TOO_MANY).increment(1);
    let detail = "Too many requests without a good signature came from this address; wait a minute.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, TOO_MANY, detail)
}

fn refused(problem: Problem) -> Problem {
    metrics::counter!("whypaid_webhooks_rejected_total", "code" => problem.code).increment(1);
    tracing::warn!(code = problem.code, "a webhook was refused");
    problem
}

fn not_an_event(error: &ReadError) -> Problem {
    let mut problem = Problem::new(StatusCode::BAD_REQUEST, error.code(), error.to_string());
    if let Some(field) = error.field() {
        problem
            .errors
            .push(super::problem::FieldError { field: field.to_owned(), message: error.to_string() });
    }
    problem
}
