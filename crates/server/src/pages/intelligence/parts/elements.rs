//! Elements: adjusted associations with payment, and pairs (SPEC I6).

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::Body;
use super::rows::{
    ROWS_MAX, dash, ends, figure_words, first_large, p_words, rate_table, rate_without_n, tone,
};
use crate::charts::intervals::{self, Intervals, Row};
use crate::charts::{Figure, Frame, Table, Unit, unit};
use crate::insights::answer::{ElementEffect, Elements};
use crate::insights::{Insights, Unready};

/// Pairs of a picture at most: there are many, and they overlap.
const PAIRS_MAX: usize = 8;

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.elements(&filters.ask).await?;
    Ok(Body { figures: vec![effects(&answer, filters), pairs(&answer, filters)], ..Body::default() })
}

fn effects(answer: &Elements, filters: &Filters) -> Figure {
    let title = format!("Change in the chance of payment within {} days", answer.horizon_days);
    let mut shown: Vec<&ElementEffect> = answer.groups.iter().take(ROWS_MAX).collect();
    shown.sort_by(|a, b| b.effect.value.unwrap_or(0.0).total_cmp(&a.effect.value.unwrap_or(0.0)));
    let plot = Intervals {
        unit: Unit::Points,
        rows: shown.into_iter().map(row).collect(),
        reference: None,
        table: table(answer),
    };
    let empty = format!(
        "No effect can be estimated yet: {}. It takes journeys with and without an element that are old enough, paid \
         and unpaid.",
        answer.why.as_deref().unwrap_or("no element varies")
    );
    let mut picture = intervals::draw(Frame { id: "element-effects", title: &title }, plot, &empty);
    picture.notes.extend(remarks(answer));
    Figure {
        id: "element-effects".to_owned(),
        about: about(answer.matured, &filters.ask, &answer.as_of),
        picture,
        finding: None,
        method: format!(
            "{}, hypothesis category and period held fixed; false-discovery rate 10\u{a0}%. Associated with, not proof.",
            first_large(answer.method)
        ),
        csv: Some(csv("elements", &filters.ask)),
        title,
    }
}

fn row(effect: &ElementEffect) -> Row {
    let (tone, sign) = tone(effect.verdict);
    let interval = ends(effect.effect.interval, -1.0, 1.0);
    let value = effect.effect.value.filter(|_| effect.verdict != "insufficient");
    let said = effect.effect.value.map_or_else(dash, |value| Unit::Points.with_range(value, interval));
    let figure = if effect.verdict == "insufficient" { effect.says.clone() } else { format!("{sign}{said}") };
    let label =
        std::iter::once(&effect.label).chain(&effect.merged).cloned().collect::<Vec<_>>().join(" with ");
    let says = format!(
        "{label}: {said}; {} of {} paid. {}.",
        unit::count(effect.paid),
        unit::counted(effect.n, "journey", "journeys"),
        first_large(&effect.says)
    );
    Row { label, figure, value, interval, inner: None, tone, says }
}

fn table(answer: &Elements) -> Table {
    let mut table = Table::new(&[
        "Element",
        "Old enough",
        "Paid",
        "Effect (95 %)",
        "Odds ratio",
        "Mantel–Haenszel (95 %)",
        "q",
        "What may be said",
    ]);
    for effect in &answer.groups {
        let pooled = effect.mantel_haenszel.map(|odds| {
            let range = ends(effect.mantel_haenszel_interval, 0.0, f64::INFINITY);
            Unit::Ratio.with_range(odds, range)
        });
        table.row([
            effect.label.clone(),
            unit::count(effect.n),
            unit::count(effect.paid),
            figure_words(&effect.effect, Unit::Points),
            effect.odds_ratio.map_or_else(dash, |odds| Unit::Ratio.say(odds)),
            pooled.unwrap_or_else(dash),
            effect.q.map_or_else(dash, p_words),
            effect.says.clone(),
        ]);
    }
    table
}

fn remarks(answer: &Elements) -> Vec<String> {
    let list = |names: &[String], words: &str| {
        (!names.is_empty()).then(|| format!("{words}: {}.", names.join(", ")))
    };
    let young = (answer.immature > 0).then(|| {
        format!("{} are too young to count here.", unit::counted(answer.immature, "journey", "journeys"))
    });
    [
        list(&answer.constant, "In every journey or in none, so nothing to compare"),
        list(&answer.reference, "Follows from the others, so it is what they are measured against"),
        list(&answer.left_out, "Too rare to tell apart"),
        young,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn pairs(answer: &Elements, filters: &Filters) -> Figure {
    let title = "Pairs of elements that occur together";
    let mut shown: Vec<_> = answer.pairs.iter().take(PAIRS_MAX).collect();
    shown.sort_by(|a, b| b.rate.unwrap_or(0.0).total_cmp(&a.rate.unwrap_or(0.0)));
    let plot = Intervals {
        unit: Unit::Percent,
        rows: shown.into_iter().map(rate_without_n).collect(),
        reference: None,
        table: rate_table("pair", answer.pairs.iter()),
    };
    let empty = "No version has two elements yet.";
    let mut picture = intervals::draw(Frame { id: "element-pairs", title }, plot, empty);
    let more = answer.pairs.len().saturating_sub(PAIRS_MAX);
    picture.notes.extend((more > 0).then(|| format!("{more} rarer pairs are in the table.")));
    Figure {
        id: "element-pairs".to_owned(),
        title: title.to_owned(),
        about: about(answer.matured + answer.immature, &filters.ask, &answer.as_of),
        picture,
        finding: None,
        method: "Chance of payment as above, each pair against all journeys without it. A journey is in every pair it \
                 has, so these overlap."
            .to_owned(),
        csv: Some(csv("conversion", &filters.ask.by(crate::insights::ask::By::ElementPair))),
    }
}
