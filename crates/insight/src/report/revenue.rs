//! Net revenue per started journey, zeros included, in each currency apart.
//!
//! Mean with Student's interval and an always-valid one; the split P(pay) × average order; the same with each journey's
//! net capped at the 99th percentile of all journeys; under [`BOOTSTRAP_N_MAX`] journeys a percentile bootstrap too.
//! Minor units throughout. With a currency in the filter, n is the journeys priced in it; without, all started.

use super::{LEVEL, share};
use crate::facts::pass::{Answered, Counts, Question, ask};
use crate::facts::{Columns, CurrencyCode};
use crate::figure::{Absent, Answer, Figure, Interval, Method};
use crate::frequentist::{self, Comparison, Difference, Test};
use crate::math::student;
use crate::moments::Moments;
use crate::multiplicity::{self, Adjustment};
use crate::quantile;
use crate::random::Random;
use crate::sequential::{Asymptotic, TUNING_UNITS};

/// Quantile of all journeys' net at which the capped twin cuts.
pub const CAP_QUANTILE: f64 = 0.99;
/// Journeys below which the bootstrap is shown.
pub const BOOTSTRAP_N_MAX: u64 = 200;
const BOOTSTRAP_DRAWS: usize = 2_000;
const BOOTSTRAP_SEED: u64 = 0x7768_7970_6169_6400;
/// The capped mean below this part of the mean means that few payments carry it.
const CARRIED_BELOW: f64 = 0.8;

/// One group's revenue in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Earned {
    /// The currency.
    pub currency: CurrencyCode,
    /// Exact sums over all started journeys.
    pub moments: Moments,
    /// Mean net per started journey.
    pub per_journey: Figure,
    /// Its interval that stays valid however often one looks.
    pub always_valid: Option<Interval>,
    /// Its bootstrap interval, under [`BOOTSTRAP_N_MAX`] journeys.
    pub bootstrap: Option<Interval>,
    /// Journeys that brought money, of those started.
    pub paying: Figure,
    /// Mean net of a journey that brought money.
    pub average_order: Figure,
    /// Where the capped twin cuts, minor units.
    pub cap_minor: i64,
    /// Mean net per started journey with each capped.
    pub capped: Figure,
    /// Payments above the cap, when they carry the mean.
    pub driven_by: Option<u64>,
}

/// One group's revenue.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupRevenue {
    /// Its id or name.
    pub key: String,
    /// Its counts, refunds and disputes among them.
    pub counts: Counts,
    /// Journeys with a refund, of those with money.
    pub refund_rate: Figure,
    /// Journeys with a lost dispute, of those with money.
    pub loss_rate: Figure,
    /// By currency, codes ascending; only those it earned in.
    pub earned: Vec<Earned>,
}

/// Revenue by one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// Groups, keys ascending.
    pub groups: Vec<GroupRevenue>,
}

/// Computes the report.
pub fn report(columns: &Columns, question: &Question) -> Report {
    Report { as_of_s: question.as_of_s, groups: from_answered(&ask(columns, question)) }
}

/// The same from groups already asked for.
pub fn from_answered(answered: &Answered) -> Vec<GroupRevenue> {
    let started: u64 = answered.groups.iter().map(|group| group.counts.started).sum();
    let caps: Vec<i64> = (0..answered.currencies.len()).map(|c| cap(answered, c, started)).collect();
    let mut payments = answered.payments.as_slice();
    let groups = answered.groups.iter().enumerate();
    groups
        .map(|(index, group)| {
            let mine = payments.partition_point(|(of, _, _)| *of as usize <= index);
            let (own, rest) = payments.split_at(mine);
            payments = rest;
            let earned = (0..caps.len()).filter(|c| group.money[*c].n > 0).map(|c| {
                let nets: Vec<i64> =
                    own.iter().filter(|(_, of, _)| usize::from(*of) == c).map(|(_, _, net)| *net).collect();
                earned(answered.currencies[c], group.counts.started, group.money[c], &nets, caps[c])
            });
            let with_money = group.counts.with_money;
            GroupRevenue {
                key: group.key.clone(),
                counts: group.counts.clone(),
                refund_rate: share(group.counts.with_refund, with_money),
                loss_rate: share(group.counts.with_loss, with_money),
                earned: earned.collect(),
            }
        })
        .collect()
}

/// In whole minor units, so that the capped sums stay exact.
fn cap(answered: &Answered, currency: usize, started: u64) -> i64 {
    let mut nets: Vec<f64> = answered
        .payments
        .iter()
        .filter(|(_, of, _)| usize::from(*of) == currency)
        .map(|(_, _, net)| *net as f64)
        .collect();
    let zeros = started.saturating_sub(nets.len() as u64);
    quantile::with_zeros(&mut nets, zeros, CAP_QUANTILE).map_or(0, |cap| cap.ceil() as i64)
}

/// Mean with Student's t interval; no interval below two values or when all are alike.
pub(crate) fn mean(moments: &Moments) -> Figure {
    let measured = match moments.measured() {
        Ok(measured) => measured,
        Err(why) => return Figure::absent(moments.n, Method::StudentMean, why),
    };
    let error = measured.squared_error().sqrt();
    let interval = (moments.n >= 2 && error > 0.0).then(|| {
        let t = student::upper_quantile((1.0 - LEVEL) / 2.0, moments.n as f64 - 1.0);
        Interval::around(measured.mean, t * error)
    });
    Figure::ready(measured.mean, interval, moments.n, Method::StudentMean)
}

fn earned(currency: CurrencyCode, started: u64, paid: Moments, nets: &[i64], cap_minor: i64) -> Earned {
    let zeros = started - paid.n;
    let moments = paid.with_zeros(zeros);
    let mut capped = Moments::default();
    for net in nets {
        capped.insert((*net).min(cap_minor));
    }
    let capped = mean(&capped.with_zeros(zeros));
    let per_journey = mean(&moments);
    let carried = per_journey.value.zip(capped.value).is_some_and(|(all, cut)| cut < CARRIED_BELOW * all);
    let above = nets.iter().filter(|net| **net > cap_minor).count() as u64;
    let always_valid = Asymptotic::tuned(1.0 - LEVEL, TUNING_UNITS).ok().and_then(|sequence| {
        let variance = moments.variance().ok().filter(|variance| *variance > 0.0)?;
        Some(Interval::around(moments.mean().ok()?, sequence.half_width(moments.n as f64, variance)))
    });
    Earned {
        currency,
        moments,
        per_journey,
        always_valid,
        bootstrap: (2..BOOTSTRAP_N_MAX).contains(&started).then(|| bootstrap(nets, started as usize)),
        paying: share(paid.n, started),
        average_order: mean(&paid),
        cap_minor,
        capped,
        driven_by: (carried && above > 0).then_some(above),
    }
}

/// Percentiles of the means of resampled journeys (Efron 1979), from a fixed seed.
fn bootstrap(nets: &[i64], started: usize) -> Interval {
    let mut random = Random::new(BOOTSTRAP_SEED);
    let mut means: Vec<f64> = (0..BOOTSTRAP_DRAWS)
        .map(|_| {
            let sum: i128 =
                (0..started).map(|_| i128::from(nets.get(random.below(started)).copied().unwrap_or(0))).sum();
            sum as f64 / started as f64
        })
        .collect();
    let tail = (1.0 - LEVEL) / 2.0;
    let mut at = |q: f64| quantile::type_7(&mut means, q).unwrap_or(0.0);
    Interval::new(at(tail), at(1.0 - tail))
}

/// A group's revenue per journey against a baseline's.
#[derive(Clone, Debug, PartialEq)]
pub struct Versus {
    /// The group.
    pub key: String,
    /// Welch's t of the relative difference.
    pub once: Answer<Comparison>,
    /// Always-valid.
    pub always: Answer<Comparison>,
    /// Welch's p adjusted over the groups.
    pub q: Option<f64>,
}

/// Every group but `baseline` against it, in one currency.
pub fn against(groups: &[GroupRevenue], baseline: &str, currency: CurrencyCode) -> Vec<Versus> {
    let moments = |group: &GroupRevenue| {
        let own = group.earned.iter().find(|earned| earned.currency == currency);
        own.map_or(Moments::default().with_zeros(group.counts.started), |earned| earned.moments)
    };
    let Some(base) = groups.iter().find(|group| group.key == baseline) else { return Vec::new() };
    let control = moments(base).measured();
    let compared = |group: &GroupRevenue, test: Test| -> Answer<Comparison> {
        let treatment = moments(group).measured()?;
        frequentist::compare(&control?, &treatment, Difference::Relative, test, 1.0 - LEVEL)
    };
    let others = groups.iter().filter(|group| group.key != baseline);
    let mut list: Vec<Versus> = others
        .map(|group| Versus {
            key: group.key.clone(),
            once: compared(group, Test::TwoSided),
            always: compared(group, Test::Sequential { tuning: TUNING_UNITS }),
            q: None,
        })
        .collect();
    adjust(&mut list);
    list
}

fn adjust(list: &mut [Versus]) {
    let p: Vec<f64> = list.iter().filter_map(|v| v.once.as_ref().ok().map(|c| c.p)).collect();
    if let Ok(adjusted) = multiplicity::adjust(&p, Adjustment::BenjaminiHochberg) {
        let tested = list.iter_mut().filter(|versus| versus.once.is_ok());
        tested.zip(adjusted).for_each(|(versus, q)| versus.q = Some(q));
    }
}

/// Sums in two currencies are never added; asking for a total over several is refused.
pub fn total(groups: &[GroupRevenue], currency: CurrencyCode) -> Answer<i128> {
    let earned = groups.iter().flat_map(|group| &group.earned).filter(|earned| earned.currency == currency);
    let sums: Vec<i128> = earned.map(|earned| earned.moments.sum).collect();
    if sums.is_empty() { Err(Absent::NoData) } else { Ok(sums.iter().sum()) }
}
