//! `GET /api/v1/insights/{report}`: the reports that differ only in what they ask, as one table.

use super::params::{Asked, QuestionParams, question};
use crate::api::access::Viewer;
use crate::api::problem::{Problem, Result};
use crate::api::query::Params;
use crate::app::App;
use crate::insights::answer::{
    Contrast, Conversion, Elements, Forecast, Funnel, Hypotheses, Returns, Revenue, Timing, Weeks,
};
use crate::insights::ask::By;
use axum::extract::State;
use axum::response::Response;
use insight::facts::CurrencyCode;

/// For each report its words, its name, its address, what it answers with, by what it tells apart unless asked
/// otherwise, and who answers.
macro_rules! reports {
    ($($(#[$words:meta])* $name:ident: $path:literal, $answer:ident, by $by:ident, $ask:ident;)+) => {$(
        $(#[$words])*
        #[utoipa::path(get, path = $path, tag = "insights", params(QuestionParams), responses(
            (status = 200, body = $answer), (status = 422, body = Problem), (status = 503, body = Problem)))]
        pub async fn $name(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
            let asked = Asked::read(&app, params, By::$by).await?;
            asked.answer(&*app.insights.$ask(&asked.ask).await?)
        }
    )+};
}

/// The same for reports of one currency.
macro_rules! reports_in_one_currency {
    ($($(#[$words:meta])* $name:ident: $path:literal, $answer:ident, $ask:ident;)+) => {$(
        $(#[$words])*
        #[utoipa::path(get, path = $path, tag = "insights", params(QuestionParams), responses(
            (status = 200, body = $answer), (status = 422, body = Problem), (status = 503, body = Problem)))]
        pub async fn $name(State(app): State<App>, _may: Viewer, params: Params) -> Result<Response> {
            let (asked, currency) = in_one_currency(&app, params).await?;
            asked.answer(&*app.insights.$ask(&asked.ask, currency).await?)
        }
    )+};
}

reports! {
    /// The chance of being paid within the horizon, for each group. Journeys still open count for what they have shown.
    conversion: "/api/v1/insights/conversion", Conversion, by Hypothesis, conversion;
    /// Net revenue per started journey, for each group and currency apart.
    revenue: "/api/v1/insights/revenue", Revenue, by Content, revenue;
    /// How long it takes to be paid, for each group: quantiles, curves, and whether the groups differ.
    time_to_payment: "/api/v1/insights/time-to-payment", Timing, by Content, timing;
    /// How soon after its payment some money goes back, by refunds and lost disputes, for each group; and what of the net
    /// is expected to go back yet.
    time_to_refund: "/api/v1/insights/time-to-refund", Returns, by Content, returns;
    /// Each element's association with payment, the others held fixed; and pairs of elements by their conversion.
    elements: "/api/v1/insights/elements", Elements, by Element, elements;
    /// Hypotheses, or categories with `by=category`, against what happened; and the seller's calibration.
    hypotheses: "/api/v1/insights/hypotheses", Hypotheses, by Hypothesis, hypotheses;
    /// The furthest step of each journey, and how long clients stayed on each page.
    funnel: "/api/v1/insights/funnel", Funnel, by Everything, funnel;
    /// How journeys that were paid differ from those that had the whole horizon and were not.
    contrast: "/api/v1/insights/contrast", Contrast, by Everything, contrast;
}

reports_in_one_currency! {
    /// Net revenue of the next 30, 60 and 90 days in `currency`, which is required unless all journeys have one.
    forecast: "/api/v1/insights/forecast", Forecast, forecast;
    /// Net revenue by week of payment in `currency`, which is required unless all journeys have one.
    revenue_by_week: "/api/v1/insights/revenue-by-week", Weeks, weeks;
}

/// The question, and the currency asked for or the only one that there is.
async fn in_one_currency(app: &App, mut params: Params) -> Result<(Asked, CurrencyCode)> {
    let asked = question(app, &mut params, By::Everything, app.insights.thresholds().await?);
    let known = app.insights.currencies(asked.ask.filter.livemode)?;
    let currency = asked.ask.filter.currency.or_else(|| known.first().copied().filter(|_| known.len() == 1));
    if currency.is_none() && params.text("currency").is_none() {
        params.fault("currency", "is required: amounts in several currencies are never added");
    }
    params.finish((asked, currency.unwrap_or(*b"usd")))
}
