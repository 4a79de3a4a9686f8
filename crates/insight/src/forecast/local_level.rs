//! A level that wanders, seen through noise: y = μ + ε, μ₊₁ = μ + η.
//!
//! Kalman filter with a diffuse start, the noise variance concentrated out, the signal-to-noise ratio by maximum
//! likelihood (Durbin & Koopman 2012, chapter 2).

use crate::figure::{Absent, Answer, Interval};
use crate::math::{normal, optimum};

/// A fitted local level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalLevel {
    /// Variance of ε, in the series' unit squared.
    pub noise: f64,
    /// Variance of η.
    pub drift: f64,
    /// The level after the last value: the forecast of every later one.
    pub level: f64,
    /// Variance of that level.
    pub level_variance: f64,
    /// Log-likelihood, the first value spent on the start.
    pub log_likelihood: f64,
}

/// ln of the smallest and largest signal-to-noise ratio looked at.
const LN_RATIO: (f64, f64) = (-25.0, 15.0);

/// Absent below three values, or when nothing varies.
pub fn fit(y: &[f64]) -> Answer<LocalLevel> {
    if y.len() < 3 {
        return Err(Absent::TooFew { have: y.len() as u64, needed: 3 });
    }
    if y.iter().all(|v| *v == y[0]) {
        return Err(Absent::NoVariation);
    }
    let minus = |ln_ratio: f64| -run(y, ln_ratio.exp()).log_likelihood;
    let (low, high) = LN_RATIO;
    let best = (0..=80)
        .map(|cell| low + (high - low) * f64::from(cell) / 80.0)
        .min_by(|a, b| minus(*a).total_cmp(&minus(*b)))
        .unwrap_or(0.0);
    let cell = (high - low) / 80.0;
    Ok(run(y, optimum::valley(minus, best - cell, best + cell).exp()))
}

/// The filter with noise 1 and drift `ratio`, scaled afterwards.
fn run(y: &[f64], ratio: f64) -> LocalLevel {
    let (mut level, mut variance) = (y[0], 1.0);
    let (mut squares, mut logs) = (0.0, 0.0);
    for value in &y[1..] {
        let predicted = variance + ratio;
        let total = predicted + 1.0;
        let error = value - level;
        squares += error * error / total;
        logs += total.ln();
        level += predicted / total * error;
        variance = predicted / total;
    }
    let n = (y.len() - 1) as f64;
    let noise = squares / n;
    let log_likelihood = -0.5 * (n * ((2.0 * std::f64::consts::PI * noise).ln() + 1.0) + logs);
    LocalLevel { noise, drift: ratio * noise, level, level_variance: variance * noise, log_likelihood }
}

impl LocalLevel {
    /// Interval of the value `steps` ahead (1 is the next).
    pub fn interval(&self, steps: u32, level: f64) -> Interval {
        let variance = self.level_variance + f64::from(steps) * self.drift + self.noise;
        Interval::around(self.level, normal::critical(level) * variance.sqrt())
    }
}
