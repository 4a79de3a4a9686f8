//! `GET /api/v1/insights/elements`.

use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::Elements;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Each element's association with payment, the others held fixed; and pairs of elements by their conversion.
#[utoipa::path(get, path = "/api/v1/insights/elements", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Elements), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Element)?;
    let answer = app.insights.elements(&asked.ask).await?;
    Ok(asked.answer("elements", &*answer))
}
