//! Exact tests on counts: binomial, Fisher's, Poisson–binomial. Two-sided p-values add up every outcome that is no
//! more likely than the observed one ("minimum likelihood").

use crate::figure::{Absent, Answer};
use crate::math::beta::{self, Unit};
use crate::math::gamma::binomial_density;

/// Outcomes count as equally likely within this relative slack, as in R and SciPy.
const TIE: f64 = 1e-7;
/// SciPy's slack in Fisher's test.
const TIE_FISHER: f64 = 1e-14;
/// The exact Poisson–binomial takes n²/2 steps: half a second at this n.
pub const POISSON_BINOMIAL_N_MAX: usize = 30_000;

/// Journeys up to which [`sum_of_binomials`] convolves different predictions: a third of a second.
pub const SUM_OF_BINOMIALS_N_MAX: u64 = 300_000;
/// Outcomes less likely than this are left out while convolving.
const NEGLIGIBLE: f64 = 1e-40;

/// Two-sided p of k successes in n trials when each succeeds with probability `p`.
pub fn binomial_test(k: u64, n: u64, p: f64) -> Answer<f64> {
    if !(0.0..=1.0).contains(&p) || k > n {
        return Err(Absent::Invalid("a probability in 0–1 and k ≤ n are needed"));
    }
    if n == 0 {
        return Err(Absent::NoData);
    }
    let (trials, at) = (n as f64, k as f64);
    let density = |x: u64| binomial_density(x as f64, trials, p, 1.0 - p);
    let bound = density(k) * (1.0 + TIE);
    let mean = trials * p;
    let total = if (at - mean).abs() < f64::EPSILON * trials {
        1.0
    } else if at < mean {
        let from = partition(mean.ceil() as u64, n + 1, |x| density(x) > bound);
        binomial_lower(k, n, p) + binomial_upper(from, n, p)
    } else {
        let until = partition(0, mean.floor() as u64 + 1, |x| density(x) <= bound);
        binomial_upper(k, n, p) + if until == 0 { 0.0 } else { binomial_lower(until - 1, n, p) }
    };
    Ok(total.min(1.0))
}

/// The first x in [low, high) for which `before` is false; `before` is true on a leading stretch.
fn partition(low: u64, high: u64, before: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// P(X ≤ k), X binomial.
pub fn binomial_lower(k: u64, n: u64, p: f64) -> f64 {
    if k >= n { 1.0 } else { beta::tails(k as f64 + 1.0, (n - k) as f64, Unit::new(p)).upper }
}

/// P(X ≥ k), X binomial.
pub fn binomial_upper(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        1.0
    } else if k > n {
        0.0
    } else {
        beta::tails(k as f64, (n - k) as f64 + 1.0, Unit::new(p)).lower
    }
}

/// Fisher's exact test of a 2×2 table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fisher {
    /// Two-sided p.
    pub p: f64,
    /// Sample odds ratio ad / bc; infinite when only the denominator is 0, `None` when it is 0/0.
    pub odds_ratio: Option<f64>,
}

/// `table[row][column]`. With an empty row or column nothing can differ: p = 1 and no odds ratio.
pub fn fisher(table: [[u64; 2]; 2]) -> Fisher {
    let [[a, b], [c, d]] = table;
    let (rows, columns) = ([a + b, c + d], [a + c, b + d]);
    if rows.contains(&0) || columns.contains(&0) {
        return Fisher { p: 1.0, odds_ratio: None };
    }
    let (up, down) = (a as f64 * d as f64, b as f64 * c as f64);
    let density = |x: u64| hypergeometric(x, rows, columns[0]);
    let (low, high) = (columns[0].saturating_sub(rows[1]), columns[0].min(rows[0]));
    let bound = density(a) * (1.0 + TIE_FISHER);
    // The density has one peak: what is no likelier than `a` lies outside one stretch around it.
    let peak = mode(rows, columns[0]).clamp(low, high);
    let left = partition(low, peak + 1, |x| density(x) <= bound);
    let right = partition(left.max(peak), high + 1, |x| density(x) > bound);
    let lower = (low..left).rev().map(density);
    let upper = (right..=high).map(density);
    Fisher {
        p: (sum_until_negligible(lower) + sum_until_negligible(upper)).min(1.0),
        odds_ratio: Some(up / down),
    }
}

fn mode(rows: [u64; 2], column: u64) -> u64 {
    let total = (rows[0] + rows[1]) as f64;
    ((column as f64 + 1.0) * (rows[0] as f64 + 1.0) / (total + 2.0)).floor() as u64
}

/// Terms fall from the first on, so what is below rounding ends the sum.
fn sum_until_negligible(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = 0.0;
    for term in terms {
        sum += term;
        if term < sum * 1e-18 {
            break;
        }
    }
    sum
}

/// P(x of `column` draws come from the first row), by Loader's saddle-point products.
fn hypergeometric(x: u64, rows: [u64; 2], column: u64) -> f64 {
    if x > column || x > rows[0] || column - x > rows[1] {
        return 0.0;
    }
    let total = (rows[0] + rows[1]) as f64;
    let p = column as f64 / total;
    let q = (total - column as f64) / total;
    binomial_density(x as f64, rows[0] as f64, p, q)
        * binomial_density((column - x) as f64, rows[1] as f64, p, q)
        / binomial_density(column as f64, total, p, q)
}

/// How surprising k paid journeys are, given each one's own predicted probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonBinomial {
    /// Σ p.
    pub expected: f64,
    /// P(K = k).
    pub at_observed: f64,
    /// P(K ≤ k).
    pub lower: f64,
    /// P(K ≥ k).
    pub upper: f64,
    /// Two-sided p.
    pub two_sided: f64,
}

/// Exact by convolution (Hong 2013, direct method). Absent without predictions; refuses more than
/// [`POISSON_BINOMIAL_N_MAX`].
pub fn poisson_binomial(probabilities: &[f64], observed: usize) -> Answer<PoissonBinomial> {
    let n = probabilities.len();
    if n == 0 {
        return Err(Absent::NoData);
    }
    if n > POISSON_BINOMIAL_N_MAX || observed > n || probabilities.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return Err(Absent::Invalid("probabilities in 0–1, observed ≤ n ≤ 30 000 are needed"));
    }
    let mut density = vec![0.0; n + 1];
    density[0] = 1.0;
    for (seen, p) in probabilities.iter().enumerate() {
        for k in (1..=seen + 1).rev() {
            density[k] = density[k] * (1.0 - p) + density[k - 1] * p;
        }
        density[0] *= 1.0 - p;
    }
    let bound = density[observed] * (1.0 + TIE);
    Ok(PoissonBinomial {
        expected: probabilities.iter().sum(),
        at_observed: density[observed],
        lower: density[..=observed].iter().sum::<f64>().min(1.0),
        upper: density[observed..].iter().sum::<f64>().min(1.0),
        two_sided: density.iter().filter(|d| **d <= bound).sum::<f64>().min(1.0),
    })
}

/// The same when many journeys share few predictions, (p, n) each: binomials are convolved, and outcomes with a chance
/// below 1e-40 are left out on the way. Refuses more than [`SUM_OF_BINOMIALS_N_MAX`] journeys of different predictions.
pub fn sum_of_binomials(groups: &[(f64, u64)], observed: u64) -> Answer<PoissonBinomial> {
    let n: u64 = groups.iter().map(|(_, n)| n).sum();
    if n == 0 {
        return Err(Absent::NoData);
    }
    if observed > n || groups.iter().any(|(p, _)| !(0.0..=1.0).contains(p)) {
        return Err(Absent::Invalid("probabilities in 0–1 and observed ≤ n are needed"));
    }
    if groups.len() > 1 && n > SUM_OF_BINOMIALS_N_MAX {
        return Err(Absent::Invalid("more journeys than the exact test takes; see the calibration line"));
    }
    let mut sum = Outcomes { first: 0, density: vec![1.0] };
    for (p, n) in groups {
        sum = sum.plus(&Outcomes::binomial(*n, *p));
    }
    let at_observed = sum.at(observed);
    let bound = at_observed * (1.0 + TIE);
    let split = observed.saturating_sub(sum.first) as usize;
    let below = if observed < sum.first { 0 } else { (split + 1).min(sum.density.len()) };
    let total = |part: &[f64]| part.iter().sum::<f64>().min(1.0);
    Ok(PoissonBinomial {
        expected: groups.iter().map(|(p, n)| p * *n as f64).sum(),
        at_observed,
        lower: total(&sum.density[..below]),
        upper: total(&sum.density[split.min(sum.density.len())..]),
        two_sided: sum.density.iter().filter(|d| **d <= bound).sum::<f64>().min(1.0),
    })
}

/// Chances of consecutive outcomes.
struct Outcomes {
    first: u64,
    density: Vec<f64>,
}

impl Outcomes {
    fn binomial(n: u64, p: f64) -> Self {
        let density = |x: u64| binomial_density(x as f64, n as f64, p, 1.0 - p);
        let mode = (((n + 1) as f64 * p) as u64).min(n);
        let first = partition(0, mode, |x| density(x) < NEGLIGIBLE);
        let end = partition(mode, n + 1, |x| density(x) >= NEGLIGIBLE);
        Self { first, density: (first..end).map(density).collect() }
    }

    fn plus(&self, other: &Self) -> Self {
        let mut density = vec![0.0; self.density.len() + other.density.len() - 1];
        for (i, a) in self.density.iter().enumerate() {
            for (sum, b) in density[i..].iter_mut().zip(&other.density) {
                *sum += a * b;
            }
        }
        let kept = |d: &f64| *d >= NEGLIGIBLE;
        let from = density.iter().position(kept).unwrap_or(0);
        let until = density.iter().rposition(kept).map_or(density.len(), |last| last + 1);
        Self { first: self.first + other.first + from as u64, density: density[from..until].to_vec() }
    }

    fn at(&self, outcome: u64) -> f64 {
        let place = outcome.checked_sub(self.first).map(|place| place as usize);
        place.and_then(|place| self.density.get(place)).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod sums {
    use super::*;

    #[test]
    fn shared_predictions_give_what_each_by_itself_gives() {
        let table: [(&[(f64, u64)], u64); 6] = [
            (&[(0.3, 40)], 9),
            (&[(0.3, 40), (0.7, 11), (0.001, 300)], 25),
            (&[(0.999, 500), (0.001, 500), (0.5, 500)], 760),
            (&[(0.2, 900), (0.25, 900)], 300),
            (&[(0.0, 5), (1.0, 5)], 5),
            (&[(0.4, 1)], 1),
        ];
        for (groups, observed) in table {
            let each: Vec<f64> =
                groups.iter().flat_map(|(p, n)| std::iter::repeat_n(*p, *n as usize)).collect();
            let want = poisson_binomial(&each, observed as usize).unwrap();
            let got = sum_of_binomials(groups, observed).unwrap();
            let figures = |f: PoissonBinomial| [f.expected, f.at_observed, f.lower, f.upper, f.two_sided];
            for (got, want) in figures(got).into_iter().zip(figures(want)) {
                assert!((got - want).abs() <= 1e-10 * want.abs() + 1e-15, "{groups:?}: {got} {want}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_the_incredible_has_no_chance() {
        assert_eq!(sum_of_binomials(&[], 0), Err(Absent::NoData));
        assert!(sum_of_binomials(&[(0.5, 3)], 4).is_err() && sum_of_binomials(&[(1.5, 3)], 1).is_err());
        assert!(sum_of_binomials(&[(0.5, 200_000), (0.4, 200_000)], 1).is_err());
        let far = sum_of_binomials(&[(0.5, 1_000_000)], 0).unwrap();
        assert_eq!((far.at_observed, far.lower, far.two_sided), (0.0, 0.0, 0.0));
        assert!((far.upper - 1.0).abs() < 1e-9);
    }
}
