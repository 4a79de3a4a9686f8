//! Logistic regression on many binary flags at the speed of their distinct patterns.
//!
//! Ten million journeys with twenty flags have at most 2²⁰ patterns. With flags split into a high and a low half the
//! odds factor, e^η = e^(high) · e^(low), and the information needs only sums over pairs of flags: within a half from
//! the half's own marginals, across from one running sum for each high half. The answer is the plain maximum
//! likelihood of [`logistic`](super::logistic), to rounding.

use crate::figure::{Absent, Answer};
use crate::math::linear::Square;
use crate::regression::logistic::Fit;

/// Flags at most.
pub const FLAGS_MAX: usize = 32;

/// Journeys that share all flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Bit j is flag j.
    pub flags: u32,
    /// Journeys.
    pub n: u32,
    /// Paid among them.
    pub k: u32,
}

const ITERATIONS_MAX: usize = 50;

/// Intercept first, then one coefficient for each of `flags` flags. `patterns` must be ascending and distinct in
/// `flags`, so that the sums, and hence the bits of the answer, do not depend on the order in which journeys came.
pub fn fit(patterns: &[Pattern], flags: usize) -> Answer<Fit> {
    fit_ridge(patterns, flags, 0.0)
}

/// The same with −½ `ridge` Σ β², the intercept free.
pub fn fit_ridge(patterns: &[Pattern], flags: usize, ridge: f64) -> Answer<Fit> {
    if flags > FLAGS_MAX || patterns.windows(2).any(|pair| pair[0].flags >= pair[1].flags) {
        return Err(Absent::Invalid("at most 32 flags and ascending patterns are needed"));
    }
    let (k, n) = patterns.iter().fold((0_u64, 0_u64), |s, p| (s.0 + u64::from(p.k), s.1 + u64::from(p.n)));
    if n == 0 {
        return Err(Absent::NoData);
    }
    if k == 0 || k == n {
        return Err(Absent::OneClass);
    }
    let halves = Halves { low: flags / 2, flags, ridge };
    let paid = halves.sums(patterns.iter().map(|p| (p.flags, f64::from(p.k))));
    let mut beta = vec![0.0; flags + 1];
    beta[0] = (k as f64 / (n - k) as f64).ln();
    let mut now = halves.point(patterns, &beta, &paid);
    for _ in 0..ITERATIONS_MAX {
        let step = now.information.factor().ok_or(Absent::Collinear)?.solve(&now.score);
        let mut scale = 1.0;
        let (next, reached) = loop {
            let trial: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b + scale * s).collect();
            let reached = halves.point(patterns, &trial, &paid);
            if reached.objective >= now.objective * (1.0 + 1e-12) || scale < 1e-6 {
                break (trial, reached);
            }
            scale /= 2.0;
        };
        let moved = next.iter().zip(&beta).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f64::max);
        (beta, now) = (next, reached);
        if moved < 1e-9 {
            return finish(beta, &now);
        }
    }
    Err(Absent::Separated)
}

fn finish(beta: Vec<f64>, now: &Point) -> Answer<Fit> {
    if beta.iter().any(|b| b.abs() > 25.0) {
        return Err(Absent::Separated);
    }
    let covariance = now.information.factor().ok_or(Absent::Collinear)?.inverse();
    let log_likelihood = now.log_likelihood;
    Ok(Fit { coefficients: beta, covariance, log_likelihood, penalised: now.objective })
}

struct Point {
    log_likelihood: f64,
    objective: f64,
    score: Vec<f64>,
    information: Square,
}

struct Halves {
    low: usize,
    flags: usize,
    ridge: f64,
}

impl Halves {
    fn low_mask(&self) -> u32 {
        (1_u32 << self.low) - 1
    }

    /// Σ value, then Σ value over the patterns that have each flag.
    fn sums(&self, values: impl Iterator<Item = (u32, f64)>) -> Vec<f64> {
        let mut sums = vec![0.0; self.flags + 1];
        for (flags, value) in values {
            if value != 0.0 {
                sums[0] += value;
                for_each_flag(flags, |j| sums[j + 1] += value);
            }
        }
        sums
    }

    /// e^(β·flags) for every value of some flags.
    fn odds(beta: &[f64]) -> Vec<f64> {
        let mut eta = vec![0.0; 1 << beta.len()];
        for (j, b) in beta.iter().enumerate() {
            for index in 0..1 << j {
                eta[index | 1 << j] = eta[index] + b;
            }
        }
        eta.into_iter().map(f64::exp).collect()
    }

    fn point(&self, patterns: &[Pattern], beta: &[f64], paid: &[f64]) -> Point {
        let low_odds = Self::odds(&beta[1..=self.low]);
        let high_odds = Self::odds(&beta[self.low + 1..]);
        let base = beta[0].exp();
        let mut pass = Pass {
            expected_low: vec![0.0; low_odds.len()],
            weight_low: vec![0.0; low_odds.len()],
            expected: vec![0.0; self.flags + 1],
            information: Square::zero(self.flags + 1),
            log_normaliser: 0.0,
        };
        for run in patterns.chunk_by(|a, b| a.flags >> self.low == b.flags >> self.low) {
            let high = run[0].flags >> self.low;
            let odds = base * high_odds[high as usize];
            self.add_run(run, high, odds, &low_odds, &mut pass);
        }
        let mut point = Self::close(pass, beta, paid);
        for (j, b) in beta.iter().enumerate().skip(1) {
            point.score[j] -= self.ridge * b;
            point.information.add(j, j, self.ridge);
            point.objective -= 0.5 * self.ridge * b * b;
        }
        point
    }

    fn add_run(&self, run: &[Pattern], high: u32, odds: f64, low_odds: &[f64], pass: &mut Pass) {
        let mask = self.low_mask();
        let (mut expected, mut weight) = (0.0, 0.0);
        let mut low_weights = vec![0.0; self.low];
        for pattern in run {
            let low = (pattern.flags & mask) as usize;
            let o = odds * low_odds[low];
            let n = f64::from(pattern.n);
            let p = o / (1.0 + o);
            let (mean, spread) = (n * p, n * p / (1.0 + o));
            pass.log_normaliser += n * o.ln_1p();
            expected += mean;
            weight += spread;
            pass.expected_low[low] += mean;
            pass.weight_low[low] += spread;
            for_each_flag(pattern.flags & mask, |j| low_weights[j] += spread);
        }
        pass.expected[0] += expected;
        pass.information.add(0, 0, weight);
        for_each_flag(high, |i| {
            let row = self.low + 1 + i;
            pass.expected[row] += expected;
            pass.information.add(row, 0, weight);
            for (j, sum) in low_weights.iter().enumerate() {
                pass.information.add(row, j + 1, *sum);
            }
            for_each_flag(high & ((1 << i) - 1), |j| pass.information.add(row, self.low + 1 + j, weight));
            pass.information.add(row, row, weight);
        });
    }

    /// What concerns the low half alone comes from its marginals.
    fn close(mut pass: Pass, beta: &[f64], paid: &[f64]) -> Point {
        for (low, (mean, spread)) in pass.expected_low.iter().zip(&pass.weight_low).enumerate() {
            for_each_flag(u32::try_from(low).unwrap_or(0), |j| {
                pass.expected[j + 1] += mean;
                pass.information.add(j + 1, 0, *spread);
                pass.information.add(j + 1, j + 1, *spread);
                for_each_flag((low & ((1 << j) - 1)) as u32, |i| pass.information.add(j + 1, i + 1, *spread));
            });
        }
        pass.information.mirror();
        let gained: f64 = paid.iter().zip(beta).map(|(k, b)| k * b).sum();
        let score = paid.iter().zip(&pass.expected).map(|(k, mean)| k - mean).collect();
        let log_likelihood = gained - pass.log_normaliser;
        Point { log_likelihood, objective: log_likelihood, score, information: pass.information }
    }
}

struct Pass {
    expected_low: Vec<f64>,
    weight_low: Vec<f64>,
    expected: Vec<f64>,
    information: Square,
    log_normaliser: f64,
}

fn for_each_flag(flags: u32, mut with: impl FnMut(usize)) {
    let mut left = flags;
    while left != 0 {
        with(left.trailing_zeros() as usize);
        left &= left - 1;
    }
}
