//! Contents: what clients read, its versions side by side, and new ones, each with its hypothesis (SPEC J3).

mod compare;
pub(super) mod editor;
mod list;
mod make;
mod preview;
mod show;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

/// Bytes of a form at most: four pages of 100 000 characters each, up to 12 bytes as forms spell them.
pub(super) const FORM_BYTES_MAX: usize = 5 * 1024 * 1024;

/// All of them.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/contents", get(list::page))
        .route("/contents/new", get(make::new).post(make::create))
        .route("/contents/{id}", get(show::page))
        .route("/contents/{id}/edit", get(make::edit).post(make::save))
        .route("/contents/{id}/rollback", get(make::rollback_form).post(make::rollback))
        .route("/contents/{id}/compare", get(compare::page))
        .route("/contents/{id}/versions/{version}", get(show::version))
        .route("/contents/{id}/versions/{version}/{step}", get(preview::page))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}
