//! `GET /api/v1/insights/time-to-payment`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Timing;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// How long it takes to be paid, for each group: quantiles, curves, and whether the groups differ.
#[utoipa::path(get, path = "/api/v1/insights/time-to-payment", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Timing), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Content)?;
    let answer = app.insights.timing(&asked.ask).await?;
    Ok(asked.answer("time-to-payment", &*answer))
}
