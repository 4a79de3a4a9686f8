//! The chance that an open journey is still paid within the horizon.
//!
//! score = (F(H|x) − F(a|x)) / (1 − F(a|x)), with F(t|x) = F(H|x) · F_pool(t) / F_pool(H): a ridge logistic on elements
//! and hypothesis category gives F(H|x), the pooled curve the delay. The model is tried on the last quarter of the
//! cohort by start, never seen in fitting; without skill there it abstains and the base rate given the age is shown.

use crate::facts::Columns;
use crate::facts::pass::{Ended, HOUR_S, Question, count, ended};
use crate::facts::patterns::{Adjust, Cell, Patterns, matured};
use crate::facts::{Dimension, Filter};
use crate::figure::{Absent, Answer, Method};
use crate::regression::cells::{self, FLAGS_MAX, Pattern};
use crate::regression::logistic::{self, Fit, Penalty, Rows};
use crate::survival::curve::Curve;
use std::collections::{BinaryHeap, HashMap};

/// Matured journeys, and payments among them, below which no model is tried.
pub const COHORT_MIN: u64 = 200;
/// See [`COHORT_MIN`].
pub const COHORT_PAID_MIN: u64 = 30;
/// Share of the cohort that is fitted on; the rest, later, is the hold-out.
const FITTED: f64 = 0.75;
/// Penalties tried, the strongest last.
const RIDGES: [f64; 5] = [0.3, 1.0, 3.0, 10.0, 30.0];
const ADJUST: Adjust = Adjust { category: true, periods: 1 };

/// How the model did on journeys it had not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HoldOut {
    /// Journeys fitted on.
    pub fitted: u64,
    /// Journeys held out.
    pub held_out: u64,
    /// Brier score of the model on them.
    pub brier: f64,
    /// Brier score of the fitted cohort's base rate on them.
    pub brier_base: f64,
    /// 1 − brier / brier_base.
    pub skill: f64,
}

/// A model to score with.
#[derive(Clone, Debug)]
pub struct Model {
    curve: Curve,
    horizon: f64,
    coefficients: Option<Weights>,
    base: f64,
    /// The back-test; absent when there was too little to try.
    pub hold_out: Answer<HoldOut>,
}

/// One journey's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Chance of being paid from now to the horizon.
    pub probability: f64,
    /// Days from now until half of such journeys that still pay have paid.
    pub median_days_left: Option<f64>,
    /// Model, or base rate when the model has no skill.
    pub method: Method,
}

/// Fits and back-tests on the question's journeys (its grouping is not used). Absent when nothing was paid yet.
pub fn fit(columns: &Columns, question: &Question) -> Answer<Model> {
    let everything = count(columns, &Question { by: Dimension::Everything, ..question.clone() });
    let group = everything.groups.first().ok_or(Absent::NoData)?;
    let curve = Curve::fit(&group.exits)?;
    let horizon = question.horizon_hours();
    let base = 1.0 - curve.survival_at(horizon);
    if base <= 0.0 {
        return Err(Absent::OneClass);
    }
    let mut model = Model { curve, horizon, coefficients: None, base, hold_out: Err(Absent::NoData) };
    let tried = try_out(columns, question);
    if let Ok((hold_out, ridge)) = tried
        && hold_out.skill > 0.0
    {
        let all = matured(columns, question, ADJUST);
        model.coefficients = regress(&all, ridge).ok().map(|fit| named(&all, &fit));
    }
    model.hold_out = tried.map(|(hold_out, _)| hold_out);
    Ok(model)
}

/// Cuts the cohort by start: fit on the first part, choose the penalty on its own last part, judge on the rest.
fn try_out(columns: &Columns, question: &Question) -> Answer<(HoldOut, f64)> {
    let whole = matured(columns, question, ADJUST);
    let paid: u64 = whole.cells.iter().map(|cell| u64::from(cell.k)).sum();
    if whole.matured < COHORT_MIN || paid < COHORT_PAID_MIN {
        return Err(Absent::TooFew { have: whole.matured, needed: COHORT_MIN });
    }
    let (inner, outer) = cuts(columns, question);
    let part = |from_s: Option<u32>, until_s: Option<u32>| {
        let filter = Filter {
            from_s: from_s.or(question.filter.from_s),
            until_s: until_s.or(question.filter.until_s),
            ..question.filter.clone()
        };
        matured(columns, &Question { filter, ..question.clone() }, ADJUST)
    };
    let (first, tuning) = (part(None, Some(inner)), part(Some(inner), Some(outer)));
    let tried = RIDGES.iter().filter_map(|ridge| {
        let model = named(&first, &regress(&first, *ridge).ok()?);
        Some((*ridge, brier(&tuning, predictor(&model, &tuning))?))
    });
    let (ridge, _) = tried.min_by(|a, b| a.1.total_cmp(&b.1)).ok_or(Absent::NotConverged)?;
    let (fitted, later) = (part(None, Some(outer)), part(Some(outer), None));
    let model = named(&fitted, &regress(&fitted, ridge)?);
    let paid: u64 = fitted.cells.iter().map(|cell| u64::from(cell.k)).sum();
    let base = paid as f64 / fitted.matured as f64;
    let own = brier(&later, predictor(&model, &later)).ok_or(Absent::NoData)?;
    let brier_base = brier(&later, |_| base).ok_or(Absent::NoData)?;
    if brier_base <= 0.0 {
        return Err(Absent::OneClass);
    }
    let skill = 1.0 - own / brier_base;
    let hold_out = HoldOut { fitted: fitted.matured, held_out: later.matured, brier: own, brier_base, skill };
    Ok((hold_out, ridge))
}

/// Starts at which three quarters of the cohort, and three quarters of those, had begun.
fn cuts(columns: &Columns, question: &Question) -> (u32, u32) {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let old = |at: &usize| question.as_of_s - columns.start_s[*at] >= question.horizon_s();
    let mut starts: Vec<u32> =
        (0..columns.len()).filter(|at| sieve.passes(*at)).filter(old).map(|at| columns.start_s[at]).collect();
    starts.sort_unstable();
    let at = |share: f64| starts[((starts.len() as f64 * share) as usize).min(starts.len() - 1)];
    (at(FITTED * FITTED), at(FITTED))
}

fn regress(table: &Patterns, ridge: f64) -> Answer<Fit> {
    let width = table.names.len();
    if width <= FLAGS_MAX {
        let pattern = |cell: &Cell| Pattern { flags: cell.flags as u32, n: cell.n, k: cell.k };
        return cells::fit_ridge(&table.cells.iter().map(pattern).collect::<Vec<_>>(), width, ridge);
    }
    let mut rows = Rows::new(width + 1);
    for cell in &table.cells {
        let flags = (0..width).map(|j| f64::from(u8::from(cell.flags >> j & 1 == 1)));
        let x: Vec<f64> = std::iter::once(1.0).chain(flags).collect();
        rows.push(&x, f64::from(cell.k), f64::from(cell.n));
    }
    logistic::fit(&rows, Penalty::Ridge(ridge))
}

/// Intercept, and weights by name.
type Weights = (f64, HashMap<String, f64>);

fn named(table: &Patterns, fit: &Fit) -> Weights {
    let named = table.names.iter().cloned().zip(fit.coefficients[1..].iter().copied());
    (fit.coefficients[0], named.collect())
}

/// Chances of the table's flags. Names the model has not seen weigh nothing.
fn predictor(model: &Weights, table: &Patterns) -> impl Fn(u128) -> f64 {
    let weights: Vec<f64> =
        table.names.iter().map(|name| model.1.get(name).copied().unwrap_or(0.0)).collect();
    let intercept = model.0;
    move |flags| {
        let (mut left, mut eta) = (flags, intercept);
        while left != 0 {
            eta += weights[left.trailing_zeros() as usize];
            left &= left - 1;
        }
        logistic::logistic(eta)
    }
}

fn brier(table: &Patterns, predicted: impl Fn(u128) -> f64) -> Option<f64> {
    let sum: f64 = table
        .cells
        .iter()
        .map(|cell| {
            let p = predicted(cell.flags);
            f64::from(cell.k) * (1.0 - p).powi(2) + f64::from(cell.n - cell.k) * p * p
        })
        .sum();
    (table.matured > 0).then(|| sum / table.matured as f64)
}

impl Model {
    /// Scores a journey `age_s` old with these elements and category. Absent from the horizon on.
    pub fn score(&self, age_s: u32, elements: &[&str], category: Option<&str>) -> Answer<Score> {
        let age = f64::from(age_s.div_ceil(HOUR_S));
        if age >= self.horizon {
            return Err(Absent::Invalid("older than the horizon: not scored"));
        }
        let (ever, method) = match &self.coefficients {
            None => (self.base, Method::BaseRate),
            Some((intercept, weights)) => {
                let category = category.map(|category| format!("category: {category}"));
                let words = elements.iter().copied().chain(category.as_deref());
                let eta = intercept + words.filter_map(|word| weights.get(word)).sum::<f64>();
                (logistic::logistic(eta), Method::RidgeDelay)
            }
        };
        let by_now = ever * (1.0 - self.curve.survival_at(age)) / self.base;
        let probability = ((ever - by_now) / (1.0 - by_now)).clamp(0.0, 1.0);
        Ok(Score { probability, median_days_left: self.median_days_left(age), method })
    }

    fn median_days_left(&self, age: f64) -> Option<f64> {
        let now = 1.0 - self.curve.survival_at(age);
        let half = f64::midpoint(now, self.base);
        let hours = self.curve.quantile(half).ok().filter(|hours| self.base > now && *hours > age)?;
        Some((hours - age) / 24.0)
    }

    /// Scores of all open journeys of the question that are younger than the horizon: (id, score), ids ascending.
    pub fn open_journeys(&self, columns: &Columns, question: &Question) -> Vec<(u128, Score)> {
        let sieve = question.filter.sieve(columns, question.as_of_s);
        let mut scores: Vec<(u128, Score)> = (0..columns.len())
            .filter(|at| sieve.passes(*at))
            .filter_map(|at| {
                let (how, age_s) = ended(columns, at, question.as_of_s);
                let open = how == Ended::Open;
                let score = self.score(age_s, &columns.elements_of(at), columns.category_of(at)).ok()?;
                open.then(|| (columns.id(at), score))
            })
            .collect();
        scores.sort_by_key(|(id, _)| *id);
        scores
    }

    /// The first `limit` of them whose id is after `after`.
    pub fn open_page(
        &self,
        columns: &Columns,
        question: &Question,
        after: Option<u128>,
        limit: usize,
    ) -> Vec<(u128, Score)> {
        let sieve = question.filter.sieve(columns, question.as_of_s);
        let is_open = |at: &usize| {
            let (how, age_s) = ended(columns, *at, question.as_of_s);
            how == Ended::Open && f64::from(age_s.div_ceil(HOUR_S)) < self.horizon
        };
        // The largest of those kept so far is on top, to be pushed out by a smaller one.
        let mut first: BinaryHeap<(u128, usize)> = BinaryHeap::with_capacity(limit + 1);
        let later = (0..columns.len()).filter(|at| after.is_none_or(|after| columns.id(*at) > after));
        for at in later.filter(|at| sieve.passes(*at)).filter(is_open) {
            first.push((columns.id(at), at));
            if first.len() > limit {
                first.pop();
            }
        }
        let scored = first.into_sorted_vec().into_iter().filter_map(|(id, at)| {
            let age_s = question.as_of_s - columns.start_s[at];
            Some((id, self.score(age_s, &columns.elements_of(at), columns.category_of(at)).ok()?))
        });
        scored.collect()
    }
}
