//! Sample quantiles.

use crate::figure::{Absent, Answer};

/// Quantile `q` of `values`, between order statistics by Hyndman & Fan's type 7 (NumPy's and R's default).
pub fn type_7(values: &mut [f64], q: f64) -> Answer<f64> {
    with_zeros(values, 0, q)
}

/// The same as if `zeros` zeros were among the values, none of which may then be negative: revenue of journeys that
/// brought nothing need not be stored. Reorders `values`.
pub fn with_zeros(values: &mut [f64], zeros: u64, q: f64) -> Answer<f64> {
    if !(0.0..=1.0).contains(&q) || values.iter().any(|v| v.is_nan()) {
        return Err(Absent::Invalid("a quantile lies in 0–1"));
    }
    let n = values.len() as u64 + zeros;
    if n == 0 {
        return Err(Absent::NoData);
    }
    let at = q * (n - 1) as f64;
    let below = at.floor();
    let fraction = at - below;
    let low = order_statistic(values, zeros, below as u64);
    if fraction == 0.0 {
        return Ok(low);
    }
    let high = order_statistic(values, zeros, below as u64 + 1);
    Ok(low + (high - low) * fraction)
}

fn order_statistic(values: &mut [f64], zeros: u64, rank: u64) -> f64 {
    match rank.checked_sub(zeros) {
        None => 0.0,
        Some(index) => *values.select_nth_unstable_by(index as usize, f64::total_cmp).1,
    }
}
