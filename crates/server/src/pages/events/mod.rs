//! `GET /events`: the inbox of events (SPEC D6): what came, what became of it, and what to do with what failed.

mod csv;
mod list;
mod pretty;
mod query;
mod replay;
mod row;
mod show;

use super::inbox::{Asked, Tab};
use crate::app::App;
use axum::Router;
use axum::routing::{get, post};

/// The list.
const EVENTS: &str = "/events";
/// Replaying many.
const REPLAY: &str = "/events/replay";

/// Every page about events.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(EVENTS, get(list::page))
        .route("/events.csv", get(csv::file))
        .route(REPLAY, get(replay::confirm).post(replay::submit))
        .route("/events/replays/{id}", get(replay::outcome))
        .route("/events/{id}", get(show::page))
        .route("/events/{id}/payload", get(show::payload))
        .route("/events/{id}/replay", post(show::replay))
        .route("/events/{id}/ignore", post(show::ignore))
}

/// The two views of what Stripe told.
pub(super) fn tabs(asked: &Asked, path: &str) -> Vec<Tab> {
    let mode = Asked::mode(asked.livemode());
    let tab = |words, to: &str| Tab { words, href: mode.href(to), current: to == path, count: None };
    vec![tab("Events", EVENTS), tab("Comparisons with Stripe", super::reconciliations::RECONCILIATIONS)]
}
