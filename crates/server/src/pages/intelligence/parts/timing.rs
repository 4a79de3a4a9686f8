//! Time to payment as curves (SPEC I5).

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::super::summary::kind;
use super::Body;
use super::rows::{comparable, curves_differ, figure_words, first_large};
use crate::charts::curves::{self, CURVES_MAX, Curve, Curves, Point, Words};
use crate::charts::{Figure, Frame, Scale, Table, Unit, letter, unit};
use crate::insights::answer::{CurvePoint, Timing};
use crate::insights::{Insights, Unready};

const WORDS: Words = Words {
    happened: "Paid",
    at_risk: "Journeys not yet paid and still watched",
    shows: "Part of journeys paid by each day after their start",
};

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.timing(&filters.ask).await?;
    let comparable = comparable(&insights.conversion(&filters.ask).await?.groups);
    Ok(Body { figures: vec![figure(&answer, comparable, filters)], ..Body::default() })
}

fn figure(answer: &Timing, comparable: bool, filters: &Filters) -> Figure {
    let days = f64::from(filters.ask.horizon_days);
    let title = format!("Paid by each day, by {}", kind(&filters.ask.by));
    let risk_days = Scale::exact(0.0, days).ticks;
    let shown = answer.groups.iter().filter(|group| !group.curve.is_empty()).take(CURVES_MAX);
    let plot = Curves {
        days,
        curves: shown.map(|group| curve(&group.label, &group.curve, &group.at_risk, &risk_days)).collect(),
        risk_days,
        words: WORDS,
        table: table(answer, &first_large(kind(&filters.ask.by))),
    };
    let empty = "Nothing has been paid in this period yet, so there is no curve to draw.";
    let picture = curves::draw(Frame { id: "timing-curves", title: &title }, plot, empty);
    let n = answer.groups.iter().map(|group| group.n).sum();
    Figure {
        id: "timing-curves".to_owned(),
        about: about(n, &filters.ask, &answer.as_of),
        finding: picture.drawn.is_ok().then(|| finding(answer, comparable)),
        picture,
        method: "Kaplan–Meier, log-log bands; open journeys are watched until now and then leave. The mean over payers \
                 is never shown: it counts only the quick."
            .to_owned(),
        csv: Some(csv("time-to-payment", &filters.ask)),
        title,
    }
}

/// A group's curve; `at_risk` is given by the day.
pub(super) fn curve(name: &str, points: &[CurvePoint], at_risk: &[u64], risk_days: &[f64]) -> Curve {
    let point = |point: &CurvePoint| {
        let [low, high] = point.band.unwrap_or([None, None]);
        Point {
            x: point.days,
            y: point.paid,
            low: low.unwrap_or(point.paid),
            high: high.unwrap_or(point.paid),
        }
    };
    let at = |days: &f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of days")]
        let day = days.max(0.0) as usize;
        at_risk.get(day).copied().unwrap_or(0)
    };
    Curve {
        name: name.to_owned(),
        points: points.iter().map(point).collect(),
        at_risk: risk_days.iter().map(at).collect(),
    }
}

fn finding(answer: &Timing, comparable: bool) -> String {
    let medians = answer.groups.iter().filter(|group| !group.curve.is_empty()).take(CURVES_MAX).enumerate();
    let medians: Vec<String> = medians
        .map(|(number, group)| {
            let median = figure_words(&group.median_of_payers, Unit::Days);
            format!("{} {median}", letter(number))
        })
        .collect();
    let differ = answer.log_rank.as_ref().filter(|_| comparable).map(curves_differ);
    format!(
        "Half of those who pay in time have paid after: {}.{}",
        medians.join(", "),
        differ.unwrap_or_default()
    )
}

fn table(answer: &Timing, kind: &str) -> Table {
    let mut table = Table::new(&[
        kind,
        "Started",
        "Paid",
        "Median of all",
        "90 % of all",
        "Median of payers",
        "90 % of payers",
    ]);
    for group in &answer.groups {
        table.row([
            group.label.clone(),
            unit::count(group.n),
            unit::count(group.paid),
            figure_words(&group.median, Unit::Days),
            figure_words(&group.ninth_decile, Unit::Days),
            figure_words(&group.median_of_payers, Unit::Days),
            figure_words(&group.ninth_decile_of_payers, Unit::Days),
        ]);
    }
    table
}
