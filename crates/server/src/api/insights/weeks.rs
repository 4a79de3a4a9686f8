//! Revenue by week as rows of a file.

use super::cells::InCsv;
use crate::api::problem::Result;
use crate::csv_file;
use crate::insights::answer::Weeks;
use axum::response::Response;

impl InCsv for Weeks {
    fn in_csv(&self) -> Result<Response> {
        let columns = ["from", "currency", "net_minor", "paid", "as_of"];
        let rows = self.weeks.iter().map(|week| {
            [
                week.from.clone(),
                self.currency.clone(),
                week.net_minor.to_string(),
                week.paid.to_string(),
                self.as_of.clone(),
            ]
        });
        csv_file::answer("revenue-by-week", columns, rows)
    }
}
