//! Which journeys a list has: as arguments of its statements, and for a journey that is loaded.

use crate::args::{Value, args};
use crate::journeys::JourneyLine;
use crate::{entries, words};

/// Which journeys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JourneyFilter {
    /// One outcome.
    pub outcome: Option<String>,
    /// One payment status.
    pub payment_status: Option<String>,
    /// One mode; both when absent.
    pub livemode: Option<bool>,
    /// One content, whatever the version.
    pub content_id: Option<String>,
    /// Category of the journey's hypothesis.
    pub category: Option<String>,
    /// (key, value) of an attribute of its client.
    pub segment: Option<(String, String)>,
    /// Started at this time or later, Unix ms.
    pub from_ms: Option<i64>,
    /// Started before this time, Unix ms.
    pub before_ms: Option<i64>,
    /// Words that begin words of the client's name, address or company; or the journey's id.
    pub q: Option<String>,
}

impl JourneyFilter {
    pub(super) fn pair(&self) -> Option<String> {
        self.segment.as_ref().map(|(key, value)| entries::pair(key, value))
    }

    /// First and last start.
    pub(super) fn range(&self) -> (i64, i64) {
        let last = self.before_ms.map_or(i64::MAX, |before| before.saturating_sub(1));
        (self.from_ms.unwrap_or(i64::MIN), last)
    }

    /// $7 to $15.
    pub(super) fn residuals(&self, words: &[String]) -> Vec<Value> {
        let word = |n: usize| words.get(n).map(|word| format!("% {word}%"));
        args![
            &self.outcome,
            &self.payment_status,
            &self.content_id,
            &self.category,
            self.pair(),
            word(0),
            word(1),
            word(2),
            word(3)
        ]
    }
}

/// Does a journey that is loaded already belong to the list? The same answer as [`list`] gives; `attributes` are its
/// client's, looked at when a segment is asked for.
pub fn fits(filter: &JourneyFilter, line: &JourneyLine) -> bool {
    let JourneyFilter { outcome, payment_status, livemode, content_id, category, segment, .. } = filter;
    let journey = &line.journey;
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    let (first_ms, last_ms) = filter.range();
    let texts = [&line.client_name, &line.client_email, line.client_company.as_deref().unwrap_or_default()];
    is(outcome, journey.judgement.outcome.as_str())
        && is(payment_status, journey.judgement.payment_status.as_str())
        && is(content_id, &line.content_id)
        && is(category, &line.category)
        && livemode.is_none_or(|livemode| livemode == journey.livemode)
        && (first_ms..=last_ms).contains(&journey.started_at_ms)
        && segment.as_ref().is_none_or(|(key, value)| line.client_attributes.get(key) == Some(value))
        && filter.q.as_deref().is_none_or(|q| q == journey.id || words::finds(q, &texts))
}
