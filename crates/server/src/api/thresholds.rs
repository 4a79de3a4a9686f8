//! What the statistics go by: for everybody to see, for owners to change.

use super::access::{Owner, Principal, Viewer};
use super::form::Form;
use super::problem::{Problem, Result};
use crate::app::App;
use crate::audit;
use crate::insights::thresholds::{EACH, HORIZONS, JOURNEYS, Thresholds};
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;
use store::thresholds;
use utoipa::ToSchema;

/// Body of a change: all of them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents the body that `Form` reads")]
pub struct ThresholdsChange {
    /// From 20, below which verdicts are chance too often, to 10000.
    journeys_min: u32,
    /// From 5 to 1000.
    each_min: u32,
    /// From 1 to 365.
    horizon_days: u32,
}

/// What the statistics go by.
#[utoipa::path(get, path = "/api/v1/settings/thresholds", tag = "settings",
    responses((status = 200, body = Thresholds)))]
pub async fn show(State(app): State<App>, _may: Viewer) -> Result<Json<Thresholds>> {
    Ok(Json(app.insights.thresholds().await?))
}

/// Change what the statistics go by. Verdicts may be made to take more than the built-in minimum, never less. Every report
/// asked for afterwards goes by it.
#[utoipa::path(put, path = "/api/v1/settings/thresholds", tag = "settings", request_body = ThresholdsChange,
    responses((status = 200, body = Thresholds), (status = 422, body = Problem)))]
pub async fn save(State(app): State<App>, Owner(who): Owner, form: Form) -> Result<Json<Thresholds>> {
    Ok(Json(change(&app, &who, form).await?))
}

/// Reads and writes them. What stays as it was leaves no trace.
pub async fn change(app: &App, who: &Principal, mut form: Form) -> Result<Thresholds> {
    let after = Thresholds {
        journeys_min: whole(&mut form, "journeys_min", JOURNEYS),
        each_min: whole(&mut form, "each_min", EACH),
        horizon_days: whole(&mut form, "horizon_days", HORIZONS),
    };
    form.finish(())?;
    // Alone on every node, so that the log tells what each change came from.
    let mut conn = app.db.ledger().await?;
    let before = Thresholds::stored(&mut conn).await?;
    if after == before {
        return Ok(before);
    }
    let mut detail = Map::new();
    for ((name, from), (_, to)) in before.named().into_iter().zip(after.named()) {
        thresholds::put(&mut conn, name, to.into()).await?;
        if from != to {
            detail.insert(name.to_owned(), json!({"from": from, "to": to}));
        }
    }
    audit::record(&mut conn, &app.context, who, "threshold.change", None, Value::Object(detail)).await?;
    conn.commit().await?;
    app.insights.renew().await;
    Ok(after)
}

fn whole(form: &mut Form, name: &str, range: RangeInclusive<u32>) -> u32 {
    if !form.has(name) {
        form.fault(name, "is required");
    }
    let found = form.opt_int(name, i64::from(*range.start())..=i64::from(*range.end()));
    found.and_then(|value| u32::try_from(value).ok()).unwrap_or(*range.start())
}
