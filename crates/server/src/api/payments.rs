//! Payments and the unmatched inbox.

use super::access::{Editor, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params, is_stripe_id};
use crate::app::App;
use crate::apply::{Touched, batch, objects};
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use axum::Json;
use axum::extract::State;
use ledger::matching::Suggestion;
use ledger::{MatchedBy, PaymentStatus};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use store::journeys;
use store::payments::{self, PaymentFilter, StoredPayment};
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

/// Payments by id. `unmatched=true` lists those that wait for a person to link them.
#[utoipa::path(get, path = "/api/v1/payments", tag = "payments",
    params(("unmatched" = Option<bool>, Query), ("livemode" = Option<bool>, Query), ("status" = Option<String>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Payment>), (status = 422, body = Problem)))]
pub async fn list(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Json<List<Payment>>> {
    let words = "none, processing, failed, canceled, paid, partially_refunded, refunded, disputed, lost";
    let filter = PaymentFilter {
        unmatched: params.truth("unmatched").unwrap_or(false),
        livemode: params.truth("livemode"),
        status: params.word("status", PaymentStatus::parse, words).map(|s| s.as_str().to_owned()),
    };
    let page = params.page(is_stripe_id)?;
    let found =
        payments::list(&mut app.db.read().await?, &filter, page.after.as_deref(), page.rows()).await?;
    let items = found.into_iter().map(Payment::from).collect();
    Ok(Json(page.list(items, |payment| payment.id.clone())))
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
    let mut conn = app.db.ledger().await?;
    let payment =
        if is_stripe_id(&id) { payments::by_ids(&mut conn, vec![id.clone()]).await?.pop() } else { None };
    let payment = payment.ok_or_else(|| Problem::not_found("payment"))?;
    let journey =
        if IdKind::Journey.fits(&journey_id) { journeys::get(&mut conn, &journey_id).await? } else { None };
    let journey = journey.ok_or_else(|| Problem::invalid_field("journey_id", "there is no such journey"))?;
    if journey.livemode != payment.facts.livemode {
        let detail = "Test money cannot belong to a live journey, nor live money to a test journey.";
        return Err(Problem::conflict("mode_mismatch", detail));
    }
    payments::set_link(&mut conn, &id, &journey_id, &who.name, app.context.clock.now_ms()).await?;
    let payment_ids = BTreeSet::from([id.clone()]);
    let trees = objects::trees(&mut conn, &payment_ids).await?;
    let touched = Touched { payments: payment_ids, ..Touched::default() };
    let changes = batch::recompute(&mut conn, &app.context, &touched, &trees).await?;
    let detail = json!({"journey_id": journey_id});
    audit::record(&mut conn, &app.context, &who, "payment.link", Some(&id), detail).await?;
    let linked = payments::by_ids(&mut conn, vec![id]).await?.pop();
    conn.commit().await?;
    app.live.announce(changes);
    linked.map(|p| Json(p.into())).ok_or_else(|| Problem::not_found("payment"))
}
