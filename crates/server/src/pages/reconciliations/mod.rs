//! `GET /reconciliations`: comparisons with Stripe (SPEC D7, H12), each with what differs, and starting one.

mod csv;
mod list;
mod show;
mod view;

use crate::pages::listed::Listed;

/// The list.
pub(super) const RECONCILIATIONS: &str = "/reconciliations";

/// Every page about them.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get(RECONCILIATIONS, list::page)
        .post(RECONCILIATIONS, list::start)
        .get("/reconciliations.csv", csv::runs)
        .get("/reconciliations/{id}", show::page)
        .get("/reconciliations/{id}/differences.csv", csv::differences)
}
