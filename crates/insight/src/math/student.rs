//! Student's t with real degrees of freedom, through the incomplete beta function, exact at any size.

use super::beta::{self, Unit};
use super::normal;

/// Above this the normal distribution is the t to all 16 digits.
const DOF_NORMAL: f64 = 1e14;

/// P(|T| > |t|).
pub fn two_sided(t: f64, dof: f64) -> f64 {
    if dof > DOF_NORMAL {
        return normal::two_sided(t);
    }
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    let at = Unit { x: dof / (dof + square), y: square / (dof + square) };
    beta::tails(dof / 2.0, 0.5, at).lower
}

/// P(T > t).
pub fn sf(t: f64, dof: f64) -> f64 {
    let tail = 0.5 * two_sided(t, dof);
    if t > 0.0 { tail } else { 1.0 - tail }
}

/// t with P(T > t) = `tail`, 0 < tail < 1.
pub fn upper_quantile(tail: f64, dof: f64) -> f64 {
    if tail > 0.5 {
        return -upper_quantile(1.0 - tail, dof);
    }
    if tail >= 0.5 {
        return 0.0;
    }
    if dof > DOF_NORMAL {
        return normal::upper_quantile(tail);
    }
    let at = beta::quantile(dof / 2.0, 0.5, 2.0 * tail);
    (dof * at.y / at.x).sqrt()
}
