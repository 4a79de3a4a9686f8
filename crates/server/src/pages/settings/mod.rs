//! `/settings`: what concerns the server and the people who use it, not clients or money.

mod account;
mod audit;
mod frame;
mod people;
mod session;
mod steps;
mod thresholds;
mod tokens;

pub(super) use steps::Panel;

use super::listed::Listed;
use axum::response::Redirect;

/// Every page under it.
pub(super) fn routes() -> Listed {
    Listed::new()
        .get("/settings", first)
        .get("/settings/set-up", steps::page)
        .get("/settings/set-up/steps", steps::piece)
        .get("/settings/people", people::page)
        .post("/settings/people", people::create)
        .get("/settings/people.csv", people::file)
        .get("/settings/people/{id}", people::one)
        .post("/settings/people/{id}", people::change)
        .post("/settings/people/{id}/invitation", people::invite)
        .get("/settings/tokens", tokens::page)
        .post("/settings/tokens", tokens::create)
        .get("/settings/tokens.csv", tokens::file)
        .post("/settings/tokens/{id}/revoke", tokens::revoke)
        .get("/settings/thresholds", thresholds::page)
        .post("/settings/thresholds", thresholds::change)
        .get("/settings/account", account::page)
        .post("/settings/account/password", account::password)
        .post("/settings/account/email", account::email)
        .post("/settings/account/others", account::others)
        .post("/settings/sessions/{id}/end", session::end)
        .get("/settings/audit", audit::page)
        .get("/settings/audit.csv", audit::file)
}

async fn first() -> Redirect {
    Redirect::to("/settings/set-up")
}
