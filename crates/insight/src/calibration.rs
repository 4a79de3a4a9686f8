//! Are predicted probabilities right? Scores of (predicted p, paid or not) pairs.
//!
//! Brier 1950; Murphy 1973 (decomposition); Spiegelhalter 1986 (z); Cox 1958 (calibration line); Guo et al. 2017 (ECE);
//! Graf et al. 1999 (IPCW Brier with journeys still open). Probabilities are fractions of 1.

use crate::figure::{Absent, Answer, Interval};
use crate::math::normal;
use crate::moments::compensated_sum;
use crate::rank;
use crate::regression::logistic::{self, Penalty, Rows};
use crate::survival::curve::Curve;
use crate::survival::{Cause, Exits};

/// People say 0 and 1 and mean "nearly"; so predictions are kept this far from both.
pub const PREDICTION_MIN: f64 = 0.001;
/// See [`PREDICTION_MIN`].
pub const PREDICTION_MAX: f64 = 0.999;
/// Pairs from which on a calibration line means something.
pub const LINE_N_MIN: u64 = 50;

/// A prediction as it is scored.
pub fn clipped(p: f64) -> f64 {
    p.clamp(PREDICTION_MIN, PREDICTION_MAX)
}

/// Predictions with what came of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    p: Vec<f64>,
    paid: Vec<bool>,
}

impl Scored {
    /// Absent without pairs, or with a prediction outside 0–1.
    pub fn new(pairs: impl IntoIterator<Item = (f64, bool)>) -> Answer<Self> {
        let (p, paid): (Vec<f64>, Vec<bool>) = pairs.into_iter().unzip();
        if p.is_empty() {
            return Err(Absent::NoData);
        }
        if p.iter().any(|p| !(0.0..=1.0).contains(p)) {
            return Err(Absent::Invalid("predictions lie in 0–1"));
        }
        Ok(Self { p, paid })
    }

    /// Pairs.
    pub fn n(&self) -> u64 {
        self.p.len() as u64
    }

    /// Paid among them.
    pub fn paid(&self) -> u64 {
        self.paid.iter().filter(|paid| **paid).count() as u64
    }

    /// Paid fraction.
    pub fn base_rate(&self) -> f64 {
        self.paid() as f64 / self.n() as f64
    }

    /// Mean prediction.
    pub fn mean_prediction(&self) -> f64 {
        compensated_sum(self.p.iter().copied()) / self.n() as f64
    }

    /// The predictions.
    pub fn predictions(&self) -> &[f64] {
        &self.p
    }

    fn mean(&self, score: impl Fn(f64, bool) -> f64) -> f64 {
        compensated_sum(self.p.iter().zip(&self.paid).map(|(p, y)| score(*p, *y))) / self.n() as f64
    }

    /// Mean (p − y)²: 0 is perfect.
    pub fn brier(&self) -> f64 {
        self.mean(|p, y| (p - f64::from(u8::from(y))).powi(2))
    }

    /// 1 − Brier / Brier of always saying the base rate. Absent when all ended alike.
    pub fn brier_skill(&self) -> Answer<f64> {
        let rate = self.base_rate();
        let reference = rate * (1.0 - rate);
        if reference <= 0.0 { Err(Absent::OneClass) } else { Ok(1.0 - self.brier() / reference) }
    }

    /// Mean −ln P(what happened), predictions kept off 0 and 1 by one rounding step.
    pub fn log_loss(&self) -> f64 {
        self.mean(|p, y| {
            let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
            if y { -p.ln() } else { -(-p).ln_1p() }
        })
    }

    /// Chance that a paid journey was given a higher p than an unpaid one. Absent when all ended alike.
    pub fn auc(&self) -> Answer<f64> {
        let pick = |wanted: bool| -> Vec<f64> {
            self.p.iter().zip(&self.paid).filter(|(_, y)| **y == wanted).map(|(p, _)| *p).collect()
        };
        let (paid, unpaid) = (pick(true), pick(false));
        if paid.is_empty() || unpaid.is_empty() {
            return Err(Absent::OneClass);
        }
        Ok(rank::mann_whitney(&unpaid, &paid)?.u / (paid.len() as f64 * unpaid.len() as f64))
    }

    /// Mean |paid fraction − mean p| over `bins` bins of equal width, weighted by size.
    pub fn expected_calibration_error(&self, bins: u32) -> f64 {
        let mut groups = vec![(0.0, 0.0); bins.max(1) as usize];
        let last = groups.len() - 1;
        for (p, y) in self.p.iter().zip(&self.paid) {
            let group = &mut groups[((p * f64::from(bins)) as usize).min(last)];
            group.0 += p;
            group.1 += f64::from(u8::from(*y));
        }
        groups.iter().map(|(predicted, paid)| (predicted - paid).abs()).sum::<f64>() / self.n() as f64
    }

    /// z of the Brier score against what it should be if every p were right. Absent when every p is 0, ½ or 1.
    pub fn spiegelhalter_z(&self) -> Answer<f64> {
        let (mut up, mut variance) = (0.0, 0.0);
        for (p, y) in self.p.iter().zip(&self.paid) {
            up += (f64::from(u8::from(*y)) - p) * (1.0 - 2.0 * p);
            variance += (1.0 - 2.0 * p).powi(2) * p * (1.0 - p);
        }
        if variance <= 0.0 { Err(Absent::NoVariation) } else { Ok(up / variance.sqrt()) }
    }

    /// The line logit P(paid) = intercept + slope · logit p: (0, 1) is perfect, a slope below 1 over-confident.
    pub fn line(&self) -> Answer<Line> {
        let mut rows = Rows::new(2);
        for (p, y) in self.p.iter().zip(&self.paid) {
            let p = p.clamp(1e-12, 1.0 - 1e-12);
            rows.push(&[1.0, (p / (1.0 - p)).ln()], f64::from(u8::from(*y)), 1.0);
        }
        let fit = logistic::fit(&rows, Penalty::None)?;
        let half = normal::critical(0.95) * fit.errors()[1];
        Ok(Line {
            intercept: fit.coefficients[0],
            slope: fit.coefficients[1],
            slope_interval: Interval::around(fit.coefficients[1], half),
        })
    }
}

/// A calibration line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Logit at a prediction of ½.
    pub intercept: f64,
    /// Slope.
    pub slope: f64,
    /// 95 % interval of the slope.
    pub slope_interval: Interval,
}

/// Journeys that were all given the same p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SamePrediction {
    /// The prediction.
    pub p: f64,
    /// Journeys.
    pub n: u64,
    /// Paid.
    pub k: u64,
}

/// Brier = reliability − resolution + uncertainty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Murphy {
    /// Brier score.
    pub brier: f64,
    /// Σ n (p − k/n)² / N: 0 is perfect.
    pub reliability: f64,
    /// Σ n (k/n − K/N)² / N: more is better.
    pub resolution: f64,
    /// K/N (1 − K/N).
    pub uncertainty: f64,
}

/// Absent without journeys; empty groups count for nothing.
pub fn murphy(groups: &[SamePrediction]) -> Answer<Murphy> {
    let total: u64 = groups.iter().map(|g| g.n).sum();
    if total == 0 {
        return Err(Absent::NoData);
    }
    if groups.iter().any(|g| g.k > g.n) {
        return Err(Absent::Invalid("k ≤ n is needed"));
    }
    let base = groups.iter().map(|g| g.k).sum::<u64>() as f64 / total as f64;
    let (mut brier, mut reliability, mut resolution) = (0.0, 0.0, 0.0);
    for group in groups.iter().filter(|g| g.n > 0) {
        let (n, k) = (group.n as f64, group.k as f64);
        brier += k * (1.0 - group.p).powi(2) + (n - k) * group.p.powi(2);
        reliability += n * (group.p - k / n).powi(2);
        resolution += n * (k / n - base).powi(2);
    }
    let n = total as f64;
    Ok(Murphy {
        brier: brier / n,
        reliability: reliability / n,
        resolution: resolution / n,
        uncertainty: base * (1.0 - base),
    })
}

/// A prediction of being paid by the horizon, with what has been seen so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// Journeys of which all this is true.
    pub n: u64,
    /// Predicted.
    pub p: f64,
    /// Time seen, to the payment if paid.
    pub time: f64,
    /// How it stands.
    pub cause: Cause,
}

/// Brier score at `horizon` with journeys still open: each known outcome is weighted by one over the chance of having
/// been watched that long (censoring Kaplan–Meier). A closed journey is known to be unpaid.
pub fn brier_censored(journeys: &[Watched], horizon: f64) -> Answer<f64> {
    if journeys.is_empty() {
        return Err(Absent::NoData);
    }
    // The curve of being censored: a payment or a closing ends the watch.
    let watch = Curve::fit(&Exits::new(journeys.iter().map(|j| {
        let cause = if j.cause == Cause::Censored { Cause::Paid } else { Cause::Censored };
        (j.time, cause, j.n as f64)
    }))?)?;
    let mut sum = 0.0;
    for journey in journeys {
        let known = journey.cause != Cause::Censored && journey.time <= horizon;
        let paid = known && journey.cause == Cause::Paid;
        let weight = if known {
            before(&watch, journey.time)
        } else if journey.time >= horizon {
            watch.survival_at(horizon.next_down())
        } else {
            continue;
        };
        if weight <= 0.0 {
            return Err(Absent::NotReached);
        }
        sum += journey.n as f64 * (journey.p - f64::from(u8::from(paid))).powi(2) / weight;
    }
    Ok(sum / journeys.iter().map(|j| j.n).sum::<u64>() as f64)
}

/// S(time−).
fn before(curve: &Curve, time: f64) -> f64 {
    curve.survival_at(time.next_down())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watched(n: u64, p: f64, time: f64, cause: Cause) -> Watched {
        Watched { n, p, time, cause }
    }

    #[test]
    fn with_nothing_open_it_is_the_brier_score() {
        let all = [watched(3, 0.8, 5.0, Cause::Paid), watched(2, 0.3, 12.0, Cause::Censored)];
        let brier = brier_censored(&all, 8.0).unwrap();
        assert!((brier - (3.0 * 0.04 + 2.0 * 0.09) / 5.0).abs() < 1e-15, "{brier}");
    }

    /// By hand: one of four was last seen at 3, so that what is known later stands for 4/3.
    #[test]
    fn what_is_known_stands_for_what_is_not() {
        let all = [
            watched(1, 0.8, 5.0, Cause::Paid),
            watched(1, 0.3, 3.0, Cause::Censored),
            watched(1, 0.2, 10.0, Cause::Censored),
            watched(1, 0.6, 7.0, Cause::Closed),
        ];
        let brier = brier_censored(&all, 8.0).unwrap();
        assert!((brier - (0.04 + 0.04 + 0.36) / 0.75 / 4.0).abs() < 1e-15, "{brier}");
        assert_eq!(brier_censored(&[], 8.0), Err(Absent::NoData));
    }
}
