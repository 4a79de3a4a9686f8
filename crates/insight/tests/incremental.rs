//! Facts that arrive in any order, again and again, with refunds, overrides and deletions on the way, give bit for bit
//! the reports of the final facts loaded at once.

use insight::facts::pass::{Question, ask};
use insight::facts::{Columns, Dimension, Fact, Filter, Hypothesis, Money, Standing};
use insight::gates::Gates;
use insight::report::{
    contrast, conversion, elements, forecast, funnel, hypotheses, returns, revenue, timing,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const NOW_S: u32 = 1_760_000_000;
const DAY_S: u32 = 86_400;

/// A journey at some moment of its life, in plain values.
#[derive(Clone, Debug)]
struct Plain {
    id: u128,
    age_s: u32,
    live: bool,
    standing: u8,
    after_s: u32,
    money: Option<(i64, i64, i64)>,
    currency: usize,
    version: usize,
    elements: Vec<usize>,
    hypothesis: Option<usize>,
    segment: usize,
    stage: u8,
    page: u32,
}

const CURRENCIES: [[u8; 3]; 3] = [*b"usd", *b"eur", *b"jpy"];
const VERSIONS: [&str; 4] = ["ver_a", "ver_b", "ver_c", "ver_d"];
const ELEMENTS: [&str; 6] =
    ["anchor=no", "anchor=yes", "headline=claim", "headline=question", "proof=text", "proof=video"];
const HYPOTHESES: [&str; 3] = ["hyp_a", "hyp_b", "hyp_c"];
const CATEGORIES: [&str; 3] = ["price", "urgency", "clarity"];
const SEGMENTS: [&[&str]; 3] = [&[], &["country=de"], &["country=fr", "size=small"]];

fn plain() -> impl Strategy<Value = Plain> {
    let life = (0_u128..60, 0..90 * DAY_S, prop::bool::weighted(0.8), 0_u8..5, 0..60 * DAY_S);
    // Some beyond 32 bits.
    let gross = prop_oneof![9 => 0_i64..2_000_000, 1 => 3_000_000_000..9_000_000_000_000_i64];
    let money = prop::option::of((gross, 0_i64..1_000_000, 0_i64..1_000_000));
    let given =
        (0_usize..3, 0_usize..4, prop::collection::vec(0_usize..6, 0..4), prop::option::of(0_usize..3));
    let seen = (0_usize..3, 0_u8..6, 0_u32..500);
    (life, money, given, seen).prop_map(|(life, money, given, seen)| Plain {
        id: life.0,
        age_s: life.1,
        live: life.2,
        standing: life.3,
        after_s: life.4,
        money,
        currency: given.0,
        version: given.1,
        elements: given.2,
        hypothesis: given.3,
        segment: seen.0,
        stage: seen.1,
        page: seen.2,
    })
}

fn put(columns: &mut Columns, plain: &Plain) {
    let after_s = plain.after_s;
    let words: Vec<&str> = plain.elements.iter().map(|j| ELEMENTS[*j]).collect();
    columns.put(&Fact {
        id: plain.id,
        start_s: NOW_S - plain.age_s,
        livemode: plain.live,
        standing: match plain.standing {
            0 => Standing::Open,
            1 => Standing::Paid { after_s },
            2 => Standing::Refunded { after_s },
            3 => Standing::Closed { after_s },
            _ => Standing::Gone,
        },
        currency: Some(CURRENCIES[plain.currency]),
        price_minor: 4_900,
        money: plain.money.map(|(gross_minor, refunded_minor, lost_minor)| Money {
            gross_minor,
            refunded_minor,
            lost_minor,
            at_risk: plain.stage == 1,
            returned_after_s: (refunded_minor + lost_minor > 0).then_some(plain.after_s / 2),
        }),
        version: VERSIONS[plain.version],
        content: VERSIONS[plain.version / 2],
        elements: &words,
        hypothesis: plain.hypothesis.map(|h| Hypothesis {
            key: HYPOTHESES[h],
            category: CATEGORIES[h],
            predicted: [Some(0.2), Some(0.7), None][h],
            predicted_days: None,
        }),
        segments: SEGMENTS[plain.segment],
        stage: plain.stage,
        page_seconds: [plain.page, plain.page / 2, 0, 0],
    });
}

/// Everything there is to ask, as text: `Debug` of floats is exact.
fn everything(columns: &Columns) -> String {
    let mut all = String::new();
    let filters = [
        Filter { livemode: true, ..Filter::default() },
        Filter { livemode: true, currency: Some(*b"eur"), ..Filter::default() },
        Filter { livemode: true, segment: Some("country=de".to_owned()), ..Filter::default() },
        Filter { livemode: true, without: Some(7), ..Filter::default() },
        Filter { livemode: false, from_s: Some(NOW_S - 60 * DAY_S), ..Filter::default() },
    ];
    for filter in filters {
        for by in [
            Dimension::Everything,
            Dimension::Version,
            Dimension::Content,
            Dimension::Category,
            Dimension::Element,
            Dimension::ElementPair,
            Dimension::Segment(Some("country".to_owned())),
            Dimension::Segment(None),
        ] {
            let question = Question {
                filter: filter.clone(),
                by,
                as_of_s: NOW_S,
                horizon_days: 30,
                gates: Gates::default(),
            };
            let _ = write!(all, "{:?}{:?}", ask(columns, &question), conversion::report(columns, &question));
            let _ = write!(
                all,
                "{:?}{:?}",
                revenue::report(columns, &question),
                timing::report(columns, &question)
            );
            let _ = write!(all, "{:?}", returns::report(columns, &question));
        }
        let by = Dimension::Hypothesis;
        let question = Question { filter, by, as_of_s: NOW_S, horizon_days: 30, gates: Gates::default() };
        let _ = write!(
            all,
            "{:?}{:?}",
            elements::report(columns, &question),
            hypotheses::report(columns, &question)
        );
        let _ =
            write!(all, "{:?}{:?}", contrast::report(columns, &question), funnel::report(columns, &question));
        let _ = write!(all, "{:?}", forecast::forecast(columns, &question, *b"usd", &[30]));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_equals_batch_bit_for_bit(
        history in prop::collection::vec(plain(), 1..300),
        order in any::<u64>(),
    ) {
        let mut incremental = Columns::new();
        for plain in &history {
            put(&mut incremental, plain);
        }
        let latest: BTreeMap<u128, &Plain> = history.iter().map(|plain| (plain.id, plain)).collect();
        let mut shuffled: Vec<&Plain> = latest.into_values().collect();
        shuffled.sort_by_key(|plain| (plain.id ^ u128::from(order)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut batch = Columns::new();
        for plain in shuffled {
            put(&mut batch, plain);
        }
        prop_assert_eq!(everything(&incremental), everything(&batch));
    }
}

#[test]
fn a_change_seen_before_changes_nothing() {
    let mut columns = insight::planted::facts::columns(100, 1);
    columns.refresh(5, []);
    let before = columns.change();
    columns.refresh(5, []);
    columns.refresh(4, []);
    assert_eq!(before, 5);
    assert_eq!(columns.change(), 5);
    assert_eq!(columns.len(), 100);
}

fn nobody() -> Plain {
    Plain {
        id: 0,
        age_s: DAY_S,
        live: true,
        standing: 0,
        after_s: 0,
        money: None,
        currency: 0,
        version: 0,
        elements: vec![],
        hypothesis: None,
        segment: 0,
        stage: 0,
        page: 0,
    }
}

#[test]
fn ids_in_any_order_are_found_again() {
    let mut columns = Columns::new();
    let base = nobody();
    for round in 0..2_u32 {
        for number in 0..20_000_u128 {
            let id = (number * 7_919) % 20_011;
            put(&mut columns, &Plain { id, standing: u8::from(round == 1), ..base.clone() });
        }
    }
    assert_eq!(columns.len(), 20_000);
    let filter = Filter { livemode: true, ..Filter::default() };
    let question = Question {
        filter,
        by: Dimension::Everything,
        as_of_s: NOW_S,
        horizon_days: 30,
        gates: Gates::default(),
    };
    assert_eq!(ask(&columns, &question).groups[0].counts.paid, 20_000);
}

#[test]
fn a_journey_takes_51_bytes_and_its_share_of_the_patterns() {
    let columns = insight::planted::facts::columns(300_000, 42);
    let each = columns.resident_bytes() / columns.len();
    // Nearly every second of these journeys brings a pattern of its own, at some 30 bytes; in life a version brings one.
    assert!(each < 69, "{each}");
    let alike = Filter { livemode: true, element: Some("e05".to_owned()), ..Filter::default() };
    let question = Question {
        filter: alike,
        by: Dimension::Element,
        as_of_s: NOW_S,
        horizon_days: 30,
        gates: Gates::default(),
    };
    assert_eq!(ask(&columns, &question).groups.len(), 20);
    let mut few = Columns::new();
    for id in 0..50_000 {
        put(&mut few, &Plain { id, elements: vec![1, 3], ..nobody() });
    }
    assert!(few.resident_bytes() / few.len() <= 52);
}
