//! Hostile values, and which of them a field must refuse. What need not be refused may be taken: but then it must work.

use super::table::{Field, Takes};
use serde_json::{Value, json};
use server::people::passwords;

/// What people, programs and attackers type.
const TEXTS: [&str; 42] = [
    "",
    " ",
    "\u{0}",
    "a\u{0}b@c.de",
    "a",
    "0",
    "true",
    "null",
    "-1",
    "paid",
    "usd",
    "US",
    "usdx",
    "u$d",
    "üsd",
    "ana@example.com",
    "@",
    "a@",
    "@b",
    "a@b@c",
    "a b@c.de",
    "cus_1",
    "cus 1",
    "jrn_1",
    "cli_1",
    "ver_1",
    "jrn_00000000000000000000000000000000",
    "2026-01-01T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2099-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "../../etc/passwd",
    "'; DROP TABLE journey; --",
    "\"><script>alert(1)</script>",
    "{{7*7}}",
    "%00%0a",
    "👩‍👩‍👧‍👦",
    "e\u{301}\u{327}",
    "\u{202e}evil",
    "\u{feff}",
    "\r\nX-Evil: 1",
    "ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ",
];

/// Tried in every field.
pub(super) fn hostile() -> Vec<Value> {
    let mut nested = json!(1);
    for _ in 0..100 {
        nested = json!([nested]);
    }
    let mut values: Vec<Value> = TEXTS.map(Value::from).to_vec();
    values.extend([41, 201, 255, 256, 2_001, 10_001, 100_001].map(|length| json!("x".repeat(length))));
    values.extend([
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1),
        json!(20),
        json!(1.5),
        json!(-0.1),
        json!(1.000_000_1),
        json!(3_651),
        json!(999_999_999_999_i64),
        json!(1_000_000_000_000_i64),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!(["a"]),
        json!([1]),
        json!({"a": null}),
        json!({"a": []}),
        json!({"a": "b"}),
        json!({"": "b"}),
        json!({"a\u{0}": "b"}),
        json!({"a": "b\u{0}"}),
        json!({"a": "x".repeat(501)}),
        json!({"x".repeat(41): "b"}),
        nested,
    ]);
    values.push((0..51).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into());
    values.push(json!(vec!["jrn_1"; 1_001]));
    values
}

/// True when taking the value would be a fault.
pub(super) fn must_refuse(field: &Field, value: &Value) -> bool {
    if value.is_null() {
        return field.required;
    }
    let text = value.as_str().map(str::trim);
    let length = text.map_or(0, |text| text.chars().count());
    let nul = text.is_some_and(|text| text.contains('\0'));
    match field.takes {
        Takes::Text(shortest, longest) => text.is_none() || nul || !(shortest..=longest).contains(&length),
        Takes::Line(shortest, longest) => {
            let control = text.is_some_and(|text| text.chars().any(char::is_control));
            control || text.is_none() || !(shortest..=longest).contains(&length)
        }
        Takes::Password => {
            let fault = |text| passwords::fault(text, "unique@example.com").is_some();
            value.as_str().is_none_or(fault)
        }
        Takes::Email => text != Some("ana@example.com"),
        Takes::Customer => {
            text.is_none_or(|t| t.is_empty() || t.len() > 255 || !t.bytes().all(|b| b.is_ascii_graphic()))
        }
        // None of the values names a record, a role or a priority, or is an object with what must be in it.
        Takes::Id | Takes::Role | Takes::Object | Takes::Priority => true,
        Takes::Amount => value.as_i64().is_none_or(|minor| !(1..=999_999_999_999).contains(&minor)),
        Takes::Currency => text != Some("usd"),
        Takes::Probability => value.as_f64().is_none_or(|p| !(0.0..=1.0).contains(&p)),
        Takes::Days => value.as_i64().is_none_or(|days| !(0..=3_650).contains(&days)),
        Takes::Whole(least, most) => value.as_i64().is_none_or(|n| !(least..=most).contains(&n)),
        Takes::Truth => !value.is_boolean(),
        Takes::PastTime => text != Some("2026-01-01T00:00:00Z"),
        Takes::Outcome => text != Some("paid"),
        Takes::Pairs => !pairs_fit(value),
        Takes::Revision => value.as_i64().is_none_or(|n| !(0..=1_000_000_000).contains(&n)),
        Takes::Tags => !tags_fit(value),
        Takes::Ids => value
            .as_array()
            .is_none_or(|ids| ids.is_empty() || ids.len() > 1_000 || !ids.iter().all(Value::is_string)),
    }
}

fn tags_fit(value: &Value) -> bool {
    let fits = |tag: &Value| {
        tag.as_str()
            .map(str::trim)
            .is_some_and(|t| (1..=30).contains(&t.chars().count()) && !t.contains('\0'))
    };
    value.as_array().is_some_and(|tags| tags.len() <= 10 && tags.iter().all(fits))
}

fn pairs_fit(value: &Value) -> bool {
    let Some(pairs) = value.as_object() else { return false };
    let fits = |text: &str, shortest: usize, longest: usize| {
        !text.contains('\0') && (shortest..=longest).contains(&text.chars().count())
    };
    pairs.len() <= 50
        && pairs.iter().all(|(key, value)| {
            let scalar = value.is_number()
                || value.is_boolean()
                || value.as_str().is_some_and(|text| fits(text, 0, 500));
            fits(key, 1, 40) && scalar
        })
}
