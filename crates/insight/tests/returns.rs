//! Time to refund: worked examples, and what is said of little.

use insight::facts::pass::Question;
use insight::facts::{Columns, CurrencyCode, Dimension, Fact, Filter, Money, Standing};
use insight::figure::{Absent, State};
use insight::gates::Gates;
use insight::report::returns::{Report, report};

const NOW_S: u32 = 1_760_000_000;
const DAY_S: u32 = 86_400;

/// Paid so many days ago, 3 days after the start; some back so many days after that.
#[derive(Clone, Copy)]
struct Paid {
    days_ago: u32,
    back: Option<(u32, i64)>,
    currency: CurrencyCode,
    version: &'static str,
}

fn kept(days_ago: u32) -> Paid {
    Paid { days_ago, back: None, currency: *b"usd", version: "ver_a" }
}

fn back(days_ago: u32, after_days: u32, minor: i64) -> Paid {
    Paid { back: Some((after_days, minor)), ..kept(days_ago) }
}

fn columns(payments: &[Paid]) -> Columns {
    let mut columns = Columns::new();
    for (id, paid) in (1_u128..).zip(payments) {
        let whole = paid.back.is_some_and(|(_, minor)| minor == 10_000);
        let after_s = 3 * DAY_S;
        columns.put(&Fact {
            id,
            start_s: NOW_S - (paid.days_ago + 3) * DAY_S,
            livemode: true,
            standing: if whole { Standing::Refunded { after_s } } else { Standing::Paid { after_s } },
            currency: Some(paid.currency),
            price_minor: 10_000,
            money: Some(Money {
                gross_minor: 10_000,
                refunded_minor: paid.back.map_or(0, |(_, minor)| minor),
                returned_after_s: paid.back.map(|(days, _)| days * DAY_S),
                ..Money::default()
            }),
            version: paid.version,
            content: "con_a",
            elements: &[],
            hypothesis: None,
            segments: &[],
            stage: 5,
            page_seconds: [0; 4],
        });
    }
    columns
}

fn asked(payments: &[Paid]) -> Report {
    let filter = Filter { livemode: true, ..Filter::default() };
    let question = Question {
        filter,
        by: Dimension::Version,
        as_of_s: NOW_S,
        horizon_days: 30,
        gates: Gates::default(),
    };
    report(&columns(payments), &question)
}

fn of(n: usize, paid: Paid) -> Vec<Paid> {
    vec![paid; n]
}

#[test]
fn young_payments_are_watched_and_not_called_kept() {
    // 20 of the 40 old ones gave half back on day 10. The 20 of yesterday left the risk set before: S(10) = 20/40.
    let all = [of(20, back(100, 10, 5_000)), of(20, kept(100)), of(20, kept(1))].concat();
    let report = asked(&all);
    let group = &report.groups[0];
    assert_eq!((group.n, group.returned, group.unknown), (60, 20, 0));
    let near = |value: Option<f64>, want: f64| (value.unwrap() - want).abs() < 1e-9;
    assert!(near(group.soon.value, 0.5) && near(group.late.value, 0.5), "{group:?}");
    assert!(near(group.median.value, 10.0), "{group:?}");
    assert_eq!((group.at_risk[0], group.at_risk[10], group.at_risk[90]), (60, 40, 20));
    // Each of the 20 young ones: $100 × P(½) × the half that goes back; the old ones gave what they give.
    let expected = &report.expected[0];
    assert_eq!((expected.currency, expected.net_minor), (*b"usd", 20 * 5_000 + 40 * 10_000));
    assert!((expected.back_minor.unwrap() - 20.0 * 10_000.0 * 0.5 * 0.5).abs() < 1e-6, "{expected:?}");
}

#[test]
fn a_full_refund_counts_from_its_payment() {
    let all = [of(6, back(200, 4, 10_000)), of(34, kept(200))].concat();
    let report = asked(&all);
    let group = &report.groups[0];
    assert_eq!((group.n, group.returned), (40, 6));
    assert!((group.soon.value.unwrap() - 0.15).abs() < 1e-9, "{group:?}");
    let interval = group.soon.interval.unwrap();
    assert!(interval.low > 0.05 && interval.low < 0.15 && interval.high > 0.15 && interval.high < 0.32);
    assert_eq!(group.curve.first().map(|point| point.paid), Some(0.0));
}

#[test]
fn below_the_gate_there_is_no_curve_and_what_is_needed_is_said() {
    let report = asked(&[of(2, back(200, 4, 10_000)), of(6, kept(200))].concat());
    let group = &report.groups[0];
    assert_eq!(group.late.state, State::Insufficient { have: 8, needed: 20 });
    assert!(group.curve.is_empty() && group.at_risk.is_empty() && group.median.value.is_none());
    assert_eq!(report.expected[0].back_minor, Err(Absent::TooFew { have: 8, needed: 20 }));
    // Twenty of yesterday are not the worth of twenty that have had 90 days.
    let young = asked(&of(60, kept(1)));
    assert!(matches!(young.groups[0].late.state, State::Insufficient { needed: 20, .. }), "{young:?}");
    assert!(young.groups[0].curve.is_empty());
}

#[test]
fn nothing_back_is_an_upper_bound_and_never_zero() {
    let report = asked(&of(40, kept(200)));
    let group = &report.groups[0];
    assert_eq!((group.late.value, group.late.state), (None, State::UpperBound));
    let high = group.late.interval.unwrap().high;
    assert!(high > 0.01 && high < 0.15, "{high}");
    assert_eq!(report.expected[0].back_minor, Err(Absent::TooFew { have: 0, needed: 5 }));
}

#[test]
fn currencies_are_not_added_and_groups_are_compared() {
    let eur = |paid: Paid| Paid { currency: *b"eur", version: "ver_b", ..paid };
    let all = [
        of(20, back(200, 10, 10_000)),
        of(20, kept(200)),
        of(3, eur(back(200, 10, 10_000))),
        of(37, eur(kept(200))),
    ];
    let report = asked(&all.concat());
    let [euro, dollar] = report.expected.as_slice() else { panic!("{:?}", report.expected) };
    assert_eq!((euro.currency, euro.net_minor), (*b"eur", 370_000));
    assert_eq!((dollar.currency, dollar.net_minor), (*b"usd", 200_000));
    assert_eq!(euro.back_minor, Err(Absent::TooFew { have: 3, needed: 5 }));
    assert!(dollar.back_minor.unwrap().abs() < 1e-9, "nothing of theirs is young");
    assert!(report.log_rank.unwrap().p < 0.001);
}

#[test]
fn no_money_gives_no_figure() {
    let report = asked(&[]);
    assert!(report.groups.is_empty() && report.expected.is_empty());
    assert_eq!((report.overall.n, report.overall.late.value), (0, None));
}

#[test]
fn when_it_went_back_is_not_guessed() {
    let mut columns = columns(&of(30, kept(200)));
    let unknown = Fact {
        id: 1,
        start_s: NOW_S - 203 * DAY_S,
        livemode: true,
        standing: Standing::Refunded { after_s: 3 * DAY_S },
        currency: Some(*b"usd"),
        price_minor: 10_000,
        money: Some(Money { gross_minor: 10_000, refunded_minor: 10_000, ..Money::default() }),
        version: "ver_a",
        content: "con_a",
        elements: &[],
        hypothesis: None,
        segments: &[],
        stage: 5,
        page_seconds: [0; 4],
    };
    columns.put(&unknown);
    let filter = Filter { livemode: true, ..Filter::default() };
    let question = Question {
        filter,
        by: Dimension::Version,
        as_of_s: NOW_S,
        horizon_days: 30,
        gates: Gates::default(),
    };
    let group = report(&columns, &question).groups.remove(0);
    assert_eq!((group.n, group.returned, group.unknown), (29, 0, 1));
}
