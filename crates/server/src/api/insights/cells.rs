//! Answers as CSV files, and their cells: what does not exist is an empty cell.

use crate::api::problem::Result;
use crate::insights::answer::{Bounds, Figure};
use axum::response::Response;
use serde::Serialize;

/// An answer that is a file too.
pub trait InCsv: Serialize {
    /// The file; one row for each thing that the report tells apart.
    fn in_csv(&self) -> Result<Response>;
}

/// A number.
pub(super) fn number(value: impl Into<Option<f64>>) -> String {
    value.into().map_or_else(String::new, |value| value.to_string())
}

/// A count.
pub(super) fn count(value: impl Into<Option<u64>>) -> String {
    value.into().map_or_else(String::new, |value| value.to_string())
}

/// Lower and upper bound.
pub(super) fn bounds(bounds: Option<Bounds>) -> [String; 2] {
    bounds.unwrap_or_default().map(number)
}

/// Value and bounds.
pub(super) fn figure(figure: &Figure) -> [String; 3] {
    let [low, high] = bounds(figure.interval);
    [number(figure.value), low, high]
}
