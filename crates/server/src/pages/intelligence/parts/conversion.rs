//! Conversion by anything, as a forest (SPEC I2).

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::super::summary::kind;
use super::Body;
use super::rows::{ROWS_MAX, comparable, first_large, p_said, rate, rate_table};
use crate::charts::intervals::{self, Intervals};
use crate::charts::{Figure, Frame, Unit};
use crate::insights::answer::{Conversion, ConversionGroup};
use crate::insights::{Insights, Unready};

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.conversion(&filters.ask).await?;
    Ok(Body { figures: vec![figure(&answer, filters)], ..Body::default() })
}

fn figure(answer: &Conversion, filters: &Filters) -> Figure {
    let kind = kind(&filters.ask.by);
    let mut shown: Vec<&ConversionGroup> = answer.groups.iter().collect();
    // What may be read comes first, the highest on top.
    let height = |group: &ConversionGroup| (group.verdict == "insufficient", -group.rate.unwrap_or(0.0));
    shown.truncate(ROWS_MAX);
    shown.sort_by(|a, b| height(a).0.cmp(&height(b).0).then(height(a).1.total_cmp(&height(b).1)));
    let reference = answer.overall.value.map(|rate| (rate, format!("all: {}", Unit::Percent.say(rate))));
    let title = format!("Paid within {} days, by {kind}", answer.horizon_days);
    let plot = Intervals {
        unit: Unit::Percent,
        rows: shown.into_iter().map(rate).collect(),
        reference,
        table: rate_table(kind, answer.groups.iter()),
    };
    let empty = format!("No journey of this period has {} yet.", with_article(kind));
    let mut picture = intervals::draw(Frame { id: "conversion-forest", title: &title }, plot, &empty);
    picture.notes.extend(left_out(answer));
    let differ = answer.log_rank.as_ref().filter(|_| comparable(&answer.groups)).map(|test| {
        let verdict = if test.p < 0.05 {
            "they differ more than chance explains"
        } else {
            "the differences are within what chance gives"
        };
        format!("{} taken together, {verdict} (log-rank {}).", first_large("all"), p_said(test.p))
    });
    Figure {
        id: "conversion-forest".to_owned(),
        about: about(answer.overall.n, &filters.ask, &answer.as_of),
        picture,
        finding: differ,
        method: "Kaplan–Meier at the horizon with a 95\u{a0}% interval; few payments: a Beta posterior. Verdicts hold the \
                 false-discovery rate at 10\u{a0}%. Associated with, not proof."
            .to_owned(),
        csv: Some(csv("conversion", &filters.ask)),
        title,
    }
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

fn left_out(answer: &Conversion) -> Option<String> {
    let more = answer.groups.len().saturating_sub(ROWS_MAX);
    let words = match (more, answer.more) {
        (0, 0) => return None,
        (more, 0) => format!("{more} smaller groups are in the table."),
        (more, rest) => format!("{more} smaller groups are in the table; {rest} more are in neither."),
    };
    Some(words)
}
