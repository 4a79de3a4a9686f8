//! `GET /reconciliations`: comparisons with Stripe (SPEC D7, H12), each with what differs, and starting one.

mod csv;
mod list;
mod show;
mod view;

use crate::app::App;
use axum::Router;
use axum::routing::get;

/// The list.
pub(super) const RECONCILIATIONS: &str = "/reconciliations";

/// Every page about them.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(RECONCILIATIONS, get(list::page).post(list::start))
        .route("/reconciliations.csv", get(csv::runs))
        .route("/reconciliations/{id}", get(show::page))
        .route("/reconciliations/{id}/differences.csv", get(csv::differences))
}
