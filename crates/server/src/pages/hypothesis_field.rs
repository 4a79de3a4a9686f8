//! A hypothesis as a form asks for it, and pairs of `key=value`, a line each.

use super::fields::{Faults, Fields};
use super::money_field;
use crate::api::hypotheses::CATEGORIES;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use store::contents::StoredHypothesis;

/// The fields as the page shows them.
#[derive(Clone, Debug, Default)]
pub(super) struct HypothesisFields {
    pub(super) statement: String,
    pub(super) category: String,
    /// Percent.
    pub(super) probability: String,
    pub(super) days: String,
    pub(super) faults: Faults,
}

impl HypothesisFields {
    /// What was typed.
    pub(super) fn typed(fields: &Fields, faults: &Faults) -> Self {
        Self {
            statement: fields.text("statement"),
            category: fields.text("category"),
            probability: fields.text("probability"),
            days: fields.text("days"),
            faults: faults.clone(),
        }
    }

    /// As stored.
    pub(super) fn stored(h: &StoredHypothesis) -> Self {
        Self {
            statement: h.statement.clone(),
            category: h.category.clone(),
            probability: h.predicted_probability.map(percent_text).unwrap_or_default(),
            days: h.predicted_days.map(|days| days.to_string()).unwrap_or_default(),
            faults: Faults::default(),
        }
    }

    /// True when the same is written in both.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let texts =
            |h: &Self| [&h.statement, &h.category, &h.probability, &h.days].map(|t| t.trim().to_owned());
        texts(self) == texts(other)
    }

    /// True when nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        self.says_the_same(&Self::default())
    }

    /// For an API body.
    pub(super) fn body(&self) -> Value {
        let mut body = Map::from_iter([
            ("statement".to_owned(), Value::from(self.statement.clone())),
            ("category".to_owned(), Value::from(self.category.clone())),
        ]);
        // What is no number goes as it is, so that the API says what is wrong with it.
        let number = |text: &str| text.trim().trim_end_matches('%').trim_end().replace(',', ".");
        let (chance, days) = (number(&self.probability), number(&self.days));
        if !chance.is_empty() {
            let fraction = chance.parse::<f64>().map(|percent| json!(percent / 100.0));
            body.insert("predicted_probability".to_owned(), fraction.unwrap_or_else(|_| chance.into()));
        }
        if !days.is_empty() {
            let whole = days.parse::<i64>().map(Value::from);
            body.insert("predicted_days".to_owned(), whole.unwrap_or_else(|_| days.into()));
        }
        Value::Object(body)
    }

    pub(super) fn fault(&self, field: &str) -> Option<String> {
        match field {
            // The API counts from 0 to 1; the page asks in percent.
            "predicted_probability" => {
                let wrong = self.faults.at("hypothesis.predicted_probability");
                wrong.map(|_| "Must be a number from 0 to 100.".to_owned())
            }
            _ => self.faults.at(&format!("hypothesis.{field}")),
        }
    }

    #[expect(clippy::unused_self, reason = "templates name things by their owner")]
    pub(super) fn categories(&self) -> [&'static str; 8] {
        CATEGORIES
    }
}

fn percent_text(probability: f64) -> String {
    ((probability * 1000.0).round() / 10.0).to_string()
}

/// `key=value`, a line each, as pairs for an API body; lines that are none are named.
pub(super) fn pairs(text: &str) -> Result<Map<String, Value>, String> {
    let mut pairs = Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((key, value)) = line.split_once('=') else {
            return Err(format!("“{line}” has no “=”. Write a line each: key=value."));
        };
        if pairs.insert(key.trim().to_owned(), value.trim().into()).is_some() {
            return Err(format!("“{}” is there twice.", key.trim()));
        }
    }
    Ok(pairs)
}

/// Back to lines.
pub(super) fn lines(pairs: &BTreeMap<String, String>) -> String {
    pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
}

/// Puts `price` and `currency` into an API body, if an amount was typed.
pub(super) fn put_price(body: &mut Map<String, Value>, fields: &Fields, faults: &mut Faults) {
    let (price, fault) = money_field::price(&fields.text("price"), &fields.text("currency"));
    body.insert("price".to_owned(), price);
    if let Some(fault) = fault {
        faults.add("price.amount_minor", fault);
    }
}

/// Puts the pairs of a field into an API body.
pub(super) fn put_pairs(body: &mut Map<String, Value>, name: &str, text: &str, faults: &mut Faults) {
    match pairs(text) {
        Ok(pairs) => {
            body.insert(name.to_owned(), Value::Object(pairs));
        }
        Err(fault) => faults.add(name, fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_days_become_what_the_api_takes() {
        let typed = |probability: &str, days: &str| HypothesisFields {
            statement: "s".to_owned(),
            category: "price".to_owned(),
            probability: probability.to_owned(),
            days: days.to_owned(),
            faults: Faults::default(),
        };
        let table = [
            (
                typed("40", "5"),
                json!({"statement": "s", "category": "price", "predicted_probability": 0.4, "predicted_days": 5}),
            ),
            (
                typed(" 12,5 % ", ""),
                json!({"statement": "s", "category": "price", "predicted_probability": 0.125}),
            ),
            (typed("", "soon"), json!({"statement": "s", "category": "price", "predicted_days": "soon"})),
        ];
        for (fields, want) in table {
            assert_eq!(fields.body(), want);
        }
    }

    #[test]
    fn pairs_are_lines() {
        let want = json!({"headline": "question", "anchor": "a=b"});
        assert_eq!(pairs(" headline = question\n\nanchor=a=b\n").map(Value::Object), Ok(want));
        assert!(pairs("headline").is_err_and(|why| why.contains("headline")));
        assert!(pairs("a=1\na=2").is_err());
        let map = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        assert_eq!(lines(&map), "a=1\nb=2");
    }
}
