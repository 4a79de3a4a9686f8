//! `GET /api/v1/insights/time-to-payment`.

use super::cells::{count, figure, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
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
    asked.answer(&*answer, csv)
}

fn csv(answer: &Timing) -> Result<Response> {
    let columns = [
        "key",
        "label",
        "n",
        "open",
        "paid",
        "median_days",
        "low",
        "high",
        "quartile_days",
        "ninth_decile_days",
        "median_days_of_payers",
        "as_of",
    ];
    let rows = answer.groups.iter().map(|group| {
        let [median, low, high] = figure(&group.median);
        [
            group.key.clone(),
            group.label.clone(),
            count(group.n),
            count(group.open),
            count(group.paid),
            median,
            low,
            high,
            number(group.quartile.value),
            number(group.ninth_decile.value),
            number(group.median_of_payers.value),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("time-to-payment", columns, rows)
}
