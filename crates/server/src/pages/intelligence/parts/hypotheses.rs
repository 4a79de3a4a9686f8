//! Hypotheses against what happened, and the seller's calibration (SPEC I3).

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::rows::{dash, ends, p_said, rate_words, share_words};
use super::{Body, html};
use crate::charts::calibration::{self, Point};
use crate::charts::{Figure, Frame, Table, Unit, unit};
use crate::insights::answer::{Accuracy, Hypotheses, HypothesisGroup};
use crate::insights::{Insights, Unready};
use askama::Template;

/// Hypotheses listed at most; the CSV has all.
const ROWS_MAX: usize = 20;

#[derive(Template)]
#[template(path = "intelligence/hypotheses.html")]
struct List {
    rows: Vec<Row>,
    about: String,
    csv: String,
    more: usize,
}

struct Row {
    label: String,
    standing: &'static str,
    standing_words: String,
    counts: String,
    predicted: String,
    actual: String,
    in_time: String,
    effectiveness: String,
    /// 0 to 100, in tens, for the meter's class.
    effectiveness_ten: Option<u8>,
}

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.hypotheses(&filters.ask).await?;
    let n = answer.groups.iter().map(|group| group.conversion.n).sum();
    let list = List {
        rows: answer.groups.iter().take(ROWS_MAX).map(row).collect(),
        about: about(n, &filters.ask, &answer.as_of),
        csv: csv("hypotheses", &filters.ask),
        more: answer.groups.len().saturating_sub(ROWS_MAX) + answer.more,
    };
    Ok(Body { html: html(&list), figures: vec![reliability(&answer, filters)], ..Body::default() })
}

fn row(group: &HypothesisGroup) -> Row {
    let conversion = &group.conversion;
    let predicted = group.accuracy.as_ref().map(|accuracy| Unit::Percent.say(accuracy.predicted));
    let score = group.effectiveness;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
    let ten = score.map(|score| (score / 10.0).round().clamp(0.0, 10.0) as u8);
    Row {
        label: conversion.label.clone(),
        standing: group.standing,
        standing_words: match group.standing {
            "insufficient" => conversion.says.clone(),
            word => word.to_owned(),
        },
        counts: format!("{} of {}", unit::count(conversion.paid), unit::count(conversion.n)),
        predicted: predicted.unwrap_or_else(dash),
        actual: rate_words(conversion),
        in_time: group.in_time.as_ref().map_or_else(dash, share_words),
        effectiveness: score.map_or_else(
            || group.effectiveness_why.clone().unwrap_or_else(dash),
            |score| format!("{score:.0} of 100"),
        ),
        effectiveness_ten: ten,
    }
}

fn reliability(answer: &Hypotheses, filters: &Filters) -> Figure {
    let mut table = Table::new(&["Predicted", "Paid (95 %)", "Journeys"]);
    let mut points = Vec::new();
    for tenth in &answer.tenths {
        let interval = ends(tenth.observed.interval, 0.0, 1.0);
        let (Some(observed), Some(interval)) = (tenth.observed.value, interval) else { continue };
        table.row([
            Unit::Percent.say(tenth.predicted),
            Unit::Percent.with_range(observed, Some(interval)),
            unit::count(tenth.observed.n),
        ]);
        points.push(Point { predicted: tenth.predicted, observed, interval, n: tenth.observed.n });
    }
    let title = "Your predictions, tried";
    let empty = "No prediction of a journey that had all of its time yet. Write down the chance when you make a version; \
                 it is compared here by itself.";
    let picture = calibration::draw(Frame { id: "calibration", title }, &points, table, empty);
    Figure {
        id: "calibration".to_owned(),
        title: title.to_owned(),
        about: about(answer.seller.as_ref().map_or(0, |seller| seller.n), &filters.ask, &answer.as_of),
        finding: answer.seller.as_ref().map(|seller| calibrated(seller, answer.thresholds.journeys_min) + &in_time(answer)),
        picture,
        method: "Predictions by tenths, of journeys that had the whole horizon; Brier score against always saying the \
                 base rate; exact Poisson–binomial p."
            .to_owned(),
        csv: Some(csv("hypotheses", &filters.ask)),
    }
}

/// Said of days only once enough were predicted.
fn in_time(answer: &Hypotheses) -> String {
    let known = ["ready", "upper_bound", "lower_bound"].contains(&answer.in_time.state);
    let words = known.then(|| {
        format!(
            " Within the days that were predicted, {} are paid (n = {}).",
            share_words(&answer.in_time),
            unit::count(answer.in_time.n)
        )
    });
    words.unwrap_or_default()
}

fn calibrated(seller: &Accuracy, needed: u64) -> String {
    let observed = seller
        .observed
        .value
        .map_or_else(dash, |value| Unit::Percent.with_range(value, ends(seller.observed.interval, 0.0, 1.0)));
    let enough = seller.n >= needed;
    let skill = seller.skill.filter(|_| enough).map(|skill| {
        let words = if skill > 0.0 { "better" } else { "no better" };
        format!(" They are {words} than always saying the base rate.")
    });
    let few = || format!(" Insufficient: {} of {needed} needed.", seller.n);
    let skill = if enough { skill.unwrap_or_default() } else { few() };
    let p = seller.p.map_or(String::new(), |p| format!(" ({})", p_said(p)));
    format!(
        "Over {}, {} were predicted to pay and {observed} did{p}.{skill}",
        unit::counted(seller.n, "journey", "journeys"),
        Unit::Percent.say(seller.predicted)
    )
}
