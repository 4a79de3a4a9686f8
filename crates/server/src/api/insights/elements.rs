//! `GET /api/v1/insights/elements`.

use super::cells::{count, figure, number};
use super::params::{Asked, QuestionParams};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
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
    asked.answer(&*answer, csv)
}

fn csv(answer: &Elements) -> Result<Response> {
    let columns = [
        "key",
        "merged",
        "n",
        "paid",
        "effect",
        "low",
        "high",
        "odds_ratio",
        "mantel_haenszel",
        "q",
        "verdict",
        "needed",
        "method",
        "as_of",
    ];
    let rows = answer.groups.iter().map(|group| {
        let [effect, low, high] = figure(&group.effect);
        [
            group.key.clone(),
            group.merged.join(" + "),
            count(group.n),
            count(group.paid),
            effect,
            low,
            high,
            number(group.odds_ratio),
            number(group.mantel_haenszel),
            number(group.q),
            group.verdict.to_owned(),
            count(group.needed),
            answer.method.to_owned(),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("elements", columns, rows)
}
