//! `GET /api/v1/insights/conversion`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Conversion;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// The chance of being paid within the horizon, for each group. Journeys still open count for what they have shown.
#[utoipa::path(get, path = "/api/v1/insights/conversion", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Conversion), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Hypothesis)?;
    let answer = app.insights.conversion(&asked.ask).await?;
    Ok(asked.answer("conversion", &*answer))
}
