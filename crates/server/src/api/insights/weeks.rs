//! `GET /api/v1/insights/revenue-by-week`.

use super::params::{QuestionParams, question};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::csv_file;
use crate::insights::answer::Weeks;
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;

/// Net revenue by week of payment in `currency`, which is required unless all journeys have one.
#[utoipa::path(get, path = "/api/v1/insights/revenue-by-week", tag = "insights", params(QuestionParams),
    responses((status = 200, body = Weeks), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn show(State(app): State<App>, _may: Viewer, mut params: Params) -> Result<Response> {
    let asked = question(&app, &mut params, By::Everything);
    let currencies = app.insights.currencies(asked.ask.livemode)?;
    let currency =
        asked.ask.currency.or_else(|| currencies.first().copied().filter(|_| currencies.len() == 1));
    if currency.is_none() && params.text("currency").is_none() {
        params.fault("currency", "is required: amounts in several currencies are never added");
    }
    let asked = params.finish(asked)?;
    let answer = app.insights.weeks(&asked.ask, currency.unwrap_or(*b"usd")).await?;
    asked.answer(&*answer, csv)
}

fn csv(answer: &Weeks) -> Result<Response> {
    let columns = ["from", "currency", "net_minor", "paid", "as_of"];
    let rows = answer.weeks.iter().map(|week| {
        [
            week.from.clone(),
            answer.currency.clone(),
            week.net_minor.to_string(),
            week.paid.to_string(),
            answer.as_of.clone(),
        ]
    });
    csv_file::answer("revenue-by-week", columns, rows)
}
