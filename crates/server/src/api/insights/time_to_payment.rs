//! Time to payment as rows of a file.

use super::cells::{InCsv, count, figure, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Timing;
use axum::response::Response;

impl InCsv for Timing {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "label",
            "n",
            "open",
            "paid",
            "median_days",
            "low",
            "high",
            "quartile_days",
            "ninth_decile_days",
            "median_days_of_payers",
            "as_of",
        ];
        let rows = self.groups.iter().map(|group| {
            let [median, low, high] = figure(&group.median);
            [
                group.key.clone(),
                group.label.clone(),
                count(group.n),
                count(group.open),
                count(group.paid),
                median,
                low,
                high,
                number(group.quartile.value),
                number(group.ninth_decile.value),
                number(group.median_of_payers.value),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("time-to-payment", columns, rows)
    }
}
