//! Groups as rows of interval plots: the same words and looks wherever a chance of payment is shown.

use crate::charts::intervals::{Row, Tone};
use crate::charts::{Table, Unit, unit};
use crate::insights::answer::{Bounds, ConversionGroup, Figure, Test};

/// Rows of a picture at most; its table has all.
pub(super) const ROWS_MAX: usize = 12;

/// Both bounds; one that is not there lies at the axis' own end.
pub(super) fn ends(bounds: Option<Bounds>, lowest: f64, highest: f64) -> Option<(f64, f64)> {
    bounds.map(|[low, high]| (low.unwrap_or(lowest), high.unwrap_or(highest)))
}

/// How a verdict looks, and the sign that says the same without colour.
pub(in crate::pages) fn tone(verdict: &str) -> (Tone, &'static str) {
    match verdict {
        "more" => (Tone::More, "▲\u{a0}"),
        "less" => (Tone::Less, "▼\u{a0}"),
        "insufficient" => (Tone::Faint, ""),
        _ => (Tone::Plain, ""),
    }
}

/// A chance of payment as a row.
pub(super) fn rate(group: &ConversionGroup) -> Row {
    let row = rate_without_n(group);
    let n = format!(" · n\u{a0}=\u{a0}{}", unit::count(group.n));
    let figure = if group.verdict == "insufficient" { row.figure } else { row.figure + &n };
    Row { figure, ..row }
}

/// The same where the label needs the room; n is in its words and in the table.
pub(super) fn rate_without_n(group: &ConversionGroup) -> Row {
    let (tone, sign) = tone(group.verdict);
    let interval = ends(group.interval, 0.0, 1.0);
    let counts =
        format!("{} of {} paid", unit::count(group.paid), unit::counted(group.n, "journey", "journeys"));
    let said = rate_words(group);
    let figure = if group.verdict == "insufficient" { group.says.clone() } else { format!("{sign}{said}") };
    let says = format!("{}: {said}. {counts}. {}.", group.label, first_large(&group.says));
    // Below the gate there is no point to read off.
    let value = group.rate.filter(|_| group.verdict != "insufficient");
    Row { label: group.label.clone(), figure, value, interval, inner: None, tone, says }
}

/// `31 % (22–41 %)`, or the bound that is known.
pub(in crate::pages) fn rate_words(group: &ConversionGroup) -> String {
    match (group.state, group.rate, ends(group.interval, 0.0, 1.0)) {
        ("upper_bound", _, Some((_, high))) => format!("at most {}", Unit::Percent.say(high)),
        ("lower_bound", _, Some((low, _))) => format!("at least {}", Unit::Percent.say(low)),
        (_, Some(rate), interval) => Unit::Percent.with_range(rate, interval),
        _ => "too young to say".to_owned(),
    }
}

/// The table of chances of payment.
pub(super) fn rate_table<'a>(kind: &str, groups: impl Iterator<Item = &'a ConversionGroup>) -> Table {
    let mut table = Table::new(&[
        &first_large(kind),
        "Started",
        "Paid",
        "Open",
        "Chance (95 %)",
        "Difference from the others",
        "q",
        "What may be said",
        "Method",
    ]);
    for group in groups {
        let lift = group.lift.map(|lift| Unit::Points.with_range(lift, ends(group.lift_interval, -1.0, 1.0)));
        table.row([
            group.label.clone(),
            unit::count(group.n),
            unit::count(group.paid),
            unit::count(group.open),
            rate_words(group),
            lift.unwrap_or_else(dash),
            group.q.map_or_else(dash, p_words),
            group.says.clone(),
            group.method.to_owned(),
        ]);
    }
    table
}

/// Whether differences between groups may be put into words: two of them are past the gate.
pub(super) fn comparable(groups: &[ConversionGroup]) -> bool {
    groups.iter().filter(|group| group.verdict != "insufficient").count() >= 2
}

/// A figure in words; why there is none when there is none.
pub(super) fn figure_words(figure: &Figure, unit: Unit) -> String {
    match (figure.value, ends(figure.interval, 0.0, f64::INFINITY)) {
        (Some(value), interval) => unit.with_range(value, interval),
        (None, _) => figure.why.clone().unwrap_or_else(dash),
    }
}

/// A share in words: `12 % (8–17 %)`, the bound that is known, or how many it takes.
pub(super) fn share_words(figure: &Figure) -> String {
    match (figure.state, figure.needed, ends(figure.interval, 0.0, 1.0)) {
        ("insufficient", Some(needed), _) => format!("insufficient: about {needed} needed"),
        ("upper_bound", _, Some((_, high))) => format!("at most {}", Unit::Percent.say(high)),
        ("lower_bound", _, Some((low, _))) => format!("at least {}", Unit::Percent.say(low)),
        _ => figure_words(figure, Unit::Percent),
    }
}

/// `p = 0.031`, `p < 0.001`
pub(super) fn p_said(p: f64) -> String {
    let words = p_words(p);
    if words.starts_with('<') { format!("p {words}") } else { format!("p = {words}") }
}

/// ` Log-rank p = 0.031: the curves differ.`
pub(super) fn curves_differ(test: &Test) -> String {
    let words = if test.p < 0.05 { "the curves differ" } else { "the curves cannot be told apart" };
    format!(" Log-rank {}: {words}.", p_said(test.p))
}

/// `0.031`, `< 0.001`
pub(super) fn p_words(p: f64) -> String {
    if p < 0.001 { "<\u{a0}0.001".to_owned() } else { format!("{p:.3}") }
}

/// For what does not exist.
pub(super) fn dash() -> String {
    "–".to_owned()
}

/// As a sentence begins.
pub(super) fn first_large(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiny_chances_of_chance_are_not_zero() {
        assert_eq!((p_words(0.0), p_words(0.0312)), ("<\u{a0}0.001".to_owned(), "0.031".to_owned()));
        assert_eq!(first_large("élan"), "Élan");
    }
}
