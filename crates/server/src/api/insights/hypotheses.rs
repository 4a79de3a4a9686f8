//! `GET /api/v1/insights/hypotheses`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Hypotheses;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Hypotheses, or categories with `by=category`, against what happened; and the seller's calibration.
#[utoipa::path(get, path = "/api/v1/insights/hypotheses", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Hypotheses), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Hypothesis)?;
    let answer = app.insights.hypotheses(&asked.ask).await?;
    Ok(asked.answer("hypotheses", &*answer))
}
