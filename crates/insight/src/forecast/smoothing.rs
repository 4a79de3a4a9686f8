//! Exponential smoothing: simple, and Holt–Winters with damped trend and additive season.
//!
//! Level l ← α(y − s) + (1 − α)(l + φb), trend b ← β(l − l₋₁) + (1 − β)φb, season s ← γ(y − l₋₁ − φb₋₁) + (1 − γ)s
//! (Holt 1957; Winters 1960; Gardner & McKenzie 1985). Values are in the series' own unit.

use crate::figure::{Absent, Answer};
use crate::math::optimum;

/// Smoothing constants, each in 0–1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants {
    /// Level α.
    pub alpha: f64,
    /// Trend β.
    pub beta: f64,
    /// Season γ.
    pub gamma: f64,
    /// Damping φ: 1 lets the trend run on.
    pub phi: f64,
}

/// Where the series stands: level, trend, and the season's next values in order.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Level.
    pub level: f64,
    /// Trend per step.
    pub trend: f64,
    /// Seasonal offsets, the next step's first. Empty for none.
    pub season: Vec<f64>,
}

/// A smoothed series.
#[derive(Clone, Debug, PartialEq)]
pub struct Smoothed {
    /// After the last value.
    pub state: State,
    /// Sum of squared one-step errors.
    pub sse: f64,
    /// The one-step errors.
    pub errors: Vec<f64>,
    phi: f64,
    /// The seasonal offset that the last value replaced.
    replaced: Option<f64>,
}

/// Runs `constants` over `y` from `start`, optimising nothing.
pub fn holt_winters(y: &[f64], constants: Constants, start: State) -> Smoothed {
    let Constants { alpha, beta, gamma, phi } = constants;
    let mut state = start;
    let period = state.season.len();
    let mut errors = Vec::with_capacity(y.len());
    let mut replaced = None;
    for (t, value) in y.iter().enumerate() {
        let season = if period == 0 { 0.0 } else { state.season[t % period] };
        let carried = state.level + phi * state.trend;
        errors.push(value - carried - season);
        let level = alpha * (value - season) + (1.0 - alpha) * carried;
        state.trend = beta * (level - state.level) + (1.0 - beta) * phi * state.trend;
        state.level = level;
        if period > 0 {
            replaced = Some(season);
            state.season[t % period] = gamma * (value - carried) + (1.0 - gamma) * season;
        }
    }
    if period > 0 {
        state.season.rotate_left(y.len() % period);
    }
    let sse = errors.iter().map(|e| e * e).sum();
    Smoothed { state, sse, errors, phi, replaced }
}

impl Smoothed {
    /// The next `steps` values.
    pub fn forecast(&self, steps: usize) -> Vec<f64> {
        self.ahead(steps, &self.state.season)
    }

    /// As statsmodels 0.15 forecasts: its `ExponentialSmoothing` leaves the last value's update of the season out
    /// (it copies the season from one period before). To compare with it only; [`Smoothed::forecast`] uses all values.
    pub fn forecast_like_statsmodels(&self, steps: usize) -> Vec<f64> {
        let mut season = self.state.season.clone();
        if let (Some(last), Some(replaced)) = (season.last_mut(), self.replaced) {
            *last = replaced;
        }
        self.ahead(steps, &season)
    }

    fn ahead(&self, steps: usize, season: &[f64]) -> Vec<f64> {
        let State { level, trend, .. } = &self.state;
        let (mut damping, mut run) = (1.0, 0.0);
        (0..steps)
            .map(|h| {
                damping *= self.phi;
                run += damping;
                let offset = if season.is_empty() { 0.0 } else { season[h % season.len()] };
                level + run * trend + offset
            })
            .collect()
    }
}

/// Simple smoothing from l₀ = y₀ with the α that makes the one-step errors smallest.
/// Absent below two values; α is `None` when nothing varies.
pub fn simple(y: &[f64]) -> Answer<(f64, f64)> {
    if y.len() < 2 {
        return Err(Absent::TooFew { have: y.len() as u64, needed: 2 });
    }
    if y.iter().all(|v| *v == y[0]) {
        return Err(Absent::NoVariation);
    }
    let run = |alpha: f64| {
        y[1..].iter().fold((y[0], 0.0), |(level, sse), value| {
            let error = value - level;
            (level + alpha * error, sse + error * error)
        })
    };
    let alpha = lowest(|alpha| run(alpha).1);
    Ok((alpha, run(alpha).0))
}

/// A minimum in [0, 1] of a function with perhaps several valleys: the best cell of a grid, then golden section.
fn lowest(f: impl Fn(f64) -> f64) -> f64 {
    const CELLS: u32 = 50;
    let at = |cell: u32| f64::from(cell) / f64::from(CELLS);
    let best = (0..=CELLS).min_by(|a, b| f(at(*a)).total_cmp(&f(at(*b)))).unwrap_or(0);
    let inside = optimum::valley(&f, at(best.saturating_sub(1)), at((best + 1).min(CELLS)));
    if f(at(best)) < f(inside) { at(best) } else { inside }
}

/// Damped Holt–Winters with all constants chosen to make the one-step errors smallest, starting from the first two
/// seasons' means (Hyndman & Athanasopoulos 2021, 8.3). Absent below two full seasons, or when nothing varies.
pub fn fit_damped(y: &[f64], period: usize) -> Answer<Smoothed> {
    let needed = 2 * period.max(1) as u64;
    if (y.len() as u64) < needed {
        return Err(Absent::TooFew { have: y.len() as u64, needed });
    }
    if y.iter().all(|v| *v == y[0]) {
        return Err(Absent::NoVariation);
    }
    let start = first_seasons(y, period);
    let unpack = |x: &[f64]| {
        let unit = |v: f64, low: f64, high: f64| low + (high - low) / (1.0 + (-v).exp());
        let alpha = unit(x[0], 0.0001, 0.9999);
        Constants {
            alpha,
            beta: unit(x[1], 0.0001, 0.9999),
            gamma: unit(x[2], 0.0001, 0.9999),
            phi: unit(x[3], 0.8, 0.98),
        }
    };
    let (best, _) = optimum::nelder_mead(
        |x| holt_winters(y, unpack(x), start.clone()).sse,
        &[-1.0, -3.0, -2.0, 0.0],
        1.0,
    );
    Ok(holt_winters(y, unpack(&best), start))
}

fn first_seasons(y: &[f64], period: usize) -> State {
    if period < 2 {
        return State { level: y[0], trend: 0.0, season: Vec::new() };
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (first, second) = (mean(&y[..period]), mean(&y[period..2 * period]));
    let season = y[..period].iter().map(|v| v - first).collect();
    State { level: first, trend: (second - first) / period as f64, season }
}
