//! Which journeys a question is about.

use super::CurrencyCode;
use super::columns::{Columns, GONE, LIVE, NONE, STANDING};

/// All conditions must hold; `None` is no condition. Names that do not exist match nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Live or test money; never both.
    pub livemode: bool,
    /// Started at or after, Unix seconds.
    pub from_s: Option<u32>,
    /// Started before, Unix seconds.
    pub until_s: Option<u32>,
    /// Priced or paid in.
    pub currency: Option<CurrencyCode>,
    /// Content id.
    pub content: Option<String>,
    /// Content version id.
    pub version: Option<String>,
    /// Hypothesis id.
    pub hypothesis: Option<String>,
    /// Hypothesis category.
    pub category: Option<String>,
    /// `key=value` of the client.
    pub segment: Option<String>,
    /// `key=value` of the version.
    pub element: Option<String>,
    /// All but the journey with this id.
    pub without: Option<u128>,
}

/// A filter in the columns' numbers.
pub(crate) struct Sieve<'a> {
    columns: &'a Columns,
    from_s: u32,
    until_s: u32,
    live: u8,
    currency: Option<u8>,
    versions: Option<Vec<bool>>,
    hypotheses: Option<Vec<bool>>,
    segments: Option<Vec<bool>>,
    patterns: Option<Vec<bool>>,
    without: Option<usize>,
}

impl Filter {
    pub(crate) fn sieve<'a>(&self, columns: &'a Columns, as_of_s: u32) -> Sieve<'a> {
        let currency =
            self.currency.map(|code| columns.currencies.find(&code).map_or(u8::MAX - 1, |n| n as u8));
        Sieve {
            columns,
            from_s: self.from_s.unwrap_or(0),
            until_s: self.until_s.unwrap_or(u32::MAX).min(as_of_s.saturating_add(1)),
            live: if self.livemode { LIVE } else { 0 },
            currency,
            without: self.without.and_then(|id| columns.row(id)).map(|row| row as usize),
            versions: self.versions(columns),
            hypotheses: self.hypotheses(columns),
            segments: self.segment.as_ref().map(|word| {
                let number = columns.segment_words.find(word.as_str());
                columns.segment_sets.iter().map(|set| number.is_some_and(|n| set.contains(&n))).collect()
            }),
            patterns: self.element.as_ref().map(|word| {
                let number = columns.elements.find(word.as_str()).map(|n| n as u16);
                columns.patterns.iter().map(|set| number.is_some_and(|n| set.contains(&n))).collect()
            }),
        }
    }

    fn versions(&self, columns: &Columns) -> Option<Vec<bool>> {
        if self.content.is_none() && self.version.is_none() {
            return None;
        }
        let content = self.content.as_ref().map(|key| columns.contents.find(key.as_str()));
        let version = self.version.as_ref().map(|key| columns.versions.find(key.as_str()));
        let wanted = |(number, of): (usize, &u32)| {
            content.is_none_or(|wanted| wanted == Some(*of))
                && version.is_none_or(|v| v == Some(number as u32))
        };
        Some(columns.version_content.iter().enumerate().map(wanted).collect())
    }

    fn hypotheses(&self, columns: &Columns) -> Option<Vec<bool>> {
        if self.hypothesis.is_none() && self.category.is_none() {
            return None;
        }
        let category = self.category.as_ref().map(|key| columns.categories.find(key.as_str()));
        let hypothesis = self.hypothesis.as_ref().map(|key| columns.hypotheses.find(key.as_str()));
        let rows = columns.hypothesis_rows.iter().enumerate();
        let wanted = rows.map(|(number, row)| {
            category.is_none_or(|wanted| wanted == Some(row.category))
                && hypothesis.is_none_or(|h| h == Some(number as u32))
        });
        Some(wanted.collect())
    }
}

impl Sieve<'_> {
    /// Whether the row in place `at` passes.
    pub(crate) fn passes(&self, at: usize) -> bool {
        let columns = self.columns;
        let (start_s, status) = (columns.start_s[at], columns.status[at]);
        let listed = |wanted: &Option<Vec<bool>>, number: u32| {
            wanted.as_ref().is_none_or(|list| number != NONE && list[number as usize])
        };
        start_s >= self.from_s
            && start_s < self.until_s
            && status & LIVE == self.live
            && status & STANDING != GONE
            && self.currency.is_none_or(|wanted| columns.currency[at] == wanted)
            && listed(&self.versions, columns.version[at])
            && listed(&self.hypotheses, columns.hypothesis[at])
            && listed(&self.segments, columns.segments[at])
            && listed(&self.patterns, columns.pattern[at])
            && self.without != Some(at)
    }
}
