//! The chi-squared distribution.

use super::gamma;

/// P(X > x) with `dof` degrees of freedom, `dof` > 0.
pub fn sf(x: f64, dof: f64) -> f64 {
    gamma::upper_regularised(dof / 2.0, x / 2.0)
}
