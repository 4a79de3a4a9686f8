//! Time to payment: a curve for each group, its quantiles, and whether groups differ.
//!
//! Never the mean over payers: it counts only the quick while journeys are open. Days.

use super::LEVEL;
use crate::facts::Columns;
use crate::facts::pass::{Counts, DAY_HOURS, Question, count};
use crate::figure::{Absent, Answer, Figure, Interval, Method, State};
use crate::survival::Exits;
use crate::survival::curve::Curve;
use crate::survival::log_rank::{ChiSquared, Weights, log_rank};

/// Points of a curve at most: as many as a chart can show.
pub const POINTS_MAX: usize = 300;
/// Days for which numbers at risk are given at most.
const RISK_DAYS_MAX: u32 = 365;

/// A curve at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Days since the start.
    pub days: f64,
    /// Fraction paid by then.
    pub paid: f64,
    /// Its band.
    pub band: Interval,
    /// Journeys seen open until then.
    pub at_risk: u64,
}

/// One group's timing.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTiming {
    /// Its id or name.
    pub key: String,
    /// Its counts.
    pub counts: Counts,
    /// The curve.
    pub curve: Vec<Point>,
    /// Journeys unpaid and watched at day 0, 1, 2… up to the horizon.
    pub at_risk: Vec<u64>,
    /// Days until a quarter, half and nine tenths of all journeys are paid; absent when not reached.
    pub quartile: Figure,
    /// See `quartile`.
    pub median: Figure,
    /// See `quartile`.
    pub ninth_decile: Figure,
    /// Of those who pay within the horizon, days until half have: F(t) / F(H) ≥ ½.
    pub median_of_payers: Figure,
    /// The same for nine tenths.
    pub ninth_decile_of_payers: Figure,
}

/// Time to payment by one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// Groups, keys ascending.
    pub groups: Vec<GroupTiming>,
    /// Do the groups differ?
    pub log_rank: Answer<ChiSquared>,
}

/// Computes the report.
pub fn report(columns: &Columns, question: &Question) -> Report {
    let answered = count(columns, question);
    let groups = answered.groups.iter();
    let groups =
        groups.map(|group| one(&group.key, &group.counts, &group.exits, question.horizon_hours())).collect();
    let exits: Vec<&Exits> = answered.groups.iter().map(|group| &group.exits).collect();
    Report { as_of_s: question.as_of_s, groups, log_rank: log_rank(&exits, Weights::Equal) }
}

fn one(key: &str, counts: &Counts, exits: &Exits, horizon: f64) -> GroupTiming {
    let fit = Curve::fit(exits);
    let n = counts.started;
    let on = |figure: &dyn Fn(&Curve) -> Figure| match &fit {
        Ok(curve) => figure(curve),
        Err(why) => Figure::absent(n, Method::KaplanMeierQuantile, *why),
    };
    GroupTiming {
        key: key.to_owned(),
        counts: counts.clone(),
        curve: fit.as_ref().map_or_else(|_| Vec::new(), points),
        at_risk: fit.as_ref().map_or_else(|_| Vec::new(), |curve| at_risk(curve, horizon)),
        quartile: on(&|curve| quantile(curve, 0.25, n)),
        median: on(&|curve| quantile(curve, 0.5, n)),
        ninth_decile: on(&|curve| quantile(curve, 0.9, n)),
        median_of_payers: on(&|curve| of_payers(curve, 0.5, horizon, n)),
        ninth_decile_of_payers: on(&|curve| of_payers(curve, 0.9, horizon, n)),
    }
}

fn at_risk(curve: &Curve, horizon: f64) -> Vec<u64> {
    let until = (days(horizon) as u32).min(RISK_DAYS_MAX);
    (0..=until).map(|day| curve.at_risk_at(f64::from(day * DAY_HOURS)) as u64).collect()
}

fn days(hours: f64) -> f64 {
    hours / f64::from(DAY_HOURS)
}

/// Days until `fraction` of all journeys are paid, with the interval where the bands cross.
pub fn quantile(curve: &Curve, fraction: f64, n: u64) -> Figure {
    let Interval { low, high } = curve.quantile_interval(fraction, LEVEL);
    let interval = low.is_finite().then(|| Interval::new(days(low), days(high)));
    match curve.quantile(fraction) {
        Ok(hours) => Figure::ready(days(hours), interval, n, Method::KaplanMeierQuantile),
        Err(why) => {
            let state = State::Absent(why);
            Figure { value: None, interval, n, method: Method::KaplanMeierQuantile, state }
        }
    }
}

pub(crate) fn of_payers(curve: &Curve, fraction: f64, horizon: f64, n: u64) -> Figure {
    let whole = 1.0 - curve.survival_at(horizon);
    if whole <= 0.0 {
        return Figure::absent(n, Method::KaplanMeierQuantile, Absent::NoData);
    }
    match curve.quantile(fraction * whole) {
        Ok(hours) => Figure::ready(days(hours), None, n, Method::KaplanMeierQuantile),
        Err(why) => Figure::absent(n, Method::KaplanMeierQuantile, why),
    }
}

/// Every step where something was paid, thinned evenly to [`POINTS_MAX`], and the end.
pub(crate) fn points(curve: &Curve) -> Vec<Point> {
    let steps: Vec<_> = curve.steps().iter().filter(|step| step.paid > 0.0).collect();
    let every = steps.len().div_ceil(POINTS_MAX).max(1);
    let at = |hours: f64| {
        let (paid, band) = curve.conversion_at(hours, LEVEL);
        Point { days: days(hours), paid, band, at_risk: curve.at_risk_at(hours) as u64 }
    };
    let last = steps.len().saturating_sub(1);
    let kept = steps.iter().enumerate().filter(|(index, _)| index % every == 0 || *index == last);
    let mut points: Vec<Point> =
        std::iter::once(at(0.0)).chain(kept.map(|(_, step)| at(step.time))).collect();
    points.push(at(curve.last_time()));
    points.dedup_by(|next, kept| next.days == kept.days);
    points
}
