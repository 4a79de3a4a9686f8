//! Do intervals cover and tests hold their error? Simulated, from fixed seeds.
//!
//! The quick form runs always, in seconds; the long form by hand:
//! `cargo test --release -p insight --test simulated -- --ignored`.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts"
)]
#![expect(clippy::unwrap_used, reason = "a broken simulation should stop at once")]

use insight::exact;
use insight::facts::pass::Question;
use insight::facts::{Columns, Dimension, Fact, Filter, Money, Standing};
use insight::frequentist::{self, Difference, Test};
use insight::gates::Gates;
use insight::moments::{Measured, Moments};
use insight::multiplicity::{Adjustment, adjust};
use insight::proportion::{Proportion, newcombe_difference};
use insight::random::Random;
use insight::regression::logistic::{self, Penalty, Rows};
use insight::report::{Verdict, conversion};
use insight::sequential::{BetaPrior, beta_mixture};
use insight::survival::curve::Curve;
use insight::survival::log_rank::{Weights, log_rank};
use insight::survival::{Cause, Exits};

/// A rate over runs, with room for five standard errors of chance.
struct Rate {
    hits: f64,
    runs: f64,
}

impl Rate {
    fn over(runs: usize, mut hit: impl FnMut() -> bool) -> Self {
        let hits = (0..runs).filter(|_| hit()).count();
        Self { hits: hits as f64, runs: runs as f64 }
    }

    fn at_least(&self, bound: f64, what: &str) {
        let slack = 5.0 * (bound * (1.0 - bound) / self.runs).sqrt();
        let rate = self.hits / self.runs;
        assert!(rate >= bound - slack, "{what}: {rate:.4} of {} runs, want at least {bound}", self.runs);
    }

    fn at_most(&self, bound: f64, what: &str) {
        let slack = 5.0 * (bound * (1.0 - bound) / self.runs).sqrt();
        let rate = self.hits / self.runs;
        assert!(rate <= bound + slack, "{what}: {rate:.4} of {} runs, want at most {bound}", self.runs);
    }
}

fn binomial(random: &mut Random, n: u64, p: f64) -> u64 {
    (0..n).filter(|_| random.chance(p)).count() as u64
}

fn proportions_cover(runs: usize) {
    let mut random = Random::new(1);
    for n in [10, 30, 100, 1_000] {
        for p in [0.02, 0.1, 0.5] {
            let sample = |random: &mut Random| Proportion::new(binomial(random, n, p), n).unwrap();
            let name = |method: &str| format!("{method} n {n} p {p}");
            Rate::over(runs, || sample(&mut random).clopper_pearson(0.95).contains(p))
                .at_least(0.95, &name("exact"));
            // Wilson and Jeffreys cover on average over p; at one p they may fall short.
            Rate::over(runs, || sample(&mut random).wilson(0.95).contains(p)).at_least(0.91, &name("wilson"));
            if n as f64 * p >= 1.0 {
                Rate::over(runs, || sample(&mut random).jeffreys(0.95).contains(p))
                    .at_least(0.88, &name("jeffreys"));
            }
            let covers = || {
                let (a, b) = (sample(&mut random), sample(&mut random));
                newcombe_difference(a, b, 0.95).1.contains(0.0)
            };
            Rate::over(runs, covers).at_least(0.94, &name("newcombe"));
        }
    }
}

/// Journeys of `share` that ever pay after a Weibull delay, started evenly over `days`.
fn watched(random: &mut Random, n: usize, share: f64, days: f64) -> Exits {
    let rows = (0..n).map(|_| {
        let age = days * random.unit();
        let delay = 4.0 * (-random.unit().ln()).powf(1.0 / 0.8);
        if random.chance(share) && delay <= age {
            (delay, Cause::Paid, 1.0)
        } else {
            (age, Cause::Censored, 1.0)
        }
    });
    Exits::new(rows.collect::<Vec<_>>()).unwrap()
}

fn curves_cover(runs: usize) {
    let mut random = Random::new(2);
    let (share, at) = (0.3, 7.0_f64);
    let truth = share * (1.0 - (-(at / 4.0).powf(0.8)).exp());
    for n in [30, 100, 1_000] {
        let covers = || {
            let curve = Curve::fit(&watched(&mut random, n, share, 40.0)).unwrap();
            curve.conversion_at(at, 0.95).1.contains(truth)
        };
        Rate::over(runs.min(200_000 / n), covers).at_least(0.935, &format!("Kaplan–Meier n {n}"));
    }
}

/// The naive mistake of the reference simulation: an old version against a new one of the same truth.
fn old_and_new_are_not_told_apart(runs: usize) {
    let mut random = Random::new(3);
    let mut naive = 0;
    let rate = Rate::over(runs, || {
        let (old, new) = (watched(&mut random, 400, 0.15, 60.0), watched(&mut random, 400, 0.15, 10.0));
        let arm = |exits: &Exits| Proportion::new(exits.paid() as u64, 400).unwrap();
        naive += i32::from(!newcombe_difference(arm(&old), arm(&new), 0.95).1.contains(0.0));
        log_rank(&[&old, &new], Weights::Equal).unwrap().p < 0.05
    });
    rate.at_most(0.06, "log-rank with staggered starts");
    assert!(f64::from(naive) / runs as f64 > 0.3, "paid/total is expected to mislead here: {naive}");
}

fn daily_looks_do_not_mislead(runs: usize) {
    let mut random = Random::new(4);
    let look = |a: u64, b: u64, n: u64| {
        let (a, b) = (Measured::proportion(n, a as f64), Measured::proportion(n, b as f64));
        let test = Test::Sequential { tuning: 2_000.0 };
        frequentist::compare(&a, &b, Difference::Absolute, test, 0.05).is_ok_and(|found| found.p < 0.05)
    };
    let rate = Rate::over(runs, || {
        let (mut a, mut b) = (0, 0);
        (1..=30_u64).any(|day| {
            a += binomial(&mut random, 40, 0.1);
            b += binomial(&mut random, 40, 0.1);
            day * 40 >= 100 && look(a, b, day * 40)
        })
    });
    rate.at_most(0.05, "asymptotic sequence under daily looks");
    let mut random = Random::new(5);
    let rate = Rate::over(runs, || {
        let mut k = 0;
        (1..=200_u64).any(|n| {
            k += u64::from(random.chance(0.1));
            !beta_mixture(k, n, 0.05, BetaPrior::UNIFORM).unwrap().contains(0.1)
        })
    });
    rate.at_most(0.05, "beta mixture looked at after every journey");
}

fn twenty_versions_that_do_nothing(runs: usize) {
    let mut random = Random::new(6);
    let rate = Rate::over(runs, || {
        let control = binomial(&mut random, 150, 0.08);
        let p: Vec<f64> = (0..20)
            .map(|_| {
                let k = binomial(&mut random, 150, 0.08);
                exact::fisher([[k, 150 - k], [control, 150 - control]]).p
            })
            .collect();
        adjust(&p, Adjustment::BenjaminiHochberg).unwrap().iter().any(|q| *q <= 0.05)
    });
    rate.at_most(0.05, "Benjamini–Hochberg over twenty nulls");
}

fn welch_and_logistic_hold_their_error(runs: usize) {
    let mut random = Random::new(7);
    let earn = |random: &mut Random, n: usize| {
        let mut moments = Moments::default();
        for _ in 0..n {
            let paid = random.chance(0.2);
            moments.insert(if paid { (5_000.0 * (0.5 * random.normal()).exp()) as i64 } else { 0 });
        }
        moments.measured().unwrap()
    };
    for n in [100, 1_000] {
        let rate = Rate::over(runs.min(200_000 / n), || {
            let (a, b) = (earn(&mut random, n), earn(&mut random, n));
            frequentist::welch(&a, &b, 0.05).is_ok_and(|test| test.p < 0.05)
        });
        rate.at_most(0.055, &format!("Welch on revenue with zeros, n {n}"));
    }
    for (penalty, n) in [(Penalty::None, 400), (Penalty::Firth, 60)] {
        let rate = Rate::over(runs.min(1_000), || {
            let mut rows = Rows::new(2);
            for i in 0..n {
                rows.push(&[1.0, f64::from(i % 2)], f64::from(u8::from(random.chance(0.15))), 1.0);
            }
            logistic::fit(&rows, penalty).is_ok_and(|fit| fit.p_values()[1] < 0.05)
        });
        rate.at_most(0.055, &format!("logistic {penalty:?}"));
    }
}

/// Fifty versions of one truth, started over sixty days, through the whole report.
fn fifty_equal_versions(runs: usize) {
    const DAY_S: u32 = 86_400;
    const NOW_S: u32 = 1_760_000_000;
    let mut random = Random::new(8);
    let names: Vec<String> = (0..50).map(|v| format!("ver_{v:02}")).collect();
    let rate = Rate::over(runs, || {
        let mut columns = Columns::new();
        for id in 0..5_000_u32 {
            let age_s = (f64::from(60 * DAY_S) * random.unit()) as u32;
            let delay_s = (f64::from(4 * DAY_S) * (-random.unit().ln()).powf(1.25)) as u32;
            let paid = random.chance(0.15) && delay_s <= age_s;
            let money = paid.then_some(Money { gross_minor: 4_900, ..Money::default() });
            columns.put(&Fact {
                id: u128::from(id),
                start_s: NOW_S - age_s,
                livemode: true,
                standing: if paid { Standing::Paid { after_s: delay_s } } else { Standing::Open },
                currency: Some(*b"usd"),
                price_minor: 4_900,
                money,
                // Later versions are younger, as they are in life.
                version: &names[(id % 10 + 10 * ((60 * DAY_S - age_s) / (12 * DAY_S)).min(4)) as usize],
                content: "con",
                elements: &[],
                hypothesis: None,
                segments: &[],
                stage: 1,
                page_seconds: [0; 4],
            });
        }
        let filter = Filter { livemode: true, ..Filter::default() };
        let question = Question {
            filter,
            by: Dimension::Version,
            as_of_s: NOW_S,
            horizon_days: 30,
            gates: Gates::default(),
        };
        let report = conversion::report(&columns, &question);
        report.groups.iter().any(|group| matches!(group.verdict, Verdict::More | Verdict::Less))
    });
    rate.at_most(0.10, "any verdict among fifty equal versions with peeking ages");
}

#[test]
fn intervals_of_proportions_cover() {
    proportions_cover(1_000);
}

#[test]
fn bands_of_curves_cover() {
    curves_cover(1_500);
}

#[test]
fn an_old_version_is_not_told_apart_from_a_new_one_of_the_same_truth() {
    old_and_new_are_not_told_apart(600);
}

#[test]
fn looking_every_day_does_not_mislead() {
    daily_looks_do_not_mislead(500);
}

#[test]
fn of_twenty_versions_that_do_nothing_none_stands_out() {
    twenty_versions_that_do_nothing(600);
}

#[test]
fn regressions_and_revenue_hold_their_error() {
    welch_and_logistic_hold_their_error(600);
}

#[test]
fn fifty_equal_versions_get_no_verdict() {
    fifty_equal_versions(60);
}

#[test]
#[ignore = "minutes; run by hand before a release"]
fn all_of_it_at_length() {
    proportions_cover(20_000);
    curves_cover(20_000);
    old_and_new_are_not_told_apart(5_000);
    daily_looks_do_not_mislead(5_000);
    twenty_versions_that_do_nothing(5_000);
    welch_and_logistic_hold_their_error(10_000);
    fifty_equal_versions(500);
}
