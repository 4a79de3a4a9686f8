//! The client's pages: a private link, four steps, a pay button. Readable and payable without script.
//!
//! They know one journey and show nothing of any other, and no word of the seller's side. Where the client stands is
//! computed by [`standing`]; everything else puts that into words and figures.

mod agree;
mod bots;
mod guard;
mod headers;
mod limits;
mod locale;
mod page;
mod pay;
pub(super) mod refusal;
mod seen;
mod standing;
mod step;
mod steps;
mod visit;
mod words;

pub(super) use page::sample;

use crate::api::problem;
use crate::app::App;
use crate::pages::listed::Listed;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use std::sync::Arc;

/// Where they are.
pub(super) const PREFIX: &str = "/j/";
/// Bytes of a form at most; the longest field is a hash.
const FORM_BYTES_MAX: usize = 4 * 1024;

/// All of them.
pub(super) fn listed() -> Listed {
    Listed::new()
        .get("/j/{token}", steps::due)
        .get("/j/{token}/", steps::to_due)
        .get("/j/{token}/agreement", steps::agreement)
        .post("/j/{token}/agreement", agree::accept)
        .get("/j/{token}/pay", steps::to_due)
        .post("/j/{token}/pay", pay::press)
        .post("/j/{token}/seen", seen::note)
        .get("/j/{token}/{step}", steps::named)
}

/// With what protects them.
pub(super) fn router(app: &App) -> Router<App> {
    listed()
        .router()
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn_with_state(app.clone(), limits::slow_down))
        .layer(Extension(Arc::new(limits::Limits::new(&app.context.clock))))
        .layer(from_fn_with_state(app.clone(), headers::protect))
}
