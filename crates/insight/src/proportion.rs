//! Intervals for a proportion k/n and for the difference of two.
//!
//! Sources: Wilson 1927; Clopper & Pearson 1934; Brown, Cai & DasGupta 2001 (Jeffreys, Agresti–Coull);
//! Newcombe 1998, Statistics in Medicine 17:873, method 10. All proportions are fractions of 1.

use crate::figure::{Absent, Answer, Interval};
use crate::math::{beta, normal};

/// k successes in n trials, k ≤ n, n > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    k: f64,
    n: f64,
}

impl Proportion {
    /// Absent when nothing was tried.
    pub fn new(k: u64, n: u64) -> Answer<Self> {
        if k > n {
            return Err(Absent::Invalid("more successes than trials"));
        }
        if n == 0 { Err(Absent::NoData) } else { Ok(Self { k: k as f64, n: n as f64 }) }
    }

    /// k / n.
    pub fn rate(self) -> f64 {
        self.k / self.n
    }

    /// Score interval: {p : |k/n − p| ≤ z √(p(1−p)/n)}.
    pub fn wilson(self, level: f64) -> Interval {
        let Self { k, n } = self;
        let z = normal::critical(level);
        let denominator = n + z * z;
        let half = z * (k * (n - k) / n + z * z / 4.0).sqrt();
        let low = if k == 0.0 { 0.0 } else { ((k + z * z / 2.0 - half) / denominator).max(0.0) };
        let high = if k == n { 1.0 } else { ((k + z * z / 2.0 + half) / denominator).min(1.0) };
        Interval::new(low, high)
    }

    /// Exact interval from the binomial tails; never covers less than the level.
    pub fn clopper_pearson(self, level: f64) -> Interval {
        let Self { k, n } = self;
        let tail = (1.0 - level) / 2.0;
        let low = if k == 0.0 { 0.0 } else { beta::quantile(k, n - k + 1.0, tail).x };
        let high = if k == n { 1.0 } else { beta::upper_quantile(k + 1.0, n - k, tail).x };
        Interval::new(low, high)
    }

    /// Equal-tailed interval of Beta(k + ½, n − k + ½).
    pub fn jeffreys(self, level: f64) -> Interval {
        let Self { k, n } = self;
        let tail = (1.0 - level) / 2.0;
        let (a, b) = (k + 0.5, n - k + 0.5);
        Interval::new(beta::quantile(a, b, tail).x, beta::upper_quantile(a, b, tail).x)
    }

    /// Wald's interval about (k + z²/2) / (n + z²), cut to [0, 1].
    pub fn agresti_coull(self, level: f64) -> Interval {
        let z = normal::critical(level);
        let n = self.n + z * z;
        let p = (self.k + z * z / 2.0) / n;
        let half = z * (p * (1.0 - p) / n).sqrt();
        Interval::new((p - half).max(0.0), (p + half).min(1.0))
    }

    /// k/n ± z √(p(1−p)/n), cut to [0, 1]. Only to compare with: it is too narrow for small n.
    pub fn wald(self, level: f64) -> Interval {
        let p = self.rate();
        let half = normal::critical(level) * (p * (1.0 - p) / self.n).sqrt();
        Interval::new((p - half).max(0.0), (p + half).min(1.0))
    }
}

/// a − b with Newcombe's hybrid score interval (method 10).
pub fn newcombe_difference(a: Proportion, b: Proportion, level: f64) -> (f64, Interval) {
    let (p, q) = (a.rate(), b.rate());
    let (first, second) = (a.wilson(level), b.wilson(level));
    let below = (p - first.low).hypot(second.high - q);
    let above = (first.high - p).hypot(q - second.low);
    (p - q, Interval::new(p - q - below, p - q + above))
}
