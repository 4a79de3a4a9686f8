//! Piecewise-exponential model of the payment rate: open journeys count for the time they were watched.
//!
//! Time is cut into pieces; in each the rate is exp(x·β), so payments are Poisson with mean exposure · exp(x·β)
//! (Holford 1980; Laird & Olivier 1981). Newton's method; exp(β) is a ratio of rates.

use crate::figure::{Absent, Answer};
use crate::math::linear::Square;
use crate::regression::logistic::dot;

/// One (covariates, piece) cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Covariates, the piece's own column included.
    pub x: Vec<f64>,
    /// Payments.
    pub paid: f64,
    /// Time watched, in any one unit.
    pub exposure: f64,
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Log rate ratios.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Square,
    /// Log-likelihood, up to a constant of the data.
    pub log_likelihood: f64,
}

const ITERATIONS_MAX: usize = 100;

/// Cells without exposure are left out. Absent when nothing was paid, or columns are collinear or separate the outcomes.
pub fn fit(cells: &[Cell]) -> Answer<Fit> {
    let cells: Vec<&Cell> = cells.iter().filter(|cell| cell.exposure > 0.0).collect();
    let width = cells.first().ok_or(Absent::NoData)?.x.len();
    if cells.iter().any(|cell| cell.x.len() != width) {
        return Err(Absent::Invalid("each cell needs the same covariates"));
    }
    let (paid, exposure) = cells.iter().fold((0.0, 0.0), |sum, c| (sum.0 + c.paid, sum.1 + c.exposure));
    if paid <= 0.0 {
        return Err(Absent::OneClass);
    }
    // Offset by the overall rate, so that zero is a good start whatever the unit of time.
    let offset = (paid / exposure).ln();
    let mut beta = vec![0.0; width];
    let mut now = point(&cells, &beta, offset);
    for _ in 0..ITERATIONS_MAX {
        let step = now.2.factor().ok_or(Absent::Collinear)?.solve(&now.1);
        let mut scale = 1.0;
        let (next, reached) = loop {
            let trial: Vec<f64> = beta.iter().zip(&step).map(|(b, s)| b + scale * s).collect();
            let reached = point(&cells, &trial, offset);
            if reached.0 >= now.0 - 1e-11 * now.0.abs() || scale < 1e-6 {
                break (trial, reached);
            }
            scale /= 2.0;
        };
        let moved = next.iter().zip(&beta).map(|(a, b)| (a - b).abs() / (1.0 + b.abs())).fold(0.0, f64::max);
        (beta, now) = (next, reached);
        if moved < 1e-10 {
            let covariance = now.2.factor().ok_or(Absent::Collinear)?.inverse();
            beta[0] += offset;
            return Ok(Fit { coefficients: beta, covariance, log_likelihood: now.0 });
        }
    }
    Err(Absent::Separated)
}

fn point(cells: &[&Cell], beta: &[f64], offset: f64) -> (f64, Vec<f64>, Square) {
    let mut information = Square::zero(beta.len());
    let mut score = vec![0.0; beta.len()];
    let mut log_likelihood = 0.0;
    for cell in cells {
        let eta = dot(&cell.x, beta) + offset;
        let mean = cell.exposure * eta.exp();
        log_likelihood += cell.paid * eta - mean;
        for (slot, x) in score.iter_mut().zip(&cell.x) {
            *slot += x * (cell.paid - mean);
        }
        information.add_outer(&cell.x, mean);
    }
    information.mirror();
    (log_likelihood, score, information)
}
