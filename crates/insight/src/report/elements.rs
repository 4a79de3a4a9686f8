//! Adjusted effect of each element on payment.
//!
//! Logistic regression on the cohort that had the whole horizon (chosen by start date), hypothesis category and period
//! held fixed; Firth's penalty with fewer than [`EVENTS_PER_PARAMETER_MIN`] events per parameter or when an element
//! separates the outcomes. Effects in fractions: average change in the chance of payment, delta-method interval;
//! Mantel–Haenszel over categories beside it. Elements that always go together are merged and named; those that are
//! constant, or follow from the others, are left out and named.
//!
//! While fewer than half of the journeys had the whole horizon, [`elements_open`](super::elements_open) is used instead,
//! if there are payments enough for it.

use super::elements_open::{self, Open};
use super::{FALSE_DISCOVERY_MAX, Gates, LEVEL, Verdict};
use crate::facts::Columns;
use crate::facts::pass::Question;
use crate::facts::patterns::{Adjust, Cell, Patterns, matured};
use crate::figure::{Absent, Answer, Figure, Interval, Method};
use crate::math::linear::Square;
use crate::math::normal;
use crate::multiplicity::{self, Adjustment};
use crate::regression::cells::{self, FLAGS_MAX, Pattern};
use crate::regression::logistic::{self, Fit, Penalty, Rows, quadratic};
use crate::regression::mantel_haenszel::{self, Pooled};

/// Below this many events (the rarer outcome) per coefficient plain maximum likelihood is biased.
pub const EVENTS_PER_PARAMETER_MIN: f64 = 10.0;
/// Share of journeys with the whole horizon below which open ones are used as well.
pub const MATURED_SHARE_MIN: f64 = 0.5;
/// What is left of a column after the others, relative to itself, below which it follows from them.
const RESIDUAL_MIN: f64 = 1e-9;

/// One element's effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The element.
    pub element: String,
    /// Others that always go with it, so that their effects cannot be told apart.
    pub merged: Vec<String>,
    /// Matured journeys with it; where open ones are used, all with it, each by the part of the horizon it has had.
    pub n: u64,
    /// Of those, paid within the horizon.
    pub paid: u64,
    /// Average change in the chance of payment, in fractions.
    pub points: Figure,
    /// Log odds ratio, or where open journeys are used log ratio of rates, and its standard error.
    pub log_odds: (f64, f64),
    /// p of no effect.
    pub p: f64,
    /// The same, adjusted over all elements past the gate.
    pub q: Option<f64>,
    /// Odds ratio over hypothesis categories.
    pub mantel_haenszel: Answer<Pooled>,
    /// What may be said.
    pub verdict: Verdict,
}

/// All elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// Journeys that had the whole horizon.
    pub matured: u64,
    /// Journeys too young to be in it.
    pub immature: u64,
    /// Effects, names ascending; or why there are none.
    pub effects: Answer<Vec<Effect>>,
    /// Elements in every journey or in none of the cohort.
    pub constant: Vec<String>,
    /// Elements that follow from others: they are the reference.
    pub reference: Vec<String>,
    /// Elements too rare to be told apart.
    pub left_out: Vec<String>,
    /// Which model.
    pub method: Method,
}

/// Computes the report (the question's grouping is not used).
pub fn report(columns: &Columns, question: &Question) -> Report {
    report_adjusted(columns, question, Adjust { category: true, periods: 4 })
}

/// The same with other covariates.
pub fn report_adjusted(columns: &Columns, question: &Question, adjust: Adjust) -> Report {
    let table = matured(columns, question, adjust);
    let share = table.matured as f64 / (table.matured + table.immature).max(1) as f64;
    if share < MATURED_SHARE_MIN
        && let Ok(open) = elements_open::fit(columns, question, adjust)
    {
        return from_open(&table, &open, question);
    }
    let design = Design::of(&table);
    let fitted = design.fit(&table);
    let method = fitted.as_ref().map_or(Method::Logistic, |(_, method)| *method);
    let effects = fitted.map(|(fit, method)| {
        let marginals = marginals(&table, &design, &fit);
        let mut effects: Vec<Effect> = marginals
            .into_iter()
            .enumerate()
            .map(|of_slot| effect(&table, &design, &fit, of_slot, method))
            .collect();
        judge(&mut effects, question.gates);
        effects
    });
    Report {
        as_of_s: question.as_of_s,
        matured: table.matured,
        immature: table.immature,
        effects,
        constant: elements_of(&table, &design.constant),
        reference: elements_of(&table, &design.reference),
        left_out: table.left_out.clone(),
        method,
    }
}

fn elements_of(table: &Patterns, columns: &[usize]) -> Vec<String> {
    columns.iter().filter(|j| **j < table.elements).map(|j| table.names[*j].clone()).collect()
}

/// `matured` gives the odds ratio beside it.
fn from_open(matured: &Patterns, open: &Open, question: &Question) -> Report {
    let table = &open.table.patterns;
    let method = Method::PiecewiseExponential;
    let slots = (0..open.design.kept.len()).filter(|slot| open.design.kept[*slot] < table.elements);
    let effect = |slot: usize| {
        let seen = open.seen(slot, question.horizon_s());
        let name = &table.names[open.design.kept[slot]];
        let in_matured = matured.names[..matured.elements].iter().position(|other| other == name);
        let merged = open.design.merged[slot].iter().map(|k| table.names[*k].clone()).collect();
        let (n, without) = seen.journeys;
        let (value, interval) = seen.effect;
        Effect {
            element: name.clone(),
            merged,
            n,
            paid: seen.paid,
            points: Figure::ready(value, Some(interval), n + without, method),
            log_odds: seen.log_rate,
            p: normal::two_sided(seen.log_rate.0 / seen.log_rate.1),
            q: None,
            mantel_haenszel: in_matured.map_or(Err(Absent::NoData), |j| over_categories(matured, j)),
            verdict: Verdict::NotDistinct,
        }
    };
    let mut effects: Vec<Effect> = slots.map(effect).collect();
    judge(&mut effects, question.gates);
    Report {
        as_of_s: question.as_of_s,
        matured: matured.matured,
        immature: matured.immature,
        effects: Ok(effects),
        constant: elements_of(table, &open.design.constant),
        reference: elements_of(table, &open.design.reference),
        left_out: table.left_out.clone(),
        method,
    }
}

/// Which columns are estimated.
pub(super) struct Design {
    pub(super) kept: Vec<usize>,
    pub(super) merged: Vec<Vec<usize>>,
    pub(super) constant: Vec<usize>,
    pub(super) reference: Vec<usize>,
}

impl Design {
    pub(super) fn of(table: &Patterns) -> Self {
        let gram = gram(table);
        let total = gram.at(0, 0);
        let (mut kept, mut merged): (Vec<usize>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        let (mut constant, mut reference) = (Vec::new(), Vec::new());
        for j in 0..table.names.len() {
            let n = gram.at(j + 1, j + 1);
            if n == 0.0 || n == total {
                constant.push(j);
                continue;
            }
            let twin = kept.iter().position(|k| {
                let both = gram.at(j + 1, k + 1);
                both == n && both == gram.at(k + 1, k + 1)
            });
            if let Some(slot) = twin {
                merged[slot].push(j);
            } else if follows(&gram, &kept, j) {
                reference.push(j);
            } else {
                kept.push(j);
                merged.push(Vec::new());
            }
        }
        Self { kept, merged, constant, reference }
    }

    fn fit(&self, table: &Patterns) -> Answer<(Fit, Method)> {
        if table.matured == 0 {
            return Err(Absent::NoData);
        }
        let paid: u64 = table.cells.iter().map(|cell| u64::from(cell.k)).sum();
        if paid == 0 || paid == table.matured {
            return Err(Absent::OneClass);
        }
        let events = paid.min(table.matured - paid) as f64;
        let scarce = events / (self.kept.len() + 1) as f64 <= EVENTS_PER_PARAMETER_MIN;
        if !scarce && let Ok(fit) = self.plain(table) {
            return Ok((fit, Method::Logistic));
        }
        Ok((logistic::fit(&self.rows(table), Penalty::Firth)?, Method::Firth))
    }

    fn plain(&self, table: &Patterns) -> Answer<Fit> {
        if self.kept.len() > FLAGS_MAX {
            return logistic::fit(&self.rows(table), Penalty::None);
        }
        let mut patterns: Vec<Pattern> = table
            .cells
            .iter()
            .map(|cell| Pattern { flags: self.compact(cell.flags), n: cell.n, k: cell.k })
            .collect();
        patterns.sort_unstable_by_key(|pattern| pattern.flags);
        patterns.dedup_by(|next, kept| {
            let same = next.flags == kept.flags;
            if same {
                kept.n += next.n;
                kept.k += next.k;
            }
            same
        });
        cells::fit(&patterns, self.kept.len())
    }

    fn compact(&self, flags: u128) -> u32 {
        let bits = self.kept.iter().enumerate();
        bits.fold(0, |compact, (slot, j)| compact | u32::from(flags >> j & 1 == 1) << slot)
    }

    fn rows(&self, table: &Patterns) -> Rows {
        let mut rows = Rows::new(self.kept.len() + 1);
        for cell in &table.cells {
            let flags = self.kept.iter().map(|j| f64::from(u8::from(cell.flags >> j & 1 == 1)));
            let x: Vec<f64> = std::iter::once(1.0).chain(flags).collect();
            rows.push(&x, f64::from(cell.k), f64::from(cell.n));
        }
        rows
    }
}

/// Journeys with each pair of columns; column 0 is the constant.
fn gram(table: &Patterns) -> Square {
    let mut gram = Square::zero(table.names.len() + 1);
    for cell in &table.cells {
        let n = f64::from(cell.n);
        gram.add(0, 0, n);
        let mut rows = cell.flags;
        while rows != 0 {
            let row = rows.trailing_zeros() as usize;
            rows &= rows - 1;
            gram.add(row + 1, 0, n);
            gram.add(row + 1, row + 1, n);
            let mut columns = cell.flags & ((1 << row) - 1);
            while columns != 0 {
                gram.add(row + 1, columns.trailing_zeros() as usize + 1, n);
                columns &= columns - 1;
            }
        }
    }
    gram.mirror();
    gram
}

/// Whether column `j` is a combination of the constant and the kept ones.
fn follows(gram: &Square, kept: &[usize], j: usize) -> bool {
    let used: Vec<usize> = std::iter::once(0).chain(kept.iter().map(|k| k + 1)).collect();
    let mut system = Square::zero(used.len());
    for (row, a) in used.iter().enumerate() {
        for (column, b) in used.iter().enumerate() {
            system.add(row, column, gram.at(*a, *b));
        }
    }
    let onto: Vec<f64> = used.iter().map(|a| gram.at(*a, j + 1)).collect();
    let Some(factor) = system.factor() else { return true };
    let explained: f64 = factor.solve(&onto).iter().zip(&onto).map(|(x, y)| x * y).sum();
    let own = gram.at(j + 1, j + 1);
    own - explained <= RESIDUAL_MIN * own
}

/// `marginal` is the average change in the chance of payment of column `slot`.
fn effect(
    table: &Patterns,
    design: &Design,
    fit: &Fit,
    (slot, marginal): (usize, (f64, Interval)),
    method: Method,
) -> Effect {
    let j = design.kept[slot];
    let with = |cell: &&Cell| cell.flags >> j & 1 == 1;
    let (n, paid) = table
        .cells
        .iter()
        .filter(with)
        .fold((0, 0), |sum, cell| (sum.0 + u64::from(cell.n), sum.1 + u64::from(cell.k)));
    let (points, interval) = marginal;
    let log_odds = (fit.coefficients[slot + 1], fit.covariance.at(slot + 1, slot + 1).max(0.0).sqrt());
    Effect {
        element: table.names[j].clone(),
        merged: design.merged[slot].iter().map(|k| table.names[*k].clone()).collect(),
        n,
        paid,
        points: Figure::ready(points, Some(interval), table.matured, method),
        log_odds,
        p: normal::two_sided(log_odds.0 / log_odds.1),
        q: None,
        mantel_haenszel: over_categories(table, j),
        verdict: Verdict::NotDistinct,
    }
}

/// As [`Fit::marginal_effect`], on flags, for every element at once.
fn marginals(table: &Patterns, design: &Design, fit: &Fit) -> Vec<(f64, Interval)> {
    let beta = &fit.coefficients;
    let width = design.kept.len();
    let wanted = design.kept.partition_point(|j| *j < table.elements);
    let total = table.matured as f64;
    let (mut effects, mut gradients) = (vec![0.0; wanted], vec![vec![0.0; beta.len()]; wanted]);
    let odds: Vec<f64> = beta.iter().map(|b| b.exp()).collect();
    let mut on_slots = Vec::with_capacity(width);
    for cell in &table.cells {
        on_slots.clear();
        on_slots.extend((0..width).filter(|slot| cell.flags >> design.kept[*slot] & 1 == 1));
        let own = (beta[0] + on_slots.iter().map(|slot| beta[slot + 1]).sum::<f64>()).exp();
        let share = f64::from(cell.n) / total;
        for slot in 0..wanted {
            let set = cell.flags >> design.kept[slot] & 1 == 1;
            let without = if set { own / odds[slot + 1] } else { own };
            let given = without * odds[slot + 1];
            let (slope_off, slope_on) = (without / (1.0 + without).powi(2), given / (1.0 + given).powi(2));
            effects[slot] += share * (given / (1.0 + given) - without / (1.0 + without));
            let change = share * (slope_on - slope_off);
            let gradient = &mut gradients[slot];
            gradient[0] += change;
            for other in &on_slots {
                gradient[other + 1] += change;
            }
            // The column itself moves only when it is on.
            gradient[slot + 1] += share * slope_on - if set { change } else { 0.0 };
        }
    }
    let bounded = |(effect, gradient): (f64, Vec<f64>)| {
        let error = quadratic(&gradient, &fit.covariance).max(0.0).sqrt();
        (effect, Interval::around(effect, normal::critical(LEVEL) * error))
    };
    effects.into_iter().zip(gradients).map(bounded).collect()
}

/// Strata are the hypothesis categories.
fn over_categories(table: &Patterns, j: usize) -> Answer<Pooled> {
    // Columns after the elements that name a category; no bit of theirs set is the stratum without hypothesis.
    let categories: u128 = table
        .names
        .iter()
        .enumerate()
        .skip(table.elements)
        .fold(0, |mask, (k, name)| if name.starts_with("category: ") { mask | 1 << k } else { mask });
    let mut strata = vec![mantel_haenszel::Table::default(); table.names.len() + 1];
    for cell in &table.cells {
        let row = usize::from(cell.flags >> j & 1 == 0);
        let category = (cell.flags & categories).trailing_zeros() as usize;
        let stratum = &mut strata[category.min(table.names.len())];
        stratum[row][0] += f64::from(cell.k);
        stratum[row][1] += f64::from(cell.n - cell.k);
    }
    mantel_haenszel::pool(&strata, LEVEL)
}

/// The gate is of journeys with the element and of those without it.
fn judge(effects: &mut [Effect], gates: Gates) {
    let needed = gates.journeys();
    for effect in &mut *effects {
        let have = effect.n.min(effect.points.n - effect.n);
        if have < needed {
            effect.verdict = Verdict::Insufficient { have, needed };
        }
    }
    let tested = |effect: &Effect| effect.verdict == Verdict::NotDistinct;
    let p: Vec<f64> = effects.iter().filter(|effect| tested(effect)).map(|effect| effect.p).collect();
    let Ok(adjusted) = multiplicity::adjust(&p, Adjustment::BenjaminiHochberg) else { return };
    for (effect, q) in effects.iter_mut().filter(|effect| tested(effect)).zip(adjusted) {
        effect.q = Some(q);
        let clear = q <= FALSE_DISCOVERY_MAX
            && effect.paid >= gates.each()
            && effect.n.saturating_sub(effect.paid) >= gates.each();
        effect.verdict = match effect.points.interval {
            Some(interval) if clear && interval.low > 0.0 => Verdict::More,
            Some(interval) if clear && interval.high < 0.0 => Verdict::Less,
            _ => Verdict::NotDistinct,
        };
    }
}
