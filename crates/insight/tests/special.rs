//! Special functions against mpmath's figures (50 digits), at the sizes where libraries lose them.

#![expect(clippy::excessive_precision, clippy::unreadable_literal, reason = "figures as mpmath prints them")]

use insight::bayesian::{Posterior, duel};
use insight::math::beta::{self, Unit};
use insight::math::gamma::{digamma, ln_beta, ln_gamma, lower_regularised, trigamma, upper_regularised};
use insight::math::{chi_squared, normal, student};

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs(), "{got} is not {want}");
}

#[test]
fn normal_tails_and_quantiles() {
    close(normal::sf(0.1), 0.46017216272297101633, 3e-13);
    close(normal::sf(1.0), 0.15865525393145705141, 3e-13);
    close(normal::sf(1.96), 0.024997895148220436213, 3e-13);
    close(normal::sf(5.0), 2.8665157187919391167e-7, 3e-13);
    close(normal::sf(8.0), 6.2209605742717841235e-16, 3e-13);
    close(normal::sf(20.0), 2.7536241186062336951e-89, 3e-13);
    close(normal::sf(37.0), 5.7255712225245768227e-300, 3e-13);
    close(normal::quantile(1e-300), -37.047096299361199237, 1e-14);
    close(normal::quantile(1e-20), -9.2623400897984075796, 1e-14);
    close(normal::quantile(1e-05), -4.2648907939228246102, 1e-14);
    close(normal::quantile(0.02), -2.0537489106318230443, 1e-14);
    close(normal::quantile(0.3), -0.52440051270804081597, 1e-14);
    close(normal::quantile(0.6), 0.25334710313579974132, 1e-14);
    close(normal::quantile(0.975), 1.9599639845400538556, 1e-14);
    close(normal::quantile(0.999999), 4.7534243088170877657, 1e-14);
}

#[test]
fn gamma_family() {
    close(ln_gamma(0.5), 0.57236494292470008707, 1e-14);
    close(ln_gamma(3.7), 1.4280723266653881292, 1e-14);
    close(ln_gamma(100.0), 359.13420536957539878, 1e-14);
    close(ln_gamma(10000000.0), 1.5118094936947391394e+8, 1e-14);
    close(digamma(0.1), -10.423754940411076232, 1e-13);
    close(digamma(1.0), -0.57721566490153286061, 1e-13);
    close(digamma(3.3), 1.0348224890596216863, 1e-13);
    close(digamma(50.0), 3.901989673427892197, 1e-13);
    close(digamma(1000000.0), 13.815510057964190771, 1e-13);
    close(trigamma(0.1), 101.4332991507927477, 1e-13);
    close(trigamma(1.0), 1.6449340668482264365, 1e-13);
    close(trigamma(3.3), 0.35350154184106183225, 1e-13);
    close(trigamma(50.0), 0.020201333226697125806, 1e-13);
    close(trigamma(1000000.0), 1.0000005000001666667e-6, 1e-13);
    close(ln_beta(0.5, 0.5), 1.1447298858494001741, 1e-13);
    close(ln_beta(3.0, 200.0), -15.216742791448371879, 1e-13);
    close(ln_beta(1000000.0, 2000000.0), -1.9095482909685329565e+6, 1e-13);
    close(ln_beta(0.5, 10000000.0), -7.486682870054459807, 1e-13);
    close(ln_beta(20.0, 20.0), -27.951991886244471054, 1e-13);
}

#[test]
fn incomplete_gamma() {
    close(upper_regularised(0.5, 0.1), 0.65472084601857702044, 1e-12);
    close(upper_regularised(0.5, 40.0), 3.7440973842028987636e-19, 1e-12);
    close(upper_regularised(24.5, 80.0), 1.0634581963534392158e-13, 1e-12);
    close(upper_regularised(10000.0, 10300.0), 0.0014704948963856812759, 1e-12);
    close(lower_regularised(0.5, 1e-06), 0.0011283787909692363544, 1e-12);
    close(lower_regularised(24.5, 5.0), 3.6110798614036451075e-10, 1e-12);
    close(lower_regularised(10000.0, 9700.0), 0.0012341755844684919966, 1e-12);
    close(chi_squared::sf(371.5, 49.0), 4.0518279633423509599e-51, 1e-12);
    close(chi_squared::sf(10.33, 1.0), 0.0013088520613491699999, 1e-12);
    close(chi_squared::sf(900.0, 1.0), 9.8134278542963741191e-198, 1e-12);
}

#[test]
fn incomplete_beta() {
    close(beta::tails(0.5, 0.5, Unit::new(0.3)).lower, 0.36901011956554537504, 1e-11);
    close(beta::tails(2.0, 5.0, Unit::new(0.01)).lower, 0.00146044760500000006, 1e-11);
    close(beta::tails(30.0, 70.0, Unit::new(0.45)).lower, 0.99900718079242712804, 1e-11);
    close(beta::tails(1000000.0, 9000000.0, Unit::new(0.1001)).lower, 0.85407261134050875462, 1e-11);
    close(beta::tails(1000000.0, 9000000.0, Unit::new(0.0995)).lower, 6.5295916401408342545e-8, 1e-11);
    close(beta::tails(500000.0, 500000.0, Unit::new(0.5005)).lower, 0.84134474606854654571, 1e-11);
    close(beta::tails(3.0, 1000000.0, Unit::new(4e-06)).lower, 0.76189845274642137379, 1e-11);
}

#[test]
fn student() {
    close(student::sf(2.0, 3.0), 0.069662984279421588424, 1e-11);
    close(student::sf(1.5, 39.45), 0.07078783680203071822, 1e-11);
    close(student::sf(4.2, 10000000.0), 1.3345864379644666152e-5, 1e-11);
    close(student::sf(12.0, 30.0), 2.7900927075996280315e-13, 1e-11);
    close(student::sf(0.3, 100000.0), 0.38208888959516882057, 1e-11);
}

#[test]
fn quantiles_invert() {
    for (a, b) in [(0.5, 0.5), (0.5, 20.5), (8.0, 54.0), (0.05, 3.0), (1e6, 9e6), (50_000.0, 2.0)] {
        for p in [1e-12, 1e-4, 0.025, 0.5, 0.9, 0.975] {
            close(beta::tails(a, b, beta::quantile(a, b, p)).lower, p, 1e-9);
            close(beta::tails(a, b, beta::upper_quantile(a, b, p)).upper, p, 1e-9);
        }
    }
    for dof in [1.0, 3.3, 39.4, 1e4, 1e7, 1e12] {
        for tail in [1e-9, 0.025, 0.3] {
            close(student::sf(student::upper_quantile(tail, dof), dof), tail, 1e-10);
        }
    }
    // What the library we first tried said was 1.827.
    close(student::upper_quantile(0.025, 1e7), 1.95996422, 1e-7);
}

/// Evan Miller's closed sum for P(B > A), whole-numbered parameters.
fn miller(a: Posterior, b: Posterior) -> f64 {
    std::iter::successors(Some(0.0), |i| Some(i + 1.0))
        .take_while(|i| *i < b.a)
        .map(|i: f64| {
            (ln_beta(a.a + i, a.b + b.b) - (b.b + i).ln() - ln_beta(1.0 + i, b.b) - ln_beta(a.a, a.b)).exp()
        })
        .sum()
}

#[test]
fn quadrature_agrees_with_evan_millers_sum() {
    for (a, b) in [
        ((1.0, 61.0), (8.0, 54.0)),
        ((4.0, 999_998.0), (6.0, 999_996.0)),
        ((101.0, 901.0), (6.0, 6.0)),
        ((1.0, 1.0), (1.0, 1.0)),
        ((50_001.0, 450_001.0), (50_401.0, 449_601.0)),
        ((2.0, 1.0), (1.0, 2.0)),
    ] {
        let (a, b) = (Posterior { a: a.0, b: a.1 }, Posterior { a: b.0, b: b.1 });
        close(duel(a, b).b_beats_a, miller(a, b), 1e-8);
    }
}

#[test]
fn chances_of_two_arms_add_to_one_and_losses_to_the_difference() {
    for (a, b) in [((0.5, 0.5), (3.5, 0.5)), ((12.0, 90.0), (0.1, 0.2)), ((1e6, 1e7), (2.0, 3.0))] {
        let (a, b) = (Posterior { a: a.0, b: a.1 }, Posterior { a: b.0, b: b.1 });
        let (forth, back) = (duel(a, b), duel(b, a));
        close(forth.b_beats_a + back.b_beats_a, 1.0, 1e-9);
        let difference = forth.loss_choosing_a - forth.loss_choosing_b;
        assert!((difference - (b.mean() - a.mean())).abs() < 1e-9, "{difference}");
    }
}
