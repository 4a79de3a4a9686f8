//! Sufficient statistics: exact, mergeable, subtractable.

use std::ops::{AddAssign, SubAssign};

use crate::figure::{Absent, Answer};

/// n, Σx and Σx² of integers (minor units of one currency). Adding and taking away in any order gives the same bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Moments {
    /// Observations, zeros included.
    pub n: u64,
    /// Σx.
    pub sum: i128,
    /// Σx².
    pub sum_squares: u128,
}

impl Moments {
    /// One more observation.
    pub fn insert(&mut self, x: i64) {
        self.n += 1;
        self.sum += i128::from(x);
        self.sum_squares += square(x);
    }

    /// One observation less; it must have been inserted.
    pub fn remove(&mut self, x: i64) {
        self.n -= 1;
        self.sum -= i128::from(x);
        self.sum_squares -= square(x);
    }

    /// `count` zeros more: journeys that brought nothing.
    #[must_use]
    pub fn with_zeros(mut self, count: u64) -> Self {
        self.n += count;
        self
    }

    /// Σx / n.
    pub fn mean(&self) -> Answer<f64> {
        if self.n == 0 { Err(Absent::NoData) } else { Ok(self.sum as f64 / self.n as f64) }
    }

    /// Σ(x − mean)² / (n − 1), from exact integers: nothing cancels.
    pub fn variance(&self) -> Answer<f64> {
        if self.n < 2 {
            return Err(Absent::TooFew { have: self.n, needed: 2 });
        }
        let n = i128::from(self.n);
        // Σx² − (Σx)²/n with (Σx)²/n split into an integer and a fraction.
        let whole = self.sum.div_euclid(n) * self.sum;
        let rest = self.sum.rem_euclid(n) * self.sum;
        let integer = self.sum_squares as i128 - whole - rest.div_euclid(n);
        let centred = integer as f64 - rest.rem_euclid(n) as f64 / n as f64;
        Ok(centred / (self.n - 1) as f64)
    }

    /// As the input of a comparison of means.
    pub fn measured(&self) -> Answer<Measured> {
        let mean = self.mean()?;
        Ok(Measured { n: self.n, mean, unadjusted_mean: mean, variance: self.variance().unwrap_or(0.0) })
    }
}

fn square(x: i64) -> u128 {
    u128::from(x.unsigned_abs()).pow(2)
}

impl AddAssign for Moments {
    fn add_assign(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.sum_squares += other.sum_squares;
    }
}

impl SubAssign for Moments {
    fn sub_assign(&mut self, other: Self) {
        self.n -= other.n;
        self.sum -= other.sum;
        self.sum_squares -= other.sum_squares;
    }
}

/// Sums of a measured quantity, as other tools report them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sums {
    /// Σx.
    pub sum: f64,
    /// Σx².
    pub sum_squares: f64,
}

/// One arm's estimate of a mean and its spread, whatever it was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Units.
    pub n: u64,
    /// The (adjusted) mean.
    pub mean: f64,
    /// The mean before regression adjustment: what relative differences are relative to.
    pub unadjusted_mean: f64,
    /// Variance of one unit.
    pub variance: f64,
}

impl Measured {
    /// Of `successes` among `n`: variance p(1 − p).
    pub fn proportion(n: u64, successes: f64) -> Self {
        let mean = if n == 0 { 0.0 } else { successes / n as f64 };
        Self { n, mean, unadjusted_mean: mean, variance: mean * (1.0 - mean) }
    }

    /// From sums; variance with n − 1.
    pub fn mean(n: u64, sums: Sums) -> Self {
        let mean = if n == 0 { 0.0 } else { sums.sum / n as f64 };
        Self { n, mean, unadjusted_mean: mean, variance: covariance(n, sums.sum_squares, sums.sum, sums.sum) }
    }

    /// Numerator per denominator (such as revenue per *paid* journey), variance by the delta method over units:
    /// (s²ₘ − 2 R sₘd + R² s²d) / d̄².
    pub fn ratio(n: u64, numerator: &Self, denominator: &Self, covariance: f64) -> Self {
        let per = denominator.mean;
        if per == 0.0 || n < 2 {
            return Self { n, mean: 0.0, unadjusted_mean: 0.0, variance: 0.0 };
        }
        let ratio = numerator.mean / per;
        let variance = (numerator.variance - 2.0 * ratio * covariance + ratio * ratio * denominator.variance)
            / (per * per);
        Self { n, mean: ratio, unadjusted_mean: ratio, variance }
    }

    /// `post` with what `pre` explains taken out (CUPED; Deng et al. 2013): mean − θ·pre.
    pub fn adjusted(post: &Self, pre: &Self, covariance: f64, theta: f64) -> Self {
        let variance = post.variance + theta * theta * pre.variance - 2.0 * theta * covariance;
        Self { n: post.n, mean: post.mean - theta * pre.mean, unadjusted_mean: post.mean, variance }
    }

    /// From raw values, two passes, compensated.
    pub fn of(values: &[f64]) -> Answer<Self> {
        let n = values.len() as u64;
        if n == 0 {
            return Err(Absent::NoData);
        }
        let rough = compensated_sum(values.iter().copied()) / n as f64;
        let mean = rough + compensated_sum(values.iter().map(|x| x - rough)) / n as f64;
        let squares = compensated_sum(values.iter().map(|x| (x - mean).powi(2)));
        let drift = compensated_sum(values.iter().map(|x| x - mean));
        let variance = if n < 2 { 0.0 } else { (squares - drift * drift / n as f64) / (n - 1) as f64 };
        Ok(Self { n, mean, unadjusted_mean: mean, variance })
    }

    /// Variance of the mean.
    pub fn squared_error(&self) -> f64 {
        self.variance / self.n as f64
    }
}

/// (Σxy − ΣxΣy/n) / (n − 1); 0 below two units.
pub fn covariance(n: u64, products: f64, x: f64, y: f64) -> f64 {
    if n < 2 { 0.0 } else { (products - x * y / n as f64) / (n - 1) as f64 }
}

/// Neumaier's sum.
pub fn compensated_sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for x in values {
        let next = sum + x;
        lost += if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
        sum = next;
    }
    sum + lost
}

/// θ of CUPED over both arms together: cov(pre, post) / var(pre); 0 when either does not vary.
pub fn cuped_theta(pre: &[f64], post: &[f64]) -> Answer<f64> {
    if pre.len() != post.len() {
        return Err(Absent::Invalid("each unit needs a value before and after"));
    }
    let (before, after) = (Measured::of(pre)?, Measured::of(post)?);
    if before.variance <= 0.0 || after.variance <= 0.0 {
        return Ok(0.0);
    }
    let products = compensated_sum(pre.iter().zip(post).map(|(x, y)| (x - before.mean) * (y - after.mean)));
    Ok(products / (before.n - 1) as f64 / before.variance)
}
