//! What is said of each kind of data, word for word.

use super::*;

fn figure(state: &'static str, n: u64, value: Option<f64>, interval: Option<(f64, f64)>) -> Figure {
    Figure {
        value,
        interval: interval.map(|(low, high)| [Some(low), Some(high)]),
        n,
        method: "m",
        state,
        needed: (state == "insufficient").then_some(20),
        why: None,
    }
}

fn group(label: &str, n: u64, verdict: &'static str, rate: f64, lift: f64) -> ConversionGroup {
    let says = match verdict {
        "insufficient" => "insufficient: 4 of 20 needed",
        "more" => "associated with more payment than the others",
        _ => "no difference can be told",
    };
    ConversionGroup {
        key: label.to_owned(),
        label: label.to_owned(),
        n,
        open: 0,
        paid: n / 4,
        refunded: 0,
        closed: 0,
        matured: n,
        rate: Some(rate),
        interval: Some([Some(rate - 0.1), Some(rate + 0.1)]),
        shrunk: None,
        lift: Some(lift),
        lift_interval: Some([Some(lift - 0.1), Some(lift + 0.1)]),
        p: None,
        q: None,
        verdict,
        says: says.to_owned(),
        needed: None,
        needed_for_difference: (verdict == "not_distinct").then_some(240),
        method: "m",
        state: "ready",
    }
}

fn conversion(overall: Figure, groups: Vec<ConversionGroup>) -> Conversion {
    Conversion {
        as_of: "2026-11-22T02:14:15.000Z".to_owned(),
        unit: "fraction",
        horizon_days: 30,
        thresholds: crate::insights::thresholds::Gates { journeys_min: 20, each_min: 5 },
        overall,
        groups,
        more: 0,
        log_rank: None,
    }
}

fn earned(currency: &str, net_minor: i64, driven_by: Option<u64>) -> Earned {
    Earned {
        currency: currency.to_owned(),
        net_minor,
        per_journey: figure("ready", 10, Some(9_000.0), None),
        always_valid: None,
        bootstrap: None,
        paying: figure("ready", 10, Some(0.3), None),
        average_order: figure("ready", 3, Some(30_000.0), None),
        capped: figure("ready", 10, Some(2_500.0), None),
        cap_minor: 40_000,
        driven_by,
    }
}

fn told(conversion: &Conversion, earned: &[Earned]) -> String {
    let seen = Seen { by: &By::Content, conversion, by_element: None, before: None, earned };
    let Words { sentences, caveat } = words(&seen);
    let all: Vec<String> = sentences.into_iter().chain(caveat).collect();
    all.join(" ").replace('\u{a0}', " ")
}

fn ready(n: u64) -> Figure {
    figure("ready", n, Some(0.24), Some((0.2, 0.28)))
}

#[test]
fn little_data_is_told_truly() {
    let table: Vec<(&str, Conversion, &str)> = vec![
        (
            "no data",
            conversion(figure("absent", 0, None, None), vec![]),
            "No journey started in this period. Start a journey, or choose a longer period if there is one; what it shows appears here by \
             itself.",
        ),
        (
            "one journey",
            conversion(
                figure("upper_bound", 1, None, Some((0.0, 0.8))),
                vec![group("A", 1, "insufficient", 0.0, 0.0)],
            ),
            "One journey so far, not paid yet. One journey says nothing of the next. Insufficient: 1 of 20 needed before \
             there is a verdict.",
        ),
        (
            "none paid",
            conversion(figure("upper_bound", 34, None, Some((0.0, 0.08))), vec![]),
            "None of 34 journeys has been paid so far. Of such journeys, 8 % at most are paid within 30 days. Nothing can \
             be told apart while all end alike.",
        ),
        (
            "all paid",
            conversion(figure("lower_bound", 12, None, Some((0.78, 1.0))), vec![]),
            "All of 12 journeys that were watched long enough were paid. Of such journeys, 78 % at least are paid within \
             30 days. Nothing can be told apart while all end alike.",
        ),
        (
            "too few",
            conversion(
                figure("insufficient", 7, Some(0.3), Some((0.07, 0.65))),
                vec![group("A", 7, "insufficient", 0.3, 0.0)],
            ),
            "30 % of journeys are paid within 30 days (7–65 %, n = 7). Insufficient: the worth of 20 journeys is needed \
             before there is a verdict. Journeys count by how much of their time they have had.",
        ),
    ];
    for (what, conversion, want) in table {
        assert_eq!(told(&conversion, &[]), want, "{what}");
    }
}

#[test]
fn enough_data_is_told_with_its_limits() {
    let table: Vec<(&str, Conversion, &str)> = vec![
        (
            "one variant",
            conversion(ready(120), vec![group("A", 120, "not_distinct", 0.24, 0.0)]),
            "24 % of journeys are paid within 30 days (20–28 %, n = 120). All journeys have the same content, so there is \
             nothing to compare it with. Send another to some clients.",
        ),
        (
            "groups too small",
            conversion(
                ready(40),
                vec![group("A", 4, "insufficient", 0.2, 0.0), group("B", 3, "insufficient", 0.2, 0.0)],
            ),
            "24 % of journeys are paid within 30 days (20–28 %, n = 40). Insufficient: no content has enough journeys for \
             a verdict yet. A: insufficient: 4 of 20 needed.",
        ),
        (
            "undecided",
            conversion(
                ready(200),
                vec![
                    group("A", 100, "not_distinct", 0.3, 0.06),
                    group("B", 100, "not_distinct", 0.24, -0.06),
                ],
            ),
            "24 % of journeys are paid within 30 days (20–28 %, n = 200). No content can be told apart from the others: \
             the differences may be chance. Were the present difference of “A” real, it would take about 240 journeys \
             with it to see it.",
        ),
        (
            "a verdict",
            conversion(
                ready(216),
                vec![group("A", 96, "more", 0.31, 0.13), group("B", 120, "not_distinct", 0.18, -0.13)],
            ),
            "24 % of journeys are paid within 30 days (20–28 %, n = 216). Journeys with A were paid within 30 days in \
             31 % (21–41 %, n = 96), against 18 % of the others; difference +13 points (+3 to +23). Associated \
             with, not proof: other things may differ, too. Run an experiment to be sure.",
        ),
    ];
    for (what, conversion, want) in table {
        assert_eq!(told(&conversion, &[]), want, "{what}");
    }
}

#[test]
fn money_is_never_added_across_currencies() {
    let five: Vec<Earned> =
        ["eur", "gbp", "jpy", "sek", "usd"].iter().map(|code| earned(code, 50_000, None)).collect();
    let told = told(&conversion(ready(40), vec![]), &five);
    let want = "In all they brought €500.00, £500.00, ¥50,000, SEK 500.00 and $500.00, net of what went back; currencies are \
                never added together.";
    assert!(told.contains(want), "{told}");
}

#[test]
fn one_huge_payment_is_named() {
    let told = told(&conversion(ready(40), vec![]), &[earned("usd", 9_000_000, Some(1))]);
    let want =
        "Revenue in USD is driven by 1 payment: $90.00 a journey, but $25.00 with each cut at $400.00.";
    assert!(told.contains(want), "{told}");
}

#[test]
fn the_time_before_is_compared_with_care() {
    let now = conversion(ready(40), vec![]);
    let table = [
        (figure("ready", 30, Some(0.22), Some((0.15, 0.3))), "The intervals overlap: no change can be told."),
        (figure("ready", 30, Some(0.1), Some((0.05, 0.19))), "It is higher now."),
        (figure("ready", 30, Some(0.5), Some((0.4, 0.6))), "It is lower now."),
        (figure("absent", 0, None, None), "In the time before there were 0 journeys."),
    ];
    for (then, want) in table {
        let before = conversion(then, vec![]);
        let seen =
            Seen { by: &By::Content, conversion: &now, by_element: None, before: Some(&before), earned: &[] };
        let told = words(&seen).sentences.join(" ").replace('\u{a0}', " ");
        assert!(told.contains(want), "{told}");
    }
}

#[test]
fn where_contents_cannot_be_told_apart_their_elements_may_be() {
    let same = conversion(
        ready(200),
        vec![group("A", 100, "not_distinct", 0.3, 0.06), group("B", 100, "not_distinct", 0.24, -0.06)],
    );
    let elements = conversion(ready(200), vec![group("guarantee=yes", 96, "more", 0.31, 0.13)]);
    let seen =
        Seen { by: &By::Content, conversion: &same, by_element: Some(&elements), before: None, earned: &[] };
    let Words { sentences, caveat } = words(&seen);
    assert!(sentences[1].starts_with("No content can be told apart"), "{sentences:?}");
    assert!(
        sentences[2].starts_with("Journeys with guarantee=yes were paid within 30 days in 31"),
        "{sentences:?}"
    );
    assert!(caveat.unwrap().starts_with("Associated with, not proof"));
}
