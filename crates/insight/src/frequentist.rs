//! Comparison of two means with unequal variances: Welch's t, absolute or relative (delta method), one- or two-sided,
//! or always-valid.
//!
//! Relative difference (b − a)/a with variance s²_b/(a² n_b) + s²_a b²/(a⁴ n_a); degrees of freedom after Welch 1947
//! and Satterthwaite 1946. Money is in minor units of one currency.

use crate::figure::{Absent, Answer, Interval};
use crate::math::student;
use crate::moments::Measured;
use crate::sequential::Asymptotic;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// b − a.
    Absolute,
    /// (b − a) / a.
    Relative,
}

/// Which departures from "no difference" count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Test {
    /// Either direction.
    TwoSided,
    /// Only b above a; the interval has no upper bound.
    Greater,
    /// Only b below a; the interval has no lower bound.
    Less,
    /// Either direction, looked at any number of times; units at which it is tightest.
    Sequential {
        /// Both arms together.
        tuning: f64,
    },
}

/// A comparison's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The difference.
    pub difference: f64,
    /// Its interval at 1 − alpha.
    pub interval: Interval,
    /// p for "no difference".
    pub p: f64,
    /// Standard error.
    pub error: f64,
    /// Welch–Satterthwaite degrees of freedom.
    pub dof: f64,
}

/// `treatment` against `control`. Absent without units, without variation in either arm, or relative to zero.
pub fn compare(
    control: &Measured,
    treatment: &Measured,
    difference: Difference,
    test: Test,
    alpha: f64,
) -> Answer<Comparison> {
    comparable(control, treatment, difference)?;
    let (estimate, variance) = effect(control, treatment, difference);
    decide(control, treatment, estimate, variance, test, alpha)
}

/// b − a between two-sided bounds; one arm may be constant, as when nothing in it was paid.
pub fn welch(control: &Measured, treatment: &Measured, alpha: f64) -> Answer<Comparison> {
    let fewest = control.n.min(treatment.n);
    if fewest < 2 {
        return Err(Absent::TooFew { have: fewest, needed: 2 });
    }
    let (estimate, variance) = effect(control, treatment, Difference::Absolute);
    if variance <= 0.0 {
        return Err(Absent::NoVariation);
    }
    decide(control, treatment, estimate, variance, Test::TwoSided, alpha)
}

/// Both have units that vary, and a relative difference has something to relate to.
pub(crate) fn comparable(control: &Measured, treatment: &Measured, difference: Difference) -> Answer<()> {
    if control.n == 0 || treatment.n == 0 {
        return Err(Absent::NoData);
    }
    if difference == Difference::Relative && control.unadjusted_mean == 0.0 {
        return Err(Absent::ZeroBaseline);
    }
    if control.variance <= 0.0 || treatment.variance <= 0.0 {
        return Err(Absent::NoVariation);
    }
    Ok(())
}

/// The difference and the variance of its estimate.
pub(crate) fn effect(control: &Measured, treatment: &Measured, difference: Difference) -> (f64, f64) {
    let raw = treatment.mean - control.mean;
    match difference {
        Difference::Absolute => (raw, treatment.squared_error() + control.squared_error()),
        Difference::Relative => {
            let (a, b) = (control.unadjusted_mean, treatment.unadjusted_mean);
            let variance =
                treatment.squared_error() / (a * a) + control.squared_error() * (b * b) / a.powi(4);
            (raw / a, variance)
        }
    }
}

fn decide(
    control: &Measured,
    treatment: &Measured,
    estimate: f64,
    variance: f64,
    test: Test,
    alpha: f64,
) -> Answer<Comparison> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Absent::Invalid("alpha lies between 0 and 1"));
    }
    let error = variance.sqrt();
    let dof = degrees_of_freedom(control, treatment);
    if !dof.is_finite() || dof <= 0.0 {
        return Err(Absent::TooFew { have: control.n.min(treatment.n), needed: 2 });
    }
    let t = estimate / error;
    let width = |tail: f64| student::upper_quantile(tail, dof) * error;
    let (interval, p) = match test {
        Test::TwoSided => (Interval::around(estimate, width(alpha / 2.0)), student::two_sided(t, dof)),
        Test::Greater => (Interval::new(estimate - width(alpha), f64::INFINITY), student::sf(t, dof)),
        Test::Less => (Interval::new(f64::NEG_INFINITY, estimate + width(alpha)), student::sf(-t, dof)),
        Test::Sequential { tuning } => {
            let units = (control.n + treatment.n) as f64;
            let sequence = Asymptotic::tuned(alpha, tuning)?;
            let half = sequence.half_width(units, variance * units);
            (Interval::around(estimate, half), sequence.p_value(units, t * t))
        }
    };
    Ok(Comparison { difference: estimate, interval, p, error, dof })
}

fn degrees_of_freedom(control: &Measured, treatment: &Measured) -> f64 {
    let part = |arm: &Measured| {
        let square = arm.squared_error().powi(2);
        if square == 0.0 { 0.0 } else { square / (arm.n as f64 - 1.0) }
    };
    (control.squared_error() + treatment.squared_error()).powi(2) / (part(control) + part(treatment))
}
