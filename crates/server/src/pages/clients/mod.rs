//! Clients: one of them, and many from a file.

mod import;
mod show;

use crate::app::App;
use crate::import::FILE_BYTES_MAX;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

/// Both.
pub(super) fn router() -> Router<App> {
    let import = Router::new()
        .route("/clients/import", get(import::form).post(import::submit))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX));
    Router::new().route("/clients/{id}", get(show::page)).merge(import)
}
