//! What gets clients to pay. One file per report; all take the same question.
//!
//! Handlers read the question and hand it to [`crate::insights`], which answers pages with the same.

mod cells;
pub mod contrast;
pub mod conversion;
pub mod elements;
pub mod forecast;
pub mod funnel;
pub mod hypotheses;
mod params;
pub mod recommendations;
pub mod revenue;
pub mod scores;
pub mod time_to_payment;
pub mod weeks;

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
        .routes(routes!(conversion::show))
        .routes(routes!(revenue::show))
        .routes(routes!(time_to_payment::show))
        .routes(routes!(elements::show))
        .routes(routes!(hypotheses::show))
        .routes(routes!(funnel::show))
        .routes(routes!(contrast::show))
        .routes(routes!(scores::show))
        .routes(routes!(forecast::show))
        .routes(routes!(weeks::show))
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
