//! Bayesian comparisons: beta posteriors of proportions, exact; and a normal posterior of an effect.
//!
//! P(B > A) and expected losses are integrals over the posterior of one arm of the other's distribution function,
//! by Gauss–Legendre panels placed where either arm has mass; `tests/special.rs` holds them to Evan Miller's closed
//! sum. The normal posterior follows GrowthBook's EffectBayesianABTest (gbstats).

use crate::figure::{Absent, Answer, Interval};
use crate::frequentist::{Difference, comparable, effect};
use crate::math::beta::{self, Unit};
use crate::math::{normal, quadrature};
use crate::moments::Measured;
use crate::sequential::BetaPrior;

/// A Beta(a, b) posterior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Posterior {
    /// Prior successes plus successes.
    pub a: f64,
    /// Prior failures plus failures.
    pub b: f64,
}

/// Panels end at these many standard deviations of the logit from its mean; the far ones catch the long tails of
/// posteriors with next to no data.
const GRID: [f64; 31] = [
    -60.0, -38.0, -25.0, -18.0, -13.0, -10.0, -8.0, -6.5, -5.0, -4.0, -3.0, -2.25, -1.5, -1.0, -0.5, 0.0,
    0.5, 1.0, 1.5, 2.25, 3.0, 4.0, 5.0, 6.5, 8.0, 10.0, 13.0, 18.0, 25.0, 38.0, 60.0,
];
/// Logits beyond this are 0 or 1 to double precision.
const LOGIT_MAX: f64 = 700.0;

impl Posterior {
    /// After `k` of `n`.
    pub fn new(k: u64, n: u64, prior: BetaPrior) -> Answer<Self> {
        if k > n || prior.a <= 0.0 || prior.b <= 0.0 {
            return Err(Absent::Invalid("k ≤ n and a positive prior are needed"));
        }
        Ok(Self { a: prior.a + k as f64, b: prior.b + (n - k) as f64 })
    }

    /// a / (a + b).
    pub fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// Equal-tailed credible interval.
    pub fn interval(&self, level: f64) -> Interval {
        let tail = (1.0 - level) / 2.0;
        let Self { a, b } = *self;
        Interval::new(beta::quantile(a, b, tail).x, beta::upper_quantile(a, b, tail).x)
    }

    /// P(rate > `rate`).
    pub fn above(&self, rate: f64) -> f64 {
        beta::tails(self.a, self.b, Unit::new(rate)).upper
    }

    fn breaks(&self) -> impl Iterator<Item = f64> {
        let (mean, spread) = beta::logit_moments(self.a, self.b);
        GRID.into_iter().map(move |z| (mean + z * spread).clamp(-LOGIT_MAX, LOGIT_MAX))
    }
}

/// Logit nodes with weights, fine wherever any posterior has mass.
fn nodes(arms: &[Posterior]) -> Vec<(Unit, f64)> {
    let mut breaks: Vec<f64> = arms.iter().flat_map(Posterior::breaks).collect();
    breaks.sort_by(f64::total_cmp);
    let finest = arms.iter().map(|arm| beta::logit_moments(arm.a, arm.b).1).fold(f64::INFINITY, f64::min);
    breaks.dedup_by(|next, kept| *next - *kept < 0.05 * finest);
    quadrature::nodes(&breaks).into_iter().map(|(u, weight)| (Unit::from_logit(u), weight)).collect()
}

/// Two arms compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Duel {
    /// P(B > A).
    pub b_beats_a: f64,
    /// What choosing B loses on average: E max(A − B, 0), in rate.
    pub loss_choosing_b: f64,
    /// E max(B − A, 0).
    pub loss_choosing_a: f64,
}

/// Exact to about 1e-12. With no data at all the answer is the prior's: say so beside it.
pub fn duel(a: Posterior, b: Posterior) -> Duel {
    let (mut wins, mut loss_b, mut loss_a) = (0.0, 0.0, 0.0);
    for (at, weight) in nodes(&[a, b]) {
        let (in_a, in_b) = (beta::tails(a.a, a.b, at), beta::tails(b.a, b.b, at));
        wins += weight * beta::logit_density(b.a, b.b, at) * in_a.lower;
        // E max(A − B, 0) = ∫ P(B ≤ x < A) dx, dx = x (1 − x) du.
        loss_b += weight * at.x * at.y * in_b.lower * in_a.upper;
        loss_a += weight * at.x * at.y * in_a.lower * in_b.upper;
    }
    Duel { b_beats_a: wins.clamp(0.0, 1.0), loss_choosing_b: loss_b, loss_choosing_a: loss_a }
}

/// P(arm i has the highest rate) for each arm; sums to 1. Thompson sampling's allocation in the limit.
pub fn probability_best(arms: &[Posterior]) -> Answer<Vec<f64>> {
    if arms.is_empty() {
        return Err(Absent::NoData);
    }
    let mut best = vec![0.0; arms.len()];
    for (at, weight) in nodes(arms) {
        let below: Vec<f64> = arms.iter().map(|arm| beta::tails(arm.a, arm.b, at).lower).collect();
        for (index, (arm, total)) in arms.iter().zip(&mut best).enumerate() {
            *total += weight * beta::logit_density(arm.a, arm.b, at) * product_without(&below, index);
        }
    }
    Ok(normalised(best))
}

/// An effect's normal prior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectPrior {
    /// Expected effect before data.
    pub mean: f64,
    /// Its variance, > 0.
    pub variance: f64,
}

/// A normal posterior of an effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectPosterior {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// Credible interval at 1 − alpha.
    pub interval: Interval,
    /// P(effect > 0).
    pub chance_to_win: f64,
    /// E max(effect, 0): what keeping the control loses.
    pub risk_control: f64,
    /// E max(−effect, 0): what taking the treatment loses.
    pub risk_treatment: f64,
}

/// `prior` None is flat. Absent without units, variation, or (relative) a baseline.
pub fn effect_posterior(
    control: &Measured,
    treatment: &Measured,
    difference: Difference,
    prior: Option<EffectPrior>,
    alpha: f64,
) -> Answer<EffectPosterior> {
    comparable(control, treatment, difference)?;
    let (estimate, variance) = effect(control, treatment, difference);
    let (mean, deviation) = match prior {
        None => (estimate, variance.sqrt()),
        Some(prior) => {
            let precision = 1.0 / variance + 1.0 / prior.variance;
            ((estimate / variance + prior.mean / prior.variance) / precision, precision.recip().sqrt())
        }
    };
    let z = mean / deviation;
    Ok(EffectPosterior {
        mean,
        deviation,
        interval: Interval::around(mean, normal::upper_quantile(alpha / 2.0) * deviation),
        chance_to_win: normal::cdf(z),
        risk_control: (deviation * normal::pdf(z) + mean * normal::cdf(z)).max(0.0),
        risk_treatment: (deviation * normal::pdf(z) - mean * normal::sf(z)).max(0.0),
    })
}

/// P(arm i has the highest mean) when means are known to be normal: (mean, standard error) each, errors > 0.
pub fn probability_best_mean(arms: &[(f64, f64)]) -> Answer<Vec<f64>> {
    if arms.is_empty() {
        return Err(Absent::NoData);
    }
    if arms.iter().any(|(mean, error)| !mean.is_finite() || error.is_nan() || *error <= 0.0) {
        return Err(Absent::NoVariation);
    }
    let mut breaks: Vec<f64> = arms
        .iter()
        .flat_map(|(mean, error)| (-18..=18).map(move |z| mean + 0.5 * f64::from(z) * error))
        .collect();
    breaks.sort_by(f64::total_cmp);
    let finest = arms.iter().map(|(_, error)| *error).fold(f64::INFINITY, f64::min);
    breaks.dedup_by(|next, kept| *next - *kept < 0.05 * finest);
    let mut best = vec![0.0; arms.len()];
    for (x, weight) in quadrature::nodes(&breaks) {
        let below: Vec<f64> = arms.iter().map(|(mean, error)| normal::cdf((x - mean) / error)).collect();
        for (index, ((mean, error), total)) in arms.iter().zip(&mut best).enumerate() {
            *total += weight * normal::pdf((x - mean) / error) / error * product_without(&below, index);
        }
    }
    Ok(normalised(best))
}

fn product_without(factors: &[f64], index: usize) -> f64 {
    factors.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, factor)| factor).product()
}

fn normalised(mut shares: Vec<f64>) -> Vec<f64> {
    let total: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= total;
    }
    shares
}

/// Shares of new journeys for each arm: no arm gets less than `floor`, the rest follows P(best).
pub fn bandit_weights(probability_best: &[f64], floor: f64) -> Vec<f64> {
    let free = 1.0 - floor * probability_best.len() as f64;
    probability_best.iter().map(|p| floor + free.max(0.0) * p).collect()
}
