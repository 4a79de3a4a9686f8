//! The pay button for programs.

use super::access::Editor;
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::checkout;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// A Checkout Session that the client can pay.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checkout {
    session_id: String,
    /// Send the client here.
    url: String,
}

/// Open the journey's checkout at Stripe, or get the one that is open. An open one for another version or price is ended
/// first.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/checkout", tag = "journeys",
    responses((status = 201, body = Checkout, description = "Opened"),
        (status = 200, body = Checkout, description = "It was open already"),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "already_paid, payment_processing, withdrawn, wrong_mode"),
        (status = 502, body = Problem, description = "stripe_refused"),
        (status = 503, body = Problem, description = "stripe_not_configured, stripe_unavailable")))]
pub async fn open(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Checkout>)> {
    let opened = checkout::open(&app, &id, Some(&who)).await?;
    let status = if opened.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Checkout { session_id: opened.session_id, url: opened.url })))
}
