//! `GET /payments`: the ledger (SPEC D5), with its sums; the inbox of those that nobody could be found for; one payment,
//! and linking it by hand.

mod csv;
mod list;
mod query;
mod row;
mod show;
mod unmatched;

use super::inbox::Tab;
use crate::pages::listed::Listed;
use query::Query;

/// The ledger.
const LEDGER: &str = "/payments";
/// What waits for a person.
const UNMATCHED: &str = "/payments/unmatched";

/// Every page about payments.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get(LEDGER, list::page)
        .get("/payments.csv", csv::file)
        .get(UNMATCHED, unmatched::page)
        .get("/payments/{id}", show::page)
        .post("/payments/{id}/link", show::link)
        .post("/payments/{id}/unlink", show::unlink)
}

/// The two views, with what waits in the second.
fn tabs(query: &Query, unmatched: i64) -> Vec<Tab> {
    let mode = query.asked.unfiltered();
    let tab =
        |words, path: &str, count| Tab { words, href: mode.href(path), current: query.path == path, count };
    vec![tab("All payments", LEDGER, None), tab("Unmatched", UNMATCHED, Some(unmatched))]
}
