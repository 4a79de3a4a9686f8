//! Refunds and lost disputes by variation (SPEC B4), and how soon after the payment they come.

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::super::summary::kind;
use super::Body;
use super::rows::{ROWS_MAX, ends, figure_words, first_large};
use super::soon;
use crate::charts::intervals::{self, Intervals, Row, Tone};
use crate::charts::{Figure, Frame, Table, Unit, unit};
use crate::insights::answer::{self, Revenue, RevenueGroup};
use crate::insights::{Insights, Unready};

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.revenue(&filters.ask).await?;
    let at_risk: u64 = answer.groups.iter().map(|group| group.at_risk).sum();
    let words = (at_risk > 0).then(|| {
        format!(
            "{} in an open dispute now; counted as kept until it is lost.",
            unit::counted(at_risk, "journey is", "journeys are")
        )
    });
    let returns = insights.returns(&filters.ask).await?;
    let mut words: Vec<String> = words.into_iter().collect();
    words.extend(soon::expected(&returns));
    let figures = vec![
        figure("refund-rate", "Gave some back", &answer, filters, |group| &group.refund_rate),
        figure("dispute-rate", "Lost to a dispute", &answer, filters, |group| &group.loss_rate),
        soon::figure(&returns, filters),
    ];
    Ok(Body { words, figures, ..Body::default() })
}

fn figure(
    id: &str,
    title: &str,
    answer: &Revenue,
    filters: &Filters,
    of: fn(&RevenueGroup) -> &answer::Figure,
) -> Figure {
    let title = format!("{title}, by {}", kind(&filters.ask.by));
    let mut table = Table::new(&[&first_large(kind(&filters.ask.by)), "With money", "Share (95 %)"]);
    for group in &answer.groups {
        table.row([group.label.clone(), unit::count(group.with_money), went(of(group))]);
    }
    let paying = answer.groups.iter().filter(|group| group.with_money > 0);
    let rows =
        paying.take(ROWS_MAX).map(|group| row(group, of(group), filters.ask.gates.journeys())).collect();
    let plot = Intervals { unit: Unit::Percent, rows, reference: None, table };
    let empty = "No journey of this period has brought money yet, so nothing can go back.";
    let picture = intervals::draw(Frame { id, title: &title }, plot, empty);
    let n = answer.groups.iter().map(|group| group.with_money).sum();
    Figure {
        id: id.to_owned(),
        about: about(n, &filters.ask, &answer.as_of).replacen("journey", "paid journey", 1),
        picture,
        finding: None,
        method: "Of journeys with money; Wilson’s 95\u{a0}% interval. Young payments may still go back."
            .to_owned(),
        csv: Some(csv("revenue", &filters.ask)),
        title,
    }
}

/// Nothing so far is an upper bound, not a share of nothing.
fn went(figure: &answer::Figure) -> String {
    match (figure.value, ends(figure.interval, 0.0, 1.0)) {
        (Some(value), Some((_, high))) if value <= 0.0 => {
            format!("none; at most {}", Unit::Percent.say(high))
        }
        _ => figure_words(figure, Unit::Percent),
    }
}

/// Below the gate of every verdict a share is only shown faintly.
fn row(group: &RevenueGroup, figure: &answer::Figure, gate: u64) -> Row {
    let enough = group.with_money >= gate;
    let said = went(figure);
    let insufficient = || format!("insufficient: {} of {gate} needed", group.with_money);
    Row {
        label: group.label.clone(),
        figure: if enough { said.clone() } else { insufficient() },
        value: figure.value.filter(|value| enough && *value > 0.0),
        interval: ends(figure.interval, 0.0, 1.0),
        inner: None,
        tone: if enough { Tone::Plain } else { Tone::Faint },
        says: format!(
            "{}: {said} of {} with money",
            group.label,
            unit::counted(group.with_money, "journey", "journeys")
        ),
    }
}
