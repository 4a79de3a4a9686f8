//! Nothing, one journey, all paid, none paid, one variant, five currencies, one huge outlier: each answer is true, and
//! none is NaN.

use insight::facts::pass::Question;
use insight::facts::{Columns, CurrencyCode, Dimension, Fact, Filter, Hypothesis, Money, Standing};
use insight::figure::{Absent, State};
use insight::gates::Gates;
use insight::report::hypotheses::Standing as Verdict;
use insight::report::recommend::Advice;
use insight::report::{
    contrast, conversion, elements, forecast, funnel, hypotheses, recommend, revenue, score, timing,
};

const NOW_S: u32 = 1_760_000_000;
const DAY_S: u32 = 86_400;

fn question() -> Question {
    let filter = Filter { livemode: true, ..Filter::default() };
    Question { filter, by: Dimension::Version, as_of_s: NOW_S, horizon_days: 30, gates: Gates::default() }
}

/// Journeys (version, paid?, currency, amount), all 40 days old.
fn columns(journeys: &[(&str, bool, CurrencyCode, i64)]) -> Columns {
    let mut columns = Columns::new();
    for (id, (version, paid, currency, gross_minor)) in journeys.iter().enumerate() {
        columns.put(&Fact {
            id: id as u128,
            start_s: NOW_S - 40 * DAY_S,
            livemode: true,
            standing: if *paid { Standing::Paid { after_s: 3 * DAY_S } } else { Standing::Open },
            currency: Some(*currency),
            price_minor: *gross_minor,
            money: paid.then_some(Money { gross_minor: *gross_minor, ..Money::default() }),
            version,
            content: "con",
            elements: &["anchor=yes"],
            hypothesis: Some(Hypothesis {
                key: "hyp",
                category: "price",
                predicted: Some(0.5),
                predicted_days: None,
            }),
            segments: &[],
            stage: 2,
            page_seconds: [30, 10, 0, 0],
        });
    }
    columns
}

/// Every report, as text: whatever is not a number must not be in it.
fn all_reports(columns: &Columns) -> String {
    let question = question();
    let text = format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        conversion::report(columns, &question),
        revenue::report(columns, &question),
        timing::report(columns, &question),
        elements::report(columns, &question),
        hypotheses::report(columns, &question),
        contrast::report(columns, &question),
        funnel::report(columns, &question),
        recommend::report(columns, &question),
        forecast::forecast(columns, &question, *b"usd", &[30, 60, 90]),
        score::fit(columns, &question).map(|model| model.hold_out),
    );
    assert!(!text.contains("NaN"), "{text}");
    text
}

#[test]
fn nothing() {
    let columns = Columns::new();
    all_reports(&columns);
    let report = conversion::report(&columns, &question());
    assert_eq!(report.overall.state, State::Absent(Absent::NoData));
    assert!(report.groups.is_empty());
    assert_eq!(elements::report(&columns, &question()).effects, Err(Absent::NoData));
    assert_eq!(recommend::report(&columns, &question())[0].advice, Advice::Anything);
}

#[test]
fn one_journey() {
    let columns = columns(&[("v", true, *b"usd", 4_900)]);
    all_reports(&columns);
    let group = &conversion::report(&columns, &question()).groups[0];
    assert_eq!(group.verdict, insight::report::Verdict::Insufficient { have: 1, needed: 20 });
    let earned = &revenue::report(&columns, &question()).groups[0].earned[0];
    assert_eq!(earned.per_journey.value, Some(4_900.0));
    assert_eq!(earned.per_journey.interval, None);
    let validated = &hypotheses::report(&columns, &question()).groups[0];
    assert_eq!(validated.standing, Verdict::Insufficient { have: 1, needed: 20 });
}

#[test]
fn none_paid_is_an_upper_bound_and_all_paid_a_lower_one() {
    let none = columns(&vec![("v", false, *b"usd", 4_900); 60]);
    all_reports(&none);
    let rate = conversion::report(&none, &question()).groups[0].rate;
    assert_eq!((rate.value, rate.state), (None, State::UpperBound));
    assert!(rate.interval.is_some_and(|i| i.low.abs() < 1e-12 && i.high > 0.02 && i.high < 0.06));
    let all = columns(&vec![("v", true, *b"usd", 4_900); 60]);
    all_reports(&all);
    let rate = conversion::report(&all, &question()).groups[0].rate;
    assert_eq!((rate.value, rate.state), (None, State::LowerBound));
    assert!(rate.interval.is_some_and(|i| i.low > 0.94 && i.high >= 1.0));
    assert_eq!(elements::report(&all, &question()).effects, Err(Absent::OneClass));
}

#[test]
fn one_variant_is_compared_with_nothing() {
    let mut journeys = vec![("v", false, *b"usd", 4_900); 50];
    journeys.extend(vec![("v", true, *b"usd", 4_900); 10]);
    let columns = columns(&journeys);
    all_reports(&columns);
    let report = conversion::report(&columns, &question());
    assert_eq!(report.log_rank, Err(Absent::OneGroup));
    assert_eq!((report.groups[0].p, report.groups[0].lift), (None, None));
    assert_eq!(elements::report(&columns, &question()).constant, ["anchor=yes"]);
}

#[test]
fn currencies_are_never_added() {
    let codes = [*b"usd", *b"eur", *b"jpy", *b"gbp", *b"chf"];
    let amounts = (1..=50_i64).map(|i| 1_000 * i);
    let journeys: Vec<_> = codes
        .iter()
        .cycle()
        .zip(amounts)
        .map(|(code, amount)| ("v", amount % 2_000 == 0, *code, amount))
        .collect();
    let columns = columns(&journeys);
    all_reports(&columns);
    let report = revenue::report(&columns, &question());
    assert_eq!(report.groups[0].earned.len(), 5);
    for earned in &report.groups[0].earned {
        assert_eq!(earned.moments.n, 50, "zeros of all started journeys are included");
        let want: i64 =
            journeys.iter().filter(|(_, paid, code, _)| *paid && *code == earned.currency).map(|j| j.3).sum();
        assert_eq!(earned.moments.sum, i128::from(want));
    }
}

#[test]
fn a_huge_outlier_is_named() {
    let mut journeys = vec![("v", false, *b"usd", 4_900); 150];
    journeys.extend(vec![("v", true, *b"usd", 4_900); 49]);
    journeys.push(("v", true, *b"usd", 500_000_000));
    let columns = columns(&journeys);
    all_reports(&columns);
    let earned = &revenue::report(&columns, &question()).groups[0].earned[0];
    assert_eq!(earned.driven_by, Some(1));
    assert!(earned.capped.value < earned.per_journey.value.map(|mean| mean / 10.0));
}

#[test]
fn a_refund_and_an_override_take_away_what_the_payment_added() {
    let paid = columns(&[("v", true, *b"usd", 4_900), ("v", false, *b"usd", 4_900)]);
    let counts = |columns: &Columns| conversion::report(columns, &question()).groups[0].counts.clone();
    assert_eq!((counts(&paid).paid, counts(&paid).refunded), (1, 0));
    let mut after = paid.clone();
    let mut fact = Fact {
        id: 0,
        start_s: NOW_S - 40 * DAY_S,
        livemode: true,
        standing: Standing::Refunded { after_s: 3 * DAY_S },
        currency: Some(*b"usd"),
        price_minor: 4_900,
        money: Some(Money { gross_minor: 4_900, refunded_minor: 4_900, ..Money::default() }),
        version: "v",
        content: "con",
        elements: &[],
        hypothesis: None,
        segments: &[],
        stage: 2,
        page_seconds: [0; 4],
    };
    after.put(&fact);
    assert_eq!((counts(&after).paid, counts(&after).refunded), (0, 1));
    let earned = revenue::report(&after, &question()).groups[0].earned[0].clone();
    assert_eq!((earned.moments.sum, earned.moments.sum_squares), (0, 0));
    // Pinned to ghosted although Stripe says paid: the money stays, the conversion goes.
    fact.standing = Standing::Open;
    fact.money = Some(Money { gross_minor: 4_900, ..Money::default() });
    after.put(&fact);
    assert_eq!((counts(&after).paid, counts(&after).open), (0, 2));
    assert_eq!(revenue::report(&after, &question()).groups[0].earned[0].moments.sum, 4_900);
}
