//! One odds ratio over many 2×2 tables: the effect of an element with a confounder held fixed.
//!
//! Mantel & Haenszel 1959; interval after Robins, Breslow & Greenland 1986; the test with and without the ½ correction.

use crate::figure::{Absent, Answer, Interval};
use crate::math::{chi_squared, normal};

/// `[[a, b], [c, d]]`: rows with and without the element, columns paid and unpaid.
pub type Table = [[f64; 2]; 2];

/// The pooled answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Common odds ratio.
    pub odds_ratio: f64,
    /// Its interval.
    pub interval: Interval,
    /// Chi-squared with one degree of freedom for "odds ratio 1", uncorrected.
    pub statistic: f64,
    /// Its p.
    pub p: f64,
    /// The statistic with continuity correction.
    pub corrected: f64,
    /// Odds ratio of all tables added up; `None` when it divides by zero.
    pub crude: Option<f64>,
}

/// Empty tables count for nothing. Absent when no table compares anything, or the ratio is 0 or infinite.
pub fn pool(tables: &[Table], level: f64) -> Answer<Pooled> {
    let (mut excess, mut variance, mut up, mut down) = (0.0, 0.0, 0.0, 0.0);
    let (mut same, mut mixed, mut crossed) = (0.0, 0.0, 0.0);
    for [[a, b], [c, d]] in tables {
        let n = a + b + c + d;
        if n < 2.0 {
            continue;
        }
        let (row, column) = (a + b, a + c);
        excess += a - row * column / n;
        variance += row * (c + d) * column * (b + d) / (n * n * (n - 1.0));
        let (r, s) = (a * d / n, b * c / n);
        let (p, q) = ((a + d) / n, (b + c) / n);
        up += r;
        down += s;
        same += p * r;
        mixed += p * s + q * r;
        crossed += q * s;
    }
    if variance <= 0.0 {
        return Err(if tables.is_empty() { Absent::NoData } else { Absent::NoVariation });
    }
    if up <= 0.0 || down <= 0.0 {
        return Err(Absent::Separated);
    }
    let log_variance = same / (2.0 * up * up) + mixed / (2.0 * up * down) + crossed / (2.0 * down * down);
    let half = normal::critical(level) * log_variance.sqrt();
    let odds_ratio = up / down;
    let statistic = excess * excess / variance;
    Ok(Pooled {
        odds_ratio,
        interval: Interval::new(odds_ratio * (-half).exp(), odds_ratio * half.exp()),
        statistic,
        p: chi_squared::sf(statistic, 1.0),
        corrected: (excess.abs() - 0.5).max(0.0).powi(2) / variance,
        crude: crude(tables),
    })
}

fn crude(tables: &[Table]) -> Option<f64> {
    let sum = |row: usize, column: usize| tables.iter().map(|table| table[row][column]).sum::<f64>();
    let below = sum(0, 1) * sum(1, 0);
    (below > 0.0).then(|| sum(0, 0) * sum(1, 1) / below)
}
