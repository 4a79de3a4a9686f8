//! Withdrawing a client's link, and restoring it.

use super::access::{Editor, Principal};
use super::journeys::{self as views, Journey};
use super::path::Path;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::audit;
use crate::checkout;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use store::journeys;
use store::withdrawals::{self, Withdrawal};

/// Withdraw a client's link: whoever opens it is told so, and can no longer pay. A payment page that is open at Stripe is
/// ended. Withdrawing it again changes nothing.
#[utoipa::path(post, path = "/api/v1/journeys/{id}/withdrawal", tag = "journeys",
    responses((status = 200, body = Journey), (status = 404, body = Problem),
        (status = 503, body = Problem, description = "stripe_unavailable: withdrawn, but a payment page may still be open")))]
pub async fn withdraw(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Json<Journey>> {
    let withdrawn = set(&app, &id, &who, true).await?;
    // The link is closed by now, so no further page is opened.
    if let Err(error) = checkout::end(&app, &id).await {
        tracing::warn!(journey_id = id, request_id = error.request_id(), %error, "a payment page could not be ended");
        let detail = "The link is withdrawn, but a payment page that the client may have open at Stripe could not be ended. \
                      Withdraw it again to try again; by itself the page ends within a day.";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stripe_unavailable", detail));
    }
    Ok(withdrawn)
}

/// Make a withdrawn link work again.
#[utoipa::path(delete, path = "/api/v1/journeys/{id}/withdrawal", tag = "journeys",
    responses((status = 200, body = Journey), (status = 404, body = Problem)))]
pub async fn restore(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Json<Journey>> {
    set(&app, &id, &who, false).await
}

async fn set(app: &App, id: &str, who: &Principal, withdrawn: bool) -> Result<Json<Journey>> {
    let mut conn = app.db.ledger().await?;
    if !IdKind::Journey.fits(id) || journeys::get(&mut conn, id).await?.is_none() {
        return Err(Problem::not_found("journey"));
    }
    let (changed, action) = if withdrawn {
        let (at_ms, actor) = (app.context.clock.now_ms(), who.name.clone());
        let withdrawal = Withdrawal { journey_id: id.to_owned(), at_ms, actor };
        (withdrawals::withdraw(&mut conn, &withdrawal).await?, "journey.withdraw")
    } else {
        (withdrawals::restore(&mut conn, id).await?, "journey.restore")
    };
    if changed {
        audit::record(&mut conn, &app.context, who, action, Some(id), json!({})).await?;
    }
    let view = views::one(app, &mut conn, id).await?;
    conn.commit().await?;
    view.map(Json).ok_or_else(|| Problem::not_found("journey"))
}
