//! What the address of the list asks for. Filters, order, mode and page are all in it, so that a list can be sent as a link.

use crate::api::Problem;
use crate::api::journey_list::{Asked, Place};
use crate::api::query::Params;
use crate::app::App;
use crate::pages::href::with_query;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::lists::{JourneyFilter, Key, Sort};

/// Filters, order and page. The mode is always set: pages show one at a time (SPEC H13).
#[derive(Clone, Debug)]
pub(in crate::pages) struct Query {
    /// As the API reads it.
    pub(super) asked: Asked,
    /// Days as they were asked for.
    pub(super) days: [Option<String>; 2],
    /// Rows of a page as asked for, when they were.
    limit: Option<String>,
}

impl FromRequestParts<App> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Self::read(Params::from_request_parts(parts, app).await?, app)
    }
}

impl Query {
    /// Reads the parameters.
    pub(super) fn read(params: Params, app: &App) -> Result<Self, Problem> {
        let days = [params.text("from"), params.text("to")];
        let limit = params.text("limit");
        let mut asked = Asked::read(params)?;
        let livemode = asked.filter.livemode.unwrap_or_else(|| app.config.livemode());
        asked.filter.livemode = Some(livemode);
        Ok(Self { asked, days, limit })
    }

    pub(super) fn filter(&self) -> &JourneyFilter {
        &self.asked.filter
    }

    /// Live or test.
    pub(super) fn livemode(&self) -> bool {
        self.filter().livemode.unwrap_or(false)
    }

    /// True when more than the mode is asked for.
    pub(super) fn is_filtered(&self) -> bool {
        let all = JourneyFilter { livemode: self.filter().livemode, ..JourneyFilter::default() };
        *self.filter() != all
    }

    /// The same list from another place on.
    pub(super) fn at(&self, from: Place) -> Self {
        Self { asked: Asked { from, ..self.asked.clone() }, ..self.clone() }
    }

    /// From its first row.
    pub(super) fn first(&self) -> Self {
        self.at(Place::Start)
    }

    /// The page after this place.
    pub(super) fn after(&self, key: &Key) -> Self {
        self.at(Place::After(self.asked.cursor(key)))
    }

    /// The page before this place.
    pub(super) fn before(&self, key: &Key) -> Self {
        self.at(Place::Before(self.asked.cursor(key)))
    }

    /// The same filters in one mode, from its first page.
    pub(super) fn in_mode(&self, livemode: bool) -> Self {
        let mut query = self.first();
        query.asked.filter.livemode = Some(livemode);
        query
    }

    /// Everything of this mode, in this order.
    pub(super) fn unfiltered(&self) -> Self {
        let mut query = self.first();
        query.asked.filter = JourneyFilter { livemode: self.filter().livemode, ..JourneyFilter::default() };
        query.days = [None, None];
        query
    }

    /// As an address under `path`.
    pub(super) fn href(&self, path: &str) -> String {
        let mode = self.livemode().to_string();
        let (after, before) = match &self.asked.from {
            Place::Start => (None, None),
            Place::After(cursor) => (Some(cursor.as_str()), None),
            Place::Before(cursor) => (None, Some(cursor.as_str())),
        };
        let (segment, rest) = self.rest();
        let mut params = vec![("livemode", Some(mode.as_str()))];
        params.extend(rest);
        params.push(("segment", segment.as_deref()));
        params.extend([("limit", self.limit.as_deref()), ("after", after), ("before", before)]);
        with_query(path, params)
    }

    /// Filters and order alone, without `?`: what a saved view keeps.
    pub(super) fn kept(&self) -> String {
        let (segment, rest) = self.rest();
        let mut params = rest.to_vec();
        params.push(("segment", segment.as_deref()));
        with_query("", params).trim_start_matches('?').to_owned()
    }

    fn rest(&self) -> (Option<String>, [(&'static str, Option<&str>); 8]) {
        let JourneyFilter { outcome, payment_status, content_id, category, segment, q, .. } = self.filter();
        let sort = Some(self.asked.sort).filter(|sort| *sort != Sort::default()).map(Sort::as_str);
        let rest = [
            ("outcome", outcome.as_deref()),
            ("payment_status", payment_status.as_deref()),
            ("q", q.as_deref()),
            ("content", content_id.as_deref()),
            ("category", category.as_deref()),
            ("from", self.days[0].as_deref()),
            ("to", self.days[1].as_deref()),
            ("sort", sort),
        ];
        (segment.as_ref().map(|(key, value)| format!("{key}={value}")), rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_all_that_was_asked_for() {
        let filter = JourneyFilter {
            outcome: Some("paid".to_owned()),
            livemode: Some(true),
            segment: Some(("country".to_owned(), "DE".to_owned())),
            q: Some("Zoë & co".to_owned()),
            ..JourneyFilter::default()
        };
        let asked = Asked { filter, sort: Sort::Price, from: Place::After("jrn_1".to_owned()), limit: 50 };
        let query = Query { asked, days: [Some("2026-01-01".to_owned()), None], limit: None };
        let all = "outcome=paid&q=Zo%C3%AB%20%26%20co&from=2026-01-01&sort=price&segment=country%3DDE";
        assert_eq!(query.href("/"), format!("/?livemode=true&{all}&after=jrn_1"));
        assert_eq!(query.in_mode(false).href("/"), format!("/?livemode=false&{all}"));
        assert_eq!(query.kept(), all);
        assert_eq!(query.unfiltered().href("/live"), "/live?livemode=true&sort=price");
        assert!(query.is_filtered() && !query.unfiltered().is_filtered());
    }
}
