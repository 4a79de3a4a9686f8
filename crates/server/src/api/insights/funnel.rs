//! `GET /api/v1/insights/funnel`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Funnel;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// The furthest step of each journey, and how long clients stayed on each page.
#[utoipa::path(get, path = "/api/v1/insights/funnel", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Funnel), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Everything)?;
    let answer = app.insights.funnel(&asked.ask).await?;
    Ok(asked.answer("funnel", &*answer))
}
