//! Reports of reconciliations.

use super::access::Viewer;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use crate::reconcile::{Figure, Progress};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::reconciliations::{self, Difference, StoredReconciliation};
use utoipa::ToSchema;

/// Objects of one kind, currency and mode, on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureView {
    /// `charges`
    kind: String,
    currency: Option<String>,
    livemode: bool,
    stripe_count: u64,
    stripe_minor: i64,
    our_count: u64,
    our_minor: i64,
    /// Ours minus Stripe's.
    difference_minor: i64,
}

/// Webhooks do not arrive: Stripe has newer events than the last that it delivered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Silence {
    /// Stripe's time of the last event that a webhook brought; null when none ever did.
    last_received_at: Option<String>,
    /// Stripe's time of the newest that none brought.
    newest_missed_at: Option<String>,
}

/// One comparison of the books with Stripe.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reconciliation {
    id: String,
    /// `done`, `running`, or `stopped`: the next one goes on from there.
    state: &'static str,
    livemode: bool,
    /// Older objects were left out; null for none.
    since: Option<String>,
    started_at: String,
    finished_at: Option<String>,
    /// What is, or was last, looked at.
    step: &'static str,
    events_listed: u64,
    events_taken_in: u64,
    objects_listed: u64,
    objects_taken_in: u64,
    figures: Vec<FigureView>,
    /// Objects that differ.
    differences_count: u64,
    webhook_silence: Option<Silence>,
    error: Option<String>,
}

/// An object of which Stripe and we say different things.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceView {
    object_id: String,
    kind: String,
    currency: Option<String>,
    what: String,
    /// Null when Stripe does not know it.
    stripe: Option<String>,
    /// Null when we do not.
    ours: Option<String>,
}

/// One comparison with a page of its differences.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReconciliationWithDifferences {
    #[serde(flatten)]
    reconciliation: Reconciliation,
    differences: List<DifferenceView>,
}

fn at(seconds: i64) -> String {
    rfc3339(seconds.saturating_mul(1000))
}

fn figure(f: Figure, livemode: bool) -> FigureView {
    FigureView {
        livemode,
        difference_minor: f.our_minor.saturating_sub(f.stripe_minor),
        kind: f.kind,
        currency: f.currency,
        stripe_count: f.stripe_count,
        stripe_minor: f.stripe_minor,
        our_count: f.our_count,
        our_minor: f.our_minor,
    }
}

fn view(stored: StoredReconciliation) -> Reconciliation {
    let found: Progress = serde_json::from_str(&stored.progress).unwrap_or_default();
    let silence = found.silent_since_s().map(|since_s| Silence {
        last_received_at: since_s.map(at),
        newest_missed_at: found.last_missed_s.map(at),
    });
    Reconciliation {
        state: match (&stored.finished_at_ms, &found.error) {
            (Some(_), _) => "done",
            (None, None) => "running",
            (None, Some(_)) => "stopped",
        },
        id: stored.id,
        livemode: stored.livemode,
        since: stored.since_s.map(at),
        started_at: rfc3339(stored.started_at_ms),
        finished_at: stored.finished_at_ms.map(rfc3339),
        step: found.step.as_str(),
        events_listed: found.events_listed,
        events_taken_in: found.events_taken_in,
        objects_listed: found.objects_listed,
        objects_taken_in: found.objects_taken_in,
        figures: found.figures.into_iter().map(|f| figure(f, stored.livemode)).collect(),
        differences_count: found.differences,
        webhook_silence: silence,
        error: found.error,
    }
}

impl From<Difference> for DifferenceView {
    fn from(d: Difference) -> Self {
        let Difference { object_id, kind, currency, what, stripe, ours } = d;
        Self { object_id, kind, currency, what, stripe, ours }
    }
}

/// Comparisons of the books with Stripe, newest first.
#[utoipa::path(get, path = "/api/v1/reconciliations", tag = "reconciliations",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Reconciliation>), (status = 422, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    _may: Viewer,
    params: Params,
) -> Result<Json<List<Reconciliation>>> {
    let page = params.page(|after| IdKind::Reconciliation.fits(after))?;
    let rows = reconciliations::list(&mut app.db.read().await?, page.after.as_deref(), page.rows()).await?;
    Ok(Json(page.list(rows.into_iter().map(view).collect(), |r| r.id.clone())))
}

/// One comparison, with the objects that differ.
#[utoipa::path(get, path = "/api/v1/reconciliations/{id}", tag = "reconciliations",
    params(("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = ReconciliationWithDifferences), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<ReconciliationWithDifferences>> {
    let page = params.page(super::query::is_stripe_id)?;
    let mut conn = app.db.read().await?;
    let found =
        if IdKind::Reconciliation.fits(&id) { reconciliations::get(&mut conn, &id).await? } else { None };
    let stored = found.ok_or_else(|| Problem::not_found("reconciliation"))?;
    let after = page.after.clone().unwrap_or_default();
    let rows = reconciliations::differences(&mut conn, &id, &after, page.rows()).await?;
    let differences = rows.into_iter().map(DifferenceView::from).collect();
    let differences = page.list(differences, |d| d.object_id.clone());
    Ok(Json(ReconciliationWithDifferences { reconciliation: view(stored), differences }))
}
