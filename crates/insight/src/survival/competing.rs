//! Aalen–Johansen: the chance of being paid by a time when a journey may also be closed unpaid.
//!
//! F₁(t) = Σ S(t−) d₁/n over payment times, S over every cause (Aalen & Johansen 1978). 1 − Kaplan–Meier would count
//! closed journeys as if they might still pay, and says too much. Variance by the delta method (Dinse & Larson 1986;
//! Marubini & Valsecchi 1995, 10.12); interval on ln(−ln(1 − F₁)). Equal to Kaplan–Meier when nothing was closed.

use super::Exits;
use super::curve::log_log;
use crate::figure::{Absent, Answer, Interval};

/// Cumulative incidence just after one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Time.
    pub time: f64,
    /// At risk just before it.
    pub at_risk: f64,
    /// Paid at it.
    pub paid: f64,
    /// Paid or closed at it.
    pub ended: f64,
    /// P(neither paid nor closed) just before it.
    pub before: f64,
    /// P(paid by it).
    pub incidence: f64,
}

/// A fitted cumulative incidence of payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Incidence {
    steps: Vec<Step>,
}

impl Incidence {
    /// Absent without journeys.
    pub fn fit(exits: &Exits) -> Answer<Self> {
        let mut at_risk = exits.total();
        if at_risk <= 0.0 {
            return Err(Absent::NoData);
        }
        let (mut free, mut incidence) = (1.0, 0.0);
        let mut steps = Vec::new();
        for exit in exits.as_slice() {
            let ended = exit.paid + exit.closed;
            if ended > 0.0 {
                incidence += free * exit.paid / at_risk;
                steps.push(Step {
                    time: exit.time,
                    at_risk,
                    paid: exit.paid,
                    ended,
                    before: free,
                    incidence,
                });
                free *= ((at_risk - ended) / at_risk).max(0.0);
            }
            at_risk -= exit.total();
        }
        Ok(Self { steps })
    }

    /// One step for each time at which a journey was paid or closed.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn until(&self, time: f64) -> &[Step] {
        &self.steps[..self.steps.partition_point(|step| step.time <= time)]
    }

    /// P(paid by `time`).
    pub fn at(&self, time: f64) -> f64 {
        self.until(time).last().map_or(0.0, |step| step.incidence)
    }

    /// Variance of the incidence at `time`.
    pub fn variance_at(&self, time: f64) -> f64 {
        let steps = self.until(time);
        let now = self.at(time);
        let mut variance = 0.0;
        for step in steps {
            let left = now - step.incidence;
            let n = step.at_risk;
            if step.ended < n {
                variance += left * left * step.ended / (n * (n - step.ended));
            }
            variance += step.before.powi(2) * step.paid * (n - step.paid) / n.powi(3);
            variance -= 2.0 * left * step.before * step.paid / (n * n);
        }
        variance.max(0.0)
    }

    /// Incidence at `time` with its log-log interval; a point at 0 and 1.
    pub fn conversion_at(&self, time: f64, level: f64) -> (f64, Interval) {
        let paid = self.at(time);
        let rest = 1.0 - paid;
        if paid <= 0.0 || rest <= 0.0 {
            return (paid, Interval::new(paid, paid));
        }
        let error = self.variance_at(time).sqrt() / (rest * rest.ln().abs());
        let band = log_log(rest, error, level);
        (paid, Interval::new(1.0 - band.high, 1.0 - band.low))
    }
}
