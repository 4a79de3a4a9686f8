//! The forecast as rows of a file.

use super::cells::{InCsv, bounds, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Forecast;
use axum::response::Response;

impl InCsv for Forecast {
    fn in_csv(&self) -> Result<Response> {
        let columns = ["days", "currency", "mean_minor", "median_minor", "low", "high", "method", "as_of"];
        let rows = self.windows.iter().map(|window| {
            let [low, high] = bounds(window.interval);
            [
                window.days.to_string(),
                self.currency.clone(),
                number(window.mean_minor),
                number(window.median_minor),
                low,
                high,
                self.method.unwrap_or_default().to_owned(),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("forecast", columns, rows)
    }
}
