//! `GET /events`: the inbox of events (SPEC D6): what came, what became of it, and what to do with what failed.

mod csv;
mod list;
mod pretty;
mod query;
mod replay;
mod row;
mod show;

use super::inbox::{Asked, Tab};
use crate::pages::listed::Listed;

/// The list.
const EVENTS: &str = "/events";
/// Replaying many.
const REPLAY: &str = "/events/replay";

/// Every page about events.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get(EVENTS, list::page)
        .get("/events.csv", csv::file)
        .get(REPLAY, replay::confirm)
        .post(REPLAY, replay::submit)
        .get("/events/replays/{id}", replay::outcome)
        .get("/events/{id}", show::page)
        .get("/events/{id}/payload", show::payload)
        .post("/events/{id}/replay", show::replay)
        .post("/events/{id}/ignore", show::ignore)
}

/// The two views of what Stripe told.
pub(super) fn tabs(asked: &Asked, path: &str) -> Vec<Tab> {
    let mode = Asked::mode(asked.livemode());
    let tab = |words, to: &str| Tab { words, href: mode.href(to), current: to == path, count: None };
    vec![tab("Events", EVENTS), tab("Comparisons with Stripe", super::reconciliations::RECONCILIATIONS)]
}
