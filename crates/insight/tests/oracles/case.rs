//! One case: inputs, expected answers, tolerance.

use insight::figure::{self, Interval};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

pub(crate) struct Case {
    pub(crate) file: String,
    pub(crate) name: String,
    /// Name and source, lowercase: where a form leaves the method out of its inputs, it is named there.
    pub(crate) words: String,
    pub(crate) inputs: Value,
    pub(crate) expected: Value,
    pub(crate) tolerance: (f64, f64),
    pub(crate) folder: PathBuf,
}

/// What we computed, by the names of `expected`; or why there is nothing.
pub(crate) type Answer = figure::Answer<Map<String, Value>>;

impl Case {
    pub(crate) fn label(&self) -> String {
        format!("{}/{}", self.file, self.name)
    }

    pub(crate) fn f64(&self, key: &str) -> Option<f64> {
        number(&self.inputs[key])
    }

    pub(crate) fn u64(&self, key: &str) -> Option<u64> {
        self.f64(key).filter(|x| *x >= 0.0 && x.fract() == 0.0).map(|x| x as u64)
    }

    pub(crate) fn list(&self, key: &str) -> Option<Vec<f64>> {
        numbers(&self.inputs[key])
    }

    pub(crate) fn level(&self) -> f64 {
        self.f64("level").or_else(|| self.f64("alpha").map(|alpha| 1.0 - alpha)).unwrap_or(0.95)
    }

    pub(crate) fn alpha(&self) -> f64 {
        self.f64("alpha").or_else(|| self.f64("level").map(|level| 1.0 - level)).unwrap_or(0.05)
    }

    pub(crate) fn wants(&self, key: &str) -> bool {
        self.expected.get(key).is_some()
    }
}

pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::String(s) if s == "inf" => Some(f64::INFINITY),
        Value::String(s) if s == "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

pub(crate) fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(number).collect()
}

/// Infinity travels as a string.
pub(crate) fn out(x: f64) -> Value {
    if x == f64::INFINITY {
        json!("inf")
    } else if x == f64::NEG_INFINITY {
        json!("-inf")
    } else {
        json!(x)
    }
}

pub(crate) fn bounds(interval: Interval) -> Value {
    Value::Array(vec![out(interval.low), out(interval.high)])
}

pub(crate) fn outs(values: &[f64]) -> Value {
    Value::Array(values.iter().map(|x| out(*x)).collect())
}

/// An absent answer to one question among several is null.
pub(crate) fn or_null(answer: figure::Answer<f64>) -> Value {
    answer.map_or(Value::Null, out)
}

pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub(crate) fn load(folder: &Path) -> Option<Vec<Case>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    Some(files.iter().flat_map(|path| read(folder, path)).collect())
}

fn read(folder: &Path, path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).expect("a readable oracle file");
    let list: Vec<Value> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = path.file_stem().unwrap().to_string_lossy().into_owned();
    list.into_iter()
        .map(|mut case| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let name = text(&case["name"]);
            let tolerance = &case["tolerance"];
            let tolerance =
                (number(&tolerance["abs"]).unwrap_or(0.0), number(&tolerance["rel"]).unwrap_or(0.0));
            Case {
                words: format!("{name} {}", text(&case["source"])).to_lowercase(),
                file: file.clone(),
                name,
                inputs: case["inputs"].take(),
                expected: case["expected"].take(),
                tolerance,
                folder: folder.to_owned(),
            }
        })
        .collect()
}
