//! Net revenue of the next days, in one currency, with what the same forecast was worth in the past.
//!
//! Open journeys pay on future days with the pooled curve's conditional chance given their age; new starts follow the
//! level of daily starts (local level, Durbin & Koopman) convolved with the curve; orders are drawn from past ones.
//! [`PATHS`] seeded paths. Back-test: the same forecast from weekly origins, against what then came and against the
//! naive "as much as in the days just before"; the naive wins when it was better. Minor units; never negative.

use super::LEVEL;
use crate::facts::columns::{Columns, HAS_MONEY};
use crate::facts::pass::{Ended, Question, ended};
use crate::facts::{CurrencyCode, Filter};
use crate::figure::{Absent, Answer, Interval, Method};
use crate::forecast::{local_level, scoring};
use crate::quantile;
use crate::random::Random;
use crate::survival::curve::Curve;
use crate::survival::{Cause, Exits};

/// Days of history and payments below which no forecast is made.
pub const HISTORY_DAYS_MIN: u32 = 14;
/// See [`HISTORY_DAYS_MIN`].
pub const PAYMENTS_MIN: usize = 10;
/// Simulated futures.
pub const PATHS: usize = 2_000;
/// Simulated futures at each origin of the back-test.
const BACK_TEST_PATHS: usize = 200;
const ORIGINS_MAX: u32 = 12;
const ORIGINS_MIN: u64 = 3;
const WEEK: u32 = 7;
const DAY_S: u32 = 86_400;
const SEED: u64 = 0x7768_7970_6169_6401;
/// Counts above this are drawn as a normal sum instead of one by one.
const DRAWN_ONE_BY_ONE_MAX: u64 = 200;

/// A window's forecast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The next so many days.
    pub days: u32,
    /// Mean over the paths, minor units.
    pub mean_minor: f64,
    /// Middle path.
    pub median_minor: f64,
    /// 95 % of paths.
    pub interval: Interval,
    /// 80 % of paths.
    pub inner: Interval,
}

/// What the forecast was worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackTest {
    /// Days of each forecast.
    pub days: u32,
    /// Weekly origins it was made from.
    pub origins: u64,
    /// Mean absolute error over the naive's: below 1 is better.
    pub mase: f64,
    /// Mean pinball loss of the 10 % and 90 % paths, minor units.
    pub pinball: f64,
    /// Part of the outcomes within the 80 % interval.
    pub coverage: f64,
}

/// A forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The currency.
    pub currency: CurrencyCode,
    /// The windows asked for.
    pub windows: Vec<Window>,
    /// Simulation, or [`Method::Count`] for the naive when it was better.
    pub method: Method,
    /// Back-test on the shortest window; absent while the history is too short for one.
    pub back_test: Answer<BackTest>,
}

/// A journey by whole days.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Journey {
    start: f64,
    ended: Option<(f64, bool)>,
    net_minor: i64,
}

/// Forecasts the question's journeys in one currency for the next `windows` days (ascending). Refuses under
/// [`HISTORY_DAYS_MIN`] days or [`PAYMENTS_MIN`] payments.
pub fn forecast(
    columns: &Columns,
    question: &Question,
    currency: CurrencyCode,
    windows: &[u32],
) -> Answer<Forecast> {
    let journeys = journeys(columns, question, currency);
    let today = f64::from(question.as_of_s) / f64::from(DAY_S);
    let history = History::until(&journeys, today)?;
    let shortest = *windows.first().ok_or(Absent::Invalid("at least one window is needed"))?;
    let back_test = back_test(&journeys, today, shortest);
    let naive_is_better = back_test.as_ref().is_ok_and(|test| test.mase > 1.0);
    let windows = if naive_is_better {
        windows.iter().map(|days| naive_window(&journeys, today, *days)).collect()
    } else {
        history.windows(windows, PATHS, SEED)
    };
    let method = if naive_is_better { Method::Count } else { Method::Simulation };
    Ok(Forecast { currency, windows, method, back_test })
}

fn journeys(columns: &Columns, question: &Question, currency: CurrencyCode) -> Vec<Journey> {
    let filter = Filter { currency: Some(currency), ..question.filter.clone() };
    let sieve = filter.sieve(columns, question.as_of_s);
    let day = |seconds: u32| f64::from(seconds) / f64::from(DAY_S);
    let mut list: Vec<Journey> = (0..columns.len())
        .filter(|at| sieve.passes(*at))
        .map(|at| {
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let start = day(columns.start_s[at]);
            let brings = how == Ended::Paid && columns.flags[at] & HAS_MONEY != 0;
            let ended = (how != Ended::Open).then(|| (start + day(after_s), how == Ended::Paid));
            Journey { start, ended, net_minor: if brings { columns.net_minor(at) } else { 0 } }
        })
        .collect();
    // Canonical order: draws depend on it.
    list.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    list
}

/// What is known at one day.
struct History {
    /// Chance of being paid on day d of a journey's life, and of being unpaid until then.
    paid_on: Vec<f64>,
    unpaid: Vec<f64>,
    open_by_age: Vec<f64>,
    orders: Vec<f64>,
    starts: (f64, f64),
}

impl History {
    fn until(journeys: &[Journey], today: f64) -> Answer<Self> {
        let seen: Vec<&Journey> = journeys.iter().filter(|journey| journey.start < today).collect();
        let first = seen.iter().map(|journey| journey.start).fold(today, f64::min);
        let days = (today - first).floor() as u32;
        if days < HISTORY_DAYS_MIN {
            return Err(Absent::TooFew { have: u64::from(days), needed: u64::from(HISTORY_DAYS_MIN) });
        }
        let ended = |journey: &Journey| journey.ended.filter(|(at, _)| *at <= today);
        let paid = |journey: &&&Journey| ended(journey).is_some_and(|(_, paid)| paid);
        let orders: Vec<f64> = seen.iter().filter(paid).map(|journey| journey.net_minor as f64).collect();
        if orders.len() < PAYMENTS_MIN {
            return Err(Absent::TooFew { have: orders.len() as u64, needed: PAYMENTS_MIN as u64 });
        }
        let exits = Exits::new(seen.iter().map(|journey| match ended(journey) {
            None => ((today - journey.start).floor(), Cause::Censored, 1.0),
            Some((at, true)) => ((at - journey.start).floor(), Cause::Paid, 1.0),
            Some((at, false)) => ((at - journey.start).floor(), Cause::Closed, 1.0),
        }))?;
        let curve = Curve::fit(&exits)?;
        let length = days as usize + 1;
        let unpaid: Vec<f64> = (0..=length).map(|d| curve.survival_at(d as f64 - 1.0)).collect();
        let paid_on = unpaid.windows(2).map(|pair| pair[0] - pair[1]).collect();
        let mut open_by_age = vec![0.0; length];
        for journey in seen.iter().filter(|journey| ended(journey).is_none()) {
            open_by_age[((today - journey.start).floor() as usize).min(length - 1)] += 1.0;
        }
        Ok(Self { paid_on, unpaid, open_by_age, orders, starts: daily_starts(&seen, first, today) })
    }

    /// Expected payments on each of the next days from journeys already open.
    fn of_open(&self, days: usize) -> Vec<f64> {
        let at = |list: &[f64], day: usize| list.get(day).copied().unwrap_or(0.0);
        (1..=days)
            .map(|ahead| {
                // Ages are spread over their day, so a day ahead straddles two days of life.
                let of_age = |(age, open): (usize, &f64)| {
                    let left = at(&self.unpaid, age) + at(&self.unpaid, age + 1);
                    let paid = at(&self.paid_on, age + ahead - 1) + at(&self.paid_on, age + ahead);
                    if left > 0.0 { open * paid / left } else { 0.0 }
                };
                self.open_by_age.iter().enumerate().map(of_age).sum()
            })
            .collect()
    }

    fn windows(&self, windows: &[u32], paths: usize, seed: u64) -> Vec<Window> {
        let longest = windows.iter().copied().max().unwrap_or(0) as usize;
        let open = self.of_open(longest);
        let mut random = Random::new(seed);
        let totals: Vec<Vec<f64>> = (0..paths).map(|_| self.path(&open, windows, &mut random)).collect();
        let of_window = |(index, days): (usize, &u32)| {
            let mut sums: Vec<f64> = totals.iter().map(|path| path[index]).collect();
            let mean_minor = sums.iter().sum::<f64>() / sums.len() as f64;
            let mut at = |q: f64| quantile::type_7(&mut sums, q).unwrap_or(0.0);
            let tail = (1.0 - LEVEL) / 2.0;
            Window {
                days: *days,
                mean_minor,
                median_minor: at(0.5),
                interval: Interval::new(at(tail), at(1.0 - tail)),
                inner: Interval::new(at(0.1), at(0.9)),
            }
        };
        windows.iter().enumerate().map(of_window).collect()
    }

    /// Cumulative revenue at the end of each window on one path.
    fn path(&self, open: &[f64], windows: &[u32], random: &mut Random) -> Vec<f64> {
        let (level, error) = self.starts;
        let per_day = (level + error * random.normal()).max(0.0);
        let (mut total, mut arrived) = (0.0, 0.0);
        let mut at_end = Vec::with_capacity(open.len());
        for (day, expected) in open.iter().enumerate() {
            // New starts of the days before, each with its share of the curve: the sum of the curve so far.
            arrived += self.paid_on.get(day).copied().unwrap_or(0.0);
            total += self.revenue(random.poisson(expected + per_day * arrived), random);
            at_end.push(total);
        }
        windows
            .iter()
            .map(|days| at_end.get((*days as usize).wrapping_sub(1)).copied().unwrap_or(0.0))
            .collect()
    }

    fn revenue(&self, payments: u64, random: &mut Random) -> f64 {
        if payments <= DRAWN_ONE_BY_ONE_MAX {
            return (0..payments).map(|_| self.orders[random.below(self.orders.len())]).sum();
        }
        let n = self.orders.len() as f64;
        let mean = self.orders.iter().sum::<f64>() / n;
        let variance = self.orders.iter().map(|order| (order - mean).powi(2)).sum::<f64>() / n;
        let count = payments as f64;
        (count * mean + (count * variance).sqrt() * random.normal()).max(0.0)
    }
}

/// Level of daily starts and its standard error, from the last weeks.
fn daily_starts(seen: &[&Journey], first: f64, today: f64) -> (f64, f64) {
    const LOOK_BACK_DAYS: f64 = 84.0;
    let from = (today - LOOK_BACK_DAYS).max(first);
    let days = ((today - from).floor() as usize).max(1);
    let mut series = vec![0.0; days];
    for journey in seen.iter().filter(|journey| journey.start >= today - days as f64) {
        series[((journey.start - (today - days as f64)) as usize).min(days - 1)] += 1.0;
    }
    let mean = series.iter().sum::<f64>() / days as f64;
    match local_level::fit(&series) {
        Ok(fit) => (fit.level.max(0.0), (fit.level_variance + fit.drift).max(0.0).sqrt()),
        Err(_) => (mean, (mean / days as f64).sqrt()),
    }
}

fn earned_between(journeys: &[Journey], from: f64, until: f64) -> f64 {
    let within =
        journeys.iter().filter(|j| j.ended.is_some_and(|(at, paid)| paid && at > from && at <= until));
    within.map(|journey| journey.net_minor as f64).sum()
}

/// The last `days` days again, as uncertain as its own past errors over weekly origins.
fn naive_window(journeys: &[Journey], today: f64, days: u32) -> Window {
    let span = f64::from(days);
    let last = earned_between(journeys, today - span, today);
    let mut errors: Vec<f64> = (0..ORIGINS_MAX)
        .map(|week| today - f64::from(week * WEEK))
        .map(|end| {
            earned_between(journeys, end - span, end) - earned_between(journeys, end - 2.0 * span, end - span)
        })
        .collect();
    let mut at = |q: f64| (last + quantile::type_7(&mut errors, q).unwrap_or(0.0)).max(0.0);
    Window {
        days,
        mean_minor: last,
        median_minor: last,
        interval: Interval::new(at((1.0 - LEVEL) / 2.0), at(f64::midpoint(1.0, LEVEL))),
        inner: Interval::new(at(0.1), at(0.9)),
    }
}

fn back_test(journeys: &[Journey], today: f64, days: u32) -> Answer<BackTest> {
    let span = f64::from(days);
    let (mut actual, mut middle, mut low, mut high, mut naive) = (vec![], vec![], vec![], vec![], vec![]);
    for week in 0..ORIGINS_MAX {
        let origin = today - span - f64::from(week * WEEK);
        let Ok(history) = History::until(journeys, origin) else { break };
        let window = history.windows(&[days], BACK_TEST_PATHS, SEED ^ u64::from(week + 1))[0];
        actual.push(earned_between(journeys, origin, origin + span));
        naive.push(earned_between(journeys, origin - span, origin));
        middle.push(window.median_minor);
        low.push(window.inner.low);
        high.push(window.inner.high);
    }
    if (actual.len() as u64) < ORIGINS_MIN {
        return Err(Absent::TooFew { have: actual.len() as u64, needed: ORIGINS_MIN });
    }
    let scale = actual.iter().zip(&naive).map(|(a, n)| (a - n).abs()).sum::<f64>() / actual.len() as f64;
    let pinball =
        f64::midpoint(scoring::pinball(&actual, &low, 0.1)?, scoring::pinball(&actual, &high, 0.9)?);
    Ok(BackTest {
        days,
        origins: actual.len() as u64,
        mase: scoring::mase(&actual, &middle, scale)?,
        pinball,
        coverage: scoring::coverage(&actual, &low, &high)?,
    })
}
