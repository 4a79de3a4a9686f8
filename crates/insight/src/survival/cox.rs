//! Cox's proportional hazards with Efron's handling of ties, and Harrell's concordance.
//!
//! Sources: Cox 1972; Efron 1977; Harrell et al. 1982. Newton on the partial likelihood with step halving.

use crate::figure::{Absent, Answer};
use crate::math::linear::Square;
use crate::math::normal;

/// One journey: time, whether paid at it, and its covariates.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Time last seen.
    pub time: f64,
    /// Whether it was paid then.
    pub paid: bool,
    /// Covariates, as many for each.
    pub x: Vec<f64>,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Cox {
    /// Log hazard ratios.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub errors: Vec<f64>,
    /// Wald p-values.
    pub p: Vec<f64>,
    /// Log partial likelihood.
    pub log_likelihood: f64,
    /// Chance that of two comparable journeys the one with the higher hazard is paid first.
    pub concordance: Option<f64>,
}

const ITERATIONS_MAX: usize = 50;

/// Absent without payments, with collinear covariates, or without a maximum.
pub fn fit(subjects: &[Subject]) -> Answer<Cox> {
    let width = subjects.first().ok_or(Absent::NoData)?.x.len();
    if width == 0 || subjects.iter().any(|s| s.x.len() != width || !s.time.is_finite()) {
        return Err(Absent::Invalid("each subject needs the same covariates and a time"));
    }
    if !subjects.iter().any(|s| s.paid) {
        return Err(Absent::OneClass);
    }
    let centred = centre(subjects, width);
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    order.sort_by(|a, b| centred[*b].time.total_cmp(&centred[*a].time));
    let mut beta = vec![0.0; width];
    let mut state = partial(&centred, &order, &beta);
    for _ in 0..ITERATIONS_MAX {
        let step = state.information.factor().ok_or(Absent::Collinear)?.solve(&state.score);
        let mut scale = 1.0;
        let (next, reached) = loop {
            let trial: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b + scale * s).collect();
            let reached = partial(&centred, &order, &trial);
            if reached.log_likelihood >= state.log_likelihood - 1e-12 * state.log_likelihood.abs()
                || scale < 1e-6
            {
                break (trial, reached);
            }
            scale /= 2.0;
        };
        let moved = step.iter().zip(&beta).map(|(s, b)| s.abs() / (1.0 + b.abs())).fold(0.0, f64::max);
        (beta, state) = (next, reached);
        if moved < 1e-10 {
            return finish(&centred, beta, &state);
        }
    }
    Err(if beta.iter().any(|b| b.abs() > 10.0) { Absent::Separated } else { Absent::NotConverged })
}

fn finish(subjects: &[Subject], beta: Vec<f64>, state: &Partial) -> Answer<Cox> {
    let inverse = state.information.factor().ok_or(Absent::Collinear)?.inverse();
    let errors: Vec<f64> = (0..beta.len()).map(|j| inverse.at(j, j).sqrt()).collect();
    let p = beta.iter().zip(&errors).map(|(b, e)| normal::two_sided(b / e)).collect();
    let concordance = concordance(subjects, &beta);
    Ok(Cox { coefficients: beta, errors, p, log_likelihood: state.log_likelihood, concordance })
}

/// Covariates about their means: the likelihood is the same, the powers stay small.
fn centre(subjects: &[Subject], width: usize) -> Vec<Subject> {
    let n = subjects.len() as f64;
    let means: Vec<f64> = (0..width).map(|j| subjects.iter().map(|s| s.x[j]).sum::<f64>() / n).collect();
    subjects
        .iter()
        .map(|s| Subject { x: s.x.iter().zip(&means).map(|(x, m)| x - m).collect(), ..s.clone() })
        .collect()
}

struct Partial {
    log_likelihood: f64,
    score: Vec<f64>,
    information: Square,
}

/// Σ e^{βx}, Σ x e^{βx} and Σ x xᵀ e^{βx} of a set of subjects.
#[derive(Clone)]
struct Risk {
    plain: f64,
    first: Vec<f64>,
    second: Square,
}

impl Risk {
    fn zero(width: usize) -> Self {
        Self { plain: 0.0, first: vec![0.0; width], second: Square::zero(width) }
    }

    fn add(&mut self, x: &[f64], weight: f64) {
        self.plain += weight;
        for (sum, value) in self.first.iter_mut().zip(x) {
            *sum += weight * value;
        }
        self.second.add_outer(x, weight);
    }
}

/// Walks times downward, so that the risk set only grows.
fn partial(subjects: &[Subject], order: &[usize], beta: &[f64]) -> Partial {
    let width = beta.len();
    let mut result =
        Partial { log_likelihood: 0.0, score: vec![0.0; width], information: Square::zero(width) };
    let mut at_risk = Risk::zero(width);
    for tied in order.chunk_by(|a, b| subjects[*a].time == subjects[*b].time) {
        let mut paid = Risk::zero(width);
        let mut count = 0_u32;
        for subject in tied.iter().map(|index| &subjects[*index]) {
            let eta: f64 = subject.x.iter().zip(beta).map(|(x, b)| x * b).sum();
            at_risk.add(&subject.x, eta.exp());
            if subject.paid {
                count += 1;
                paid.add(&subject.x, eta.exp());
                result.log_likelihood += eta;
                for (score, x) in result.score.iter_mut().zip(&subject.x) {
                    *score += x;
                }
            }
        }
        for l in 0..count {
            result.subtract(&at_risk, &paid, f64::from(l) / f64::from(count));
        }
    }
    result.information.mirror();
    result
}

impl Partial {
    /// One payment of a tie: the risk set less the fraction of the tied that have, in effect, left.
    fn subtract(&mut self, at_risk: &Risk, paid: &Risk, gone: f64) {
        let plain = at_risk.plain - gone * paid.plain;
        self.log_likelihood -= plain.ln();
        let mean: Vec<f64> =
            at_risk.first.iter().zip(&paid.first).map(|(all, tied)| (all - gone * tied) / plain).collect();
        for (score, m) in self.score.iter_mut().zip(&mean) {
            *score -= m;
        }
        for row in 0..mean.len() {
            for column in 0..=row {
                let second = (at_risk.second.at(row, column) - gone * paid.second.at(row, column)) / plain;
                self.information.add(row, column, second - mean[row] * mean[column]);
            }
        }
    }
}

/// Pairs are comparable when the earlier was paid; at equal times a paid one comes before an open one.
fn concordance(subjects: &[Subject], beta: &[f64]) -> Option<f64> {
    let risk: Vec<f64> =
        subjects.iter().map(|s| s.x.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>()).collect();
    let (mut pairs, mut right) = (0.0, 0.0);
    for (i, earlier) in subjects.iter().enumerate().filter(|(_, s)| s.paid) {
        for (j, later) in subjects.iter().enumerate() {
            if later.time > earlier.time || (later.time == earlier.time && !later.paid) {
                pairs += 1.0;
                right += if (risk[i] - risk[j]).abs() < 1e-12 {
                    0.5
                } else if risk[i] > risk[j] {
                    1.0
                } else {
                    0.0
                };
            }
        }
    }
    (pairs > 0.0).then(|| right / pairs)
}
