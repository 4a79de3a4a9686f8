//! Do values of one group tend to be larger? Mann–Whitney's U with ties, and Cliff's δ.
//!
//! Mann & Whitney 1947; normal approximation with tie correction and ½ continuity; δ = 2U/(mn) − 1 (Cliff 1993).

use crate::figure::{Absent, Answer};
use crate::math::normal;

/// The comparison of b with a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankTest {
    /// Pairs in which b's value is larger, ties counting half.
    pub u: f64,
    /// Two-sided p; 1 when all values are alike.
    pub p: f64,
    /// P(b > a) − P(b < a), from −1 to 1; 0 when all are tied.
    pub delta: f64,
}

/// Absent when either group is empty or holds what is not a number.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Answer<RankTest> {
    if a.iter().chain(b).any(|x| x.is_nan()) {
        return Err(Absent::Invalid("values must be numbers"));
    }
    if a.is_empty() || b.is_empty() {
        return Err(Absent::NoData);
    }
    let mut all: Vec<(f64, bool)> =
        a.iter().map(|x| (*x, false)).chain(b.iter().map(|x| (*x, true))).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let tied = all.chunk_by(|x, y| x.0 == y.0).map(|tied| {
        let of_b = tied.iter().filter(|(_, in_b)| *in_b).count();
        ((tied.len() - of_b) as u64, of_b as u64)
    });
    mann_whitney_counts(&tied.collect::<Vec<_>>())
}

/// The same from how often each distinct value, ascending, occurs in a and in b.
pub fn mann_whitney_counts(values: &[(u64, u64)]) -> Answer<RankTest> {
    let (m, n) = values.iter().fold((0.0, 0.0), |sum, (a, b)| (sum.0 + *a as f64, sum.1 + *b as f64));
    if m == 0.0 || n == 0.0 {
        return Err(Absent::NoData);
    }
    let (mut before, mut rank_sum, mut ties) = (0.0, 0.0, 0.0);
    for (of_a, of_b) in values {
        let count = (of_a + of_b) as f64;
        rank_sum += (before + f64::midpoint(count, 1.0)) * *of_b as f64;
        ties += count * count * count - count;
        before += count;
    }
    let u = rank_sum - n * (n + 1.0) / 2.0;
    let total = m + n;
    let variance = m * n / 12.0 * ((total + 1.0) - ties / (total * (total - 1.0)));
    let distance = (u - m * n / 2.0).abs() - 0.5;
    let p = if variance > 0.0 { two_sided(distance / variance.sqrt()) } else { 1.0 };
    Ok(RankTest { u, p, delta: 2.0 * u / (m * n) - 1.0 })
}

fn two_sided(z: f64) -> f64 {
    (2.0 * normal::sf(z)).min(1.0)
}
