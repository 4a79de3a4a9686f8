//! One journey, read back from the columns.

use super::columns::{CLOSED, Columns, GONE, LIVE, NONE, PAID, REFUNDED, STANDING};
use super::{Hypothesis, Standing};

/// What the columns hold of one journey.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey<'a> {
    /// Live or test money.
    pub livemode: bool,
    /// Start, Unix seconds.
    pub start_s: u32,
    /// How it stands.
    pub standing: Standing,
    /// Content id.
    pub content: &'a str,
    /// Content version id.
    pub version: &'a str,
    /// Elements of the version, ascending.
    pub elements: Vec<&'a str>,
    /// Attributes of the client, ascending.
    pub segments: Vec<&'a str>,
    /// Its hypothesis.
    pub hypothesis: Option<Hypothesis<'a>>,
}

impl Columns {
    /// The journey with this id.
    pub fn journey(&self, id: u128) -> Option<Journey<'_>> {
        let at = self.row(id)? as usize;
        let after_s = self.delay_s[at];
        let standing = match self.status[at] & STANDING {
            PAID => Standing::Paid { after_s },
            REFUNDED => Standing::Refunded { after_s },
            CLOSED => Standing::Closed { after_s },
            GONE => Standing::Gone,
            _ => Standing::Open,
        };
        let version = self.version[at] as usize;
        let mut elements = self.elements_of(at);
        elements.sort_unstable();
        let words = self.segment_words.values();
        let set = self.segment_sets.get(self.segments[at]);
        let mut segments: Vec<&str> = set.iter().map(|word| words[*word as usize].as_str()).collect();
        segments.sort_unstable();
        Some(Journey {
            livemode: self.status[at] & LIVE != 0,
            start_s: self.start_s[at],
            standing,
            content: &self.contents.values()[self.version_content[version] as usize],
            version: &self.versions.values()[version],
            elements,
            segments,
            hypothesis: self.hypothesis_of(at),
        })
    }

    fn hypothesis_of(&self, at: usize) -> Option<Hypothesis<'_>> {
        let number = self.hypothesis[at];
        let row = (number != NONE).then(|| self.hypothesis_rows[number as usize])?;
        Some(Hypothesis {
            key: &self.hypotheses.values()[number as usize],
            category: &self.categories.values()[row.category as usize],
            predicted: row.predicted,
            predicted_days: row.predicted_days,
        })
    }
}
