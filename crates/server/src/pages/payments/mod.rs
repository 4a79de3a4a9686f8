//! `GET /payments`: the ledger (SPEC D5), with its sums; the inbox of those that nobody could be found for; one payment,
//! and linking it by hand.

mod csv;
mod list;
mod query;
mod row;
mod show;
mod unmatched;

use super::inbox::Tab;
use crate::app::App;
use axum::Router;
use axum::routing::{get, post};
use query::Query;

/// The ledger.
const LEDGER: &str = "/payments";
/// What waits for a person.
const UNMATCHED: &str = "/payments/unmatched";

/// Every page about payments.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(LEDGER, get(list::page))
        .route("/payments.csv", get(csv::file))
        .route(UNMATCHED, get(unmatched::page))
        .route("/payments/{id}", get(show::page))
        .route("/payments/{id}/link", post(show::link))
        .route("/payments/{id}/unlink", post(show::unlink))
}

/// The two views, with what waits in the second.
fn tabs(query: &Query, unmatched: i64) -> Vec<Tab> {
    let mode = query.asked.unfiltered();
    let tab =
        |words, path: &str, count| Tab { words, href: mode.href(path), current: query.path == path, count };
    vec![tab("All payments", LEDGER, None), tab("Unmatched", UNMATCHED, Some(unmatched))]
}
