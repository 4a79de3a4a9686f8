//! Interval plot: a value with its interval in each row, on one axis. Forests of rates, effects about zero, forecasts.

use super::row_words::RowWords;
use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Picture, Scale, Table, Unit, shortened};
use std::fmt::Write as _;

/// Pixels under the last row, for the axis.
const AXIS_PX: f64 = 22.0;
/// Pixels above the first row, for the reference's words.
const REFERENCE_PX: f64 = 18.0;

/// How a row looks. Colour is never the only sign: what may be said stands in its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Enough data, nothing told apart.
    Plain,
    /// Told apart upward.
    More,
    /// Told apart downward.
    Less,
    /// Below its gate: no finding.
    Faint,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "is-plain",
            Self::More => "is-more",
            Self::Less => "is-less",
            Self::Faint => "is-faint",
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// At its right: the figure in words.
    pub figure: String,
    /// The value; none when only a bound is known.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// A narrower one within.
    pub inner: Option<(f64, f64)>,
    /// How it looks.
    pub tone: Tone,
    /// All that is known of it, for those who point at it.
    pub says: String,
}

/// An interval plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Intervals {
    /// Of all values.
    pub unit: Unit,
    /// Rows from top to bottom.
    pub rows: Vec<Row>,
    /// A value that all are compared with, and its name.
    pub reference: Option<(f64, String)>,
    /// Its numbers.
    pub table: Table,
}

/// Draws it. Without rows `empty` is said instead.
pub fn draw(frame: Frame<'_>, plot: Intervals, empty: &str) -> Picture {
    let Intervals { unit, rows, reference, table } = plot;
    let drawable = rows.iter().any(|row| row.value.is_some() || row.interval.is_some());
    if !drawable {
        return Picture::words(empty, table);
    }
    let scale = scale(unit, &rows, reference.as_ref());
    let top = if reference.is_some() { REFERENCE_PX } else { 0.0 };
    let words = RowWords::of(rows.iter().map(|row| (row.label.as_str(), row.figure.as_str())));
    let bottom = top + words.row_px() * index(rows.len());
    let mut svg = Svg::new();
    for tick in &scale.ticks {
        let x = percent(scale.percent(*tick));
        let class = if *tick == 0.0 && scale.low < 0.0 { "zero" } else { "grid" };
        svg.line(class, (x, px(top)), (x, px(bottom)));
        svg.text("tick", (x, px(bottom + 16.0)), Anchor::within(scale.percent(*tick)), &unit.tick(*tick));
    }
    if let Some((value, name)) = &reference {
        let at = scale.percent(*value);
        svg.line("reference", (percent(at), px(4.0)), (percent(at), px(bottom)));
        let anchor = if at > 55.0 { Anchor::End } else { Anchor::Start };
        let aside = if anchor == Anchor::End { -0.8 } else { 0.8 };
        svg.text("reference-words", (percent(at + aside), px(11.0)), anchor, name);
    }
    for (number, row) in rows.iter().enumerate() {
        svg.mark(&row.says, |svg| one(svg, row, &scale, words, top + words.row_px() * index(number)));
    }
    let desc = desc(unit, &rows, reference.as_ref());
    let cut = scale.cut || rows.iter().filter_map(|row| row.interval).any(|(_, high)| scale.beyond(high));
    let notes = cut.then(|| format!("An arrow ▸ means that it goes on beyond {}.", unit.say(scale.high)));
    let drawn = svg.finish(frame.id, "is-intervals", frame.title, &desc, bottom + AXIS_PX);
    Picture { drawn: Ok(drawn), key: Vec::new(), notes: notes.into_iter().collect(), table }
}

fn index(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}

fn scale(unit: Unit, rows: &[Row], reference: Option<&(f64, String)>) -> Scale {
    let ends = |row: &Row| {
        let (low, high) = row.interval.unzip();
        [row.value, low, high]
    };
    let all: Vec<f64> =
        rows.iter().flat_map(ends).flatten().chain(reference.map(|(value, _)| *value)).collect();
    match unit {
        Unit::Percent => Scale::chances(all),
        // Both sides matter alike; what is known badly may run off either end.
        Unit::Points => {
            let sizes = all.iter().map(|value| value.abs());
            let reach = Scale::over(sizes).high.min(1.0);
            let low = all.iter().copied().fold(0.0, f64::min).max(-reach);
            let high = all.iter().copied().fold(0.0, f64::max).min(reach);
            Scale::around(low, high)
        }
        _ => Scale::over(all),
    }
}

fn one(svg: &mut Svg, row: &Row, scale: &Scale, words: RowWords, top: f64) {
    let middle = top + words.middle_px();
    svg.rect("hit", (percent(0.0), px(top)), (percent(100.0), px(words.row_px())));
    words.write(svg, top, &row.label, &row.figure);
    let tone = row.tone.class();
    svg.line("track", (percent(0.0), px(middle)), (percent(100.0), px(middle)));
    let bar = |svg: &mut Svg, kind: &str, (low, high): (f64, f64)| {
        let (from, to) = (scale.percent(low), scale.percent(high));
        svg.line(&format!("{kind} {tone}"), (percent(from), px(middle)), (percent(to), px(middle)));
    };
    if let Some(interval) = row.interval {
        bar(svg, "interval", interval);
        if scale.beyond(interval.1) {
            svg.sign(&format!("arrow {tone}"), (percent(100.0), px(middle)), "M-6 -5L2 0L-6 5Z");
        }
        if interval.0 < scale.low - 1e-9 {
            svg.sign(&format!("arrow {tone}"), (percent(0.0), px(middle)), "M6 -5L-2 0L6 5Z");
        }
    }
    if let Some(inner) = row.inner {
        bar(svg, "interval is-inner", inner);
    }
    if let Some(value) = row.value {
        if scale.beyond(value) {
            svg.sign(&format!("arrow {tone}"), (percent(100.0), px(middle)), "M-6 -5L2 0L-6 5Z");
        } else {
            svg.circle(&format!("point {tone}"), (percent(scale.percent(value)), px(middle)), 4.5);
        }
    }
}

fn desc(unit: Unit, rows: &[Row], reference: Option<&(f64, String)>) -> String {
    let known = rows.iter().filter_map(|row| Some((row.value?, &row.label)));
    let rows_words = if rows.len() == 1 { "One row".to_owned() } else { format!("{} rows", rows.len()) };
    let mut words = rows_words;
    if let (Some(least), Some(most)) =
        (known.clone().min_by(|a, b| a.0.total_cmp(&b.0)), known.max_by(|a, b| a.0.total_cmp(&b.0)))
        && rows.len() > 1
    {
        let _ = write!(
            words,
            ", from {} ({}) to {} ({})",
            unit.say(least.0),
            shortened(least.1),
            unit.say(most.0),
            shortened(most.1)
        );
    }
    if let Some((_, name)) = reference {
        let _ = write!(words, "; compared with {name}");
    }
    words + ". The table below has all numbers."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, value: Option<f64>, interval: Option<(f64, f64)>) -> Row {
        Row {
            label: label.to_owned(),
            figure: "f".to_owned(),
            value,
            interval,
            inner: None,
            tone: Tone::Plain,
            says: format!("{label} says"),
        }
    }

    fn drawn(unit: Unit, rows: Vec<Row>, reference: Option<(f64, String)>) -> Picture {
        let plot = Intervals { unit, rows, reference, table: Table::new(&["Row"]) };
        draw(Frame { id: "t", title: "Rates" }, plot, "Nothing yet.")
    }

    #[test]
    fn rows_are_marks_on_one_axis() {
        let rows = vec![row("A & B", Some(0.3), Some((0.2, 0.4))), row("C", Some(0.1), Some((0.05, 0.2)))];
        let picture = drawn(Unit::Percent, rows, Some((0.2, "all".to_owned())));
        let svg = picture.drawn.unwrap();
        assert_eq!(svg.matches("class=\"mark\"").count(), 2);
        for part in [
            "role=\"img\"",
            "aria-labelledby=\"t-title t-desc\"",
            "<title id=\"t-title\">Rates</title>",
            "2 rows, from 10\u{a0}% (C) to 30\u{a0}% (A &amp; B); compared with all.",
            "<line class=\"interval is-plain\" x1=\"50%\" y1=\"44\" x2=\"100%\" y2=\"44\"/>",
            "<circle class=\"point is-plain\" cx=\"75%\" cy=\"44\" r=\"4.5\"/>",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(!svg.contains("style=") && picture.notes.is_empty());
    }

    #[test]
    fn a_bound_has_a_line_and_no_point() {
        let svg = drawn(Unit::Percent, vec![row("None paid", None, Some((0.0, 0.1)))], None).drawn.unwrap();
        assert!(svg.contains("interval is-plain") && !svg.contains("<circle"), "{svg}");
        assert!(svg.contains("One row."), "{svg}");
    }

    #[test]
    fn without_data_there_are_words() {
        for rows in [vec![], vec![row("A", None, None)]] {
            assert_eq!(drawn(Unit::Percent, rows, None).drawn, Err("Nothing yet.".to_owned()));
        }
    }

    #[test]
    fn what_runs_off_says_so() {
        let mut rows: Vec<Row> =
            (0..6).map(|n| row("A", Some(f64::from(n) + 1.0), Some((0.0, 8.0)))).collect();
        rows.push(row("Huge", Some(9e9), Some((1.0, 1e10))));
        let picture = drawn(Unit::Count, rows, None);
        assert!(picture.drawn.as_ref().unwrap().contains("class=\"arrow is-plain\""), "{picture:?}");
        assert_eq!(picture.notes.len(), 1);
        assert!(picture.notes[0].contains('▸'));
    }

    #[test]
    fn effects_lie_about_zero() {
        let rows = vec![row("A", Some(0.1), Some((-0.02, 0.22))), row("B", Some(-0.05), Some((-0.1, 0.01)))];
        let svg = drawn(Unit::Points, rows, None).drawn.unwrap();
        assert!(svg.contains("class=\"zero\""), "{svg}");
        assert!(svg.contains(">−10</text>") && svg.contains(">+20</text>"), "{svg}");
    }
}
