//! Reliability plot: what was predicted against what came. Right predictions lie on the diagonal.

use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Picture, Table, Unit, unit};

const TOP_PX: f64 = 16.0;
const PLOT_PX: f64 = 240.0;
const AXIS_PX: f64 = 40.0;
const RADIUS_MIN_PX: f64 = 3.5;
const RADIUS_MAX_PX: f64 = 9.0;

/// Predictions of about the same size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Mean prediction, 0–1.
    pub predicted: f64,
    /// Paid part, 0–1.
    pub observed: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// Journeys.
    pub n: u64,
}

/// Draws the points. `empty` is said without any.
pub fn draw(frame: Frame<'_>, points: &[Point], table: Table, empty: &str) -> Picture {
    if points.is_empty() {
        return Picture::words(empty, table);
    }
    let mut svg = Svg::new();
    let y = |part: f64| px(TOP_PX + PLOT_PX * (1.0 - part.clamp(0.0, 1.0)));
    let x = |part: f64| percent(100.0 * part.clamp(0.0, 1.0));
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        svg.line("grid", (x(0.0), y(tick)), (x(1.0), y(tick)));
        let place = px(TOP_PX + PLOT_PX * (1.0 - tick) - 4.0);
        if tick > 0.0 {
            svg.text("tick", (px(0.0), place), Anchor::Start, &Unit::Percent.tick(tick));
        }
        svg.line("tick-mark", (x(tick), y(0.0)), (x(tick), px(TOP_PX + PLOT_PX + 4.0)));
        let below = (x(tick), px(TOP_PX + PLOT_PX + 18.0));
        svg.text("tick", below, Anchor::within(100.0 * tick), &Unit::Percent.tick(tick));
    }
    svg.text(
        "axis-words",
        (percent(50.0), px(TOP_PX + PLOT_PX + 34.0)),
        Anchor::Middle,
        "predicted chance →",
    );
    svg.line("reference", (x(0.0), y(0.0)), (x(1.0), y(1.0)));
    let largest = points.iter().map(|point| point.n).max().unwrap_or(1);
    for point in points {
        svg.mark(&says(point), |svg| {
            svg.line(
                "interval is-plain",
                (x(point.predicted), y(point.interval.0)),
                (x(point.predicted), y(point.interval.1)),
            );
            svg.circle("point is-plain", (x(point.predicted), y(point.observed)), radius(point.n, largest));
        });
    }
    let height = TOP_PX + PLOT_PX + AXIS_PX;
    let drawn = svg.finish(frame.id, "is-calibration", frame.title, &desc(points), height);
    let note = "Up: the part that was paid, with its 95 % interval. On the dashed line predictions are right; under it, \
                too hopeful. Larger dots rest on more journeys.";
    Picture { drawn: Ok(drawn), key: Vec::new(), notes: vec![note.to_owned()], table }
}

/// Areas are as the numbers.
fn radius(n: u64, largest: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the size of a dot")]
    let part = (n as f64 / largest.max(1) as f64).sqrt();
    RADIUS_MIN_PX + (RADIUS_MAX_PX - RADIUS_MIN_PX) * part
}

fn says(point: &Point) -> String {
    format!(
        "Predicted {}, paid {} ({})",
        Unit::Percent.say(point.predicted),
        Unit::Percent.with_range(point.observed, Some(point.interval)),
        unit::counted(point.n, "journey", "journeys")
    )
}

fn desc(points: &[Point]) -> String {
    let said: Vec<String> = points.iter().map(says).collect();
    format!("{}. The table below has all numbers.", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_where_prediction_and_payment_meet() {
        let points = [
            Point { predicted: 0.4, observed: 0.25, interval: (0.1, 0.5), n: 20 },
            Point { predicted: 0.8, observed: 0.5, interval: (0.3, 0.7), n: 80 },
        ];
        let svg = draw(Frame { id: "c", title: "C" }, &points, Table::default(), "").drawn.unwrap();
        for part in [
            "<circle class=\"point is-plain\" cx=\"40%\" cy=\"196\" r=\"6.25\"/>",
            "<circle class=\"point is-plain\" cx=\"80%\" cy=\"136\" r=\"9\"/>",
            "Predicted 40\u{a0}%, paid 25\u{a0}% (10–50\u{a0}%) (20\u{a0}journeys)",
            "class=\"reference\"",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }

    #[test]
    fn no_prediction_is_words() {
        let picture = draw(Frame { id: "c", title: "C" }, &[], Table::default(), "No prediction yet.");
        assert_eq!(picture.drawn, Err("No prediction yet.".to_owned()));
    }
}
