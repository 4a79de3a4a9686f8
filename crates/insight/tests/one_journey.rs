//! One journey read back, left out, and found among those that are open.

use insight::facts::pass::{Question, ask, count, count_one};
use insight::facts::{Columns, Dimension, Fact, Filter, Given, Hypothesis, Money, Standing};
use insight::gates::Gates;
use insight::report::{conversion, score};

const NOW_S: u32 = 1_760_000_000;
const DAY_S: u32 = 86_400;

fn fact<'a>(id: u128, age_days: u32, standing: Standing, segments: &'a [&'a str]) -> Fact<'a> {
    Fact {
        id,
        start_s: NOW_S - age_days * DAY_S,
        livemode: !id.is_multiple_of(5),
        standing,
        currency: Some(if id.is_multiple_of(2) { *b"usd" } else { *b"eur" }),
        price_minor: 4_900,
        money: matches!(standing, Standing::Paid { .. })
            .then_some(Money { gross_minor: 4_900, ..Money::default() }),
        version: "ver_a",
        content: "con_a",
        elements: &["headline=question", "anchor=yes"],
        hypothesis: Some(Hypothesis {
            key: "hyp_a",
            category: "price",
            predicted: Some(0.4),
            predicted_days: Some(5.0),
        }),
        segments,
        stage: 1,
        page_seconds: [10, 0, 0, 0],
    }
}

fn columns() -> Columns {
    let mut columns = Columns::new();
    for id in (0..40_u128).rev() {
        let standing = if id < 10 { Standing::Paid { after_s: 3 * DAY_S } } else { Standing::Open };
        let segments: &[&str] = if id < 30 { &["size=small", "country=de"] } else { &["country=fr"] };
        let age_days = if id < 20 { 40 } else { 2 };
        columns.put(&fact(id, age_days, standing, segments));
    }
    columns
}

fn question(by: Dimension) -> Question {
    let filter = Filter { livemode: true, ..Filter::default() };
    Question { filter, by, as_of_s: NOW_S, horizon_days: 30, gates: Gates::default() }
}

#[test]
fn a_journey_is_read_back() {
    let columns = columns();
    let journey = columns.journey(3).unwrap();
    assert_eq!((journey.content, journey.version), ("con_a", "ver_a"));
    assert_eq!(journey.elements, ["anchor=yes", "headline=question"]);
    assert_eq!(journey.segments, ["country=de", "size=small"]);
    assert_eq!(journey.standing, Standing::Paid { after_s: 3 * DAY_S });
    let hypothesis = journey.hypothesis.unwrap();
    assert_eq!((hypothesis.key, hypothesis.category, hypothesis.predicted), ("hyp_a", "price", Some(0.4)));
    assert_eq!(columns.journey(40), None);
}

#[test]
fn one_left_out_is_one_fewer() {
    let columns = columns();
    let count = |without: Option<u128>| {
        let mut question = question(Dimension::Everything);
        question.filter.without = without;
        let counts = ask(&columns, &question).groups.remove(0).counts;
        (counts.started, counts.paid)
    };
    assert_eq!(count(None), (32, 8));
    assert_eq!((count(Some(3)), count(Some(33)), count(Some(999))), ((31, 7), (31, 8), (32, 8)));
}

#[test]
fn segments_of_every_attribute_are_groups() {
    let columns = columns();
    let groups = ask(&columns, &question(Dimension::Segment(None))).groups;
    let counts: Vec<(&str, u64)> = groups.iter().map(|g| (g.key.as_str(), g.counts.started)).collect();
    assert_eq!(counts, [("country=de", 24), ("country=fr", 8), ("size=small", 24)]);
    assert_eq!(columns.count_segment(true, "size=small"), 24);
    assert_eq!(columns.count_segment(false, "country=fr"), 2);
    assert_eq!(columns.count_segment(true, "country=it"), 0);
    assert_eq!(columns.currencies_of(true), [*b"eur", *b"usd"]);
    assert_eq!(Columns::new().currencies_of(true), [[0_u8; 3]; 0]);
}

#[test]
fn open_journeys_come_in_pages_by_id() {
    let columns = columns();
    let question = question(Dimension::Everything);
    let model = score::fit(&columns, &question).unwrap();
    let all: Vec<u128> = model.open_journeys(&columns, &question).into_iter().map(|(id, _)| id).collect();
    assert_eq!(all.len(), 16, "live, open and younger than the horizon");
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = model.open_page(&columns, &question, after, 5);
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        paged.extend(page.into_iter().map(|(id, _)| id));
    }
    assert_eq!(paged, all);
    assert!(model.open_page(&columns, &question, None, 0).is_empty());
}

#[test]
fn one_taken_out_of_what_was_counted_is_one_left_out() {
    let columns = columns();
    for by in [Dimension::Hypothesis, Dimension::Everything, Dimension::Segment(None), Dimension::Element] {
        let whole = question(by);
        let overlapping = whole.by.overlaps();
        // Paid, open, of the other mode, and not there.
        for id in [3, 33, 5, 999] {
            let filter = Filter { without: Some(id), ..whole.filter.clone() };
            let left_out = Question { filter, ..whole.clone() };
            let taken_out = count(&columns, &whole).without(&count_one(&columns, &whole, id));
            assert_eq!(taken_out, count(&columns, &left_out), "{id}");
            let everybody = Question { by: Dimension::Everything, ..left_out.clone() };
            let everybody = count(&columns, &everybody);
            let all = if overlapping { &everybody } else { &taken_out };
            let report = conversion::from_answered(&taken_out, all, &whole, overlapping);
            assert_eq!(report, conversion::report(&columns, &left_out), "{id}");
        }
    }
}

#[test]
fn a_group_of_one_is_gone_without_it() {
    let mut columns = Columns::new();
    columns.put(&fact(1, 40, Standing::Open, &[]));
    let question = question(Dimension::Hypothesis);
    let all = count(&columns, &question);
    assert_eq!(all.groups.len(), 1);
    assert!(all.without(&count_one(&columns, &question, 1)).groups.is_empty());
}

#[test]
fn counting_leaves_only_money_out() {
    let columns = columns();
    let question = question(Dimension::Segment(None));
    let (mut asked, counted) = (ask(&columns, &question), count(&columns, &question));
    assert!(!asked.payments.is_empty());
    (asked.payments, asked.currencies) = Default::default();
    asked.groups.iter_mut().for_each(|group| group.money.clear());
    assert_eq!(asked, counted);
}

#[test]
fn appended_in_any_order_is_as_put_one_by_one() {
    let want = columns();
    for ascending in [true, false] {
        let mut columns = Columns::new();
        let mut ids: Vec<u128> = (0..40).collect();
        if !ascending {
            ids.reverse();
        }
        for id in ids {
            let standing = if id < 10 { Standing::Paid { after_s: 3 * DAY_S } } else { Standing::Open };
            let segments: &[&str] = if id < 30 { &["size=small", "country=de"] } else { &["country=fr"] };
            let fact = fact(id, if id < 20 { 40 } else { 2 }, standing, segments);
            let given = Given {
                version: columns.give_version(fact.version, fact.content, fact.elements),
                hypothesis: columns.give_hypothesis(fact.hypothesis),
                segments: columns.give_segments(fact.segments),
            };
            let own =
                Fact { version: "", content: "", elements: &[], hypothesis: None, segments: &[], ..fact };
            columns.append(&own, given);
        }
        columns.settle();
        // What comes later finds its place.
        columns.put(&fact(7, 40, Standing::Open, &[]));
        columns.put(&fact(7, 40, Standing::Paid { after_s: 3 * DAY_S }, &["size=small", "country=de"]));
        columns.put(&fact(41, 1, Standing::Gone, &[]));
        assert_eq!(columns.len(), 41);
        for id in 0..40 {
            assert_eq!(columns.journey(id), want.journey(id), "{id}");
        }
        let question = question(Dimension::Segment(None));
        assert_eq!(ask(&columns, &question), ask(&want, &question));
    }
}
