//! Step curves with bands: the part paid, or given back, by each day, one curve for each group, and the numbers at risk
//! below.

use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Key, Picture, Scale, Table, Unit, letter, shortened};

const PLOT_PX: f64 = 230.0;
const TOP_PX: f64 = 16.0;
const AXIS_PX: f64 = 38.0;
const RISK_ROW_PX: f64 = 18.0;
/// Curves that one picture can hold and a reader can tell apart.
pub const CURVES_MAX: usize = 6;
/// With more curves than this their bands are fainter, so that they can be told apart.
const BANDS_CLEAR: usize = 3;
/// Strips that can be pointed at.
const STRIPS: usize = 15;

/// A curve at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Days.
    pub x: f64,
    /// Part paid by then, 0–1.
    pub y: f64,
    /// Lower end of its band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Steps, days ascending; each holds until the next.
    pub points: Vec<Point>,
    /// Numbers at risk at the days of [`Curves::risk_days`].
    pub at_risk: Vec<u64>,
}

/// What the curves are of, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Before `by day 7`.
    pub happened: &'static str,
    /// Of the numbers at risk.
    pub at_risk: &'static str,
    /// What the picture shows.
    pub shows: &'static str,
}

/// A picture of curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// The axis ends here, days.
    pub days: f64,
    /// Where numbers at risk are given.
    pub risk_days: Vec<f64>,
    /// At most [`CURVES_MAX`].
    pub curves: Vec<Curve>,
    /// What they are of.
    pub words: Words,
    /// Its numbers.
    pub table: Table,
}

impl Curve {
    /// The step at `days`; none before the first point or after the last.
    fn at(&self, days: f64) -> Option<Point> {
        let after = self.points.partition_point(|point| point.x <= days + 1e-9);
        let last = self.points.last()?;
        (days <= last.x + 1e-9).then(|| after.checked_sub(1).map(|index| self.points[index])).flatten()
    }
}

/// Draws them. `empty` is said when no curve leaves its start.
pub fn draw(frame: Frame<'_>, plot: Curves, empty: &str) -> Picture {
    let Curves { days, risk_days, mut curves, words, table } = plot;
    if !curves.iter().any(|curve| curve.points.iter().any(|point| point.y > 0.0)) || days <= 0.0 {
        return Picture::words(empty, table);
    }
    let left_out = curves.len().saturating_sub(CURVES_MAX);
    curves.truncate(CURVES_MAX);
    let across = Scale::exact(0.0, days);
    // Bands widen without end where few are left: the curves decide the height.
    let within = |curve: &Curve| -> Vec<f64> {
        let shown = curve.points.iter().filter(|point| point.x <= days);
        shown.map(|point| (1.6 * point.y).min(point.high)).collect()
    };
    let up = Scale::chances(curves.iter().flat_map(within));
    let mut svg = Svg::new();
    axes(&mut svg, &across, &up);
    svg.stretched(TOP_PX, PLOT_PX, |svg| {
        for (number, curve) in curves.iter().enumerate() {
            svg.path(&format!("band series-{number}"), band(curve, &across, &up), true);
        }
        for (number, curve) in curves.iter().enumerate() {
            svg.path(&format!("curve series-{number}"), steps(curve, &across, &up), false);
        }
    });
    end_letters(&mut svg, &curves, &across, &up);
    strips(&mut svg, &curves, days, words);
    let bottom = TOP_PX + PLOT_PX + AXIS_PX;
    svg.text("risk-words", (percent(0.0), px(bottom)), Anchor::Start, words.at_risk);
    at_risk(&mut svg, &curves, &risk_days, &across, bottom);
    let height = bottom + RISK_ROW_PX * count(curves.len()) + 4.0;
    let class = if curves.len() > BANDS_CLEAR { "is-curves is-many" } else { "is-curves" };
    let drawn = svg.finish(frame.id, class, frame.title, &desc(&curves, days, words), height);
    let notes = (left_out > 0)
        .then(|| format!("{left_out} more groups are in the table; a picture holds {CURVES_MAX}."));
    Picture { drawn: Ok(drawn), key: key(&curves), notes: notes.into_iter().collect(), table }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(0.0, f64::from)
}

fn axes(svg: &mut Svg, across: &Scale, up: &Scale) {
    for tick in &up.ticks {
        let y = TOP_PX + PLOT_PX * (1.0 - up.part(*tick));
        svg.line("grid", (percent(0.0), px(y)), (percent(100.0), px(y)));
        // The axis below says where nothing is; a curve begins there.
        if *tick > 0.0 {
            svg.text("tick", (px(0.0), px(y - 4.0)), Anchor::Start, &Unit::Percent.tick(*tick));
        }
    }
    let last = across.ticks.len().saturating_sub(1);
    for (number, tick) in across.ticks.iter().enumerate() {
        let at = across.percent(*tick);
        let words = if number == last { Unit::Days.say(*tick) } else { Unit::Days.tick(*tick) };
        svg.line("tick-mark", (percent(at), px(TOP_PX + PLOT_PX)), (percent(at), px(TOP_PX + PLOT_PX + 4.0)));
        svg.text("tick", (percent(at), px(TOP_PX + PLOT_PX + 18.0)), Anchor::within(at), &words);
    }
}

/// Corners of a staircase over the points up to the axis' end; `height` picks what is drawn.
fn stairs(curve: &Curve, across: &Scale, height: impl Fn(&Point) -> f64) -> Vec<(f64, f64)> {
    let mut corners = Vec::new();
    let mut level = None;
    for point in curve.points.iter().filter(|point| point.x <= across.high) {
        let (x, y) = (across.part(point.x), height(point));
        corners.extend(level.map(|level| (x, level)));
        corners.push((x, y));
        level = Some(y);
    }
    let goes_on = curve.points.last().is_some_and(|last| last.x > across.high);
    corners.extend(level.filter(|_| goes_on).map(|level| (1.0, level)));
    corners
}

fn steps(curve: &Curve, across: &Scale, up: &Scale) -> Vec<(f64, f64)> {
    stairs(curve, across, |point| up.part(point.y))
}

fn band(curve: &Curve, across: &Scale, up: &Scale) -> Vec<(f64, f64)> {
    let mut around = stairs(curve, across, |point| up.part(point.high));
    around.extend(stairs(curve, across, |point| up.part(point.low)).into_iter().rev());
    around
}

/// A letter at the end of each curve, moved apart where they would cover each other.
fn end_letters(svg: &mut Svg, curves: &[Curve], across: &Scale, up: &Scale) {
    let end = |curve: &Curve| steps(curve, across, up).last().copied();
    let mut ends: Vec<(usize, f64, f64)> = curves
        .iter()
        .enumerate()
        .filter_map(|(number, curve)| {
            end(curve).map(|(x, y)| (number, 100.0 * x, TOP_PX + PLOT_PX * (1.0 - y)))
        })
        .collect();
    ends.sort_by(|a, b| a.2.total_cmp(&b.2));
    let mut lowest = 0.0_f64;
    for (number, x, y) in ends {
        let y = y.max(lowest + 13.0);
        lowest = y;
        let class = format!("end series-{number}");
        let words = format!(" {}", letter(number));
        // Beside the end when there is room, else above it.
        let (x, anchor) = if x > 96.0 { (100.0, Anchor::End) } else { (x + 0.8, Anchor::Start) };
        svg.text(&class, (percent(x), px(y - 5.0)), anchor, &words);
    }
}

/// What all curves say at one day, to be pointed at.
fn strips(svg: &mut Svg, curves: &[Curve], days: f64, words: Words) {
    let width = 100.0 / count(STRIPS);
    for number in 0..STRIPS {
        let at = days * (count(number) + 0.5) / count(STRIPS);
        let said: Vec<String> = curves
            .iter()
            .filter_map(|curve| {
                let point = curve.at(at)?;
                let figure = Unit::Percent.with_range(point.y, Some((point.low, point.high)));
                Some(format!("{} {figure}", shortened(&curve.name)))
            })
            .collect();
        if said.is_empty() {
            continue;
        }
        let day = Unit::Days.tick((at * 10.0).round() / 10.0);
        let says = format!("{} by day {day}: {}", words.happened, said.join("; "));
        let x = width * count(number);
        svg.mark(&says, |svg| {
            svg.rect("hit", (percent(x), px(TOP_PX)), (percent(width), px(PLOT_PX)));
            let middle = percent(x + width / 2.0);
            svg.line("guide", (middle, px(TOP_PX)), (middle, px(TOP_PX + PLOT_PX)));
        });
    }
}

fn at_risk(svg: &mut Svg, curves: &[Curve], risk_days: &[f64], across: &Scale, top: f64) {
    for (number, curve) in curves.iter().enumerate() {
        let y = top + RISK_ROW_PX * (count(number) + 1.0);
        for (column, (days, at_risk)) in risk_days.iter().zip(&curve.at_risk).enumerate() {
            let at = across.percent(*days);
            let figure = super::unit::count(*at_risk);
            let words = if column == 0 { format!("{} {figure}", letter(number)) } else { figure };
            svg.text(&format!("risk series-{number}"), (percent(at), px(y)), Anchor::within(at), &words);
        }
    }
}

fn key(curves: &[Curve]) -> Vec<Key> {
    let one = |(number, curve): (usize, &Curve)| Key {
        class: format!("series-{number}"),
        letter: Some(letter(number)),
        words: shortened(&curve.name),
    };
    curves.iter().enumerate().map(one).collect()
}

fn desc(curves: &[Curve], days: f64, words: Words) -> String {
    let ends: Vec<String> = curves
        .iter()
        .filter_map(|curve| {
            let last = curve.points.iter().rfind(|point| point.x <= days)?;
            Some(format!("{} {}", shortened(&curve.name), Unit::Percent.say(last.y)))
        })
        .collect();
    format!("{}. At the end: {}. The table below has all numbers.", words.shows, ends.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f64, y: f64) -> Point {
        Point { x, y, low: (y - 0.1).max(0.0), high: y + 0.1 }
    }

    fn curve(name: &str, points: Vec<Point>) -> Curve {
        Curve { name: name.to_owned(), points, at_risk: vec![9, 5] }
    }

    fn drawn(curves: Vec<Curve>) -> Picture {
        let words = Words { happened: "Paid", at_risk: "Not yet paid", shows: "Part paid" };
        let table = Table::new(&["Day"]);
        let plot = Curves { days: 10.0, risk_days: vec![0.0, 10.0], curves, words, table };
        draw(Frame { id: "km", title: "Time" }, plot, "Nothing was paid yet.")
    }

    #[test]
    fn a_curve_is_a_staircase_and_ends_at_the_horizon() {
        let points = vec![point(0.0, 0.0), point(5.0, 0.2), point(20.0, 0.4)];
        let stairs = steps(&curve("A", points), &Scale::exact(0.0, 10.0), &Scale::exact(0.0, 0.4));
        assert_eq!(stairs, [(0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (1.0, 0.5)]);
    }

    #[test]
    fn curves_have_letters_bands_and_numbers_at_risk() {
        let points = vec![point(0.0, 0.0), point(5.0, 0.2), point(10.0, 0.3)];
        let picture = drawn(vec![curve("A", points.clone()), curve("B", points)]);
        let svg = picture.drawn.unwrap();
        assert_eq!(svg.matches("class=\"band series-").count(), 2);
        assert_eq!(svg.matches("class=\"curve series-").count(), 2);
        for part in ["A 9</text>", "B 9</text>", ">5</text>", "class=\"mark\"", "Paid by day 5"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert_eq!(picture.key.len(), 2);
        assert_eq!((picture.key[1].letter, picture.key[1].words.as_str()), (Some('B'), "B"));
    }

    #[test]
    fn what_was_never_paid_is_words() {
        for curves in [vec![], vec![curve("A", vec![])], vec![curve("A", vec![point(0.0, 0.0)])]] {
            assert_eq!(drawn(curves).drawn, Err("Nothing was paid yet.".to_owned()));
        }
    }

    #[test]
    fn more_curves_than_can_be_told_apart_are_left_to_the_table() {
        let points = || vec![point(0.0, 0.0), point(5.0, 0.2)];
        let picture = drawn((0..9).map(|n| curve(&format!("{n}"), points())).collect());
        assert_eq!((picture.key.len(), picture.notes.len()), (CURVES_MAX, 1));
    }
}
