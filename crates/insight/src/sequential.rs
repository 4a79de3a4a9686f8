//! Intervals that stay valid however often one looks.
//!
//! Asymptotic confidence sequence: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, arXiv 2103.06476v7, equations 9
//! (width), 155 (p) and 161 (tuning). Beta-mixture sequence for a proportion: Robbins 1970; Howard et al. 2021.

use crate::figure::{Absent, Answer, Interval};
use crate::math::gamma::{deviance, ln_beta};
use crate::math::optimum;

/// Units (both arms together) at which the sequence is tightest, when nothing else is asked for.
pub const TUNING_UNITS: f64 = 5_000.0;

/// An asymptotic confidence sequence for a mean, at error `alpha`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asymptotic {
    alpha: f64,
    rho: f64,
}

impl Asymptotic {
    /// ρ = √((−2 ln α + ln(−2 ln α + 1)) / m): tightest at m = `tuning` units.
    pub fn tuned(alpha: f64, tuning: f64) -> Answer<Self> {
        if !(alpha > 0.0 && alpha < 1.0 && tuning > 0.0) {
            return Err(Absent::Invalid("alpha in 0–1 and a positive tuning are needed"));
        }
        let log = -2.0 * alpha.ln();
        Ok(Self { alpha, rho: ((log + log.ln_1p()) / tuning).sqrt() })
    }

    /// The mixture's scale.
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// Half the width after `n` units of variance `variance`:
    /// s √(2(nρ² + 1) ln(√(nρ² + 1)/α) / (nρ)²). Infinite at n = 0.
    pub fn half_width(&self, n: f64, variance: f64) -> f64 {
        if n <= 0.0 {
            return f64::INFINITY;
        }
        let grown = n * self.rho * self.rho + 1.0;
        (variance * 2.0 * grown * (0.5 * grown.ln() - self.alpha.ln())).sqrt() / (n * self.rho)
    }

    /// Always-valid p for a difference whose estimate has squared z-value `z_squared` after `n` units.
    pub fn p_value(&self, n: f64, z_squared: f64) -> f64 {
        let square = self.rho * self.rho;
        let grown = n * square + 1.0;
        let ln_evidence = n * square * z_squared / (2.0 * grown) - 0.5 * grown.ln();
        (-ln_evidence).exp().min(1.0)
    }
}

/// Parameters of a beta prior or mixture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaPrior {
    /// Prior successes, > 0.
    pub a: f64,
    /// Prior failures, > 0.
    pub b: f64,
}

impl BetaPrior {
    /// Beta(1, 1).
    pub const UNIFORM: Self = Self { a: 1.0, b: 1.0 };
    /// Beta(½, ½).
    pub const JEFFREYS: Self = Self { a: 0.5, b: 0.5 };
}

/// Logits beyond this are 0 or 1 to double precision.
const EDGE: f64 = 700.0;

/// {p : B(a + k, b + n − k) / B(a, b) < p^k (1 − p)^(n − k) / α}, exact at every n; [0, 1] at n = 0.
pub fn beta_mixture(k: u64, n: u64, alpha: f64, prior: BetaPrior) -> Answer<Interval> {
    if k > n || !(alpha > 0.0 && alpha < 1.0 && prior.a > 0.0 && prior.b > 0.0) {
        return Err(Absent::Invalid("k ≤ n, alpha in 0–1 and a positive prior are needed"));
    }
    if n == 0 {
        return Ok(Interval::new(0.0, 1.0));
    }
    let (successes, failures, trials) = (k as f64, (n - k) as f64, n as f64);
    let entropy = |x: f64| if x == 0.0 { 0.0 } else { x * (x / trials).ln() };
    let best = entropy(successes) + entropy(failures) - ln_beta(prior.a + successes, prior.b + failures)
        + ln_beta(prior.a, prior.b)
        - alpha.ln();
    let part = |x: f64, mean: f64| if x == 0.0 { mean } else { deviance(x, mean) };
    // Inside while positive; in the logit so that small p keep their digits.
    let inside = |u: f64| {
        let (p, q) = (1.0 / (1.0 + (-u).exp()), 1.0 / (1.0 + u.exp()));
        best - part(successes, trials * p) - part(failures, trials * q)
    };
    let centre = if k == 0 {
        -EDGE
    } else if k == n {
        EDGE
    } else {
        (successes / failures).ln()
    };
    let unit = |u: f64| 1.0 / (1.0 + (-u).exp());
    let low = if k == 0 { Some(0.0) } else { optimum::root(inside, -EDGE, centre).map(unit) };
    let high = if k == n { Some(1.0) } else { optimum::root(inside, centre, EDGE).map(unit) };
    Ok(Interval::new(low.unwrap_or(0.0), high.unwrap_or(1.0)))
}
