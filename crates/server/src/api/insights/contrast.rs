//! `GET /api/v1/insights/contrast`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Contrast;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// How journeys that were paid differ from those that had the whole horizon and were not.
#[utoipa::path(get, path = "/api/v1/insights/contrast", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Contrast), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Everything)?;
    let answer = app.insights.contrast(&asked.ask).await?;
    Ok(asked.answer("contrast", &*answer))
}
