//! What gets clients to pay. One file per report says what it is as a file; all take the same question.
//!
//! Handlers read the question and hand it to [`crate::insights`], which answers pages with the same. Those that differ
//! only in what they ask are [`reports`].

mod cells;
mod contrast;
mod conversion;
mod elements;
mod forecast;
mod funnel;
mod hypotheses;
mod params;
pub mod recommendations;
pub mod reports;
mod revenue;
pub mod scores;
mod time_to_payment;
mod time_to_refund;
mod weeks;

pub use cells::InCsv;
pub use params::{Asked, date_or_time, horizon_days, question};

use super::problem::Problem;
use crate::app::App;
use crate::insights::Unready;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(reports::conversion))
        .routes(routes!(reports::revenue))
        .routes(routes!(reports::time_to_payment))
        .routes(routes!(reports::time_to_refund))
        .routes(routes!(reports::elements))
        .routes(routes!(reports::hypotheses))
        .routes(routes!(reports::funnel))
        .routes(routes!(reports::contrast))
        .routes(routes!(scores::show))
        .routes(routes!(reports::forecast))
        .routes(routes!(reports::revenue_by_week))
        .routes(routes!(recommendations::show))
}

impl From<Unready> for Problem {
    fn from(unready: Unready) -> Self {
        match unready {
            Unready::Loading => {
                let detail = "The journeys are still being read, which takes a few seconds after a start. \
                              Please ask again.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "loading", detail)
            }
            Unready::Store(error) => error.into(),
            Unready::Failed => {
                let detail = "The report could not be computed; the server's log says more.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
            }
        }
    }
}
