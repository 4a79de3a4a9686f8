//! Conversion by anything: the chance of being paid within the horizon, with journeys still open counted for what
//! they have shown so far.
//!
//! Kaplan–Meier, or Aalen–Johansen when journeys were closed or fully refunded. Under [`FEW_PAID`] payments or
//! [`FEW_STARTED`] journeys: Beta(½ + k, ½ + n − k) with n the exposure Σ min(1, F_pool(age) / F_pool(H)).

use super::{FALSE_DISCOVERY_MAX, Gates, LEVEL, Verdict};
use crate::bayesian::Posterior;
use crate::exact;
use crate::facts::pass::{Answered, Counts, Group, Question, count};
use crate::facts::{Columns, Dimension};
use crate::figure::{Absent, Answer, Figure, Interval, Method, State};
use crate::math::normal;
use crate::multiplicity::{self, Adjustment};
use crate::sample_size;
use crate::shrinkage;
use crate::survival::competing::Incidence;
use crate::survival::curve::Curve;
use crate::survival::log_rank::{ChiSquared, Weights, log_rank};
use crate::survival::{Exit, Exits};

/// Below this the survival curve's interval is not trusted.
pub const FEW_PAID: f64 = 5.0;
/// See [`FEW_PAID`].
pub const FEW_STARTED: f64 = 30.0;

/// One group's conversion.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupConversion {
    /// Its id or name.
    pub key: String,
    /// Its counts.
    pub counts: Counts,
    /// Journeys weighted by how much of the horizon they have had.
    pub exposure: f64,
    /// Chance of being paid within the horizon.
    pub rate: Figure,
    /// The same, shrunk toward the other groups.
    pub shrunk: Option<f64>,
    /// Rate minus that of all other journeys, in fractions.
    pub lift: Option<(f64, Interval)>,
    /// Two-sided p that it has the others' rate.
    pub p: Option<f64>,
    /// The same, adjusted over all groups past the gate.
    pub q: Option<f64>,
    /// What may be said.
    pub verdict: Verdict,
    /// Journeys in this group at which its present difference would be seen in 4 of 5 cases, when it is not yet.
    pub needed_for_difference: Option<u64>,
}

/// Conversion by one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// Paid within how many days counts.
    pub horizon_days: u32,
    /// All journeys of the filter together.
    pub overall: Figure,
    /// Groups, keys ascending.
    pub groups: Vec<GroupConversion>,
    /// Do the groups differ at all? Absent for groups that overlap (elements, segments).
    pub log_rank: Answer<ChiSquared>,
}

/// What all groups are measured against. Curves are read at the horizon only, so they are fitted on `near`: exits up to
/// it, and all later ones as one.
pub(crate) struct Pool {
    exits: Exits,
    near: Exits,
    curve: Answer<Curve>,
    horizon: f64,
    gates: Gates,
}

/// Computes the report.
pub fn report(columns: &Columns, question: &Question) -> Report {
    let answered = count(columns, question);
    let overlapping = question.by.overlaps();
    let all = if overlapping {
        count(columns, &Question { by: Dimension::Everything, ..question.clone() })
    } else {
        answered.clone()
    };
    from_answered(&answered, &all, question, overlapping)
}

/// The same from groups already asked for; `all` holds every journey once.
pub fn from_answered(answered: &Answered, all: &Answered, question: &Question, overlapping: bool) -> Report {
    let exits: Vec<&Exits> = answered.groups.iter().map(|group| &group.exits).collect();
    let log_rank = if overlapping {
        Err(Absent::Invalid("these groups overlap: a journey can be in several"))
    } else {
        log_rank(&exits, Weights::Equal)
    };
    Report { log_rank, ..group_by_group(answered, all, question) }
}

/// The same without the test of whether they differ at all.
pub fn group_by_group(answered: &Answered, all: &Answered, question: &Question) -> Report {
    let horizon = question.horizon_hours();
    let exits = together(all.groups.iter().map(|group| &group.exits));
    let pool = Pool::new(exits, horizon, question.gates);
    let mut groups: Vec<GroupConversion> = answered.groups.iter().map(|group| one(group, &pool)).collect();
    shrink(&mut groups, answered, horizon);
    judge(&mut groups, question.gates);
    Report {
        as_of_s: question.as_of_s,
        horizon_days: question.horizon_days,
        overall: rate(&pool.near, || pool.exposure(&pool.exits), &pool),
        groups,
        log_rank: Err(Absent::Invalid("it was not asked for")),
    }
}

/// Exits added up.
pub(crate) fn together<'a>(parts: impl Iterator<Item = &'a Exits>) -> Exits {
    Exits::gathered(parts.flat_map(|part| part.as_slice().iter().copied()).collect())
}

impl Pool {
    pub(crate) fn new(exits: Exits, horizon: f64, gates: Gates) -> Self {
        let near = exits.until(horizon);
        Self { curve: Curve::fit(&near), exits, near, horizon, gates }
    }

    /// How much of the horizon a journey seen open for `age` has had, 0–1.
    fn share(&self, age: f64) -> f64 {
        if age >= self.horizon {
            return 1.0;
        }
        let whole = self.curve.as_ref().map_or(0.0, |curve| 1.0 - curve.survival_at(self.horizon));
        if whole <= 0.0 {
            return age / self.horizon;
        }
        self.curve.as_ref().map_or(0.0, |curve| ((1.0 - curve.survival_at(age)) / whole).min(1.0))
    }

    pub(crate) fn exposure(&self, exits: &Exits) -> f64 {
        let seen = |exit: &Exit| exit.paid + exit.closed + exit.censored * self.share(exit.time);
        exits.as_slice().iter().map(seen).sum()
    }
}

fn paid_within(exits: &Exits, horizon: f64) -> f64 {
    exits.as_slice().iter().take_while(|exit| exit.time <= horizon).map(|exit| exit.paid).sum()
}

/// The chance of being paid within the horizon. `exits` up to it, `exposure` of all of them.
pub(crate) fn rate(exits: &Exits, exposure: impl FnOnce() -> f64, pool: &Pool) -> Figure {
    let (started, paid) = (exits.total(), paid_within(exits, pool.horizon));
    let n = started as u64;
    if n == 0 {
        return Figure::absent(0, Method::Count, Absent::NoData);
    }
    if paid < FEW_PAID || started < FEW_STARTED {
        return few(exposure(), n, paid, pool.gates);
    }
    let closed = exits.as_slice().iter().any(|exit| exit.closed > 0.0);
    let (method, answer) = if closed {
        let incidence = Incidence::fit(exits).map(|fit| fit.conversion_at(pool.horizon, LEVEL));
        (Method::AalenJohansen, incidence)
    } else {
        (Method::KaplanMeier, Curve::fit(exits).map(|fit| fit.conversion_at(pool.horizon, LEVEL)))
    };
    match answer {
        Ok((value, _)) if value >= 1.0 => few(exposure(), n, paid, pool.gates),
        Ok((value, interval)) => Figure::ready(value, Some(interval), n, method),
        Err(why) => Figure::absent(n, method, why),
    }
}

fn few(exposure: f64, n: u64, paid: f64, gates: Gates) -> Figure {
    let method = Method::ExposureBeta;
    let exposure = exposure.max(paid);
    if exposure < 1e-9 {
        return Figure::absent(n, method, Absent::NoData);
    }
    let posterior = Posterior { a: 0.5 + paid, b: 0.5 + exposure - paid };
    let Interval { low, high } = posterior.interval(LEVEL);
    if paid == 0.0 {
        let interval = Some(Interval::new(0.0, high));
        return Figure { value: None, interval, n, method, state: State::UpperBound };
    }
    if exposure - paid < 1e-9 {
        let interval = Some(Interval::new(low, 1.0));
        return Figure { value: None, interval, n, method, state: State::LowerBound };
    }
    let mut figure = Figure::ready(paid / exposure, Some(Interval::new(low, high)), n, method);
    let (have, needed) = (exposure as u64, gates.journeys());
    if have < needed {
        figure.state = State::Insufficient { have, needed };
    }
    figure
}

fn one(group: &Group, pool: &Pool) -> GroupConversion {
    let exposure = pool.exposure(&group.exits);
    let near = group.exits.until(pool.horizon);
    let own = rate(&near, || exposure, pool);
    let rest = pool.near.without(&near);
    let rest_exposure = || pool.exposure(&pool.exits.without(&group.exits));
    let others = rate(&rest, rest_exposure, pool);
    let (have, needed) = (exposure as u64, pool.gates.journeys());
    let gate = (have < needed).then_some(Verdict::Insufficient { have, needed });
    let p = if gate.is_some() || rest.total() == 0.0 {
        None
    } else {
        same_rate((&near, exposure), (&rest, rest_exposure), pool.horizon)
    };
    let lift = difference(&own, &others);
    let reachable =
        |from: f64, to: f64| sample_size::per_arm(from, to, 0.05, 0.8).ok().map(|n| n.ceil() as u64);
    GroupConversion {
        key: group.key.clone(),
        counts: group.counts.clone(),
        exposure,
        rate: own,
        shrunk: None,
        lift,
        p,
        q: None,
        verdict: gate.unwrap_or(Verdict::NotDistinct),
        needed_for_difference: own.value.zip(others.value).and_then(|(to, from)| reachable(from, to)),
    }
}

/// a − b by the square-and-add of both intervals (Zou & Donner 2008); `None` unless both have a value.
fn difference(a: &Figure, b: &Figure) -> Option<(f64, Interval)> {
    let (x, y) = (a.value?, b.value?);
    let (of_x, of_y) = (a.interval?, b.interval?);
    let below = (x - of_x.low).hypot(of_y.high - y);
    let above = (of_x.high - x).hypot(y - of_y.low);
    Some((x - y, Interval::new(x - y - below, x - y + above)))
}

/// p of equal conversion at the horizon: difference of ln(−ln(1 − F)); Fisher's test on exposures with few payments.
fn same_rate(
    (a, exposure_a): (&Exits, f64),
    (b, exposure_b): (&Exits, impl Fn() -> f64),
    horizon: f64,
) -> Option<f64> {
    let (paid_a, paid_b) = (paid_within(a, horizon), paid_within(b, horizon));
    if paid_a >= FEW_PAID && paid_b >= FEW_PAID {
        let (x, y) = (log_log_point(a, horizon)?, log_log_point(b, horizon)?);
        return Some(normal::two_sided((x.0 - y.0) / (x.1 + y.1).sqrt()));
    }
    let row = |paid: f64, exposure: f64| [paid as u64, (exposure - paid).max(0.0).round() as u64];
    Some(exact::fisher([row(paid_a, exposure_a), row(paid_b, exposure_b())]).p)
}

/// ln(−ln(1 − F)) at the horizon and its variance.
fn log_log_point(exits: &Exits, horizon: f64) -> Option<(f64, f64)> {
    let incidence = Incidence::fit(exits).ok()?;
    let rest = 1.0 - incidence.at(horizon);
    if rest <= 0.0 || rest >= 1.0 {
        return None;
    }
    let log = rest.ln();
    Some(((-log).ln(), incidence.variance_at(horizon) / (rest * log).powi(2)))
}

fn shrink(groups: &mut [GroupConversion], answered: &Answered, horizon: f64) {
    let pairs: Vec<(f64, f64)> = groups
        .iter()
        .zip(&answered.groups)
        .map(|(group, asked)| (paid_within(&asked.exits, horizon), group.exposure))
        .map(|(paid, exposure)| (paid, exposure.max(paid)))
        .collect();
    if let Ok(population) = shrinkage::fit(&pairs) {
        for (group, (paid, exposure)) in groups.iter_mut().zip(pairs) {
            group.shrunk = Some(population.shrunk(paid, exposure));
        }
    }
}

fn judge(groups: &mut [GroupConversion], gates: Gates) {
    let tested: Vec<usize> = (0..groups.len()).filter(|index| groups[*index].p.is_some()).collect();
    let p: Vec<f64> = tested.iter().filter_map(|index| groups[*index].p).collect();
    let Ok(adjusted) = multiplicity::adjust(&p, Adjustment::BenjaminiHochberg) else { return };
    for (index, q) in tested.into_iter().zip(adjusted) {
        let group = &mut groups[index];
        group.q = Some(q);
        group.verdict = verdict(group, q, gates);
        if group.verdict != Verdict::NotDistinct {
            group.needed_for_difference = None;
        }
    }
}

fn verdict(group: &GroupConversion, q: f64, gates: Gates) -> Verdict {
    let counts = &group.counts;
    let enough_unpaid = counts.matured_unpaid() >= gates.each();
    let clear = q <= FALSE_DISCOVERY_MAX && enough_unpaid;
    match group.lift {
        Some((_, interval)) if clear && interval.low > 0.0 && counts.matured_paid >= gates.each() => {
            Verdict::More
        }
        Some((_, interval)) if clear && interval.high < 0.0 => Verdict::Less,
        // Nothing paid: no lift can be stated, but an exact test can tell.
        None if clear && group.rate.state == State::UpperBound => Verdict::Less,
        _ => Verdict::NotDistinct,
    }
}
