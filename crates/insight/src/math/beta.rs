//! The beta distribution and the incomplete beta function.

use super::gamma::{binomial_density, digamma, ln_beta, trigamma};

/// A point of the unit interval with its complement, both to full relative precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// x.
    pub x: f64,
    /// 1 − x.
    pub y: f64,
}

impl Unit {
    /// From x alone.
    pub fn new(x: f64) -> Self {
        Self { x, y: 1.0 - x }
    }

    /// From u = ln(x / (1 − x)).
    pub fn from_logit(u: f64) -> Self {
        Self { x: 1.0 / (1.0 + (-u).exp()), y: 1.0 / (1.0 + u.exp()) }
    }
}

/// Both tails of Beta(a, b) at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// P(X ≤ x).
    pub lower: f64,
    /// P(X > x).
    pub upper: f64,
}

/// The density of ln(X / (1 − X)): x^a (1 − x)^b / B(a, b). Loader's form, exact at any size.
pub fn logit_density(a: f64, b: f64, at: Unit) -> f64 {
    if at.x <= 0.0 || at.y <= 0.0 {
        return 0.0;
    }
    if a + b < 20.0 {
        return (a * at.x.ln() + b * at.y.ln() - ln_beta(a, b)).exp();
    }
    binomial_density(a, a + b, at.x, at.y) * (a * b / (a + b))
}

/// Regularised incomplete beta function, a, b > 0 (continued fraction; swapped about the mean).
pub fn tails(a: f64, b: f64, at: Unit) -> Tails {
    if at.x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if at.y <= 0.0 {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    let front = logit_density(a, b, at);
    if at.x < (a + 1.0) / (a + b + 2.0) {
        let lower = (front / fraction(a, b, at)).clamp(0.0, 1.0);
        Tails { lower, upper: 1.0 - lower }
    } else {
        let upper = (front / fraction(b, a, mirrored(at))).clamp(0.0, 1.0);
        Tails { lower: 1.0 - upper, upper }
    }
}

/// Lentz on the even part of DLMF 8.17.22, as in Boost's `ibeta_fraction2`: it takes 1 − x as it is, so that nothing
/// cancels when x is within rounding of 1. I_x(a, b) = logit density / this.
fn fraction(a: f64, b: f64, at: Unit) -> f64 {
    const TINY: f64 = 1e-300;
    let Unit { x, y } = at;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let partial = |m: f64| {
        let denominator = a + 2.0 * m - 1.0;
        let up = m * (a + m - 1.0) / denominator * ((a + b + m - 1.0) / denominator) * (b - m) * x * x;
        let last = (a + m) * (a * y - b * x + 1.0 + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
        (up, m + m * (b - m) * x / denominator + last)
    };
    let mut f = guard(a * (a * y - b * x + 1.0) / (a + 1.0));
    let (mut c, mut d) = (f, 0.0);
    for m in 1..1_000_000 {
        let (up, down) = partial(f64::from(m));
        d = 1.0 / guard(down + up * d);
        c = guard(down + up / c);
        f *= c * d;
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    f
}

/// Mean and standard deviation of ln(X / (1 − X)), exact: where the mass of Beta(a, b) lies.
pub fn logit_moments(a: f64, b: f64) -> (f64, f64) {
    (digamma(a) - digamma(b), (trigamma(a) + trigamma(b)).sqrt())
}

/// x with P(X ≤ x) = `p`, 0 < p < 1.
pub fn quantile(a: f64, b: f64, p: f64) -> Unit {
    if p <= 0.5 { solve(a, b, p, |t| t.lower) } else { mirrored(solve(b, a, 1.0 - p, |t| t.lower)) }
}

/// x with P(X > x) = `tail`, 0 < tail < 1, exact for small tails.
pub fn upper_quantile(a: f64, b: f64, tail: f64) -> Unit {
    mirrored(quantile(b, a, tail))
}

fn mirrored(at: Unit) -> Unit {
    Unit { x: at.y, y: at.x }
}

/// Newton on ln P in the logit, where it is concave, kept inside a shrinking bracket.
fn solve(a: f64, b: f64, p: f64, tail: impl Fn(Tails) -> f64) -> Unit {
    let (centre, spread) = logit_moments(a, b);
    let (mut low, mut high) = (-745.0, 745.0);
    let mut u = (centre - spread).clamp(low, high);
    for _ in 0..200 {
        let at = Unit::from_logit(u);
        let got = tail(tails(a, b, at));
        if got < p {
            low = u;
        } else {
            high = u;
        }
        let slope = logit_density(a, b, at);
        let step = if got > 0.0 && slope > 0.0 { (p / got).ln() * got / slope } else { f64::INFINITY };
        let next = u + step;
        let next = if next > low && next < high { next } else { f64::midpoint(low, high) };
        if (next - u).abs() <= 1e-15 * (1.0 + u.abs()) {
            u = next;
            break;
        }
        u = next;
    }
    Unit::from_logit(u)
}
