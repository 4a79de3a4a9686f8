//! What the address of the list asks for. Filters, mode and page are all in it, so that a list can be sent as a link.

use crate::api::Problem;
use crate::api::journeys::filter;
use crate::api::query::{Page, Params};
use crate::app::App;
use crate::ids::IdKind;
use crate::pages::href::with_query;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::journeys::JourneyFilter;

/// Filters and page. The mode is always set: pages show one at a time (SPEC H13).
#[derive(Clone, Debug)]
pub(in crate::pages) struct Query {
    /// Which journeys.
    pub(super) filter: JourneyFilter,
    /// Rows of a page.
    pub(super) limit: i64,
    /// The last row of the page before.
    pub(super) after: Option<String>,
    /// As asked for, when it was.
    limit_asked: Option<String>,
}

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let mut params = Params::from_request_parts(parts, app).await?;
        let mut filter = filter(&mut params);
        filter.livemode = Some(filter.livemode.unwrap_or_else(|| app.config.livemode()));
        let limit_asked = params.text("limit");
        let Page { limit, after } = params.page(|after| IdKind::Journey.fits(after))?;
        Ok(Self { filter, limit, after, limit_asked })
    }
}

impl Query {
    /// Live or test.
    pub(super) fn livemode(&self) -> bool {
        self.filter.livemode.unwrap_or(false)
    }

    /// True when more than the mode is asked for.
    pub(super) fn is_filtered(&self) -> bool {
        let JourneyFilter { outcome, payment_status, livemode: _, q } = &self.filter;
        outcome.is_some() || payment_status.is_some() || q.is_some()
    }

    /// The same list from the row after `after`.
    pub(super) fn after(&self, after: Option<String>) -> Self {
        Self { after, ..self.clone() }
    }

    /// The same filters in one mode, from its first page.
    pub(super) fn in_mode(&self, livemode: bool) -> Self {
        let filter = JourneyFilter { livemode: Some(livemode), ..self.filter.clone() };
        Self { filter, ..self.after(None) }
    }

    /// Everything of this mode.
    pub(super) fn unfiltered(&self) -> Self {
        let filter = JourneyFilter { livemode: self.filter.livemode, ..JourneyFilter::default() };
        Self { filter, ..self.after(None) }
    }

    /// As an address under `path`.
    pub(super) fn href(&self, path: &str) -> String {
        let mode = self.livemode().to_string();
        let JourneyFilter { outcome, payment_status, livemode: _, q } = &self.filter;
        let rest = [
            ("outcome", outcome),
            ("payment_status", payment_status),
            ("q", q),
            ("limit", &self.limit_asked),
            ("after", &self.after),
        ];
        let pairs = rest.into_iter().map(|(name, value)| (name, value.as_deref()));
        with_query(&format!("{path}?livemode={mode}"), pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_all_that_was_asked_for() {
        let query = Query {
            filter: JourneyFilter {
                outcome: Some("paid".to_owned()),
                livemode: Some(true),
                q: Some("Zoë & co".to_owned()),
                ..JourneyFilter::default()
            },
            limit: 50,
            after: Some("jrn_1".to_owned()),
            limit_asked: None,
        };
        assert_eq!(query.href("/"), "/?livemode=true&outcome=paid&q=Zo%C3%AB%20%26%20co&after=jrn_1");
        assert_eq!(query.in_mode(false).href("/"), "/?livemode=false&outcome=paid&q=Zo%C3%AB%20%26%20co");
        assert_eq!(query.unfiltered().href("/live"), "/live?livemode=true");
        assert!(query.is_filtered() && !query.unfiltered().is_filtered());
    }
}
