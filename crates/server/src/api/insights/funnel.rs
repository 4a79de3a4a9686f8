//! `GET /api/v1/insights/funnel`.

use super::cells::{count, figure, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
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
    asked.answer(&*answer, csv)
}

fn csv(answer: &Funnel) -> Result<Response> {
    let columns =
        ["key", "label", "reached", "of_all", "low", "high", "of_previous", "median_seconds", "as_of"];
    let rows = answer.steps.iter().map(|step| {
        let [of_all, low, high] = figure(&step.of_all);
        [
            step.key.to_owned(),
            step.label.to_owned(),
            count(step.reached),
            of_all,
            low,
            high,
            number(step.of_previous.value),
            number(step.median_seconds),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("funnel", columns, rows)
}
