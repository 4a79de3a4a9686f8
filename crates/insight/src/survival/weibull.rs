//! A Weibull delay, S(t) = exp(−(t/λ)^ρ), by maximum likelihood with open journeys.
//!
//! λ has a closed form given ρ; ρ is a root of the profile score (Klein & Moeschberger 2003, 12.2).

use super::Exits;
use crate::figure::{Absent, Answer};
use crate::math::optimum;

/// A fitted Weibull delay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    /// Scale λ, in the unit of the times.
    pub scale: f64,
    /// Shape ρ: below 1 the payments come early, then trickle.
    pub shape: f64,
    /// Log-likelihood.
    pub log_likelihood: f64,
}

impl Weibull {
    /// S(time).
    pub fn survival_at(&self, time: f64) -> f64 {
        (-(time / self.scale).powf(self.shape)).exp()
    }
}

/// Closed journeys count as censored. Absent below two payments at different times, or with a time of 0.
pub fn fit(exits: &Exits) -> Answer<Weibull> {
    let rows = exits.as_slice();
    if rows.iter().any(|exit| exit.time <= 0.0) {
        return Err(Absent::Invalid("times above 0 are needed"));
    }
    let paid = exits.paid();
    let payment_times = rows.iter().filter(|exit| exit.paid > 0.0).count();
    if payment_times == 0 {
        return Err(Absent::NoData);
    }
    if rows.len() < 2 {
        return Err(Absent::NoVariation);
    }
    let longest = rows[rows.len() - 1].time;
    let mean_log: f64 = rows.iter().map(|exit| exit.paid * (exit.time / longest).ln()).sum::<f64>() / paid;
    // Times relative to the longest keep the powers in range.
    let powers = |shape: f64| {
        rows.iter().fold((0.0, 0.0), |(plain, logged), exit| {
            let relative = exit.time / longest;
            let power = exit.total() * relative.powf(shape);
            (plain + power, logged + power * relative.ln())
        })
    };
    let score = |log_shape: f64| {
        let shape = log_shape.exp();
        let (plain, logged) = powers(shape);
        1.0 / shape + mean_log - logged / plain
    };
    let shape = optimum::root(score, 1e-3_f64.ln(), 1e3_f64.ln()).ok_or(Absent::NotConverged)?.exp();
    let scale = longest * (powers(shape).0 / paid).powf(1.0 / shape);
    let logs: f64 = rows.iter().map(|exit| exit.paid * exit.time.ln()).sum();
    let log_likelihood = paid * (shape.ln() - shape * scale.ln()) + (shape - 1.0) * logs - paid;
    Ok(Weibull { scale, shape, log_likelihood })
}
