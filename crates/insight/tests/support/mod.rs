//! Planted journeys as facts.

#![allow(dead_code, reason = "each test program uses its part of it")]
#![allow(clippy::allow_attributes, reason = "so an expectation would fail in the programs that use all")]
#![allow(clippy::cast_possible_truncation, reason = "test sizes are small")]

use insight::facts::{Columns, CurrencyCode, Fact, Hypothesis, Money, Standing};
use insight::planted::{ELEMENTS, Journey, Planted};

/// Names lent to facts.
pub(crate) struct Words {
    variants: Vec<String>,
    hypotheses: Vec<String>,
    categories: Vec<String>,
    elements: Vec<String>,
}

impl Words {
    pub(crate) fn new() -> Self {
        let numbered = |prefix: &str, count: usize| (0..count).map(|i| format!("{prefix}{i:02}")).collect();
        Self {
            variants: numbered("v", 50),
            hypotheses: numbered("h", 8 * 102),
            categories: numbered("c", 8),
            elements: numbered("e", ELEMENTS),
        }
    }

    /// One planted journey as a fact; `words` is room for its elements.
    pub(crate) fn fact<'a>(&'a self, journey: &Journey, words: &'a mut Vec<&'a str>) -> Fact<'a> {
        words.extend(
            (0..ELEMENTS).filter(|j| journey.elements >> j & 1 == 1).map(|j| self.elements[j].as_str()),
        );
        let percent = journey.predicted_percent;
        let hypothesis = usize::from(journey.hypothesis) * 102 + percent.map_or(101, usize::from);
        Fact {
            id: u128::from(journey.id),
            start_s: journey.created_s,
            livemode: true,
            standing: journey.paid_after_s.map_or(Standing::Open, |after_s| Standing::Paid { after_s }),
            currency: currency(journey.currency),
            price_minor: 5000,
            money: journey.paid_after_s.map(|_| Money {
                gross_minor: journey.amount_minor,
                refunded_minor: journey.refunded_minor,
                lost_minor: if journey.disputed { journey.amount_minor - journey.refunded_minor } else { 0 },
                at_risk: false,
            }),
            version: &self.variants[usize::from(journey.variant)],
            content: &self.variants[usize::from(journey.variant / 10)],
            elements: words,
            hypothesis: Some(Hypothesis {
                key: &self.hypotheses[hypothesis],
                category: &self.categories[usize::from(journey.hypothesis)],
                predicted: percent.map(|p| f64::from(p) / 100.0),
                predicted_days: None,
            }),
            segments: &[],
            stage: (journey.page_views % 6) as u8,
            page_seconds: [journey.page_views * 7, journey.page_views * 3, 0, 0],
        }
    }
}

pub(crate) fn currency(code: &str) -> Option<CurrencyCode> {
    code.to_lowercase().as_bytes().try_into().ok()
}

/// `rows` planted journeys as columns.
pub(crate) fn columns(rows: u64, seed: u64) -> Columns {
    let (words, planted) = (Words::new(), Planted::new(rows, seed));
    let mut columns = Columns::new();
    columns.reserve(rows as usize);
    for journey in planted.journeys() {
        let mut room = Vec::new();
        columns.put(&words.fact(&journey, &mut room));
    }
    columns
}
