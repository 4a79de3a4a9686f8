//! A sum that grew, and the fan of where it may go: past as a line, the future as bands.

use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Key, Picture, Scale, Table, Unit};

const TOP_PX: f64 = 16.0;
const PLOT_PX: f64 = 200.0;
const AXIS_PX: f64 = 24.0;

/// Where the sum may be, some days from now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ahead {
    /// Days from now.
    pub days: f64,
    /// The middle path.
    pub middle: f64,
    /// 80 % of paths.
    pub inner: (f64, f64),
    /// 95 % of paths.
    pub outer: (f64, f64),
}

/// A fan.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    /// Of the sum.
    pub unit: Unit,
    /// (days before now, sum so far), the oldest first; the last is now.
    pub past: Vec<(f64, f64)>,
    /// What may come, **added** to the sum so far, days ascending.
    pub ahead: Vec<Ahead>,
    /// Its numbers.
    pub table: Table,
}

/// Draws it. `empty` is said without a forecast.
pub fn draw(frame: Frame<'_>, fan: Fan, empty: &str) -> Picture {
    let Fan { unit, past, ahead, table } = fan;
    let (Some(last), Some(first)) = (ahead.last().copied(), past.first().copied()) else {
        return Picture::words(empty, table);
    };
    let now = past.last().map_or(0.0, |(_, sum)| *sum);
    let days = first.0 + last.days;
    let up = Scale::around(0.0, now + last.outer.1);
    let across = |days_from_now: f64| ((first.0 + days_from_now) / days).clamp(0.0, 1.0);
    let mut svg = Svg::new();
    for tick in &up.ticks {
        let y = px(TOP_PX + PLOT_PX * (1.0 - up.part(*tick)));
        svg.line("grid", (percent(0.0), y), (percent(100.0), y));
        let place = px(TOP_PX + PLOT_PX * (1.0 - up.part(*tick)) - 4.0);
        if *tick > 0.0 {
            svg.text("tick", (px(0.0), place), Anchor::Start, &unit.tick(*tick));
        }
    }
    let here = 100.0 * across(0.0);
    svg.stretched(TOP_PX, PLOT_PX, |svg| {
        let band = |of: fn(&Ahead) -> (f64, f64)| {
            let start = std::iter::once((across(0.0), up.part(now)));
            let highs = ahead.iter().map(|a| (across(a.days), up.part(now + of(a).1)));
            let lows = ahead.iter().rev().map(|a| (across(a.days), up.part(now + of(a).0)));
            start.chain(highs).chain(lows).collect::<Vec<_>>()
        };
        svg.path("fan is-outer", band(|a| a.outer), true);
        svg.path("fan is-inner", band(|a| a.inner), true);
        svg.path("curve series-0", past.iter().map(|(ago, sum)| (across(-ago), up.part(*sum))), false);
        let start = std::iter::once((across(0.0), up.part(now)));
        let middle = start.chain(ahead.iter().map(|a| (across(a.days), up.part(now + a.middle))));
        svg.path("curve is-ahead", middle, false);
    });
    svg.line("reference", (percent(here), px(TOP_PX)), (percent(here), px(TOP_PX + PLOT_PX)));
    let below = px(TOP_PX + PLOT_PX + 18.0);
    svg.text(
        "tick",
        (percent(0.0), below),
        Anchor::Start,
        &format!("{} ago", Unit::Days.say(first.0.round())),
    );
    svg.text("tick", (percent(here), below), Anchor::Middle, "now");
    let mut from = 0.0;
    for a in &ahead {
        let width = 100.0 * (across(a.days) - across(from));
        let x = percent(100.0 * across(from));
        svg.mark(&says(unit, a), |svg| {
            svg.rect("hit", (x, px(TOP_PX)), (percent(width), px(PLOT_PX)));
            let end = percent(100.0 * across(a.days));
            svg.line("guide", (end, px(TOP_PX)), (end, px(TOP_PX + PLOT_PX)));
        });
        from = a.days;
    }
    let end_words = format!("in {}", Unit::Days.say(last.days));
    svg.text("tick", (percent(100.0), below), Anchor::End, &end_words);
    let desc = ahead.iter().map(|a| says(unit, a)).collect::<Vec<_>>().join("; ")
        + ". The table below has all numbers.";
    let drawn = svg.finish(frame.id, "is-fan", frame.title, &desc, TOP_PX + PLOT_PX + AXIS_PX);
    Picture { drawn: Ok(drawn), key: key(), notes: Vec::new(), table }
}

fn says(unit: Unit, a: &Ahead) -> String {
    let (inner, outer) = (unit.range(a.inner.0, a.inner.1), unit.range(a.outer.0, a.outer.1));
    format!(
        "Next {}: {} in the middle, 80\u{a0}% between {inner}, 95\u{a0}% between {outer}",
        Unit::Days.say(a.days),
        unit.say(a.middle)
    )
}

fn key() -> Vec<Key> {
    let key =
        |class: &str, words: &str| Key { class: class.to_owned(), letter: None, words: words.to_owned() };
    vec![
        key("series-0", "earned so far, net"),
        key("is-ahead", "middle of what may come"),
        key("fan is-inner", "80\u{a0}% of paths"),
        key("fan is-outer", "95\u{a0}% of paths"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fan_opens_from_now() {
        let ahead = vec![
            Ahead { days: 30.0, middle: 20.0, inner: (15.0, 25.0), outer: (10.0, 30.0) },
            Ahead { days: 60.0, middle: 40.0, inner: (30.0, 50.0), outer: (20.0, 60.0) },
        ];
        let past = vec![(60.0, 0.0), (30.0, 10.0), (0.0, 40.0)];
        let fan = Fan { unit: Unit::Count, past, ahead, table: Table::default() };
        let picture = draw(Frame { id: "f", title: "F" }, fan, "");
        let svg = picture.drawn.unwrap();
        assert!(svg.contains("<path class=\"curve is-ahead\" d=\"M500 600L750 400L1000 200\"/>"), "{svg}");
        assert!(
            svg.contains("<path class=\"fan is-outer\" d=\"M500 600L750 300L1000 0L1000 400L750 500Z\"/>"),
            "{svg}"
        );
        assert_eq!((svg.matches("class=\"mark\"").count(), picture.key.len()), (2, 4));
    }

    #[test]
    fn without_a_forecast_there_are_words() {
        let fan = Fan { unit: Unit::Count, past: vec![(1.0, 0.0)], ahead: vec![], table: Table::default() };
        let picture = draw(Frame { id: "f", title: "F" }, fan, "Too little history.");
        assert_eq!(picture.drawn, Err("Too little history.".to_owned()));
    }
}
