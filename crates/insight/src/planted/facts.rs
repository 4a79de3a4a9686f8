//! Planted journeys as facts and columns: a variant is a version, ten variants a content.

use super::{ELEMENTS, Journey, Planted, VARIANTS};
use crate::facts::{Columns, CurrencyCode, Fact, Hypothesis, Money, Standing};

/// Predictions told apart: 0–100 percent, and none.
const PREDICTIONS: usize = 102;

/// Names that the facts borrow.
#[derive(Clone, Debug)]
pub struct Words {
    variants: Vec<String>,
    hypotheses: Vec<String>,
    categories: Vec<String>,
    elements: Vec<String>,
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

impl Words {
    /// All of them.
    pub fn new() -> Self {
        let numbered = |prefix: &str, count: usize| (0..count).map(|i| format!("{prefix}{i:02}")).collect();
        Self {
            variants: numbered("v", VARIANTS),
            hypotheses: numbered("h", 8 * PREDICTIONS),
            categories: numbered("c", 8),
            elements: numbered("e", ELEMENTS),
        }
    }

    /// One planted journey as a fact; `words` is room for its elements.
    pub fn fact<'a>(&'a self, journey: &Journey, words: &'a mut Vec<&'a str>) -> Fact<'a> {
        words.extend(
            (0..ELEMENTS).filter(|j| journey.elements >> j & 1 == 1).map(|j| self.elements[j].as_str()),
        );
        let percent = journey.predicted_percent;
        let hypothesis =
            usize::from(journey.hypothesis) * PREDICTIONS + percent.map_or(PREDICTIONS - 1, usize::from);
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
                returned_after_s: None,
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

fn currency(code: &str) -> Option<CurrencyCode> {
    code.to_lowercase().as_bytes().try_into().ok()
}

/// `rows` planted journeys as columns.
pub fn columns(rows: u64, seed: u64) -> Columns {
    let (words, planted) = (Words::new(), Planted::new(rows, seed));
    let mut columns = Columns::new();
    columns.reserve(rows as usize);
    for journey in planted.journeys() {
        let mut room = Vec::new();
        columns.put(&words.fact(&journey, &mut room));
    }
    columns
}
