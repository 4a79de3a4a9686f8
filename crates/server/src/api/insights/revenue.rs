//! Revenue as rows of a file.

use super::cells::{InCsv, count, figure, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Revenue;
use axum::response::Response;

impl InCsv for Revenue {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "label",
            "currency",
            "n",
            "with_money",
            "net_minor",
            "per_journey",
            "low",
            "high",
            "average_order",
            "capped",
            "driven_by",
            "refund_rate",
            "loss_rate",
            "as_of",
        ];
        let earned =
            self.groups.iter().flat_map(|group| group.earned.iter().map(move |earned| (group, earned)));
        let rows = earned.map(|(group, earned)| {
            let [per_journey, low, high] = figure(&earned.per_journey);
            [
                group.key.clone(),
                group.label.clone(),
                earned.currency.clone(),
                count(group.n),
                count(group.with_money),
                earned.net_minor.to_string(),
                per_journey,
                low,
                high,
                number(earned.average_order.value),
                number(earned.capped.value),
                count(earned.driven_by),
                number(group.refund_rate.value),
                number(group.loss_rate.value),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("revenue", columns, rows)
    }
}
