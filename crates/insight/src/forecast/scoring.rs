//! What a forecast was worth: MASE (Hyndman & Koehler 2006), pinball loss (Koenker & Bassett 1978), coverage.

use crate::figure::{Absent, Answer};

/// Mean |y_t − y_{t−period}|: what the seasonal naive misses by. Absent without a full season and one more value.
pub fn naive_scale(y: &[f64], period: usize) -> Answer<f64> {
    if period == 0 {
        return Err(Absent::Invalid("a period of at least 1 is needed"));
    }
    if y.len() <= period {
        return Err(Absent::TooFew { have: y.len() as u64, needed: period as u64 + 1 });
    }
    let sum: f64 = y.iter().zip(&y[period..]).map(|(before, now)| (now - before).abs()).sum();
    Ok(sum / (y.len() - period) as f64)
}

/// The last season again and again.
pub fn seasonal_naive(y: &[f64], period: usize, steps: usize) -> Answer<Vec<f64>> {
    if period == 0 || y.len() < period {
        return Err(Absent::TooFew { have: y.len() as u64, needed: period.max(1) as u64 });
    }
    let season = &y[y.len() - period..];
    Ok((0..steps).map(|h| season[h % period]).collect())
}

/// Mean absolute error over `scale`: below 1 beats the naive. Absent when nothing varied.
pub fn mase(actual: &[f64], forecast: &[f64], scale: f64) -> Answer<f64> {
    same_length(actual, forecast)?;
    if scale <= 0.0 {
        return Err(Absent::NoVariation);
    }
    let sum: f64 = actual.iter().zip(forecast).map(|(a, f)| (a - f).abs()).sum();
    Ok(sum / actual.len() as f64 / scale)
}

/// Mean pinball loss of forecasts of the `q` quantile.
pub fn pinball(actual: &[f64], forecast: &[f64], q: f64) -> Answer<f64> {
    same_length(actual, forecast)?;
    let loss = |a: &f64, f: &f64| if a >= f { q * (a - f) } else { (1.0 - q) * (f - a) };
    Ok(actual.iter().zip(forecast).map(|(a, f)| loss(a, f)).sum::<f64>() / actual.len() as f64)
}

/// Fraction of values within their bounds, bounds included.
pub fn coverage(actual: &[f64], low: &[f64], high: &[f64]) -> Answer<f64> {
    same_length(actual, low)?;
    same_length(actual, high)?;
    let inside = actual.iter().zip(low.iter().zip(high)).filter(|(a, (l, h))| l <= a && a <= h).count();
    Ok(inside as f64 / actual.len() as f64)
}

fn same_length(a: &[f64], b: &[f64]) -> Answer<()> {
    if a.is_empty() {
        return Err(Absent::NoData);
    }
    if a.len() == b.len() { Ok(()) } else { Err(Absent::Invalid("as many forecasts as values are needed")) }
}
