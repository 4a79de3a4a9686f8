//! `GET /api/v1/journeys/{id}/analysis`.

use super::access::Viewer;
use super::path::Path;
use super::problem::{Problem, Result};
use super::query::Params;
use crate::app::App;
use crate::ids::IdKind;
use crate::insights::answer::Analysis;
use crate::insights::thresholds::Thresholds;
use axum::Json;
use axum::extract::State;

/// One journey against all others: predicted against actual, what its outcome says of its hypothesis, how what it was
/// given does elsewhere, its score while it is open, and what there is to learn.
#[utoipa::path(get, path = "/api/v1/journeys/{id}/analysis", tag = "journeys",
    params(("horizon_days" = Option<u32>, Query)),
    responses((status = 200, body = Analysis), (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    _may: Viewer,
    Path(id): Path<String>,
    mut params: Params,
) -> Result<Json<Analysis>> {
    let thresholds = app.insights.thresholds().await?;
    let horizon_days = super::insights::horizon_days(&mut params, thresholds);
    let thresholds = params.finish(Thresholds { horizon_days, ..thresholds })?;
    if !IdKind::Journey.fits(&id) {
        return Err(Problem::not_found("journey"));
    }
    let found = app.insights.journey_analysis(&id, thresholds).await?;
    found.map(|analysis| Json((*analysis).clone())).ok_or_else(|| Problem::not_found("journey"))
}
