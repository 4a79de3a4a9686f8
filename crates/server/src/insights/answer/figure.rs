//! A number with its interval, method and state; never NaN.

use insight::figure::{Absent, Answer, Interval, State};
use insight::report::Verdict;
use serde::Serialize;
use utoipa::ToSchema;

/// Lower and upper bound; null where there is none on that side.
pub type Bounds = [Option<f64>; 2];

/// A number as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Figure {
    /// Null when it does not exist.
    pub value: Option<f64>,
    /// At 95 %; null when it does not exist.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<Bounds>,
    /// What it rests on.
    pub n: u64,
    /// How it was computed, in words.
    pub method: &'static str,
    /// `ready`, `insufficient`, `upper_bound` (nothing was paid), `lower_bound` (everything was) or `absent`.
    pub state: &'static str,
    /// How many it takes in all, when it is `insufficient`.
    pub needed: Option<u64>,
    /// Why there is no number, in words.
    pub why: Option<String>,
}

impl From<insight::figure::Figure> for Figure {
    fn from(figure: insight::figure::Figure) -> Self {
        let (state, needed, why) = in_words(figure.state);
        Self {
            value: figure.value.filter(|value| value.is_finite()),
            interval: figure.interval.and_then(bounds),
            n: figure.n,
            method: figure.method.label(),
            state,
            needed,
            why,
        }
    }
}

impl Figure {
    /// Times `factor` > 0: for another unit.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.value = self.value.map(|value| value * factor);
        self.interval = self.interval.map(|bounds| bounds.map(|bound| bound.map(|bound| bound * factor)));
        self
    }
}

/// A state's word, how many it takes in all, and why there is no number.
pub(super) fn in_words(state: State) -> (&'static str, Option<u64>, Option<String>) {
    match state {
        State::Ready => ("ready", None, None),
        State::Insufficient { needed, .. } => ("insufficient", Some(needed), None),
        State::UpperBound => ("upper_bound", None, None),
        State::LowerBound => ("lower_bound", None, None),
        State::Absent(Absent::TooFew { have, needed }) => {
            ("insufficient", Some(needed), Some(Absent::TooFew { have, needed }.to_string()))
        }
        State::Absent(why) => ("absent", None, Some(why.to_string())),
    }
}

/// An interval without NaN; a bound that is infinite is none.
pub(super) fn bounds(interval: Interval) -> Option<Bounds> {
    let Interval { low, high } = interval;
    let finite = |bound: f64| Some(bound).filter(|bound| bound.is_finite());
    (!low.is_nan() && !high.is_nan()).then(|| [finite(low), finite(high)])
}

/// A number that exists and is finite.
pub(super) fn real(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

/// What a method answered, or why it did not, in words.
pub(super) fn or_why<T>(answer: Answer<T>) -> (Option<T>, Option<String>) {
    match answer {
        Ok(value) => (Some(value), None),
        Err(why) => (None, Some(why.to_string())),
    }
}

/// A verdict's word, and how many it takes in all when it is `insufficient`.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, Option<u64>) {
    match verdict {
        Verdict::Insufficient { needed, .. } => ("insufficient", Some(needed)),
        Verdict::NotDistinct => ("not_distinct", None),
        Verdict::More => ("more", None),
        Verdict::Less => ("less", None),
    }
}

/// The same for people.
pub(super) fn verdict_words(verdict: Verdict) -> String {
    match verdict {
        Verdict::Insufficient { have, needed } => format!("insufficient: {have} of {needed} needed"),
        Verdict::NotDistinct => "no difference can be told".to_owned(),
        Verdict::More => "associated with more payment than the others".to_owned(),
        Verdict::Less => "associated with less payment than the others".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insight::figure::Method;

    #[test]
    fn what_does_not_exist_is_null_and_says_why() {
        let table = [
            (Absent::NoData, "absent", None, "no data yet"),
            (
                Absent::TooFew { have: 4, needed: 20 },
                "insufficient",
                Some(20),
                "insufficient: 4 of 20 needed",
            ),
        ];
        for (why, state, needed, words) in table {
            let figure = Figure::from(insight::figure::Figure::absent(4, Method::Count, why));
            assert_eq!((figure.value, figure.interval, figure.n), (None, None, 4));
            assert_eq!((figure.state, figure.needed), (state, needed));
            assert_eq!(figure.why.as_deref(), Some(words));
        }
    }

    #[test]
    fn bounds_are_finite_or_none() {
        assert_eq!(bounds(Interval::new(1.0, f64::INFINITY)), Some([Some(1.0), None]));
        assert_eq!(bounds(Interval::new(f64::NAN, 1.0)), None);
    }
}
