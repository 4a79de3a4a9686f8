//! Reports of reconciliations.

use super::access::{Editor, Principal, Viewer};
use super::form::Form;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::{List, Params};
use crate::app::App;
use crate::audit;
use crate::clock::rfc3339;
use crate::ids::IdKind;
use crate::reconcile::{self, Figure, Progress, ReconcileError, span_s};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use store::Conn;
use store::reconciliations::{
    self, Difference, DifferenceFilter, ReconciliationFilter, StoredReconciliation,
};
use utoipa::ToSchema;

/// How far back a comparison goes unless asked otherwise: Stripe keeps events so long.
pub const SINCE_DEFAULT: &str = "30d";
/// What is said of any other text.
const SINCE_FAULT: &str = "must be `all`, or a number and h, d or w, like 12h, 30d, 8w";

/// Body of a new comparison.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct NewReconciliation {
    /// `12h`, `30d`, `8w` or `all`; 30d when absent.
    since: Option<String>,
}

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

/// `running` only while somebody is at it: one whose process was killed stands still.
fn view(stored: StoredReconciliation, running: bool) -> Result<Reconciliation> {
    let found = Progress::read(&stored)?;
    let silence = found.silent_since_s().map(|since_s| Silence {
        last_received_at: since_s.map(at),
        newest_missed_at: found.last_missed_s.map(at),
    });
    Ok(Reconciliation {
        state: match (&stored.finished_at_ms, &found.error) {
            (Some(_), _) => "done",
            (None, None) if running => "running",
            (None, _) => "stopped",
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
    })
}

impl From<Difference> for DifferenceView {
    fn from(d: Difference) -> Self {
        let Difference { object_id, kind, currency, what, stripe, ours } = d;
        Self { object_id, kind, currency, what, stripe, ours }
    }
}

/// What an address asks for.
pub fn filter(params: &mut Params) -> ReconciliationFilter {
    ReconciliationFilter {
        livemode: params.truth("livemode"),
        differs: params.truth("differs").unwrap_or(false),
    }
}

/// Likewise of the differences of one comparison.
pub fn difference_filter(params: &Params) -> DifferenceFilter {
    DifferenceFilter {
        kind: params.text("kind"),
        currency: params.text("currency").map(|code| code.to_lowercase()),
        object_id: params.text("q"),
    }
}

/// Comparisons of the books with Stripe, newest first. `differs=true` lists those that found differences.
#[utoipa::path(get, path = "/api/v1/reconciliations", tag = "reconciliations",
    params(("livemode" = Option<bool>, Query), ("differs" = Option<bool>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = List<Reconciliation>), (status = 422, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    _may: Viewer,
    mut params: Params,
) -> Result<Json<List<Reconciliation>>> {
    let filter = filter(&mut params);
    let page = params.page(|after| IdKind::Reconciliation.fits(after))?;
    let mut conn = app.db.read().await?;
    let rows = reconciliations::list(&mut conn, filter, page.after.as_deref(), page.rows()).await?;
    let running = reconcile::is_running(&app, &mut conn).await?;
    let items = rows.into_iter().map(|row| view(row, running)).collect::<Result<_>>()?;
    Ok(Json(page.list(items, |r: &Reconciliation| r.id.clone())))
}

/// Compare now, in the background. One comparison runs at a time; one that was not finished is gone on with.
#[utoipa::path(post, path = "/api/v1/reconciliations", tag = "reconciliations", request_body = NewReconciliation,
    responses((status = 202, body = Reconciliation), (status = 409, body = Problem, description = "already_running, stripe_not_configured"),
        (status = 422, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Editor(who): Editor,
    mut form: Form,
) -> Result<(StatusCode, Json<Reconciliation>)> {
    let since = form.opt_text("since", 1..=20).unwrap_or_else(|| SINCE_DEFAULT.to_owned());
    let span = since_span(&since);
    if span.is_none() {
        form.fault("since", SINCE_FAULT);
    }
    form.finish(())?;
    let id = start(&app, &who, span.flatten()).await?;
    let stored = reconciliations::get(&mut app.db.read().await?, &id).await?;
    let stored = stored.ok_or_else(|| Problem::not_found("reconciliation"))?;
    Ok((StatusCode::ACCEPTED, Json(view(stored, true)?)))
}

/// Starts a comparison of the last so many seconds, or of everything, and returns its id.
pub async fn start(app: &App, who: &Principal, span_s: Option<i64>) -> Result<String> {
    let since_s = span_s.map(|span_s| app.context.clock.now_s().saturating_sub(span_s));
    let begun = reconcile::begin(app, since_s).await?;
    let id = begun.id().to_owned();
    let mut conn = app.db.write().await?;
    let detail = json!({"since": since_s.map(at)});
    audit::record(&mut conn, &app.context, who, "reconciliation.start", Some(&id), detail).await?;
    conn.commit().await?;
    begun.finish_in_background();
    Ok(id)
}

/// How far back `since` reaches in seconds; everything as `Some(None)`.
pub fn since_span(since: &str) -> Option<Option<i64>> {
    if since == "all" { Some(None) } else { span_s(since).map(Some) }
}

impl From<ReconcileError> for Problem {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::NotConfigured => {
                let detail = "Set STRIPE_SECRET_KEY to the secret key of your Stripe account (sk_… or rk_…) and restart.";
                Self::conflict("stripe_not_configured", detail)
            }
            ReconcileError::Busy { .. } | ReconcileError::TakenOver => Self::conflict(
                "already_running",
                "A comparison with Stripe is under way already; wait until it is done.",
            ),
            ReconcileError::Stripe(error) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stripe_unavailable",
                format!("{error}. Please try again; what was done is kept."),
            ),
            ReconcileError::Store(error) => error.into(),
        }
    }
}

/// One comparison, with the objects that differ.
#[utoipa::path(get, path = "/api/v1/reconciliations/{id}", tag = "reconciliations",
    params(("kind" = Option<String>, Query), ("currency" = Option<String>, Query), ("q" = Option<String>, Query),
        ("limit" = Option<i64>, Query), ("after" = Option<String>, Query)),
    responses((status = 200, body = ReconciliationWithDifferences), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<ReconciliationWithDifferences>> {
    let filter = difference_filter(&params);
    let page = params.page(super::query::is_stripe_id)?;
    let mut conn = app.db.read().await?;
    let stored = get(&mut conn, &id).await?;
    let after = page.after.clone().unwrap_or_default();
    let rows = reconciliations::differences(&mut conn, &id, &filter, &after, page.rows()).await?;
    let differences = rows.into_iter().map(DifferenceView::from).collect();
    let differences = page.list(differences, |d| d.object_id.clone());
    let running = reconcile::is_running(&app, &mut conn).await?;
    Ok(Json(ReconciliationWithDifferences { reconciliation: view(stored, running)?, differences }))
}

/// One comparison, as stored.
pub async fn get(conn: &mut Conn, id: &str) -> Result<StoredReconciliation> {
    let found = if IdKind::Reconciliation.fits(id) { reconciliations::get(conn, id).await? } else { None };
    found.ok_or_else(|| Problem::not_found("reconciliation"))
}
