//! Paid beside unpaid as rows of a file.

use super::cells::{InCsv, bounds, count, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Contrast;
use axum::response::Response;

impl InCsv for Contrast {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "paid_with",
            "paid",
            "unpaid_with",
            "unpaid",
            "difference",
            "low",
            "high",
            "q",
            "distinct",
            "as_of",
        ];
        let rows = self.elements.iter().map(|share| {
            let [low, high] = bounds(share.interval);
            [
                share.key.clone(),
                count(share.paid),
                count(self.paid),
                count(share.unpaid),
                count(self.unpaid),
                number(share.difference),
                low,
                high,
                number(share.q),
                share.distinct.to_string(),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("contrast", columns, rows)
    }
}
