//! What the address of the list of events asks for.

use crate::api::Problem;
use crate::api::query::{Page, Params, is_stripe_id};
use crate::app::App;
use crate::events::{self as inbox, Wanted};
use crate::pages::inbox::Asked;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// What the form has.
const NAMES: [&str; 5] = ["q", "status", "type", "from", "to"];

/// Filters and page.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// As written.
    pub(super) asked: Asked,
    /// As read, always of one mode.
    pub(super) wanted: Wanted,
    /// Rows of a page.
    pub(super) limit: i64,
    /// The last row of the page before.
    pub(super) after: Option<String>,
}

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Self::read(app, Params::from_request_parts(parts, app).await?)
    }
}

impl Query {
    /// From parameters.
    pub(super) fn read(app: &App, mut params: Params) -> Result<Self, Problem> {
        let mut wanted = inbox::wanted(&mut params);
        let asked = Asked::read(app, &mut params, &NAMES);
        let Page { limit, after } = params.page(is_stripe_id)?;
        wanted.filter.livemode = Some(asked.livemode());
        Ok(Self { asked, wanted, limit, after })
    }
}
