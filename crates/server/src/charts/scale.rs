//! Axes: round numbers as ticks, and no outlier that crushes the rest.

/// Ticks of an axis at most.
const TICKS_MAX: usize = 6;
/// An end that is this many times farther than what most of the data needs is cut, and the cut is shown.
const OUTLIER_TIMES: f64 = 3.0;
/// Part of the data that an axis must show whole.
const MOST: f64 = 0.85;

/// A linear axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Its first value.
    pub low: f64,
    /// Its last value, above `low`.
    pub high: f64,
    /// Round numbers on it, ascending.
    pub ticks: Vec<f64>,
    /// Something lies above `high`.
    pub cut: bool,
}

impl Scale {
    /// From `low` to `high` or the next round number.
    pub fn around(low: f64, high: f64) -> Self {
        let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
        let high = if high > low { high } else { low + 1.0 };
        let step = step((high - low) / 5.0);
        let (first, last) = ((low / step).floor(), (high / step - 1e-9).ceil());
        Self { low: first * step, high: last * step, ticks: ticks(first, last, step), cut: false }
    }

    /// Exactly from `low` to `high`, with ticks where they are round.
    pub fn exact(low: f64, high: f64) -> Self {
        let step = step((high - low) / 5.0);
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        Self { low, high, ticks: ticks(first, last, step), cut: false }
    }

    /// From 0 (or the lowest value below it) to the largest value, or to what most need when a few are far beyond.
    pub fn over(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let low = values.first().copied().unwrap_or(0.0).min(0.0);
        let top = values.last().copied().unwrap_or(1.0).max(0.0);
        let positive: Vec<f64> = values.into_iter().filter(|value| *value > 0.0).collect();
        let most = match positive.len() {
            0..=2 => top,
            count => positive[place(count)],
        };
        let cut = top > OUTLIER_TIMES * most;
        Self { cut, ..Self::around(low, if cut { 1.25 * most } else { top }) }
    }

    /// Chances from 0: to 100 %, or less when all are small.
    pub fn chances(values: impl IntoIterator<Item = f64>) -> Self {
        let scale = Self::over(values.into_iter().map(|value| value.clamp(0.0, 1.0)));
        let high = scale.high.min(1.0);
        Self { ticks: scale.ticks.into_iter().filter(|tick| *tick <= high + 1e-9).collect(), high, ..scale }
    }

    /// Where `value` lies, 0–1; what is outside lies at the end.
    pub fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The same in percent.
    pub fn percent(&self, value: f64) -> f64 {
        100.0 * self.part(value)
    }

    /// Whether `value` lies beyond the end.
    pub fn beyond(&self, value: f64) -> bool {
        value > self.high * (1.0 + 1e-9)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index below the count it is made of"
)]
fn place(count: usize) -> usize {
    ((count - 1) as f64 * MOST).floor() as usize
}

/// 1, 2 or 5 times a power of ten, at least `rough`.
fn step(rough: f64) -> f64 {
    if rough <= 0.0 || !rough.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

fn ticks(first: f64, last: f64, step: f64) -> Vec<f64> {
    let every = |index: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a handful of ticks")]
        let tick = (first + index as f64) * step;
        tick
    };
    let all = (0..=2 * TICKS_MAX).map(every).take_while(|tick| *tick <= (last + 1e-9) * step);
    // Sums of fractions miss round numbers by a hair.
    all.map(|tick| (tick / step).round() * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers() {
        let table: [(f64, f64, &[f64]); 5] = [
            (0.0, 0.41, &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
            (0.0, 100.0, &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0]),
            (-7.0, 12.0, &[-10.0, -5.0, 0.0, 5.0, 10.0, 15.0]),
            (0.0, 0.0, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (0.0, f64::NAN, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        ];
        for (low, high, want) in table {
            let scale = Scale::around(low, high);
            assert_eq!(scale.ticks.len(), want.len(), "{scale:?}");
            assert!(scale.ticks.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-9), "{scale:?}");
        }
        assert_eq!(Scale::exact(0.0, 30.0).ticks, [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(Scale::exact(0.0, 7.0).ticks, [0.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn an_outlier_does_not_crush_the_rest() {
        let scale = Scale::over([10.0, 12.0, 14.0, 11.0, 13.0, 9.0, 4000.0]);
        assert!(scale.cut && scale.high <= 20.0, "{scale:?}");
        assert!(scale.beyond(4000.0) && !scale.beyond(14.0));
        assert!((scale.part(4000.0) - 1.0).abs() < 1e-12);
        // Two values are no crowd to be crushed.
        assert!(!Scale::over([1.0, 4000.0]).cut);
    }

    #[test]
    fn chances_end_at_all() {
        let scale = Scale::chances([0.97, 1.0]);
        assert!((scale.high - 1.0).abs() < 1e-12 && scale.ticks.len() == 6, "{scale:?}");
        assert!(Scale::chances([0.02, 0.04]).high <= 0.06);
        assert!(Scale::chances([]).high > 0.0);
    }
}
