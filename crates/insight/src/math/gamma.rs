//! The gamma function's family: ln Γ, digamma, trigamma, incomplete gamma, and Loader's exact-tail helpers.

use std::f64::consts::PI;

/// ln Γ(x), x > 0.
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// ln B(a, b), exact to rounding for arguments of any size: Stirling's leading parts are cancelled by hand.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let n = a + b;
    if n < 20.0 {
        return ln_gamma(a) + ln_gamma(b) - ln_gamma(n);
    }
    // B = Γ(a+1) Γ(b+1) / Γ(n+1) · n / (a b), each factorial written as √(2πx) (x/e)^x e^stirling_error(x).
    let logs = -a * (b / a).ln_1p() - b * (a / b).ln_1p();
    logs + stirling_error(a) + stirling_error(b) - stirling_error(n) + 0.5 * (2.0 * PI * n / (a * b)).ln()
}

/// ψ(x) = d ln Γ(x) / dx, x > 0. Recurrence up to 10, then the asymptotic series (Abramowitz & Stegun 6.3.18).
pub fn digamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))));
    shift + x.ln() - 0.5 / x - series
}

/// ψ′(x), x > 0. Abramowitz & Stegun 6.4.12 after recurrence.
pub fn trigamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 15.0 {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    let r = 1.0 / (x * x);
    let series = 1.0 / 6.0 - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * (5.0 / 66.0))));
    shift + 1.0 / x + r * (0.5 + series / x)
}

/// ln n! − ln(√(2πn) (n/e)^n): Loader 2000, "Fast and accurate computation of binomial probabilities".
pub fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * PI).ln();
    }
    let r = 1.0 / (n * n);
    (1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))) / n
}

/// x ln(x / m) + m − x without cancellation (Loader's bd0).
pub fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut term = 2.0 * x * v;
    for odd in (3..2001).step_by(2) {
        term *= v * v;
        let next = sum + term / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// λ^x e^−λ / Γ(x + 1) for real x ≥ 0.
pub fn poisson_density(x: f64, lambda: f64) -> f64 {
    if x == 0.0 {
        return (-lambda).exp();
    }
    if lambda == 0.0 {
        return 0.0;
    }
    (-stirling_error(x) - deviance(x, lambda)).exp() / (2.0 * PI * x).sqrt()
}

/// C(n, x) p^x q^(n−x) for real 0 ≤ x ≤ n, with q = 1 − p given apart so that neither loses digits.
pub fn binomial_density(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if p == 0.0 || q == 0.0 {
        return if (p == 0.0 && x == 0.0) || (q == 0.0 && x == n) { 1.0 } else { 0.0 };
    }
    if x == 0.0 {
        return if p < 0.1 { (n * (-p).ln_1p()).exp() } else { (n * q.ln()).exp() };
    }
    if x == n {
        return if q < 0.1 { (n * (-q).ln_1p()).exp() } else { (n * p.ln()).exp() };
    }
    let exponent = stirling_error(n)
        - stirling_error(x)
        - stirling_error(n - x)
        - deviance(x, n * p)
        - deviance(n - x, n * q);
    exponent.exp() * (n / (2.0 * PI * x * (n - x))).sqrt()
}

/// Q(a, x) = Γ(a, x) / Γ(a), a > 0, x ≥ 0: exact in the upper tail.
pub fn upper_regularised(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < a + 1.0 { 1.0 - lower_series(a, x) } else { upper_fraction(a, x) }
}

/// P(a, x) = γ(a, x) / Γ(a), a > 0, x ≥ 0.
pub fn lower_regularised(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x < a + 1.0 { lower_series(a, x) } else { 1.0 - upper_fraction(a, x) }
}

fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, a);
    while term > sum * 1e-17 {
        k += 1.0;
        term *= x / k;
        sum += term;
    }
    sum * poisson_density(a, x)
}

/// Lentz on the continued fraction of Γ(a, x) (Numerical Recipes 6.2.7).
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..1_000_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        d = 1.0 / d;
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    poisson_density(a, x) * a * h
}
