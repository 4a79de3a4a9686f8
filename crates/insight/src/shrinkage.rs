//! Rates of many groups shrunk toward what they have in common.
//!
//! Beta-binomial model, k_i ~ Binomial(n_i, p_i), p_i ~ Beta(α, β), fitted by maximum likelihood (empirical Bayes;
//! Efron & Morris 1975). The shrunk rate is (k + α) / (n + α + β). When the groups differ no more than chance
//! explains, the fitted variance is 0 and all shrunk rates are the pooled one.

use crate::figure::{Absent, Answer};
use crate::math::gamma::ln_beta;
use crate::math::optimum;

/// Groups the population is fitted on; of more, evenly spaced ones in the order given.
const FITTED_GROUPS_MAX: usize = 1_000;
/// α + β above this is "no difference between the groups".
const PRECISION_MAX: f64 = 1e7;

/// The fitted population.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaBinomial {
    /// α.
    pub alpha: f64,
    /// β.
    pub beta: f64,
    /// Log-likelihood, binomial coefficients left out.
    pub log_likelihood: f64,
    /// Whether the groups differ at all beyond chance.
    pub differ: bool,
}

impl BetaBinomial {
    /// The rate of a group with `k` of `n`, shrunk.
    pub fn shrunk(&self, k: f64, n: f64) -> f64 {
        (k + self.alpha) / (n + self.alpha + self.beta)
    }

    /// The population's mean rate.
    pub fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }
}

/// `groups` are (k, n), n = 0 ignored; k and n may be exposure-weighted. Absent without groups, or when none or all
/// succeeded (then α or β has no maximum).
pub fn fit(groups: &[(f64, f64)]) -> Answer<BetaBinomial> {
    let groups: Vec<(f64, f64)> = groups.iter().copied().filter(|(_, n)| *n > 0.0).collect();
    if groups.iter().any(|(k, n)| *k < 0.0 || k > n) {
        return Err(Absent::Invalid("0 ≤ k ≤ n is needed"));
    }
    if groups.len() < 2 {
        return Err(if groups.is_empty() { Absent::NoData } else { Absent::OneGroup });
    }
    let (k, n) = groups.iter().fold((0.0, 0.0), |sum, group| (sum.0 + group.0, sum.1 + group.1));
    if k == 0.0 || k == n {
        return Err(Absent::OneClass);
    }
    let pooled = k / n;
    let every = groups.len().div_ceil(FITTED_GROUPS_MAX);
    let groups: Vec<(f64, f64)> = groups.into_iter().step_by(every).collect();
    let minus = |x: &[f64]| {
        let (mean, precision) = unpack(x);
        -log_likelihood(&groups, mean * precision, (1.0 - mean) * precision)
    };
    let logit = (pooled / (1.0 - pooled)).ln();
    let best = [1.0, 3.0, 5.0, 8.0]
        .into_iter()
        .map(|precision| optimum::nelder_mead(minus, &[logit, precision], 0.5))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .ok_or(Absent::NotConverged)?;
    let (mean, precision) = unpack(&best.0);
    Ok(BetaBinomial {
        alpha: mean * precision,
        beta: (1.0 - mean) * precision,
        log_likelihood: -best.1,
        differ: precision < PRECISION_MAX * 0.5,
    })
}

/// (logit of the mean, ln precision) to (mean, precision), the precision bounded.
fn unpack(x: &[f64]) -> (f64, f64) {
    (1.0 / (1.0 + (-x[0]).exp()), x[1].exp().clamp(1e-6, PRECISION_MAX))
}

fn log_likelihood(groups: &[(f64, f64)], alpha: f64, beta: f64) -> f64 {
    let base = ln_beta(alpha, beta);
    groups.iter().map(|(k, n)| ln_beta(alpha + k, beta + n - k) - base).sum()
}
