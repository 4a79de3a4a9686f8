//! Hypotheses as rows of a file.

use super::cells::{InCsv, bounds, count, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Hypotheses;
use axum::response::Response;

impl InCsv for Hypotheses {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "label",
            "n",
            "paid",
            "rate",
            "low",
            "high",
            "standing",
            "effectiveness",
            "predicted",
            "observed",
            "brier",
            "skill",
            "in_time",
            "as_of",
        ];
        let rows = self.groups.iter().map(|group| {
            let [low, high] = bounds(group.conversion.interval);
            let accuracy = group.accuracy.as_ref();
            [
                group.conversion.key.clone(),
                group.conversion.label.clone(),
                count(group.conversion.n),
                count(group.conversion.paid),
                number(group.conversion.rate),
                low,
                high,
                group.standing.to_owned(),
                number(group.effectiveness),
                number(accuracy.map(|accuracy| accuracy.predicted)),
                number(accuracy.and_then(|accuracy| accuracy.observed.value)),
                number(accuracy.map(|accuracy| accuracy.brier)),
                number(accuracy.and_then(|accuracy| accuracy.skill)),
                number(group.in_time.as_ref().and_then(|in_time| in_time.value)),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("hypotheses", columns, rows)
    }
}
