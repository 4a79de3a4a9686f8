//! Kaplan–Meier with log-log bands, its quantiles, and Nelson–Aalen.
//!
//! S(t) = Π (1 − d/n) over payment times ≤ t (Kaplan & Meier 1958); at ties payments precede censorings. Variance by
//! Greenwood 1926; interval on ln(−ln S) (Kalbfleisch & Prentice 1980). Quantile intervals invert the bands
//! (Brookmeyer & Crowley 1982).

use super::{Exit, Exits};
use crate::figure::{Absent, Answer, Interval};
use crate::math::normal;

/// Below a quantile within this counts as at it: products of fractions miss by rounding.
const ROUNDING: f64 = 1e-12;

/// The curve just after one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Time.
    pub time: f64,
    /// Journeys at risk just before it.
    pub at_risk: f64,
    /// Payments at it.
    pub paid: f64,
    /// S: the fraction not yet paid after it.
    pub survival: f64,
    /// Greenwood's Σ d / (n (n − d)) up to it.
    pub greenwood: f64,
    /// Nelson–Aalen Σ d / n up to it.
    pub hazard: f64,
}

/// A fitted curve; closed journeys count as censored here (see [`competing`](super::competing)).
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    last_time: f64,
    total: f64,
}

impl Curve {
    /// Absent without journeys.
    pub fn fit(exits: &Exits) -> Answer<Self> {
        let total = exits.total();
        if total <= 0.0 {
            return Err(Absent::NoData);
        }
        let mut at_risk = total;
        let (mut survival, mut greenwood, mut hazard) = (1.0, 0.0, 0.0);
        let mut steps = Vec::new();
        for exit in exits.as_slice() {
            let Exit { time, paid, .. } = *exit;
            if paid > 0.0 {
                survival = if paid >= at_risk { 0.0 } else { survival * (1.0 - paid / at_risk) };
                greenwood += paid / (at_risk * (at_risk - paid));
                hazard += paid / at_risk;
            }
            steps.push(Step { time, at_risk, paid, survival, greenwood, hazard });
            at_risk -= exit.total();
        }
        let last_time = steps.last().map_or(0.0, |step| step.time);
        Ok(Self { steps, last_time, total })
    }

    /// One step for each time at which anything happened.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Journeys in all.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The largest time at which a journey was seen.
    pub fn last_time(&self) -> f64 {
        self.last_time
    }

    fn step_at(&self, time: f64) -> Option<&Step> {
        let after = self.steps.partition_point(|step| step.time <= time);
        after.checked_sub(1).map(|index| &self.steps[index])
    }

    /// S(time); beyond the last time the curve stays where it is.
    pub fn survival_at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(1.0, |step| step.survival)
    }

    /// Nelson–Aalen cumulative hazard at `time`.
    pub fn hazard_at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(0.0, |step| step.hazard)
    }

    /// Journeys seen open for at least `time`.
    pub fn at_risk_at(&self, time: f64) -> f64 {
        self.steps.get(self.steps.partition_point(|step| step.time < time)).map_or(0.0, |step| step.at_risk)
    }

    /// Pointwise band of S(time): exp(−exp(ln(−ln S) ± z √greenwood / |ln S|)); a point where S is 0 or 1.
    pub fn band_at(&self, time: f64, level: f64) -> Interval {
        self.step_at(time).map_or(Interval::new(1.0, 1.0), |step| band(step.survival, step.greenwood, level))
    }

    /// F(time) = 1 − S(time) with its band.
    pub fn conversion_at(&self, time: f64, level: f64) -> (f64, Interval) {
        let band = self.band_at(time, level);
        (1.0 - self.survival_at(time), Interval::new(1.0 - band.high, 1.0 - band.low))
    }

    /// The first time at which S ≤ 1 − `paid_fraction` (the median for 0.5); absent while the curve is above.
    pub fn quantile(&self, paid_fraction: f64) -> Answer<f64> {
        self.first_below(1.0 - paid_fraction, |step| step.survival).ok_or(Absent::NotReached)
    }

    /// The quantile's interval: where the bands cross. The upper bound is infinite while the upper band is above, and
    /// so is the lower while even the lower band is.
    pub fn quantile_interval(&self, paid_fraction: f64, level: f64) -> Interval {
        let target = 1.0 - paid_fraction;
        let crossing = |pick: fn(Interval) -> f64| {
            self.first_below(target, |step| pick(band(step.survival, step.greenwood, level)))
        };
        let low = crossing(|band| band.low).unwrap_or(f64::INFINITY);
        Interval::new(low, crossing(|band| band.high).unwrap_or(f64::INFINITY))
    }

    fn first_below(&self, target: f64, height: impl Fn(&Step) -> f64) -> Option<f64> {
        self.steps.iter().find(|step| height(step) <= target + ROUNDING).map(|step| step.time)
    }
}

fn band(survival: f64, greenwood: f64, level: f64) -> Interval {
    if survival <= 0.0 || survival >= 1.0 {
        return Interval::new(survival, survival);
    }
    log_log(survival, greenwood.sqrt() / survival.ln().abs(), level)
}

/// The interval of a fraction S in (0, 1) whose ln(−ln S) has standard error `error`.
pub(crate) fn log_log(survival: f64, error: f64, level: f64) -> Interval {
    let shift = normal::critical(level) * error;
    let centre = (-survival.ln()).ln();
    Interval::new((-(centre + shift).exp()).exp(), (-(centre - shift).exp()).exp())
}
