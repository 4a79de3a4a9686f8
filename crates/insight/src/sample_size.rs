//! How many journeys an experiment takes.

use crate::figure::{Absent, Answer};
use crate::math::normal;

/// Journeys per arm, not rounded, to tell rate `p1` from `p2` with a two-sided test.
///
/// n = (z_{α/2} √(2 p̄ q̄) + z_β √(p1 q1 + p2 q2))² / (p1 − p2)² (Fleiss, Levin & Paik 2003, 4.14, no continuity
/// correction). Round up.
pub fn per_arm(p1: f64, p2: f64, alpha: f64, power: f64) -> Answer<f64> {
    let unit = |x: f64| x > 0.0 && x < 1.0;
    if !(0.0..=1.0).contains(&p1) || !(0.0..=1.0).contains(&p2) || !unit(alpha) || !unit(power) {
        return Err(Absent::Invalid("rates in 0–1, alpha and power strictly between"));
    }
    if p1 == p2 {
        return Err(Absent::NoVariation);
    }
    let mean = f64::midpoint(p1, p2);
    let under_null = normal::upper_quantile(alpha / 2.0) * (2.0 * mean * (1.0 - mean)).sqrt();
    let under_difference = normal::quantile(power) * (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt();
    Ok(((under_null + under_difference) / (p1 - p2)).powi(2))
}
