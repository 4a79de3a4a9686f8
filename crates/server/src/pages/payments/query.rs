//! What the address of the ledger, or of the inbox, asks for.

use super::{LEDGER, UNMATCHED};
use crate::api::Problem;
use crate::api::query::{Page, Params};
use crate::app::App;
use crate::pages::inbox::Asked;
use crate::payments::{self as book, Wanted};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::payment_list::Place;

/// What the form has.
const NAMES: [&str; 9] = ["q", "status", "currency", "method", "matched", "from", "to", "linked", "unlinked"];

/// Filters and page.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// Which page this is.
    pub(super) path: &'static str,
    /// As written.
    pub(super) asked: Asked,
    /// As read, always of one mode.
    pub(super) wanted: Wanted,
    /// Rows of a page.
    pub(super) limit: i64,
    /// The last row of the page before.
    pub(super) after: Option<Place>,
}

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = if parts.uri.path() == UNMATCHED { UNMATCHED } else { LEDGER };
        let mut params = Params::from_request_parts(parts, app).await?;
        let mut wanted = book::wanted(&mut params);
        let asked = Asked::read(app, &mut params, &NAMES);
        let Page { limit, after } = params.page(|after| Place::parse(after).is_some())?;
        wanted.filter.livemode = Some(asked.livemode());
        if path == UNMATCHED {
            wanted.filter.matched = Some(false);
        }
        Ok(Self { path, asked, wanted, limit, after: after.as_deref().and_then(Place::parse) })
    }
}

impl Query {
    /// Live or test.
    pub(super) fn livemode(&self) -> bool {
        self.asked.livemode()
    }
}
