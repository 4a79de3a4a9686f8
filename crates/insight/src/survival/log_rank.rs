//! Do groups differ in how soon they pay? The k-group log-rank test and its weighted kin.
//!
//! At each payment time the payments expected in group j are d·n_j/n; Z_j = Σ w (d_j − d n_j/n) has covariance
//! Σ w² (n_j/n)(δ_jk − n_k/n) d (n − d)/(n − 1), and Zᵀ V⁻¹ Z is chi-squared with k − 1 degrees of freedom
//! (Mantel 1966; Peto & Peto 1972; Tarone & Ware 1977; Fleming & Harrington 1991).

use super::{Exit, Exits};
use crate::figure::{Absent, Answer};
use crate::math::linear::Square;
use crate::math::{chi_squared, normal};
use crate::survival::curve::Curve;

/// Which times count most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weights {
    /// All alike: the log-rank test.
    Equal,
    /// n: early times (Gehan's Wilcoxon).
    Wilcoxon,
    /// √n.
    TaroneWare,
    /// Peto & Peto's modified survival Π (1 − d/(n + 1)).
    Peto,
    /// S(t−)^p (1 − S(t−))^q.
    FlemingHarrington {
        /// Weight on early times.
        p: f64,
        /// Weight on late times.
        q: f64,
    },
}

/// A test's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// The statistic.
    pub statistic: f64,
    /// Groups minus one.
    pub dof: u32,
    /// P(as large by chance).
    pub p: f64,
}

/// Groups beyond which the test is not made: it looks at all pairs of them at every payment time.
pub const GROUPS_MAX: usize = 100;

/// Groups without journeys are left out. Absent below two groups, beyond [`GROUPS_MAX`], and when nothing was paid.
pub fn log_rank(groups: &[&Exits], weights: Weights) -> Answer<ChiSquared> {
    let groups: Vec<&Exits> = groups.iter().copied().filter(|group| group.total() > 0.0).collect();
    if groups.len() < 2 {
        return Err(if groups.is_empty() { Absent::NoData } else { Absent::OneGroup });
    }
    if groups.len() > GROUPS_MAX {
        return Err(Absent::Invalid("more groups than this test takes"));
    }
    let count = groups.len();
    let mut sums = Sums { excess: vec![0.0; count], covariance: Square::zero(count) };
    let mut at_risk: Vec<f64> = groups.iter().map(|group| group.total()).collect();
    let mut weight = Weight { weights, survival: 1.0, modified: 1.0 };
    for moment in moments(&groups) {
        let paid: f64 = moment.iter().map(|(_, exit)| exit.paid).sum();
        if paid > 0.0 {
            let total: f64 = at_risk.iter().sum();
            sums.add(&moment, &at_risk, total, paid, weight.next(total, paid));
        }
        for (group, exit) in moment {
            at_risk[group] -= exit.total();
        }
    }
    sums.statistic(count)
}

/// Exits of all groups at one time.
type Moment<'a> = Vec<(usize, &'a Exit)>;

fn moments<'a>(groups: &[&'a Exits]) -> Vec<Moment<'a>> {
    let mut all: Vec<(usize, &Exit)> = groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| group.as_slice().iter().map(move |exit| (index, exit)))
        .collect();
    all.sort_by(|a, b| a.1.time.total_cmp(&b.1.time).then(a.0.cmp(&b.0)));
    all.chunk_by(|a, b| a.1.time == b.1.time).map(<[_]>::to_vec).collect()
}

struct Weight {
    weights: Weights,
    survival: f64,
    modified: f64,
}

impl Weight {
    fn next(&mut self, at_risk: f64, paid: f64) -> f64 {
        self.modified *= 1.0 - paid / (at_risk + 1.0);
        let weight = match self.weights {
            Weights::Equal => 1.0,
            Weights::Wilcoxon => at_risk,
            Weights::TaroneWare => at_risk.sqrt(),
            Weights::Peto => self.modified,
            Weights::FlemingHarrington { p, q } => self.survival.powf(p) * (1.0 - self.survival).powf(q),
        };
        self.survival *= 1.0 - paid / at_risk;
        weight
    }
}

struct Sums {
    excess: Vec<f64>,
    covariance: Square,
}

impl Sums {
    fn add(&mut self, moment: &Moment, at_risk: &[f64], total: f64, paid: f64, weight: f64) {
        for (group, exit) in moment {
            self.excess[*group] += weight * exit.paid;
        }
        let spread = if total > 1.0 { (total - paid) / (total - 1.0) } else { 1.0 };
        let scale = weight * weight * spread * paid / total;
        for (row, in_row) in at_risk.iter().enumerate() {
            self.excess[row] -= weight * paid * in_row / total;
            let share = scale * in_row;
            if share == 0.0 {
                continue;
            }
            self.covariance.add(row, row, share);
            for (column, in_column) in at_risk[..=row].iter().enumerate() {
                self.covariance.add(row, column, -share * in_column / total);
            }
        }
    }

    fn statistic(mut self, count: usize) -> Answer<ChiSquared> {
        self.covariance.mirror();
        // Groups that were never at risk at a payment carry nothing; one more drops out as the rows sum to zero.
        let kept: Vec<usize> = (0..count).filter(|j| self.covariance.at(*j, *j) > 0.0).collect();
        let Some((_, used)) = kept.split_last().filter(|(_, used)| !used.is_empty()) else {
            return Err(Absent::NoVariation);
        };
        let mut reduced = Square::zero(used.len());
        for (row, j) in used.iter().enumerate() {
            for (column, k) in used.iter().enumerate() {
                reduced.add(row, column, self.covariance.at(*j, *k));
            }
        }
        let excess: Vec<f64> = used.iter().map(|j| self.excess[*j]).collect();
        let solved = reduced.factor().ok_or(Absent::NoVariation)?.solve(&excess);
        let statistic: f64 = excess.iter().zip(&solved).map(|(a, b)| a * b).sum();
        let dof = u32::try_from(count - 1).unwrap_or(u32::MAX);
        Ok(ChiSquared { statistic, dof, p: chi_squared::sf(statistic, f64::from(dof)) })
    }
}

/// Two-sided p that two curves have the same F(time): difference of ln(−ln S) over its error (Klein et al. 2007).
/// Absent when either curve is at 0 or 1 there.
pub fn equal_at(a: &Curve, b: &Curve, time: f64) -> Answer<f64> {
    let point = |curve: &Curve| {
        let after = curve.steps().partition_point(|step| step.time <= time);
        let step = after.checked_sub(1).map(|index| curve.steps()[index]).ok_or(Absent::NoVariation)?;
        if step.survival <= 0.0 || step.survival >= 1.0 {
            return Err(Absent::NoVariation);
        }
        let log = step.survival.ln();
        Ok(((-log).ln(), step.greenwood / (log * log)))
    };
    let ((x, variance_x), (y, variance_y)) = (point(a)?, point(b)?);
    Ok(normal::two_sided((x - y) / (variance_x + variance_y).sqrt()))
}
