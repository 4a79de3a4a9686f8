//! Did it work as predicted? Each hypothesis, or category, against what happened, and the seller's calibration.
//!
//! The score with open journeys weights what is known by the chance of having been watched that long (IPCW; Graf,
//! Schmoor, Sauerbrei & Schumacher 1999).
//!
//! Observed against expected payments of matured journeys with an exact Poisson–binomial p; Brier score with its skill
//! against the base rate; the calibration line from [`LINE_N_MIN`] predictions on. The effectiveness score is
//! 100 · P(rate > programme's rate) after beta-binomial shrinkage; accuracy stands beside it, never blended in.

use super::conversion::{self, GroupConversion};
use super::{Verdict, share};
use crate::bayesian::Posterior;
use crate::calibration::{LINE_N_MIN, Line, Murphy, SamePrediction, Watched, brier_censored, murphy};
use crate::exact::{self, PoissonBinomial};
use crate::facts::columns::NONE;
use crate::facts::dictionary::FastMap;
use crate::facts::pass::{Ended, HOUR_S, Question, count, ended, in_parallel};
use crate::facts::{Columns, Dimension};
use crate::figure::{Absent, Answer, Figure};
use crate::regression::logistic::{self, Penalty, Rows};
use crate::shrinkage;
use crate::survival::Cause;
use std::collections::BTreeMap;

/// What became of a hypothesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Below the gate.
    Insufficient {
        /// What there is.
        have: u64,
        /// What it takes.
        needed: u64,
    },
    /// Enough data; not told apart from the others yet.
    Emerging,
    /// Associated with more payment than the others.
    Supported,
    /// Associated with less.
    Refuted,
}

/// Predictions against outcomes, over matured journeys that had one.
#[derive(Clone, Debug, PartialEq)]
pub struct Accuracy {
    /// Journeys.
    pub n: u64,
    /// Mean predicted chance.
    pub predicted: f64,
    /// Paid fraction, Wilson's interval.
    pub observed: Figure,
    /// Brier score and its parts.
    pub score: Murphy,
    /// 1 − Brier / uncertainty: above 0 beats always saying the base rate.
    pub skill: Answer<f64>,
    /// How surprising the payments are, were the predictions right.
    pub surprise: Answer<PoissonBinomial>,
    /// The calibration line.
    pub line: Answer<Line>,
}

/// One hypothesis or category.
#[derive(Clone, Debug, PartialEq)]
pub struct Validated {
    /// Its conversion against the others.
    pub conversion: GroupConversion,
    /// Its predictions; absent without any ("lift only").
    pub accuracy: Answer<Accuracy>,
    /// 0–100; absent below the gate.
    pub effectiveness: Answer<f64>,
    /// The verdict.
    pub standing: Standing,
}

/// One hypothesis or category against the others, whatever was predicted.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its conversion against the others.
    pub conversion: GroupConversion,
    /// 0–100; absent below the gate.
    pub effectiveness: Answer<f64>,
    /// The verdict.
    pub standing: Standing,
}

/// Predictions against what is known so far, over journeys of any age that had one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WithOpen {
    /// Journeys.
    pub n: u64,
    /// Brier score at the horizon.
    pub brier: f64,
    /// 1 − Brier / Brier of always saying the programme's rate: above 0 beats that.
    pub skill: Answer<f64>,
}

/// All of them, and the seller.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// Hypotheses or categories, keys ascending.
    pub groups: Vec<Validated>,
    /// All predictions together.
    pub seller: Answer<Accuracy>,
    /// Likewise, before most journeys had the whole horizon.
    pub seller_with_open: Answer<WithOpen>,
    /// By span of [`SPAN_DAYS`] days of the start: first second, accuracy.
    pub over_time: Vec<(u32, Accuracy)>,
    /// All predictions in tenths: mean predicted, observed.
    pub tenths: Vec<(f64, Figure)>,
}

/// Spans of the seller's calibration over time.
pub const SPAN_DAYS: u32 = 30;

/// (span, group, prediction's bits) and its (n, paid).
type Pairs = BTreeMap<(u32, u32, u64), (u64, u64)>;

/// By hypothesis, unless the question asks by category.
pub fn report(columns: &Columns, question: &Question) -> Report {
    let by = if question.by == Dimension::Category { Dimension::Category } else { Dimension::Hypothesis };
    let answered = count(columns, &Question { by: by.clone(), ..question.clone() });
    let conversion = conversion::group_by_group(&answered, &answered, question);
    let pairs = predictions(columns, question, &by);
    let base = conversion.overall.value;
    let names =
        if by == Dimension::Category { columns.categories.values() } else { columns.hypotheses.values() };
    let mut by_key: BTreeMap<&str, Vec<SamePrediction>> = BTreeMap::new();
    for ((_, group, bits), (n, k)) in &pairs {
        let same = SamePrediction { p: f64::from_bits(*bits), n: *n, k: *k };
        by_key.entry(names[*group as usize].as_str()).or_default().push(same);
    }
    let groups = held(conversion).into_iter().map(|group| {
        let accuracy = accuracy(by_key.remove(group.conversion.key.as_str()).unwrap_or_default());
        let Held { conversion, effectiveness, standing } = group;
        Validated { conversion, accuracy, effectiveness, standing }
    });
    let groups = groups.collect();
    let everything = |keep: &dyn Fn(u32) -> bool| -> Vec<SamePrediction> {
        let kept = pairs.iter().filter(|((span, _, _), _)| keep(*span));
        kept.map(|((_, _, bits), (n, k))| SamePrediction { p: f64::from_bits(*bits), n: *n, k: *k }).collect()
    };
    let mut spans: Vec<u32> = pairs.keys().map(|(span, _, _)| *span).collect();
    spans.dedup();
    let over_time = spans
        .into_iter()
        .filter_map(|span| Some((span * SPAN_DAYS * 86_400, accuracy(everything(&|s| s == span)).ok()?)))
        .collect();
    let all = everything(&|_| true);
    let seller_with_open = with_open(&watched(columns, question), question.horizon_hours(), base);
    Report {
        as_of_s: question.as_of_s,
        groups,
        tenths: tenths(&all),
        seller: accuracy(all),
        seller_with_open,
        over_time,
    }
}

/// Groups of a conversion by hypothesis or category.
pub fn held(conversion: conversion::Report) -> Vec<Held> {
    let population: Vec<(f64, f64)> =
        conversion.groups.iter().map(|g| (paid(g), g.exposure.max(paid(g)))).collect();
    let prior = shrinkage::fit(&population);
    let base = conversion.overall.value;
    let groups = conversion.groups.into_iter().map(|group| Held {
        effectiveness: effectiveness(&group, &prior, base),
        standing: standing(&group),
        conversion: group,
    });
    groups.collect()
}

fn paid(group: &GroupConversion) -> f64 {
    group.counts.paid as f64
}

fn standing(group: &GroupConversion) -> Standing {
    match group.verdict {
        Verdict::Insufficient { have, needed } => Standing::Insufficient { have, needed },
        Verdict::NotDistinct => Standing::Emerging,
        Verdict::More => Standing::Supported,
        Verdict::Less => Standing::Refuted,
    }
}

fn effectiveness(
    group: &GroupConversion,
    prior: &Answer<shrinkage::BetaBinomial>,
    base: Option<f64>,
) -> Answer<f64> {
    if let Verdict::Insufficient { have, needed } = group.verdict {
        return Err(Absent::TooFew { have, needed });
    }
    let (prior, base) = (prior.as_ref().map_err(|why| *why)?, base.ok_or(Absent::OneClass)?);
    let unpaid = (group.exposure - paid(group)).max(0.0);
    let posterior = Posterior { a: prior.alpha + paid(group), b: prior.beta + unpaid };
    Ok(100.0 * posterior.above(base))
}

/// Matured journeys with a prediction. A hypothesis has one prediction, so they are counted by hypothesis and span.
fn predictions(columns: &Columns, question: &Question, by: &Dimension) -> Pairs {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let horizon_s = question.horizon_s();
    let span = |start_s: u32| start_s / (SPAN_DAYS * 86_400);
    let parts = in_parallel(columns.len(), |rows| {
        let mut counts: FastMap<(u32, u32), (u64, u64)> = FastMap::default();
        for at in rows.filter(|at| sieve.passes(*at)) {
            let (start_s, hypothesis) = (columns.start_s[at], columns.hypothesis[at]);
            if hypothesis == NONE || question.as_of_s - start_s < horizon_s {
                continue;
            }
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let cell = counts.entry((span(start_s), hypothesis)).or_default();
            cell.0 += 1;
            cell.1 += u64::from(how == Ended::Paid && after_s <= horizon_s);
        }
        counts
    });
    let mut pairs = Pairs::new();
    for ((span, hypothesis), (n, k)) in parts.into_iter().flatten() {
        let row = columns.hypothesis_rows[hypothesis as usize];
        let Some(predicted) = row.predicted else { continue };
        let group = if *by == Dimension::Category { row.category } else { hypothesis };
        let cell = pairs.entry((span, group, predicted.to_bits())).or_default();
        cell.0 += n;
        cell.1 += k;
    }
    pairs
}

/// Journeys of any age with a prediction, those alike together, in a fixed order.
fn watched(columns: &Columns, question: &Question) -> Vec<Watched> {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let parts = in_parallel(columns.len(), |rows| {
        let mut counts: FastMap<(u32, u32, u8), u64> = FastMap::default();
        for at in rows.filter(|at| sieve.passes(*at) && columns.hypothesis[*at] != NONE) {
            let (how, after_s) = ended(columns, at, question.as_of_s);
            *counts.entry((columns.hypothesis[at], after_s.div_ceil(HOUR_S), how as u8)).or_default() += 1;
        }
        counts
    });
    let mut alike: BTreeMap<(u64, u32, u8), u64> = BTreeMap::new();
    for ((hypothesis, hour, how), n) in parts.into_iter().flatten() {
        if let Some(predicted) = columns.hypothesis_rows[hypothesis as usize].predicted {
            *alike.entry((predicted.to_bits(), hour, how)).or_default() += n;
        }
    }
    let cause = |how: u8| match how {
        how if how == Ended::Paid as u8 => Cause::Paid,
        how if how == Ended::Closed as u8 => Cause::Closed,
        _ => Cause::Censored,
    };
    let each = alike.into_iter();
    each.map(|((bits, hour, how), n)| Watched {
        n,
        p: f64::from_bits(bits),
        time: f64::from(hour),
        cause: cause(how),
    })
    .collect()
}

fn with_open(watched: &[Watched], horizon: f64, base: Option<f64>) -> Answer<WithOpen> {
    let brier = brier_censored(watched, horizon)?;
    let skill = base.ok_or(Absent::OneClass).and_then(|base| {
        let always: Vec<Watched> = watched.iter().map(|w| Watched { p: base, ..*w }).collect();
        let reference = brier_censored(&always, horizon)?;
        if reference > 0.0 { Ok(1.0 - brier / reference) } else { Err(Absent::OneClass) }
    });
    Ok(WithOpen { n: watched.iter().map(|w| w.n).sum(), brier, skill })
}

/// One entry for each distinct prediction, ascending, so that sums do not depend on the order of arrival.
fn merged(mut groups: Vec<SamePrediction>) -> Vec<SamePrediction> {
    groups.sort_by(|a, b| a.p.total_cmp(&b.p));
    groups.dedup_by(|next, kept| {
        let same = next.p == kept.p;
        if same {
            kept.n += next.n;
            kept.k += next.k;
        }
        same
    });
    groups
}

fn accuracy(groups: Vec<SamePrediction>) -> Answer<Accuracy> {
    let groups = merged(groups);
    let score = murphy(&groups)?;
    let (n, k) = groups.iter().fold((0, 0), |sum, g| (sum.0 + g.n, sum.1 + g.k));
    let expected: f64 = groups.iter().map(|g| g.p * g.n as f64).sum();
    let skill = if score.uncertainty > 0.0 {
        Ok(1.0 - score.brier / score.uncertainty)
    } else {
        Err(Absent::OneClass)
    };
    Ok(Accuracy {
        n,
        predicted: expected / n as f64,
        observed: share(k, n),
        score,
        skill,
        surprise: surprise(&groups, k),
        line: line(&groups, n),
    })
}

fn surprise(groups: &[SamePrediction], k: u64) -> Answer<PoissonBinomial> {
    exact::sum_of_binomials(&groups.iter().map(|g| (g.p, g.n)).collect::<Vec<_>>(), k)
}

fn line(groups: &[SamePrediction], n: u64) -> Answer<Line> {
    if n < LINE_N_MIN {
        return Err(Absent::TooFew { have: n, needed: LINE_N_MIN });
    }
    let mut rows = Rows::new(2);
    for group in groups {
        rows.push(&[1.0, (group.p / (1.0 - group.p)).ln()], group.k as f64, group.n as f64);
    }
    let fit = logistic::fit(&rows, Penalty::None)?;
    let error = fit.errors()[1];
    Ok(Line {
        intercept: fit.coefficients[0],
        slope: fit.coefficients[1],
        slope_interval: crate::figure::Interval::around(
            fit.coefficients[1],
            crate::math::normal::critical(super::LEVEL) * error,
        ),
    })
}

fn tenths(groups: &[SamePrediction]) -> Vec<(f64, Figure)> {
    let groups = merged(groups.to_vec());
    let bin = |p: f64| ((p * 10.0) as usize).min(9);
    let same_bin = groups.chunk_by(|a, b| bin(a.p) == bin(b.p));
    same_bin
        .map(|same| {
            let (n, k) = same.iter().fold((0, 0), |sum, g| (sum.0 + g.n, sum.1 + g.k));
            let predicted: f64 = same.iter().map(|g| g.p * g.n as f64).sum();
            (predicted / n as f64, share(k, n))
        })
        .collect()
}
