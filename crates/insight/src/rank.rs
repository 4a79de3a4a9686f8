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
    let (m, n) = (a.len() as f64, b.len() as f64);
    if m == 0.0 || n == 0.0 {
        return Err(Absent::NoData);
    }
    let mut all: Vec<(f64, bool)> =
        a.iter().map(|x| (*x, false)).chain(b.iter().map(|x| (*x, true))).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0));
    let (mut before, mut rank_sum, mut ties) = (0.0, 0.0, 0.0);
    for tied in all.chunk_by(|x, y| x.0 == y.0) {
        let count = tied.len() as f64;
        let rank = before + f64::midpoint(count, 1.0);
        rank_sum += rank * tied.iter().filter(|(_, in_b)| *in_b).count() as f64;
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
