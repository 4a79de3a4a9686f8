//! The HTTP API of SPEC section 8. One file per noun; every route is registered together with its OpenAPI text, so
//! none can be left undocumented.

pub mod access;
pub mod audit;
pub mod bulk;
pub mod checkout;
pub mod client_file;
pub mod clients;
pub mod contents;
pub mod event_replays;
pub mod events;
pub mod form;
pub mod health;
pub mod hypotheses;
pub mod imports;
pub mod insights;
pub mod journey_analysis;
pub mod journey_content;
pub mod journey_list;
pub mod journeys;
pub mod live;
pub mod notes;
pub mod outcomes;
pub mod own_page;
pub mod path;
pub mod payments;
pub mod people;
pub mod problem;
pub mod query;
pub mod reconciliations;
pub mod reviews;
pub mod saved_views;
pub mod sessions;
pub mod thresholds;
pub mod tokens;
pub mod unique;
pub mod versions;
pub mod visits;
pub mod webhook;
pub mod withdrawals;

pub use problem::{Problem, Result};

use crate::app::App;
use axum::Router;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Head of `/openapi.json`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "whypaid",
        description = "Why clients pay. Send `Authorization: Bearer <token>`; make one with `whypaid token create`. \
            Errors are RFC 9457 problems with a `code` that never changes. Lists take `limit` (1 to 200) and `after`, \
            and answer `items` and `next`. Times are RFC 3339 UTC with milliseconds; amounts are Stripe minor units."
    ),
    servers((url = "/"))
)]
struct Docs;

/// Every route of the API, with its documentation.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Docs::openapi())
        .routes(routes!(webhook::receive))
        .routes(routes!(clients::list, clients::create))
        .routes(routes!(clients::show, clients::update))
        .merge(imports::routes())
        .routes(routes!(contents::list, contents::create))
        .routes(routes!(contents::versions, contents::create_version))
        .routes(routes!(versions::compare))
        .routes(routes!(versions::rollback))
        .routes(routes!(versions::show))
        .routes(routes!(hypotheses::show))
        .routes(routes!(journey_list::list, journeys::create))
        .routes(routes!(journeys::show))
        .routes(routes!(journeys::history))
        .routes(routes!(journey_analysis::show))
        .routes(routes!(journey_content::copy))
        .routes(routes!(journey_content::set))
        .routes(routes!(withdrawals::withdraw, withdrawals::restore))
        .routes(routes!(visits::views))
        .routes(routes!(visits::agreements))
        .routes(routes!(checkout::open))
        .routes(routes!(outcomes::mark))
        .routes(routes!(bulk::mark))
        .routes(routes!(bulk::undo))
        .routes(routes!(outcomes::pin, outcomes::release))
        .routes(routes!(saved_views::list, saved_views::create))
        .routes(routes!(saved_views::delete))
        .routes(routes!(reviews::show, reviews::save))
        .routes(routes!(notes::list, notes::create))
        .routes(routes!(notes::show, notes::update, notes::remove))
        .routes(routes!(payments::list))
        .routes(routes!(payments::link, payments::unlink))
        .routes(routes!(events::list))
        .routes(routes!(events::show))
        .routes(routes!(events::replay))
        .routes(routes!(events::ignore))
        .routes(routes!(event_replays::create))
        .routes(routes!(event_replays::show))
        .routes(routes!(reconciliations::list, reconciliations::create))
        .routes(routes!(reconciliations::show))
        .merge(insights::routes())
        .routes(routes!(thresholds::show, thresholds::save))
        .routes(routes!(people::list, people::create))
        .routes(routes!(people::show, people::change))
        .routes(routes!(people::invite))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(audit::list))
        .routes(routes!(live::stream))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// The API as a router, and `/openapi.json` about it.
pub fn router() -> Router<App> {
    let (router, docs) = routes().split_for_parts();
    let docs = docs.to_json().unwrap_or_default();
    let openapi = move || {
        let docs = docs.clone();
        async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], docs) }
    };
    router.route("/openapi.json", get(openapi)).method_not_allowed_fallback(problem::method_not_allowed)
}
