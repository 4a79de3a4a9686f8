//! The seller's pages, and in [`client`] those of the client: rendered on the server, readable without script. The
//! seller's change by themselves with it.
//!
//! Pages call the same functions as the API and never hold a rule of their own about money or outcomes.

mod assets;
mod attempts;
mod client;
mod clients;
mod contents;
mod errors;
mod events;
mod fields;
mod headers;
mod hypothesis_field;
mod inbox;
mod intelligence;
mod journey;
mod journeys;
mod layout;
mod list;
mod money_field;
mod payments;
mod peer;
mod reconciliations;
mod sign_in;
pub(crate) mod words;

pub use errors::as_html;

use crate::api::problem;
use crate::app::App;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use std::sync::Arc;

/// Bytes of a form at most; the longest field is a token.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// All pages, and the files they load.
pub fn router(app: &App) -> Router<App> {
    // Forms with many ids.
    let marks = Router::new()
        .route("/journeys/mark", post(journeys::mark))
        .route("/journeys/marks/{id}/undo", post(journeys::undo))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(journeys::BULK_BYTES_MAX));
    let pages = Router::new()
        .merge(journeys())
        .merge(contents::router())
        .merge(clients::router())
        .route("/", get(journeys::page))
        .route("/live", get(journeys::stream))
        .route(intelligence::PATH, get(intelligence::page))
        .route("/intelligence/live", get(intelligence::stream))
        .route("/intelligence/{part}", get(intelligence::part))
        .route("/journeys.csv", get(journeys::csv_file))
        .route("/journeys/views", post(journeys::save_view))
        .route("/journeys/views/{id}/delete", post(journeys::delete_view))
        .merge(payments::routes())
        .merge(events::routes())
        .merge(reconciliations::routes())
        .route("/sign-in", get(sign_in::form).post(sign_in::submit))
        .route("/sign-out", post(sign_in::out))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(Extension(Arc::new(attempts::Attempts::default())))
        .layer(Extension(Arc::new(journeys::Streams::default())))
        .layer(Extension(Arc::new(intelligence::Streams::default())))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .merge(marks)
        .layer(map_response(headers::protect));
    pages.route("/assets/{name}", get(assets::file)).merge(client::router(app))
}

/// Pages about one journey; their forms carry whole texts.
fn journeys() -> Router<App> {
    Router::new()
        .route("/journeys/new", get(journey::new).post(journey::start))
        .route("/journeys/{id}/made", get(journey::made))
        .route("/journeys/{id}/content", get(journey::copy_form).post(journey::copy))
        .route("/journeys/{id}", get(journey::first))
        .route("/journeys/{id}/{tab}", get(journey::named).post(journey::submit))
        .layer(DefaultBodyLimit::max(contents::FORM_BYTES_MAX))
}
