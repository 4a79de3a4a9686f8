//! Payments and the unmatched inbox.

use super::access::{Editor, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::payments as book;
use axum::Json;
use axum::extract::State;
use ledger::matching::Suggestion;
use ledger::{MatchedBy, PaymentStatus};
use serde::Serialize;
use store::payment_list::Place;
use store::payments::StoredPayment;
use utoipa::ToSchema;

/// A payment: one PaymentIntent, or a lone charge.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payment {
    id: String,
    #[schema(value_type = String)]
    status: PaymentStatus,
    currency: Option<String>,
    gross_minor: i64,
    refunded_minor: i64,
    lost_minor: i64,
    at_risk_minor: i64,
    net_minor: i64,
    /// Stripe's payment method type.
    method: Option<String>,
    paid_at: Option<String>,
    livemode: bool,
    #[schema(value_type = Option<String>)]
    matched_by: Option<MatchedBy>,
    journey_id: Option<String>,
    content_version_id: Option<String>,
    hypothesis_id: Option<String>,
    #[schema(value_type = Vec<serde_json::Value>)]
    suggestions: Vec<Suggestion>,
}

impl From<StoredPayment> for Payment {
    fn from(p: StoredPayment) -> Self {
        Self {
            id: p.id,
            status: p.facts.status,
            currency: p.facts.currency.map(|c| c.to_string()),
            gross_minor: p.facts.gross_minor,
            refunded_minor: p.facts.refunded_minor,
            lost_minor: p.facts.lost_minor,
            at_risk_minor: p.facts.at_risk_minor,
            net_minor: p.facts.net_minor,
            method: p.facts.method,
            paid_at: p.facts.paid_at_ms.map(rfc3339),
            livemode: p.facts.livemode,
            matched_by: p.matched_by,
            journey_id: p.journey_id,
            content_version_id: p.content_version_id,
            hypothesis_id: p.hypothesis_id,
            suggestions: p.suggestions,
        }
    }
}

/// Body of a link.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewLink {
    journey_id: String,
}

/// Payments, newest first. `unmatched=true` lists those that wait for a person to link them. `q` finds by an id of
/// Stripe's, a journey, a client's name, address or company: the 1,000 first found. Days are in UTC, both included.
#[utoipa::path(get, path = "/api/v1/payments", tag = "payments",
    params(("unmatched" = Option<bool>, Query), ("matched" = Option<bool>, Query), ("livemode" = Option<bool>, Query),
        ("status" = Option<String>, Query), ("currency" = Option<String>, Query), ("method" = Option<String>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("q" = Option<String>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Payment>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Json<List<Payment>>> {
    let wanted = book::wanted(&mut params);
    let page = params.page(|after| Place::parse(after).is_some())?;
    let after = page.after.as_deref().and_then(Place::parse);
    let found = book::find(&mut app.db.read().await?, &wanted, after.as_ref(), page.rows()).await?;
    let List { items, next } = page.list(found.payments, |payment| Place::of(payment).to_text());
    Ok(Json(List { items: items.into_iter().map(Payment::from).collect(), next }))
}

/// Link a payment to a journey by hand. Outranks every automatic match.
#[utoipa::path(post, path = "/api/v1/payments/{id}/link", tag = "payments", request_body = NewLink,
    responses((status = 200, body = Payment), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn link(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
    mut form: Form,
) -> Result<Json<Payment>> {
    let journey_id = form.text("journey_id", 1..=100);
    form.finish(())?;
    Ok(Json(book::link(&app, &who, &id, &journey_id).await?.into()))
}

/// Take back a link made by hand: the payment is matched again as if nobody had linked it.
#[utoipa::path(delete, path = "/api/v1/payments/{id}/link", tag = "payments",
    responses((status = 200, body = Payment), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn unlink(
    State(app): State<App>,
    Editor(who): Editor,
    Path(id): Path<String>,
) -> Result<Json<Payment>> {
    Ok(Json(book::unlink(&app, &who, &id).await?.into()))
}
