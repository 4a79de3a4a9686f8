//! The funnel as rows of a file.

use super::cells::{InCsv, count, figure, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Funnel;
use axum::response::Response;

impl InCsv for Funnel {
    fn in_csv(&self) -> Result<Response> {
        let columns =
            ["key", "label", "reached", "of_all", "low", "high", "of_previous", "median_seconds", "as_of"];
        let rows = self.steps.iter().map(|step| {
            let [of_all, low, high] = figure(&step.of_all);
            [
                step.key.to_owned(),
                step.label.to_owned(),
                count(step.reached),
                of_all,
                low,
                high,
                number(step.of_previous.value),
                number(step.median_seconds),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("funnel", columns, rows)
    }
}
