//! Logistic regression on grouped rows: plain, Firth's penalised, or ridge.
//!
//! Plain: maximum likelihood by Newton's method (McCullagh & Nelder 1989). Firth 1993 (Heinze & Schemper 2002): the
//! score Σ x (k − n p + h (½ − p)), h the row's leverage; it has a maximum even when an element separates the outcomes.
//! Ridge: −½ λ Σ β² over all but the first column. Errors from the inverse of the Fisher information at the estimate.

use crate::figure::{Absent, Answer, Interval};
use crate::math::linear::Square;
use crate::math::normal;

/// Rows that share their covariates are one row with `n` trials and `k` successes.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    width: usize,
    x: Vec<f64>,
    n: Vec<f64>,
    k: Vec<f64>,
}

impl Rows {
    /// Of `width` columns, the first of which is usually the constant 1.
    pub fn new(width: usize) -> Self {
        Self { width, x: Vec::new(), n: Vec::new(), k: Vec::new() }
    }

    /// One more row: `k` of `n`.
    pub fn push(&mut self, x: &[f64], k: f64, n: f64) {
        debug_assert_eq!(x.len(), self.width);
        self.x.extend_from_slice(x);
        self.n.push(n);
        self.k.push(k);
    }

    /// Trials in all.
    pub fn trials(&self) -> f64 {
        self.n.iter().sum()
    }

    fn each(&self) -> impl Iterator<Item = (&[f64], f64, f64)> {
        self.x.chunks_exact(self.width).zip(&self.k).zip(&self.n).map(|((x, k), n)| (x, *k, *n))
    }

    fn check(&self) -> Answer<()> {
        if self.width == 0
            || self.each().any(|(x, k, n)| x.iter().any(|v| !v.is_finite()) || k < 0.0 || k > n)
        {
            return Err(Absent::Invalid("finite covariates and 0 ≤ k ≤ n are needed"));
        }
        let (k, n) = (self.k.iter().sum::<f64>(), self.trials());
        if n == 0.0 {
            return Err(Absent::NoData);
        }
        if k == 0.0 || k == n { Err(Absent::OneClass) } else { Ok(()) }
    }
}

/// How the likelihood is penalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Penalty {
    /// Not at all.
    None,
    /// Jeffreys' prior (Firth).
    Firth,
    /// −½ λ Σ β², the first column free.
    Ridge(f64),
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Log odds ratios, one for each column.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Square,
    /// Log-likelihood without the penalty, binomial coefficients left out.
    pub log_likelihood: f64,
    /// Log-likelihood with the penalty.
    pub penalised: f64,
}

impl Fit {
    /// Standard errors.
    pub fn errors(&self) -> Vec<f64> {
        (0..self.coefficients.len()).map(|j| self.covariance.at(j, j).max(0.0).sqrt()).collect()
    }

    /// Wald p-values.
    pub fn p_values(&self) -> Vec<f64> {
        self.coefficients.iter().zip(self.errors()).map(|(b, e)| normal::two_sided(b / e)).collect()
    }

    /// P(success | x).
    pub fn predict(&self, x: &[f64]) -> f64 {
        logistic(dot(x, &self.coefficients))
    }

    /// Average change in the chance of success when binary column `j` goes from 0 to 1, all else as it is, with its
    /// delta-method interval.
    pub fn marginal_effect(&self, rows: &Rows, j: usize, level: f64) -> (f64, Interval) {
        let total = rows.trials();
        let mut effect = 0.0;
        let mut gradient = vec![0.0; rows.width];
        for (x, _, n) in rows.each() {
            let eta = dot(x, &self.coefficients) - x[j] * self.coefficients[j];
            let (off, on) = (logistic(eta), logistic(eta + self.coefficients[j]));
            let (slope_off, slope_on) = (off * (1.0 - off), on * (1.0 - on));
            effect += n * (on - off) / total;
            for (column, slot) in gradient.iter_mut().enumerate() {
                let change = if column == j { slope_on } else { (slope_on - slope_off) * x[column] };
                *slot += n * change / total;
            }
        }
        let error = quadratic(&gradient, &self.covariance).max(0.0).sqrt();
        (effect, Interval::around(effect, normal::critical(level) * error))
    }
}

/// 1 / (1 + e^−eta).
pub fn logistic(eta: f64) -> f64 {
    1.0 / (1.0 + (-eta).exp())
}

pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

pub(crate) fn quadratic(x: &[f64], matrix: &Square) -> f64 {
    (0..matrix.size)
        .map(|row| x[row] * dot(x, &matrix.cells[row * matrix.size..(row + 1) * matrix.size]))
        .sum()
}

const ITERATIONS_MAX: usize = 100;
/// A step this small, relative to the coefficient, ends the iteration.
const SETTLED: f64 = 1e-10;
/// A linear predictor no honest probability needs: the likelihood is running away.
const ETA_SEPARATED: f64 = 25.0;

/// Absent with one outcome only, with collinear columns, or (plain) when a column separates the outcomes.
pub fn fit(rows: &Rows, penalty: Penalty) -> Answer<Fit> {
    rows.check()?;
    let mut beta = vec![0.0; rows.width];
    let mut now = Point::at(rows, &beta, penalty)?;
    for _ in 0..ITERATIONS_MAX {
        let factor = now.information.factor().ok_or_else(|| why_singular(rows, &beta))?;
        let mut step = factor.solve(&now.score);
        let longest = step.iter().fold(0.0_f64, |longest, s| longest.max(s.abs()));
        if longest > 5.0 {
            for s in &mut step {
                *s *= 5.0 / longest;
            }
        }
        let (next, reached) = climb(rows, &beta, &step, &now, penalty)?;
        let moved = next.iter().zip(&beta).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f64::max);
        (beta, now) = (next, reached);
        if moved < SETTLED {
            return finish(rows, beta, &now, penalty);
        }
    }
    Err(why_singular(rows, &beta))
}

fn finish(rows: &Rows, beta: Vec<f64>, now: &Point, penalty: Penalty) -> Answer<Fit> {
    let factor = now.information.factor().ok_or_else(|| why_singular(rows, &beta))?;
    if penalty == Penalty::None && runs_away(rows, &beta) {
        return Err(Absent::Separated);
    }
    let (log_likelihood, penalised) = (now.log_likelihood, now.objective);
    Ok(Fit { coefficients: beta, covariance: factor.inverse(), log_likelihood, penalised })
}

fn runs_away(rows: &Rows, beta: &[f64]) -> bool {
    // All rows with a certain outcome: complete separation. Some: a diverging coefficient shows in its own size.
    beta.iter().any(|b| !b.is_finite()) || rows.each().all(|(x, _, _)| dot(x, beta).abs() > ETA_SEPARATED)
}

fn why_singular(rows: &Rows, beta: &[f64]) -> Absent {
    if rows.each().any(|(x, _, _)| dot(x, beta).abs() > 10.0) { Absent::Separated } else { Absent::Collinear }
}

fn climb(
    rows: &Rows,
    beta: &[f64],
    step: &[f64],
    now: &Point,
    penalty: Penalty,
) -> Answer<(Vec<f64>, Point)> {
    let mut scale = 1.0;
    loop {
        let trial: Vec<f64> = beta.iter().zip(step).map(|(b, s)| b + scale * s).collect();
        let reached = Point::at(rows, &trial, penalty);
        if scale < 1e-4 {
            return Ok((trial, reached?));
        }
        match reached {
            Ok(point) if point.objective >= now.objective - 1e-11 * now.objective.abs() => {
                return Ok((trial, point));
            }
            _ => scale /= 2.0,
        }
    }
}

/// The likelihood and its derivatives at one point.
struct Point {
    log_likelihood: f64,
    objective: f64,
    score: Vec<f64>,
    information: Square,
}

impl Point {
    fn at(rows: &Rows, beta: &[f64], penalty: Penalty) -> Answer<Self> {
        let width = rows.width;
        let mut score = vec![0.0; width];
        let mut information = Square::zero(width);
        let mut log_likelihood = 0.0;
        for (x, k, n) in rows.each() {
            let eta = dot(x, beta);
            let p = logistic(eta);
            log_likelihood -= k * softplus(-eta) + (n - k) * softplus(eta);
            for (slot, value) in score.iter_mut().zip(x) {
                *slot += value * (k - n * p);
            }
            information.add_outer(x, n * p * logistic(-eta));
        }
        information.mirror();
        let mut point = Self { log_likelihood, objective: log_likelihood, score, information };
        match penalty {
            Penalty::None => {}
            Penalty::Firth => point.penalise_by_leverage(rows, beta)?,
            Penalty::Ridge(lambda) => point.penalise_by_size(beta, lambda),
        }
        Ok(point)
    }

    fn penalise_by_leverage(&mut self, rows: &Rows, beta: &[f64]) -> Answer<()> {
        let factor = self.information.factor().ok_or_else(|| why_singular(rows, beta))?;
        let inverse = factor.inverse();
        for (x, _, n) in rows.each() {
            let p = logistic(dot(x, beta));
            let leverage = n * p * (1.0 - p) * quadratic(x, &inverse);
            for (slot, value) in self.score.iter_mut().zip(x) {
                *slot += value * leverage * (0.5 - p);
            }
        }
        self.objective += 0.5 * factor.ln_determinant();
        Ok(())
    }

    fn penalise_by_size(&mut self, beta: &[f64], lambda: f64) {
        for (j, b) in beta.iter().enumerate().skip(1) {
            self.score[j] -= lambda * b;
            self.information.add(j, j, lambda);
            self.objective -= 0.5 * lambda * b * b;
        }
    }
}

/// ln(1 + e^x) without overflow.
fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}
