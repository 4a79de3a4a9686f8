//! `GET /api/v1/insights/hypotheses`.

use super::cells::{bounds, count, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::insights::answer::Hypotheses;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Hypotheses, or categories with `by=category`, against what happened; and the seller's calibration.
#[utoipa::path(get, path = "/api/v1/insights/hypotheses", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Hypotheses), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
    let asked = Asked::read(&app, params, By::Hypothesis)?;
    let answer = app.insights.hypotheses(&asked.ask).await?;
    asked.answer(&*answer, csv)
}

fn csv(answer: &Hypotheses) -> Result<Response> {
    let columns = [
        "key",
        "label",
        "n",
        "paid",
        "rate",
        "low",
        "high",
        "standing",
        "effectiveness",
        "predicted",
        "observed",
        "brier",
        "skill",
        "as_of",
    ];
    let rows = answer.groups.iter().map(|group| {
        let [low, high] = bounds(group.conversion.interval);
        let accuracy = group.accuracy.as_ref();
        [
            group.conversion.key.clone(),
            group.conversion.label.clone(),
            count(group.conversion.n),
            count(group.conversion.paid),
            number(group.conversion.rate),
            low,
            high,
            group.standing.to_owned(),
            number(group.effectiveness),
            number(accuracy.map(|accuracy| accuracy.predicted)),
            number(accuracy.and_then(|accuracy| accuracy.observed.value)),
            number(accuracy.map(|accuracy| accuracy.brier)),
            number(accuracy.and_then(|accuracy| accuracy.skill)),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("hypotheses", columns, rows)
}
