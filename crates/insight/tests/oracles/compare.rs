//! |got − want| ≤ abs + rel·|want|, through lists and objects.

use crate::case::{Answer, Case, number};
use serde_json::Value;

pub(crate) enum Verdict {
    Pass,
    Fail,
    Unknown,
}

/// Longer answers are cut in the printed line only.
const SHOWN_MAX: usize = 160;

pub(crate) fn compare(case: &Case, answer: &Answer) -> Verdict {
    let peer_error = case.expected.get("error").filter(|error| !error.is_null());
    match (answer, peer_error) {
        (Err(why), Some(error)) => {
            println!("PASS {}: got no number ({why}), want the peer's error {error}", case.label());
            Verdict::Pass
        }
        (Err(why), None) => {
            let nothing = case.expected.as_object().is_some_and(|map| map.values().all(Value::is_null));
            let word = if nothing { "PASS" } else { "FAIL" };
            println!("{word} {}: got no number ({why}), want {}", case.label(), shown(&case.expected));
            if nothing { Verdict::Pass } else { Verdict::Fail }
        }
        (Ok(got), Some(error)) => {
            println!(
                "FAIL {}: got {}, want the peer's error {error}",
                case.label(),
                shown(&Value::Object(got.clone()))
            );
            Verdict::Fail
        }
        (Ok(got), None) => by_key(case, got),
    }
}

fn by_key(case: &Case, got: &serde_json::Map<String, Value>) -> Verdict {
    let wanted = case.expected.as_object().expect("expected is an object");
    let wanted: Vec<_> = wanted.iter().filter(|(key, _)| *key != "error").collect();
    let (known, unknown): (Vec<_>, Vec<_>) = wanted.iter().partition(|(key, _)| got.contains_key(*key));
    let wrong: Vec<_> = known.iter().filter(|(key, want)| !equal(&got[*key], want, case.tolerance)).collect();
    let (word, verdict) = if !wrong.is_empty() {
        ("FAIL", Verdict::Fail)
    } else if !unknown.is_empty() {
        ("UNKNOWN", Verdict::Unknown)
    } else {
        ("PASS", Verdict::Pass)
    };
    let listed = if wrong.is_empty() { known.iter().collect() } else { wrong };
    let pairs = |pick: &dyn Fn(&str, &Value) -> Value| {
        listed.iter().map(|(key, want)| format!("{key} {}", pick(key, want))).collect::<Vec<_>>().join(", ")
    };
    let (ours, theirs) = (pairs(&|key, _| got[key].clone()), pairs(&|_, want| want.clone()));
    let rest: Vec<&String> = unknown.iter().map(|(key, _)| *key).collect();
    let rest = if rest.is_empty() { String::new() } else { format!("; not understood: {rest:?}") };
    println!("{word} {}: got {}, want {}{rest}", case.label(), cut(&ours), cut(&theirs));
    verdict
}

fn equal(got: &Value, want: &Value, tolerance: (f64, f64)) -> bool {
    match (got, want) {
        (Value::Array(got), Value::Array(want)) => {
            got.len() == want.len() && got.iter().zip(want).all(|(g, w)| equal(g, w, tolerance))
        }
        (Value::Object(got), Value::Object(want)) => {
            want.iter().all(|(key, want)| got.get(key).is_some_and(|got| equal(got, want, tolerance)))
        }
        _ => match (number(got), number(want)) {
            (Some(got), Some(want)) => close(got, want, tolerance),
            _ => got == want,
        },
    }
}

fn close(got: f64, want: f64, (abs, rel): (f64, f64)) -> bool {
    if want.is_infinite() || got.is_infinite() {
        return got.to_bits() == want.to_bits();
    }
    (got - want).abs() <= abs + rel * want.abs()
}

fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    text.chars().take(SHOWN_MAX).collect::<String>() + "…"
}
