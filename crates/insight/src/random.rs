//! A small seeded generator for bootstraps and simulated paths: the same seed gives the same figures.
//!
//! splitmix64 (Steele, Lea & Flood 2014). Must never be used for secrets.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In (0, 1).
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) * 2.0_f64.powi(-52)
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number below `end` > 0.
    pub fn below(&mut self, end: usize) -> usize {
        ((self.unit() * end as f64) as usize).min(end - 1)
    }

    /// A standard normal.
    pub fn normal(&mut self) -> f64 {
        crate::math::normal::quantile(self.unit())
    }

    /// A Poisson count: products of uniforms up to a mean of 30, the rounded normal above.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u64;
        }
        let (bound, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > bound {
            product *= self.unit();
            count += 1;
        }
        count
    }
}
