//! `GET /api/v1/insights/forecast`.

use super::cells::{bounds, number};
use super::params::{QuestionParams, question};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::insights::answer::Forecast;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Net revenue of the next 30, 60 and 90 days in `currency`, which is required unless all journeys have one.
#[utoipa::path(get, path = "/api/v1/insights/forecast", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Forecast), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Response> {
    let asked = question(&app, &mut params, By::Everything);
    let currencies = app.insights.currencies(asked.ask.livemode)?;
    let currency =
        asked.ask.currency.or_else(|| currencies.first().copied().filter(|_| currencies.len() == 1));
    if currency.is_none() && params.text("currency").is_none() {
        params.fault("currency", "is required: amounts in several currencies are never added");
    }
    let asked = params.finish(asked)?;
    let answer = app.insights.forecast(&asked.ask, currency.unwrap_or(*b"usd")).await?;
    asked.answer(&*answer, csv)
}

fn csv(answer: &Forecast) -> Result<Response> {
    let columns = ["days", "currency", "mean_minor", "median_minor", "low", "high", "method", "as_of"];
    let rows = answer.windows.iter().map(|window| {
        let [low, high] = bounds(window.interval);
        [
            window.days.to_string(),
            answer.currency.clone(),
            number(window.mean_minor),
            number(window.median_minor),
            low,
            high,
            answer.method.unwrap_or_default().to_owned(),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("forecast", columns, rows)
}
