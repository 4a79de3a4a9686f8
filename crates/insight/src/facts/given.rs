//! What journeys are given, as numbers: many are given the same, and its words need be looked at only once.

use super::Hypothesis;
use super::columns::{Columns, HypothesisRow, NONE};
use super::dictionary::Dictionary;
use crate::calibration;

/// Distinct elements told apart; later ones are not looked at.
const ELEMENT_MAX: u32 = u16::MAX as u32;

/// Of the columns that numbered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// See [`Columns::give_version`].
    pub version: (u32, u32),
    /// See [`Columns::give_hypothesis`].
    pub hypothesis: u32,
    /// See [`Columns::give_segments`].
    pub segments: u32,
}

impl Columns {
    /// Numbers of a version and of its elements' pattern.
    pub fn give_version(&mut self, version: &str, content: &str, elements: &[&str]) -> (u32, u32) {
        let content = self.contents.intern(content);
        let version = self.versions.intern(version);
        if self.version_content.len() == version as usize {
            self.version_content.push(content);
        }
        self.version_content[version as usize] = content;
        let mut elements = numbers(&mut self.elements, elements);
        elements.retain(|number| *number <= ELEMENT_MAX);
        let elements: Vec<u16> = elements.into_iter().map(|number| number as u16).collect();
        (version, self.patterns.intern(&elements))
    }

    /// Number of a hypothesis, whose category and predictions are taken in.
    pub fn give_hypothesis(&mut self, hypothesis: Option<Hypothesis<'_>>) -> u32 {
        let Some(hypothesis) = hypothesis else { return NONE };
        let row = HypothesisRow {
            category: self.categories.intern(hypothesis.category),
            predicted: hypothesis.predicted.filter(|p| (0.0..=1.0).contains(p)).map(calibration::clipped),
            predicted_days: hypothesis.predicted_days.filter(|days| days.is_finite() && *days >= 0.0),
        };
        let number = self.hypotheses.intern(hypothesis.key);
        if self.hypothesis_rows.len() == number as usize {
            self.hypothesis_rows.push(row);
        }
        self.hypothesis_rows[number as usize] = row;
        number
    }

    /// Number of a set of client attributes.
    pub fn give_segments(&mut self, segments: &[&str]) -> u32 {
        let segments = numbers(&mut self.segment_words, segments);
        self.segment_sets.intern(&segments)
    }
}

/// The words' numbers, ascending and distinct.
fn numbers(words: &mut Dictionary<String>, given: &[&str]) -> Vec<u32> {
    let mut set: Vec<u32> = given.iter().map(|word| words.intern(*word)).collect();
    set.sort_unstable();
    set.dedup();
    set
}
