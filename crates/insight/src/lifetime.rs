//! Customer lifetime value: how often and how much a client will buy again.
//!
//! BG/NBD for purchases (Fader, Hardie & Lee 2005) and Gamma–Gamma for order values (Fader & Hardie 2013), both by
//! maximum likelihood. Times are in any one unit; money in minor units of one currency.

use crate::figure::{Absent, Answer};
use crate::math::gamma::ln_gamma;
use crate::math::optimum;

/// A client's record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buyer {
    /// Purchases after the first, x.
    pub repeats: f64,
    /// Time from the first purchase to the last, t_x.
    pub last: f64,
    /// Time from the first purchase to now, T.
    pub age: f64,
}

/// Purchase rates are Gamma(r, α), drop-out after each purchase Beta(a, b).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    /// Shape of the rates.
    pub r: f64,
    /// Their scale, in time.
    pub alpha: f64,
    /// Drop-outs.
    pub a: f64,
    /// Stays.
    pub b: f64,
}

/// Absent when nobody bought again.
pub fn fit_bg_nbd(buyers: &[Buyer]) -> Answer<(BgNbd, f64)> {
    if buyers.iter().any(|c| c.repeats < 0.0 || c.last < 0.0 || c.age < c.last) {
        return Err(Absent::Invalid("0 ≤ last purchase ≤ age is needed"));
    }
    if !buyers.iter().any(|c| c.repeats > 0.0) {
        return Err(Absent::NoData);
    }
    let longest = buyers.iter().fold(0.0_f64, |longest, c| longest.max(c.age));
    let scale = 10.0 / longest;
    let scaled: Vec<Buyer> =
        buyers.iter().map(|c| Buyer { last: c.last * scale, age: c.age * scale, ..*c }).collect();
    let model = |x: &[f64]| BgNbd { r: x[0].exp(), alpha: x[1].exp(), a: x[2].exp(), b: x[3].exp() };
    let minus = |x: &[f64]| {
        if x.iter().any(|v| v.abs() > 15.0) {
            return f64::INFINITY;
        }
        let model = model(x);
        -scaled.iter().map(|c| model.log_likelihood(c)).sum::<f64>()
    };
    let (best, _) = optimum::nelder_mead(minus, &[-0.5, 0.5, -0.5, 0.5], 0.5);
    let found = model(&best);
    let found = BgNbd { alpha: found.alpha / scale, ..found };
    Ok((found, buyers.iter().map(|c| found.log_likelihood(c)).sum()))
}

impl BgNbd {
    fn log_likelihood(&self, buyer: &Buyer) -> f64 {
        let Self { r, alpha, a, b } = *self;
        let Buyer { repeats: x, last, age } = *buyer;
        let common = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + ln_gamma(a + b) + ln_gamma(b + x)
            - ln_gamma(b)
            - ln_gamma(a + b + x);
        let alive = -(r + x) * (alpha + age).ln();
        if x == 0.0 {
            return common + alive;
        }
        let gone = a.ln() - (b + x - 1.0).ln() - (r + x) * (alpha + last).ln();
        common + alive.max(gone) + (-(alive - gone).abs()).exp().ln_1p()
    }

    fn gone_odds(&self, buyer: &Buyer) -> f64 {
        let Buyer { repeats: x, last, age } = *buyer;
        if x == 0.0 {
            return 0.0;
        }
        let ratio = ((self.alpha + age) / (self.alpha + last)).ln() * (self.r + x);
        self.a / (self.b + x - 1.0) * ratio.exp()
    }

    /// Chance that the client has not dropped out; 1 for one who never bought again.
    pub fn alive(&self, buyer: &Buyer) -> f64 {
        1.0 / (1.0 + self.gone_odds(buyer))
    }

    /// Expected purchases in the next `time`.
    pub fn expected(&self, buyer: &Buyer, time: f64) -> f64 {
        // a = 1 is a removable singularity; step aside by less than the answer's digits.
        let a = if (self.a - 1.0).abs() < 1e-7 { 1.0 + 1e-7 } else { self.a };
        let Self { r, alpha, b, .. } = *self;
        let Buyer { repeats: x, age, .. } = *buyer;
        let z = time / (alpha + age + time);
        let shrink = ((r + x) * ((alpha + age) / (alpha + age + time)).ln()).exp();
        let rest = 1.0 - shrink * hypergeometric(r + x, b + x, a + b + x - 1.0, z);
        (a + b + x - 1.0) / (a - 1.0) * rest / (1.0 + self.gone_odds(buyer))
    }
}

/// ₂F₁(a, b; c; z), 0 ≤ z < 1, by its series.
fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum, mut k) = (1.0, 1.0, 0.0);
    while k < 1e6 {
        term *= (a + k) * (b + k) / ((c + k) * (k + 1.0)) * z;
        sum += term;
        k += 1.0;
        if term.abs() < 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}

/// A client's orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orders {
    /// Orders averaged over.
    pub count: f64,
    /// Their mean value.
    pub mean: f64,
}

/// Order values are Gamma(p, ν) with ν Gamma(q, v) over clients.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    /// Shape of a client's orders.
    pub p: f64,
    /// Shape of the clients' scales.
    pub q: f64,
    /// Scale, in money.
    pub v: f64,
}

/// Clients without orders are left out. Absent below two clients with orders.
pub fn fit_gamma_gamma(clients: &[Orders]) -> Answer<GammaGamma> {
    let clients: Vec<Orders> = clients.iter().copied().filter(|c| c.count > 0.0 && c.mean > 0.0).collect();
    if clients.len() < 2 {
        return Err(Absent::TooFew { have: clients.len() as u64, needed: 2 });
    }
    let mean = clients.iter().map(|c| c.mean).sum::<f64>() / clients.len() as f64;
    let minus = |x: &[f64]| {
        if x.iter().any(|v| v.abs() > 12.0) {
            return f64::INFINITY;
        }
        let (p, q, v) = (x[0].exp(), x[1].exp(), x[2].exp());
        -clients.iter().map(|c| gamma_gamma_likelihood(p, q, v, c.count, c.mean / mean)).sum::<f64>()
    };
    let (best, _) = optimum::nelder_mead(minus, &[1.0, 1.0, 0.0], 0.5);
    Ok(GammaGamma { p: best[0].exp(), q: best[1].exp(), v: best[2].exp() * mean })
}

fn gamma_gamma_likelihood(p: f64, q: f64, v: f64, count: f64, mean: f64) -> f64 {
    let shape = p * count;
    ln_gamma(shape + q) - ln_gamma(shape) - ln_gamma(q)
        + q * v.ln()
        + (shape - 1.0) * mean.ln()
        + shape * count.ln()
        - (shape + q) * (count * mean + v).ln()
}

impl GammaGamma {
    /// Expected value of the client's next order. Absent when the model has no mean (q ≤ 1 and no orders).
    pub fn expected_order(&self, orders: Orders) -> Answer<f64> {
        let weight = self.p * orders.count + self.q - 1.0;
        if weight <= 0.0 {
            return Err(Absent::NotReached);
        }
        Ok((self.p * self.v + self.p * orders.count * orders.mean) / weight)
    }
}
