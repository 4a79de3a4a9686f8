//! Time to refund as rows of a file.

use super::cells::{InCsv, count, figure, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Returns;
use axum::response::Response;

impl InCsv for Returns {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "label",
            "n",
            "returned",
            "unknown",
            "within_30_days",
            "low_30",
            "high_30",
            "within_90_days",
            "low_90",
            "high_90",
            "median_days",
            "state",
            "needed",
            "as_of",
        ];
        let rows = self.groups.iter().map(|group| {
            let [soon, low_soon, high_soon] = figure(&group.within_30_days);
            let [late, low_late, high_late] = figure(&group.within_90_days);
            [
                group.key.clone(),
                group.label.clone(),
                count(group.n),
                count(group.returned),
                count(group.unknown),
                soon,
                low_soon,
                high_soon,
                late,
                low_late,
                high_late,
                number(group.median_days.value),
                group.state.to_owned(),
                count(group.needed),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("time-to-refund", columns, rows)
    }
}
