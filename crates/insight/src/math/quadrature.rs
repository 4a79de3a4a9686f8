//! Gauss–Legendre integration.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Points a panel; exact for polynomials to degree 31.
const POINTS: usize = 16;

/// Nodes on [−1, 1] with their weights.
static RULE: LazyLock<[(f64, f64); POINTS]> = LazyLock::new(rule);

/// Roots of the Legendre polynomial by Newton's method (Numerical Recipes, gauleg).
fn rule() -> [(f64, f64); POINTS] {
    let n = POINTS as f64;
    std::array::from_fn(|index| {
        let mut x = (PI * (index as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut current, mut previous) = (1.0, 0.0);
            for degree in 0..POINTS {
                let k = degree as f64;
                (current, previous) = (((2.0 * k + 1.0) * x * current - k * previous) / (k + 1.0), current);
            }
            slope = n * (x * current - previous) / (x * x - 1.0);
            let step = current / slope;
            x -= step;
            if step.abs() < 1e-16 {
                break;
            }
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    })
}

/// Points and weights over the panels between neighbouring `breaks` (ascending).
pub fn nodes(breaks: &[f64]) -> Vec<(f64, f64)> {
    let mut all = Vec::with_capacity(breaks.len() * POINTS);
    for pair in breaks.windows(2) {
        let (middle, half) = (f64::midpoint(pair[0], pair[1]), 0.5 * (pair[1] - pair[0]));
        all.extend(RULE.iter().map(|(x, weight)| (middle + half * x, half * weight)));
    }
    all
}
