//! Predicted days against actual: worked examples, and what is said of little.

use insight::facts::pass::Question;
use insight::facts::{Columns, Dimension, Fact, Filter, Hypothesis, Standing};
use insight::figure::{Figure, State};
use insight::gates::Gates;
use insight::report::in_time::report;

const NOW_S: u32 = 1_760_000_000;
const DAY_S: u32 = 86_400;

/// (days since the start, paid after days, days predicted)
type Row = (u32, Option<u32>, Option<f64>);

fn asked(rows: &[Row]) -> (Figure, usize) {
    let mut columns = Columns::new();
    for (id, (age, paid_after, days)) in (1_u128..).zip(rows) {
        columns.put(&Fact {
            id,
            start_s: NOW_S - age * DAY_S,
            livemode: true,
            standing: paid_after.map_or(Standing::Open, |after| Standing::Paid { after_s: after * DAY_S }),
            currency: Some(*b"usd"),
            price_minor: 10_000,
            money: None,
            version: "ver_a",
            content: "con_a",
            elements: &[],
            hypothesis: Some(Hypothesis {
                key: days.map_or("hyp_none", |days| if days < 10.0 { "hyp_short" } else { "hyp_long" }),
                category: "price",
                predicted: None,
                predicted_days: *days,
            }),
            segments: &[],
            stage: 1,
            page_seconds: [0; 4],
        });
    }
    let filter = Filter { livemode: true, ..Filter::default() };
    let question = Question {
        filter,
        by: Dimension::Hypothesis,
        as_of_s: NOW_S,
        horizon_days: 30,
        gates: Gates::default(),
    };
    let (all, groups) = report(&columns, &question);
    (all, groups.len())
}

#[test]
fn each_journey_is_measured_by_its_own_prediction() {
    // Of 40, ten were paid within their days (day 5 of 5, day 20 of 30), ten later, twenty never.
    let rows = [
        vec![(100, Some(5), Some(5.0)); 5],
        vec![(100, Some(20), Some(30.0)); 5],
        vec![(100, Some(6), Some(5.0)); 10],
        vec![(100, None, Some(5.0)); 20],
        // Nothing was predicted of these.
        vec![(100, Some(1), None); 50],
    ];
    let (all, groups) = asked(&rows.concat());
    assert!(all.value.is_some_and(|value| (value - 0.25).abs() < 1e-9), "{all:?}");
    assert_eq!((all.n, groups, all.state), (40, 2, State::Ready));
}

#[test]
fn days_that_are_not_over_are_not_missed() {
    let late = asked(&[vec![(100, Some(3), Some(10.0)); 10], vec![(100, None, Some(10.0)); 30]].concat()).0;
    let young = asked(&[vec![(100, Some(3), Some(10.0)); 10], vec![(2, None, Some(10.0)); 30]].concat()).0;
    assert!(late.value.is_some_and(|value| (value - 0.25).abs() < 1e-9), "{late:?}");
    assert!(young.value.is_none_or(|value| value > 0.9), "those of two days ago prove nothing: {young:?}");
}

#[test]
fn little_is_no_figure() {
    let (few, _) = asked(&[(100, Some(3), Some(10.0)), (100, None, Some(10.0))]);
    assert_eq!((few.value, few.state), (None, State::Insufficient { have: 2, needed: 20 }));
    let (none, groups) = asked(&[(100, Some(3), None)]);
    assert_eq!((none.value, none.n, groups), (None, 0, 0));
}
