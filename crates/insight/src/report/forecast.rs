//! Net revenue of the next days, in one currency, with what the same forecast was worth in the past.
//!
//! Open journeys pay on future days with the pooled curve's conditional chance given their age; new starts follow the
//! level of daily starts (local level, Durbin & Koopman) convolved with the curve; orders are drawn from past ones.
//! [`PATHS`] seeded paths. Back-test: the same forecast from weekly origins, against what then came and against the
//! naive "as much as in the days just before", or, with a year and a half of history, "as much as a year before"; a naive
//! wins when it was better. Minor units; never negative.

use super::LEVEL;
use super::rivals::Rival;
use crate::facts::columns::{Columns, HAS_MONEY};
use crate::facts::pass::{Ended, Question, ended};
use crate::facts::{CurrencyCode, Filter};
use crate::figure::{Absent, Answer, Interval, Method};
use crate::forecast::{local_level, scoring};
use crate::quantile;
use crate::random::Random;
use crate::survival::curve::Curve;
use crate::survival::{Cause, Exits};
use std::collections::BTreeMap;

/// Days of history and payments below which no forecast is made.
pub const HISTORY_DAYS_MIN: u32 = 14;
/// See [`HISTORY_DAYS_MIN`].
pub const PAYMENTS_MIN: usize = 10;
/// Simulated futures.
pub const PATHS: usize = 2_000;
/// Simulated futures at each origin of the back-test.
const BACK_TEST_PATHS: usize = 200;
pub(super) const ORIGINS_MAX: u32 = 12;
const ORIGINS_MIN: u64 = 3;
pub(super) const WEEK: u32 = 7;
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
    /// The same of "as much as a year before"; `None` while the history is too short to try it.
    pub mase_of_year_before: Option<f64>,
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
    /// Simulation, or what was better: [`Method::Count`] for the days just before, [`Method::YearBefore`].
    pub method: Method,
    /// Back-test on the shortest window; absent while the history is too short for one.
    pub back_test: Answer<BackTest>,
}

/// Forecasts the question's journeys in one currency for the next `windows` days (ascending). Refuses under
/// [`HISTORY_DAYS_MIN`] days or [`PAYMENTS_MIN`] payments.
pub fn forecast(
    columns: &Columns,
    question: &Question,
    currency: CurrencyCode,
    windows: &[u32],
) -> Answer<Forecast> {
    let past = Past::of(columns, question, currency);
    let history = History::seen(&past, 0)?;
    let shortest = *windows.first().ok_or(Absent::Invalid("at least one window is needed"))?;
    let longest = windows.iter().copied().max().unwrap_or(shortest);
    let back_test = back_test(&past, shortest, longest);
    let better = back_test.as_ref().ok().and_then(better);
    let (windows, method) = match better {
        Some(rival) => (windows.iter().map(|days| rival.window(&past, *days)).collect(), rival.method()),
        None => (history.windows(windows, PATHS, SEED), Method::Simulation),
    };
    Ok(Forecast { currency, windows, method, back_test })
}

/// What was nearer than the simulation, if anything was.
fn better(test: &BackTest) -> Option<Rival> {
    let year = test.mase_of_year_before.is_some_and(|mase| mase < test.mase.min(1.0));
    let just_before = (test.mase > 1.0).then_some(Rival::JustBefore);
    if year { Some(Rival::YearBefore) } else { just_before }
}

/// What happened, by whole days before the moment of analysis; day 0 is the last 24 hours.
#[derive(Default)]
pub(super) struct Past {
    /// (day of the start, how it ended, day of the end) and how many journeys: 0 open, 1 paid, 2 closed.
    pub(super) journeys: BTreeMap<(u32, u8, u32), u64>,
    /// (day of the payment, net), ascending: the latest first.
    pub(super) orders: Vec<(u32, i64)>,
}

impl Past {
    fn of(columns: &Columns, question: &Question, currency: CurrencyCode) -> Self {
        let filter = Filter { currency: Some(currency), ..question.filter.clone() };
        let sieve = filter.sieve(columns, question.as_of_s);
        let mut past = Self::default();
        for at in (0..columns.len()).filter(|at| sieve.passes(*at)) {
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let age_s = question.as_of_s - columns.start_s[at];
            let end_day = (age_s - after_s) / DAY_S;
            let key = match how {
                Ended::Open => (age_s / DAY_S, 0, 0),
                Ended::Paid => (age_s / DAY_S, 1, end_day),
                Ended::Closed => (age_s / DAY_S, 2, end_day),
            };
            *past.journeys.entry(key).or_default() += 1;
            if how == Ended::Paid && columns.flags[at] & HAS_MONEY != 0 {
                past.orders.push((end_day, columns.net_minor(at)));
            }
        }
        // Canonical order: draws depend on it.
        past.orders.sort_unstable();
        past
    }

    /// Since the first journey.
    pub(super) fn days(&self) -> u32 {
        self.journeys.keys().map(|key| key.0).max().unwrap_or(0)
    }

    /// Net earned on days `from..until` before the moment of analysis.
    pub(super) fn earned(&self, from: u32, until: u32) -> f64 {
        let place = |day: u32| self.orders.partition_point(|(at, _)| *at < day);
        self.orders[place(from)..place(until)].iter().map(|(_, net)| *net as f64).sum()
    }
}

/// What was known `origin` days before the moment of analysis.
struct History {
    /// Chance of being paid in the d-th day boundary of a journey's life, and of being unpaid after it.
    paid_on: Vec<f64>,
    unpaid_after: Vec<f64>,
    open_by_age: Vec<f64>,
    orders: Vec<f64>,
    /// Mean and variance of an order.
    order: (f64, f64),
    /// Level of daily starts and its standard error.
    starts: (f64, f64),
}

impl History {
    fn seen(past: &Past, origin: u32) -> Answer<Self> {
        let days = past.days().saturating_sub(origin);
        if days < HISTORY_DAYS_MIN {
            return Err(Absent::TooFew { have: u64::from(days), needed: u64::from(HISTORY_DAYS_MIN) });
        }
        let first = past.orders.partition_point(|(day, _)| *day < origin);
        let orders: Vec<f64> = past.orders[first..].iter().map(|(_, net)| *net as f64).collect();
        if orders.len() < PAYMENTS_MIN {
            return Err(Absent::TooFew { have: orders.len() as u64, needed: PAYMENTS_MIN as u64 });
        }
        let length = days as usize + 1;
        let (mut open_by_age, mut starts) = (vec![0.0; length], vec![0.0; length]);
        let mut rows = Vec::new();
        for ((start, how, end), count) in past.journeys.range((origin, 0, 0)..) {
            let (age, weight) = ((start - origin) as usize, *count as f64);
            starts[age] += weight;
            if *how == 0 || *end < origin {
                open_by_age[age] += weight;
                rows.push((age as f64, Cause::Censored, weight));
            } else {
                let cause = if *how == 1 { Cause::Paid } else { Cause::Closed };
                rows.push((f64::from(start - end), cause, weight));
            }
        }
        let curve = Curve::fit(&Exits::new(rows)?)?;
        let unpaid_after: Vec<f64> = (0..length).map(|day| curve.survival_at(day as f64)).collect();
        let before = std::iter::once(1.0).chain(unpaid_after.iter().copied());
        let paid_on = before.zip(&unpaid_after).map(|(before, after)| before - after).collect();
        let mean = orders.iter().sum::<f64>() / orders.len() as f64;
        let variance = orders.iter().map(|order| (order - mean).powi(2)).sum::<f64>() / orders.len() as f64;
        let (order, starts) = ((mean, variance), daily_starts(&starts));
        Ok(Self { paid_on, unpaid_after, open_by_age, orders, order, starts })
    }

    /// Expected payments on each of the next days from journeys already open.
    fn of_open(&self, days: usize) -> Vec<f64> {
        let of_age = |(age, open): (usize, &f64), ahead: usize| {
            let (left, paid) = (self.unpaid_after[age], self.paid_on.get(age + ahead).copied());
            if left > 0.0 { open * paid.unwrap_or(0.0) / left } else { 0.0 }
        };
        (1..=days)
            .map(|ahead| self.open_by_age.iter().enumerate().map(|cell| of_age(cell, ahead)).sum())
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
        let count = payments as f64;
        (count * self.order.0 + (count * self.order.1).sqrt() * random.normal()).max(0.0)
    }
}

/// From the starts of each day, the latest first: a local level over the last weeks.
fn daily_starts(by_age: &[f64]) -> (f64, f64) {
    const LOOK_BACK_DAYS: usize = 84;
    let series: Vec<f64> = by_age.iter().take(LOOK_BACK_DAYS).rev().copied().collect();
    let mean = series.iter().sum::<f64>() / series.len() as f64;
    match local_level::fit(&series) {
        Ok(fit) => (fit.level.max(0.0), (fit.level_variance + fit.drift).max(0.0).sqrt()),
        Err(_) => (mean, (mean / series.len() as f64).sqrt()),
    }
}

/// `longest` of the windows that are asked for decides whether a year before is known.
fn back_test(past: &Past, days: u32, longest: u32) -> Answer<BackTest> {
    let (mut actual, mut middle, mut low, mut high) = (vec![], vec![], vec![], vec![]);
    let (mut naive, mut year) = (vec![], vec![]);
    for week in 0..ORIGINS_MAX {
        let origin = days + week * WEEK;
        let Ok(history) = History::seen(past, origin) else { break };
        let window = history.windows(&[days], BACK_TEST_PATHS, SEED ^ u64::from(week + 1))[0];
        actual.push(past.earned(origin - days, origin));
        naive.push(Rival::JustBefore.says(past, origin, days));
        year.push(Rival::YearBefore.says(past, origin, days));
        middle.push(window.median_minor);
        low.push(window.inner.low);
        high.push(window.inner.high);
    }
    let origins = actual.len() as u64;
    if origins < ORIGINS_MIN {
        return Err(Absent::TooFew { have: origins, needed: ORIGINS_MIN });
    }
    let scale = actual.iter().zip(&naive).map(|(a, n)| (a - n).abs()).sum::<f64>() / origins as f64;
    let pinball =
        f64::midpoint(scoring::pinball(&actual, &low, 0.1)?, scoring::pinball(&actual, &high, 0.9)?);
    let coverage = scoring::coverage(&actual, &low, &high)?;
    let of_year = scoring::mase(&actual, &year, scale);
    Ok(BackTest {
        days,
        origins,
        mase: scoring::mase(&actual, &middle, scale)?,
        mase_of_year_before: of_year.ok().filter(|_| Rival::YearBefore.is_known(past, longest)),
        pinball,
        coverage,
    })
}
