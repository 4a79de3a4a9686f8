//! Many comparisons at once, and whether an experiment's arms have the sizes they should.
//!
//! Sources: Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001; Holm 1979; Hochberg 1988; Fabijan et al. 2019 (SRM).

use crate::figure::{Absent, Answer};
use crate::math::chi_squared;

/// What the adjustment controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// False-discovery rate, independent or positively dependent tests.
    BenjaminiHochberg,
    /// False-discovery rate under any dependence.
    BenjaminiYekutieli,
    /// Chance of any false finding.
    Bonferroni,
    /// Chance of any false finding, step-down.
    Holm,
    /// Chance of any false finding, step-up, independent tests.
    Hochberg,
}

/// Adjusted p-values in the order given; a finding is one at or below the wanted level.
/// Absent when any p is outside 0–1; empty for none.
pub fn adjust(p: &[f64], how: Adjustment) -> Answer<Vec<f64>> {
    if p.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return Err(Absent::Invalid("p-values lie in 0–1"));
    }
    let count = p.len();
    let tests = count as f64;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let harmonic: f64 = (1..=count).map(|i| 1.0 / i as f64).sum();
    let factor = |rank: usize| {
        let remaining = (count - rank) as f64;
        match how {
            Adjustment::BenjaminiHochberg => tests / (rank + 1) as f64,
            Adjustment::BenjaminiYekutieli => harmonic * tests / (rank + 1) as f64,
            Adjustment::Bonferroni => tests,
            Adjustment::Holm | Adjustment::Hochberg => remaining,
        }
    };
    let mut adjusted = vec![0.0; count];
    let mut running = if how == Adjustment::Holm { 0.0 } else { 1.0 };
    let mut settle = |rank: usize| {
        let raw: f64 = (p[order[rank]] * factor(rank)).min(1.0);
        running = match how {
            Adjustment::Bonferroni => raw,
            Adjustment::Holm => raw.max(running),
            _ => raw.min(running),
        };
        adjusted[order[rank]] = running;
    };
    if how == Adjustment::Holm {
        (0..count).for_each(&mut settle);
    } else {
        (0..count).rev().for_each(&mut settle);
    }
    Ok(adjusted)
}

/// p of Pearson's chi-squared test that arms were filled by `weights` (any positive scale). Below 0.001 the
/// experiment is invalid. An arm of weight 0 that got units is p = 0; nothing assigned departs from nothing: p = 1.
pub fn sample_ratio(units: &[u64], weights: &[f64]) -> Answer<f64> {
    if units.len() != weights.len() || weights.iter().any(|w| !w.is_finite() || *w < 0.0) {
        return Err(Absent::Invalid("each arm needs a weight of 0 or more"));
    }
    let (total, scale): (u64, f64) = (units.iter().sum(), weights.iter().sum());
    if total == 0 {
        return Ok(1.0);
    }
    let arms: Vec<(f64, f64)> =
        units.iter().zip(weights).map(|(n, w)| (*n as f64, total as f64 * w / scale)).collect();
    if arms.iter().any(|(n, expected)| *expected <= 0.0 && *n > 0.0) {
        return Ok(0.0);
    }
    let open: Vec<_> = arms.into_iter().filter(|(_, expected)| *expected > 0.0).collect();
    if open.len() < 2 {
        return Err(Absent::OneGroup);
    }
    let statistic: f64 = open.iter().map(|(n, expected)| (n - expected).powi(2) / expected).sum();
    Ok(chi_squared::sf(statistic, (open.len() - 1) as f64))
}
