//! Conversion as rows of a file.

use super::cells::{InCsv, bounds, count, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Conversion;
use axum::response::Response;

impl InCsv for Conversion {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "label",
            "n",
            "open",
            "paid",
            "refunded",
            "closed",
            "matured",
            "rate",
            "low",
            "high",
            "lift",
            "lift_low",
            "lift_high",
            "q",
            "verdict",
            "needed",
            "method",
            "state",
            "as_of",
        ];
        let rows = self.groups.iter().map(|group| {
            let ([low, high], [lift_low, lift_high]) = (bounds(group.interval), bounds(group.lift_interval));
            [
                group.key.clone(),
                group.label.clone(),
                count(group.n),
                count(group.open),
                count(group.paid),
                count(group.refunded),
                count(group.closed),
                count(group.matured),
                number(group.rate),
                low,
                high,
                number(group.lift),
                lift_low,
                lift_high,
                number(group.q),
                group.verdict.to_owned(),
                count(group.needed),
                group.method.to_owned(),
                group.state.to_owned(),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("conversion", columns, rows)
    }
}
