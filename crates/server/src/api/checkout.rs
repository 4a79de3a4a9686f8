//! The pay button for programs.

use super::access::Editor;
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::checkout::{self, CheckoutError, mode};
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

impl From<CheckoutError> for Problem {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::NotFound => Self::not_found("journey"),
            CheckoutError::AlreadyPaid(status) => {
                let detail = format!(
                    "This journey has been paid (it is {status} now), so no further checkout is opened for it. \
                     Start a new journey to ask for money again."
                );
                Self::conflict("already_paid", detail)
            }
            CheckoutError::Withdrawn => Self::conflict(
                "withdrawn",
                "The link of this journey is withdrawn, so it cannot be paid. Restore it first.",
            ),
            CheckoutError::OnItsWay => Self::conflict(
                "payment_processing",
                "A payment of this journey is on its way; slow methods take some days. If it fails, a new checkout can be opened.",
            ),
            CheckoutError::NotConfigured => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stripe_not_configured",
                "Set STRIPE_SECRET_KEY to the secret key of your Stripe account (sk_… or rk_…) and restart.",
            ),
            CheckoutError::WrongMode { journey_is_live } => {
                let (journey, key) = (mode(journey_is_live), mode(!journey_is_live));
                let detail = format!(
                    "This is a {journey} journey, and STRIPE_SECRET_KEY is a {key} key. Set the {journey} key and restart, \
                     or start a {key} journey."
                );
                Self::conflict("wrong_mode", detail)
            }
            CheckoutError::Refused(error) => Self::new(
                StatusCode::BAD_GATEWAY,
                "stripe_refused",
                format!("{error}. Correct it, then try again; nothing was opened."),
            ),
            CheckoutError::Unavailable(error) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stripe_unavailable",
                format!("{error}. Please try again; the same checkout will be opened."),
            ),
            CheckoutError::Store(error) => error.into(),
        }
    }
}
