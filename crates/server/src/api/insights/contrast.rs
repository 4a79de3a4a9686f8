//! `GET /api/v1/insights/contrast`.

use super::cells::{bounds, count, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
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
    asked.answer(&*answer, csv)
}

fn csv(answer: &Contrast) -> Result<Response> {
    let columns = [
        "key",
        "paid_with",
        "paid",
        "unpaid_with",
        "unpaid",
        "difference",
        "low",
        "high",
        "q",
        "distinct",
        "as_of",
    ];
    let rows = answer.elements.iter().map(|share| {
        let [low, high] = bounds(share.interval);
        [
            share.key.clone(),
            count(share.paid),
            count(answer.paid),
            count(share.unpaid),
            count(answer.unpaid),
            number(share.difference),
            low,
            high,
            number(share.q),
            share.distinct.to_string(),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("contrast", columns, rows)
}
