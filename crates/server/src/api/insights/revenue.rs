//! `GET /api/v1/insights/revenue`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Revenue;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Net revenue per started journey, for each group and currency apart.
#[utoipa::path(get, path = "/api/v1/insights/revenue", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Revenue), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Content)?;
    let answer = app.insights.revenue(&asked.ask).await?;
    Ok(asked.answer("revenue", &*answer))
}
