//! Reads a JSON body field by field, and names every field at fault at once.
//!
//! Each reader returns a usable value or, after noting a fault, a placeholder; [`Form::finish`] turns noted faults into
//! a 422, so that a placeholder never gets further.

use super::problem::{FieldError, Problem};
use super::unique::Unique;
use crate::app::App;
use crate::clock;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use ledger::{Currency, Money, Outcome};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// Pairs in `attributes` or `elements`.
const PAIRS_MAX: usize = 50;
/// Characters of a pair's key.
const KEY_CHARS_MAX: usize = 40;
/// Characters of a pair's value.
const PAIR_CHARS_MAX: usize = 500;
/// Largest price: what Stripe takes, 12 digits.
const AMOUNT_MAX: i64 = 999_999_999_999;

/// A JSON object being read.
#[derive(Debug)]
pub struct Form {
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, app).await.map_err(|rejection| body_problem(&rejection))?;
        Self::parse(&body)
    }
}

/// What to say of a body that could not be read.
pub fn body_problem(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is larger than this server takes.",
        ),
        _ => Problem::malformed("The body could not be read to its end."),
    }
}

impl Form {
    /// Reads a body; an empty one counts as an empty object.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Self { fields: Map::new(), errors: Vec::new() });
        }
        match serde_json::from_slice(body) {
            Ok(Unique(Value::Object(fields))) => Ok(Self { fields, errors: Vec::new() }),
            Ok(_) => Err(Problem::invalid_field("", "The body must be a JSON object.")),
            Err(error) => Err(Problem::malformed(format!("The body cannot be read as JSON: {error}."))),
        }
    }

    /// Reads fields that are there already.
    pub fn of(fields: Map<String, Value>) -> Self {
        Self { fields, errors: Vec::new() }
    }

    /// Adds a field that did not come as JSON.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.to_owned(), value.into());
    }

    /// What is at fault so far.
    pub fn faults(&self) -> &[FieldError] {
        &self.errors
    }

    /// Notes a fault.
    pub fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// 422 with every fault, or the value.
    pub fn finish<T>(self, value: T) -> Result<T, Problem> {
        if self.errors.is_empty() { Ok(value) } else { Err(Problem::invalid(self.errors)) }
    }

    /// The value at a dotted path; `None` when absent or null.
    fn at(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let first = self.fields.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part)).filter(|value| !value.is_null())
    }

    /// True when the body names the field, be it as null.
    pub fn names(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// True when the field is there and not null.
    pub fn has(&self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// True when there is an object at the path.
    pub fn object(&mut self, path: &str) -> bool {
        let is_object = self.at(path).map(Value::is_object);
        if is_object == Some(false) {
            self.fault(path, "must be an object");
        }
        is_object == Some(true)
    }

    /// An optional text of so many characters; surrounding space is not part of it.
    pub fn opt_text(&mut self, path: &str, chars: RangeInclusive<usize>) -> Option<String> {
        let value = self.at(path)?;
        let Some(text) = value.as_str().map(|text| text.trim().to_owned()) else {
            self.fault(path, "must be a text");
            return None;
        };
        let count = text.chars().count();
        if text.contains('\0') {
            self.fault(path, "must not contain a NUL character");
        } else if count < *chars.start() {
            self.fault(path, format!("must have at least {} characters; it has {count}", chars.start()));
        } else if count > *chars.end() {
            self.fault(path, format!("must have at most {} characters; it has {count}", chars.end()));
        } else {
            return Some(text);
        }
        None
    }

    /// A text as it was sent: surrounding space is part of a password.
    pub fn as_sent(&self, path: &str) -> Option<&str> {
        self.at(path).and_then(Value::as_str)
    }

    /// A text of so many characters in one line, without control characters.
    pub fn line(&mut self, path: &str, chars: RangeInclusive<usize>) -> String {
        let text = self.text(path, chars);
        if text.chars().any(char::is_control) {
            self.fault(path, "must be one line without control characters");
        }
        text
    }

    /// A text of so many characters.
    pub fn text(&mut self, path: &str, chars: RangeInclusive<usize>) -> String {
        if !self.has(path) {
            self.fault(path, "is required");
        }
        self.opt_text(path, chars).unwrap_or_default()
    }

    /// An optional whole number.
    pub fn opt_int(&mut self, path: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.at(path)?;
        if let Some(number) = value.as_i64().filter(|n| range.contains(n)) {
            Some(number)
        } else {
            self.fault(path, format!("must be a whole number from {} to {}", range.start(), range.end()));
            None
        }
    }

    /// An optional fraction from 0 to 1.
    pub fn opt_probability(&mut self, path: &str) -> Option<f64> {
        let value = self.at(path)?;
        if let Some(probability) = value.as_f64().filter(|p| (0.0..=1.0).contains(p)) {
            Some(probability)
        } else {
            self.fault(path, "must be a number from 0 to 1");
            None
        }
    }

    /// An optional truth value.
    pub fn opt_bool(&mut self, path: &str) -> Option<bool> {
        let value = self.at(path)?;
        let found = value.as_bool();
        if found.is_none() {
            self.fault(path, "must be true or false");
        }
        found
    }

    /// An optional RFC 3339 time that has passed already, as Unix ms.
    pub fn opt_past(&mut self, path: &str, now_ms: i64) -> Option<i64> {
        let value = self.at(path)?;
        match value.as_str().and_then(clock::parse_rfc3339) {
            Some(ms) if (0..=now_ms).contains(&ms) => Some(ms),
            Some(_) => {
                self.fault(path, "must not be in the future, nor before 1970");
                None
            }
            None => {
                self.fault(path, "must be an RFC 3339 time such as 2026-01-31T09:00:00Z");
                None
            }
        }
    }

    /// An outcome a person may set.
    pub fn outcome(&mut self, path: &str) -> Outcome {
        let found = self.at(path).and_then(Value::as_str).and_then(Outcome::parse);
        if found.is_none() {
            self.fault(path, "must be one of pending, responded, paid, ghosted, refunded");
        }
        found.unwrap_or(Outcome::Pending)
    }

    /// `{amount_minor, currency}`; at least 1 minor unit.
    pub fn money(&mut self, path: &str) -> Money {
        if !self.at(path).is_some_and(Value::is_object) {
            self.fault(path, "is required: {\"amount_minor\": 50000, \"currency\": \"usd\"}");
        }
        self.opt_money(path).unwrap_or_else(|| Money::new(1, fallback_currency()))
    }

    /// Likewise, when it is there.
    pub fn opt_money(&mut self, path: &str) -> Option<Money> {
        if !self.at(path)?.is_object() {
            self.fault(path, "must be an object: {\"amount_minor\": 50000, \"currency\": \"usd\"}");
            return None;
        }
        let (amount_path, currency_path) = (format!("{path}.amount_minor"), format!("{path}.currency"));
        if !self.has(&amount_path) {
            self.fault(&amount_path, "is required: Stripe minor units, 50000 for $500.00");
        }
        let amount = self.opt_int(&amount_path, 1..=AMOUNT_MAX);
        let currency = self.at(&currency_path).and_then(Value::as_str).and_then(Currency::parse);
        if currency.is_none() {
            self.fault(&currency_path, "must be three letters, such as usd");
        }
        Some(Money::new(amount?, currency?))
    }

    /// An optional object of texts: attributes, elements. Numbers and truth values are taken as their text.
    pub fn pairs(&mut self, path: &str) -> BTreeMap<String, String> {
        let Some(value) = self.at(path) else { return BTreeMap::new() };
        let Some(object) = value.as_object() else {
            self.fault(path, "must be an object of texts: {\"key\": \"value\"}");
            return BTreeMap::new();
        };
        let pairs: Vec<_> = object.iter().map(|(key, value)| (key.clone(), pair_text(value))).collect();
        if pairs.len() > PAIRS_MAX {
            self.fault(path, format!("must have at most {PAIRS_MAX} entries"));
        }
        let mut result = BTreeMap::new();
        for (key, value) in pairs.into_iter().take(PAIRS_MAX) {
            let key_fits = (1..=KEY_CHARS_MAX).contains(&key.chars().count()) && !key.contains('\0');
            let value = value.filter(|v| v.chars().count() <= PAIR_CHARS_MAX && !v.contains('\0'));
            match value {
                Some(value) if key_fits => {
                    result.insert(key, value);
                }
                _ => {
                    let shown: String = key.chars().filter(|c| !c.is_control()).take(KEY_CHARS_MAX).collect();
                    let limits = format!(
                        "a key has 1 to {KEY_CHARS_MAX} characters, a value is a text of at most {PAIR_CHARS_MAX}"
                    );
                    self.fault(&format!("{path}.{shown}"), limits);
                }
            }
        }
        result
    }

    /// An optional list of short words, such as tags: each once, in the order given.
    pub fn words(&mut self, path: &str, count_max: usize, chars_max: usize) -> Vec<String> {
        let Some(value) = self.at(path) else { return Vec::new() };
        let fits = |v: &Value| {
            let text = v.as_str()?.trim();
            let fits = (1..=chars_max).contains(&text.chars().count()) && !text.contains('\0');
            fits.then(|| text.to_owned())
        };
        let words: Option<Vec<String>> = value
            .as_array()
            .filter(|list| list.len() <= count_max)
            .and_then(|list| list.iter().map(fits).collect());
        let Some(words) = words else {
            self.fault(
                path,
                format!("must be a list of at most {count_max} texts of 1 to {chars_max} characters"),
            );
            return Vec::new();
        };
        let mut seen = BTreeSet::new();
        words.into_iter().filter(|word| seen.insert(word.clone())).collect()
    }

    /// An optional word of a closed list.
    pub fn opt_word(&mut self, path: &str, words: &[&'static str]) -> Option<&'static str> {
        let value = self.at(path)?;
        let found = value.as_str().and_then(|text| words.iter().find(|word| **word == text).copied());
        if found.is_none() {
            self.fault(path, format!("must be one of {}", words.join(", ")));
        }
        found
    }

    /// A list of texts.
    pub fn texts(&mut self, path: &str, count_max: usize) -> Vec<String> {
        let Some(list) = self.at(path).and_then(Value::as_array) else {
            self.fault(path, "is required: a list of ids");
            return Vec::new();
        };
        let texts: Option<Vec<String>> = list.iter().map(|v| v.as_str().map(str::to_owned)).collect();
        match texts {
            Some(texts) if (1..=count_max).contains(&texts.len()) => texts,
            _ => {
                self.fault(path, format!("must be a list of 1 to {count_max} ids"));
                Vec::new()
            }
        }
    }
}

fn pair_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Stands in for a currency that was not readable, until [`Form::finish`] refuses the form.
fn fallback_currency() -> Currency {
    #[expect(clippy::expect_used, reason = "a constant of three letters")]
    Currency::parse("usd").expect("three letters")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_at_fault_is_named_at_once() {
        let body = br#"{"name": 7, "price": {"amount_minor": 0}, "elements": {"a": []}, "p": 2}"#;
        let mut form = Form::parse(body).unwrap();
        form.text("name", 1..=10);
        form.text("email", 1..=10);
        form.money("price");
        form.pairs("elements");
        form.opt_probability("p");
        let problem = form.finish(()).unwrap_err();
        let fields: Vec<&str> = problem.errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["name", "email", "price.amount_minor", "price.currency", "elements.a", "p"]);
    }
}
