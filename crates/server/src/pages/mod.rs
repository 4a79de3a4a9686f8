//! The seller's pages, and in [`client`] those of the client: rendered on the server, readable without script. The
//! seller's change by themselves with it.
//!
//! Pages call the same functions as the API and never hold a rule of their own about money or outcomes.

mod assets;
mod client;
mod clients;
mod contents;
mod cookies;
mod errors;
mod events;
mod field;
mod fields;
mod headers;
mod href;
mod hypothesis_field;
mod inbox;
mod intelligence;
mod journey;
mod journeys;
mod layout;
mod list;
mod listed;
mod money_field;
mod payments;
mod reconciliations;
mod sent;
mod set_up;
mod settings;
mod sign_in;
mod streams;
mod welcome;
pub(crate) mod words;

pub use errors::as_html;

use crate::api::problem;
use crate::app::App;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::{Extension, Router};
use listed::Listed;
use std::sync::Arc;

/// Bytes of a form at most.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// The seller's.
fn seller() -> Listed {
    Listed::new()
        .get("/sign-in", sign_in::form)
        .post("/sign-in", sign_in::submit)
        .post("/sign-out", sign_in::out)
        .get("/set-up", set_up::form)
        .post("/set-up", set_up::submit)
        .get("/welcome/{secret}", welcome::form)
        .post("/welcome/{secret}", welcome::submit)
        .merge(journeys::routes())
        .merge(journey::routes())
        .merge(intelligence::routes())
        .merge(contents::routes())
        .merge(clients::routes())
        .merge(payments::routes())
        .merge(events::routes())
        .merge(reconciliations::routes())
        .merge(settings::routes())
}

fn files() -> Listed {
    Listed::new().get("/assets/{name}", assets::file)
}

/// (method, path) of every page, for whoever checks that each asks who may see it.
pub fn routes() -> Vec<(&'static str, &'static str)> {
    seller().merge(files()).merge(client::listed()).routes()
}

/// All pages, and the files they load.
pub fn router(app: &App) -> Router<App> {
    let pages = seller()
        .router()
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(Extension(Arc::new(journeys::Streams::default())))
        .layer(Extension(Arc::new(intelligence::Streams::default())))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(map_response(headers::protect));
    pages.merge(files().router().layer(map_response(assets::protect))).merge(client::router(app))
}
