//! `GET /api/v1/insights/conversion`.

use super::cells::{bounds, count, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::insights::answer::Conversion;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// The chance of being paid within the horizon, for each group. Journeys still open count for what they have shown.
#[utoipa::path(get, path = "/api/v1/insights/conversion", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Conversion), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Hypothesis)?;
    let answer = app.insights.conversion(&asked.ask).await?;
    asked.answer(&*answer, csv)
}

fn csv(answer: &Conversion) -> Result<Response> {
    let columns = [
        "key",
        "label",
        "n",
        "open",
        "paid",
        "refunded",
        "closed",
        "matured",
        "rate",
        "low",
        "high",
        "lift",
        "lift_low",
        "lift_high",
        "q",
        "verdict",
        "needed",
        "method",
        "state",
        "as_of",
    ];
    let rows = answer.groups.iter().map(|group| {
        let ([low, high], [lift_low, lift_high]) = (bounds(group.interval), bounds(group.lift_interval));
        [
            group.key.clone(),
            group.label.clone(),
            count(group.n),
            count(group.open),
            count(group.paid),
            count(group.refunded),
            count(group.closed),
            count(group.matured),
            number(group.rate),
            low,
            high,
            number(group.lift),
            lift_low,
            lift_high,
            number(group.q),
            group.verdict.to_owned(),
            count(group.needed),
            group.method.to_owned(),
            group.state.to_owned(),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("conversion", columns, rows)
}
