//! `GET /api/v1/insights/revenue`.

use super::cells::{count, figure, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
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
    asked.answer(&*answer, csv)
}

fn csv(answer: &Revenue) -> Result<Response> {
    let columns = [
        "key",
        "label",
        "currency",
        "n",
        "with_money",
        "net_minor",
        "per_journey",
        "low",
        "high",
        "average_order",
        "capped",
        "driven_by",
        "refund_rate",
        "loss_rate",
        "as_of",
    ];
    let earned =
        answer.groups.iter().flat_map(|group| group.earned.iter().map(move |earned| (group, earned)));
    let rows = earned.map(|(group, earned)| {
        let [per_journey, low, high] = figure(&earned.per_journey);
        [
            group.key.clone(),
            group.label.clone(),
            earned.currency.clone(),
            count(group.n),
            count(group.with_money),
            earned.net_minor.to_string(),
            per_journey,
            low,
            high,
            number(earned.average_order.value),
            number(earned.capped.value),
            count(earned.driven_by),
            number(group.refund_rate.value),
            number(group.loss_rate.value),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("revenue", columns, rows)
}
