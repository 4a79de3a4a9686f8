//! The forecast gives way to a simple one that was nearer: SPEC B3, decision 26.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use insight::facts::pass::Question;
use insight::facts::{Columns, Dimension, Fact, Filter, Money, Standing};
use insight::figure::Method;
use insight::gates::Gates;
use insight::random::Random;
use insight::report::forecast::{Forecast, forecast};

const NOW_S: u32 = 1_795_313_655;
const DAY_S: u32 = 86_400;

/// So many days of journeys, each paid an hour after its start; `per_day` are expected, so many days ago.
fn told(days: u32, per_day: impl Fn(u32) -> f64) -> Forecast {
    let (mut columns, mut random, mut id) = (Columns::new(), Random::new(7), 0);
    for day in 0..days {
        for _ in 0..random.poisson(per_day(day)) {
            id += 1;
            columns.put(&Fact {
                id,
                start_s: NOW_S - day * DAY_S - DAY_S / 2,
                livemode: true,
                standing: Standing::Paid { after_s: 3_600 },
                currency: Some(*b"usd"),
                price_minor: 10_000,
                money: Some(Money { gross_minor: 10_000, ..Money::default() }),
                version: "ver_a",
                content: "con_a",
                elements: &[],
                hypothesis: None,
                segments: &[],
                stage: 1,
                page_seconds: [0; 4],
            });
        }
    }
    let filter = Filter { livemode: true, ..Filter::default() };
    let (by, gates) = (Dimension::Everything, Gates::default());
    let question = Question { filter, by, as_of_s: NOW_S, horizon_days: 30, gates };
    forecast(&columns, &question, *b"usd", &[30, 60, 90]).unwrap()
}

/// Falling fast for the last months, as every year at this time; about to rise.
fn of_year(days_ago: u32) -> f64 {
    20.0 - 18.0 * (f64::from(days_ago) / 364.0 * std::f64::consts::TAU).cos()
}

#[test]
fn where_every_year_is_alike_the_year_before_wins() {
    let found = told(900, of_year);
    let test = found.back_test.unwrap();
    assert_eq!(found.method, Method::YearBefore, "{test:?}");
    assert!(test.mase_of_year_before.unwrap() < test.mase.min(1.0), "{test:?}");
    let expected: f64 = (1..=30).map(|ahead| of_year(364 - ahead) * 10_000.0).sum();
    let [window, ..] = found.windows[..] else { panic!("{:?}", found.windows) };
    assert!((window.mean_minor / expected - 1.0).abs() < 0.2, "{window:?} {expected}");
    assert!(window.interval.low <= expected && expected <= window.interval.high, "{window:?} {expected}");
}

#[test]
fn a_year_is_not_tried_before_there_is_enough_of_one() {
    // 364 days, the longest window, and eleven weeks of origins.
    for (days, want) in [(400, false), (525, false), (540, true)] {
        let found = told(days, of_year);
        assert_eq!(found.back_test.unwrap().mase_of_year_before.is_some(), want, "{days}");
        assert!(want || found.method != Method::YearBefore, "{days}");
    }
}

#[test]
fn where_nothing_returns_every_year_the_year_before_does_not_win() {
    // Twice as much as a year ago, and level since.
    let found = told(700, |day| if day < 250 { 8.0 } else { 4.0 });
    assert_ne!(found.method, Method::YearBefore, "{:?}", found.back_test);
}
