//! Elements as rows of a file.

use super::cells::{InCsv, count, figure, number};
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Elements;
use axum::response::Response;

impl InCsv for Elements {
    fn in_csv(&self) -> Result<Response> {
        let columns = [
            "key",
            "merged",
            "n",
            "paid",
            "effect",
            "low",
            "high",
            "odds_ratio",
            "mantel_haenszel",
            "q",
            "verdict",
            "needed",
            "method",
            "as_of",
        ];
        let rows = self.groups.iter().map(|group| {
            let [effect, low, high] = figure(&group.effect);
            [
                group.key.clone(),
                group.merged.join(" + "),
                count(group.n),
                count(group.paid),
                effect,
                low,
                high,
                number(group.odds_ratio),
                number(group.mantel_haenszel),
                number(group.q),
                group.verdict.to_owned(),
                count(group.needed),
                self.method.to_owned(),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("elements", columns, rows)
    }
}
