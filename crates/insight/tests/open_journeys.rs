//! Elements while most journeys are still open: the planted truth is found, intervals cover, and what does nothing is
//! seldom called something. From fixed seeds.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a simulation; a broken one should stop at once"
)]

use insight::facts::pass::Question;
use insight::facts::{Columns, Dimension, Fact, Filter, Standing};
use insight::figure::Method;
use insight::gates::Gates;
use insight::random::Random;
use insight::report::Verdict;
use insight::report::elements::{self, Effect, Report};

const DAY_S: u32 = 86_400;
const NOW_S: u32 = 1_760_000_000;
const HORIZON_DAYS: u32 = 30;
const WORDS: [&str; 4] = ["anchor=yes", "headline=question", "offer=bold", "video=yes"];
/// Payments a day without any element, and the factor of each.
const RATE: f64 = 0.008;
const FACTORS: [f64; 4] = [2.0, 1.0, 0.5, 1.0];

/// Journeys that began over `days` days, of elements by chance; `offer=bold` mostly of late, as in life.
fn young(seed: u64, count: u32, days: u32, factors: [f64; 4]) -> Report {
    let mut random = Random::new(seed);
    let mut columns = Columns::new();
    for id in 0..count {
        let age_s = (f64::from(days * DAY_S) * random.unit()) as u32;
        let late = age_s < days * DAY_S / 2;
        let has = [0.5, 0.5, if late { 0.8 } else { 0.2 }, 0.3].map(|share| random.chance(share));
        let rate: f64 = RATE * (0..4).filter(|j| has[*j]).map(|j| factors[j]).product::<f64>();
        let delay_s = (-random.unit().ln() / rate * f64::from(DAY_S)).min(f64::from(u32::MAX)) as u32;
        let words: Vec<&str> = (0..4).filter(|j| has[*j]).map(|j| WORDS[j]).collect();
        columns.put(&Fact {
            id: u128::from(id),
            start_s: NOW_S - age_s,
            livemode: true,
            standing: if delay_s <= age_s { Standing::Paid { after_s: delay_s } } else { Standing::Open },
            currency: None,
            price_minor: 4_900,
            money: None,
            version: "ver",
            content: "con",
            elements: &words,
            hypothesis: None,
            segments: &[],
            stage: 1,
            page_seconds: [0; 4],
        });
    }
    let filter = Filter { livemode: true, ..Filter::default() };
    let by = Dimension::Everything;
    elements::report(
        &columns,
        &Question { filter, by, as_of_s: NOW_S, horizon_days: HORIZON_DAYS, gates: Gates::default() },
    )
}

fn effect<'a>(report: &'a Report, word: &str) -> &'a Effect {
    report.effects.as_ref().unwrap().iter().find(|effect| effect.element == word).unwrap()
}

/// The true average change, over the same mix of elements.
fn truth(slot: usize, factors: [f64; 4]) -> f64 {
    let shares = [0.5, 0.5, 0.5, 0.3];
    let mut sum = 0.0;
    for mix in 0..16_u32 {
        let has = |j: usize| mix >> j & 1 == 1;
        let weight: f64 = (0..4).map(|j| if has(j) { shares[j] } else { 1.0 - shares[j] }).product();
        let others: f64 = (0..4).filter(|j| *j != slot && has(*j)).map(|j| factors[j]).product();
        let paid = |factor: f64| 1.0 - (-RATE * others * factor * f64::from(HORIZON_DAYS)).exp();
        sum += weight * (paid(factors[slot]) - paid(1.0));
    }
    sum
}

#[test]
fn with_most_journeys_open_the_planted_effects_are_found() {
    let report = young(1, 8_000, 40, FACTORS);
    assert!(report.matured < report.immature, "{} {}", report.matured, report.immature);
    assert_eq!(report.method, Method::PiecewiseExponential);
    for (slot, (word, verdict)) in WORDS
        .into_iter()
        .zip([Verdict::More, Verdict::NotDistinct, Verdict::Less, Verdict::NotDistinct])
        .enumerate()
    {
        let found = effect(&report, word);
        let (value, interval) = (found.points.value.unwrap(), found.points.interval.unwrap());
        let truth = truth(slot, FACTORS);
        assert!(interval.contains(truth), "{word}: {value} {interval:?}, in truth {truth}");
        assert!(interval.high - interval.low < 0.08, "{word}: {interval:?} says little");
        assert_eq!(found.verdict, verdict, "{word} {found:?}");
    }
}

#[test]
fn intervals_cover_and_what_does_nothing_is_seldom_significant() {
    let (mut covered, mut alarms, mut runs) = (0, 0, 0);
    for seed in 0..200 {
        let report = young(100 + seed, 1_500, 45, [1.6, 1.0, 0.7, 1.0]);
        assert_eq!(report.method, Method::PiecewiseExponential, "seed {seed}");
        for (slot, word) in WORDS.into_iter().enumerate() {
            let found = effect(&report, word);
            runs += 1;
            covered += u32::from(found.points.interval.unwrap().contains(truth(slot, [1.6, 1.0, 0.7, 1.0])));
        }
        alarms += u32::from(effect(&report, "headline=question").p < 0.05);
    }
    // Five standard errors of chance around 95 % of 800 and 5 % of 200.
    assert!(covered * 100 > runs * 91, "{covered} of {runs} intervals cover");
    assert!(alarms <= 25, "{alarms} of 200 called a difference that is none");
}

#[test]
fn with_few_payments_the_penalised_model_of_matured_journeys_answers() {
    let report = young(3, 60, 45, FACTORS);
    assert_ne!(report.method, Method::PiecewiseExponential);
}

#[test]
fn with_enough_matured_journeys_only_those_are_used() {
    let report = young(4, 4_000, 120, FACTORS);
    assert!(report.matured > report.immature);
    assert_eq!(report.method, Method::Logistic);
}
