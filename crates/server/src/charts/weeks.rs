//! Bars in order of time, one for each week.

use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Picture, Scale, Table, Unit};

const TOP_PX: f64 = 16.0;
const PLOT_PX: f64 = 200.0;
const AXIS_PX: f64 = 24.0;
/// Part of a week's width that its bar takes.
const BAR: f64 = 0.78;
/// Part of the width, in percent, left to the labels of the axis.
const GUTTER: f64 = 13.0;
/// Labels under the bars at most: more would cover each other on a phone.
const LABELS_MAX: usize = 5;

/// One week.
#[derive(Clone, Debug, PartialEq)]
pub struct Week {
    /// Its first day, short: `3 Nov`.
    pub label: String,
    /// Its value; never negative.
    pub value: f64,
    /// Still running: it will grow.
    pub running: bool,
    /// What it tells.
    pub says: String,
}

/// Draws the weeks. `empty` is said when all are nothing.
pub fn draw(frame: Frame<'_>, unit: Unit, weeks: &[Week], table: Table, empty: &str) -> Picture {
    if weeks.iter().all(|week| week.value <= 0.0) {
        return Picture::words(empty, table);
    }
    let scale = Scale::over(weeks.iter().map(|week| week.value));
    let mut svg = Svg::new();
    let y = |value: f64| TOP_PX + PLOT_PX * (1.0 - scale.part(value));
    for tick in &scale.ticks {
        svg.line("grid", (percent(0.0), px(y(*tick))), (percent(100.0), px(y(*tick))));
        svg.text("tick", (px(0.0), px(y(*tick) - 4.0)), Anchor::Start, &unit.tick(*tick));
    }
    let width = (100.0 - GUTTER) / number(weeks.len());
    let every = weeks.len().div_ceil(LABELS_MAX).max(1);
    for (at, week) in weeks.iter().enumerate() {
        let x = GUTTER + width * number(at);
        svg.mark(&week.says, |svg| {
            svg.rect("hit", (percent(x), px(TOP_PX)), (percent(width), px(PLOT_PX)));
            let (top, class) = (y(week.value), if week.running { "bar is-running" } else { "bar" });
            let place = (percent(x + width * (1.0 - BAR) / 2.0), px(top));
            svg.rect(class, place, (percent(width * BAR), px(TOP_PX + PLOT_PX - top)));
            if scale.beyond(week.value) {
                svg.sign("cut", (percent(x + width / 2.0), px(TOP_PX + 14.0)), "M-40 4L40 -4");
                let middle = x + width / 2.0;
                let words = (percent(middle), px(TOP_PX - 4.0));
                svg.text("beyond", words, Anchor::within(middle), &format!("▴ {}", unit.tick(week.value)));
            }
        });
        if at % every == 0 {
            let place = (percent(x), px(TOP_PX + PLOT_PX + 18.0));
            svg.text("tick", place, Anchor::Start, &week.label);
        }
    }
    let notes = scale.cut.then(|| {
        format!("▴ A week beyond {} is cut, so that the others stay readable.", unit.say(scale.high))
    });
    let drawn = svg.finish(frame.id, "is-weeks", frame.title, &desc(unit, weeks), TOP_PX + PLOT_PX + AXIS_PX);
    Picture { drawn: Ok(drawn), key: Vec::new(), notes: notes.into_iter().collect(), table }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(0.0, f64::from)
}

fn desc(unit: Unit, weeks: &[Week]) -> String {
    let most = weeks.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    let best = most.map_or(String::new(), |week| {
        format!(" The highest is the week of {} with {}.", week.label, unit.say(week.value))
    });
    format!("{} weeks.{best} The table below has all numbers.", weeks.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::Currency;

    fn drawn(values: &[f64]) -> Picture {
        let week = |(number, value): (usize, &f64)| Week {
            label: format!("w{number}"),
            value: *value,
            running: false,
            says: format!("w{number} says"),
        };
        let weeks: Vec<Week> = values.iter().enumerate().map(week).collect();
        let unit = Unit::Money(Currency::parse("usd").unwrap());
        draw(Frame { id: "w", title: "W" }, unit, &weeks, Table::default(), "Nothing earned yet.")
    }

    #[test]
    fn bars_stand_on_the_ground() {
        let svg = drawn(&[10_000.0, 5_000.0]).drawn.unwrap();
        assert!(
            svg.contains("<rect class=\"bar\" x=\"17.79%\" y=\"16\" width=\"33.93%\" height=\"200\"/>"),
            "{svg}"
        );
        assert!(
            svg.contains("<rect class=\"bar\" x=\"61.29%\" y=\"116\" width=\"33.93%\" height=\"100\"/>"),
            "{svg}"
        );
        assert!(svg.contains("The highest is the week of w0 with $100.00."), "{svg}");
    }

    #[test]
    fn one_huge_week_is_cut_and_says_so() {
        let picture = drawn(&[1_000.0, 1_200.0, 900.0, 1_100.0, 800.0, 1_200.0, 999_900.0]);
        assert_eq!(picture.notes.len(), 1);
        let svg = picture.drawn.unwrap();
        assert!(svg.contains("▴ $9,999") && svg.contains("class=\"cut\""), "{svg}");
    }

    #[test]
    fn weeks_without_money_are_words() {
        for values in [&[][..], &[0.0, 0.0][..]] {
            assert_eq!(drawn(values).drawn, Err("Nothing earned yet.".to_owned()));
        }
    }
}
