//! What was planted is found, and nothing else: the reports on 100 000 planted journeys.

#![expect(clippy::cast_precision_loss, reason = "test sums are small")]

use insight::facts::pass::Question;
use insight::facts::{Dimension, Filter};
use insight::figure::State;
use insight::gates::Gates;
use insight::planted::{AS_OF_S, ELEMENT_EFFECTS, VARIANT_EFFECTS};
use insight::report::hypotheses::{self, Standing};
use insight::report::{
    Verdict, contrast, conversion, elements, forecast, funnel, recommend, revenue, score, timing,
};

fn question(by: Dimension) -> Question {
    let filter = Filter { livemode: true, ..Filter::default() };
    Question { filter, by, as_of_s: AS_OF_S, horizon_days: 30, gates: Gates::default() }
}

#[test]
fn the_five_planted_elements_are_found_and_the_confounded_one_is_not() {
    let report =
        elements::report(&insight::planted::facts::columns(100_000, 42), &question(Dimension::Everything));
    let effects = report.effects.unwrap();
    assert_eq!(effects.len(), 20);
    let mut false_findings = 0;
    for (j, effect) in effects.iter().enumerate() {
        let planted = ELEMENT_EFFECTS.iter().find(|(element, _)| *element == j).map(|(_, size)| *size);
        let want = match planted {
            Some(size) if size > 0.0 => Verdict::More,
            Some(_) => Verdict::Less,
            None => Verdict::NotDistinct,
        };
        if planted.is_some() || j == 0 {
            assert_eq!(effect.verdict, want, "{} with {:?}", effect.element, effect.log_odds);
        }
        false_findings += u32::from(effect.verdict != want);
        let (estimate, error) = effect.log_odds;
        let truth = planted.unwrap_or(0.0);
        assert!(
            (estimate - truth).abs() < 4.0 * error,
            "{}: {estimate} ± {error}, planted {truth}",
            effect.element
        );
    }
    // One finding in ten may be false: that is what the adjustment promises.
    assert!(false_findings <= 1, "{false_findings}");
}

#[test]
fn versions_that_differ_strongly_are_told_and_most_that_do_not_are_not() {
    let report =
        conversion::report(&insight::planted::facts::columns(200_000, 42), &question(Dimension::Version));
    assert!(report.log_rank.unwrap().p < 1e-10);
    let mut false_findings = 0;
    for (variant, group) in report.groups.iter().enumerate() {
        let planted = VARIANT_EFFECTS.iter().find(|(v, _)| *v == variant).map_or(0.0, |(_, size)| *size);
        if planted >= 0.35 {
            assert_eq!(group.verdict, Verdict::More, "{}", group.key);
        } else if planted <= -0.35 {
            assert_eq!(group.verdict, Verdict::Less, "{}", group.key);
        } else if planted == 0.0 {
            false_findings += u32::from(group.verdict != Verdict::NotDistinct);
        }
        assert_eq!(group.rate.state, State::Ready);
    }
    assert!(false_findings <= 4, "{false_findings} of 40 that do nothing");
}

#[test]
fn hypotheses_0_to_3_are_over_confident_and_the_others_calibrated() {
    let report =
        hypotheses::report(&insight::planted::facts::columns(100_000, 42), &question(Dimension::Category));
    assert_eq!(report.groups.len(), 8);
    for (category, group) in report.groups.iter().enumerate() {
        let accuracy = group.accuracy.as_ref().unwrap();
        let surprise = accuracy.surprise.as_ref().unwrap();
        let line = accuracy.line.unwrap();
        if category < 4 {
            assert!(accuracy.predicted > 1.2 * accuracy.observed.value.unwrap(), "{category}");
            assert!(surprise.lower < 1e-6, "{category}: {surprise:?}");
            assert!(line.slope_interval.high < 1.0, "{category}: {line:?}");
        } else {
            // Some of the conversions planted are still to come within 30 days of maturity: almost none.
            assert!(surprise.two_sided > 1e-3, "{category}: {surprise:?}");
            let error = (line.slope_interval.high - line.slope) / 1.96;
            assert!((line.slope - 1.0).abs() < 3.0 * error, "{category}: {line:?}");
        }
        assert_ne!(group.standing, Standing::Insufficient { have: 0, needed: 0 });
    }
    assert!(report.seller.unwrap().n > 40_000);
    assert_eq!(report.over_time.len(), 4);
}

#[test]
fn money_adds_up_to_what_was_planted() {
    let columns = insight::planted::facts::columns(50_000, 7);
    let report = revenue::report(&columns, &question(Dimension::Version));
    let usd = *b"usd";
    let want: i128 = insight::planted::Planted::new(50_000, 7)
        .journeys()
        .filter(|journey| journey.currency == "USD" && !journey.disputed)
        .map(|journey| i128::from(journey.amount_minor - journey.refunded_minor))
        .sum();
    assert_eq!(revenue::total(&report.groups, usd).unwrap(), want);
    let whole = revenue::report(&columns, &question(Dimension::Everything));
    let earned = whole.groups[0].earned.iter().find(|earned| earned.currency == usd).unwrap();
    assert_eq!(earned.moments.n, 50_000);
    assert!(earned.capped.value.unwrap() < earned.per_journey.value.unwrap());
    assert_eq!(revenue::against(&report.groups, "v00", usd).len(), 49);
}

#[test]
fn payments_come_when_they_were_planted_to_come() {
    let report =
        timing::report(&insight::planted::facts::columns(100_000, 42), &question(Dimension::Everything));
    let group = &report.groups[0];
    assert_eq!(group.median.value, None, "under a tenth ever pay");
    // Half of a Weibull of shape 0.8 and scale 4 or 6 days: 2.5 and 3.8 days.
    let half = group.median_of_payers.value.unwrap();
    assert!((2.3..4.0).contains(&half), "{half}");
    assert!(group.curve.len() <= timing::POINTS_MAX + 3);
}

#[test]
fn the_forecast_covers_what_comes() {
    let columns = insight::planted::facts::columns(20_000, 3);
    let mut before = question(Dimension::Everything);
    before.as_of_s = AS_OF_S - 28 * 86_400;
    let usd = *b"usd";
    let found = forecast::forecast(&columns, &before, usd, &[28]).unwrap();
    let later = AS_OF_S;
    let came: i64 = insight::planted::Planted::new(20_000, 3)
        .journeys()
        .filter(|journey| journey.currency == "USD" && !journey.disputed)
        .filter(|journey| {
            journey.paid_after_s.is_some_and(|after| {
                let at = journey.created_s + after;
                at > before.as_of_s && at <= later
            })
        })
        .map(|journey| journey.amount_minor - journey.refunded_minor)
        .sum();
    let window = found.windows[0];
    assert!(window.interval.low <= came as f64 && came as f64 <= window.interval.high, "{came}: {window:?}");
    assert!(window.interval.low >= 0.0);
}

#[test]
fn scores_have_skill_where_elements_matter_and_are_calibrated() {
    let columns = insight::planted::facts::columns(100_000, 42);
    let model = score::fit(&columns, &question(Dimension::Everything)).unwrap();
    let hold_out = model.hold_out.unwrap();
    assert!(hold_out.skill > 0.005, "{hold_out:?}");
    let scores = model.open_journeys(&columns, &question(Dimension::Everything));
    assert!(scores.iter().all(|(_, score)| (0.0..=1.0).contains(&score.probability)));
    // At the eve of the horizon next to nothing is left to come.
    let late = model.score(30 * 86_400 - 3_600, &[], None).unwrap();
    assert!(late.probability < 0.001);
    assert!(model.score(30 * 86_400, &[], None).is_err());
}

#[test]
fn the_other_reports_answer_on_the_same_journeys() {
    let columns = insight::planted::facts::columns(20_000, 42);
    let steps = funnel::report(&columns, &question(Dimension::Everything));
    assert_eq!(steps[0].reached, 20_000);
    assert!(steps.windows(2).all(|pair| pair[0].reached >= pair[1].reached));
    let contrast = contrast::report(&columns, &question(Dimension::Everything));
    assert_eq!(contrast.paid + contrast.unpaid + contrast.open, 20_000);
    assert!(contrast.elements[17].distinct);
    let advice = recommend::report(&columns, &question(Dimension::Everything));
    assert_eq!(advice[0].choice, "content");
    assert_eq!(advice[0].options.len(), 5);
}
