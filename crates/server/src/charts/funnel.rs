//! Funnel: how many got at least so far, step by step, and how many were lost between.

use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Picture, Table, Unit, unit};
use std::fmt::Write as _;

const ROW_PX: f64 = 42.0;
const WORDS_PX: f64 = 14.0;
const BAR_TOP_PX: f64 = 20.0;
const BAR_PX: f64 = 12.0;

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Got at least here.
    pub reached: u64,
    /// A remark at it, such as the time spent there.
    pub remark: Option<String>,
}

/// Draws the steps in order. `empty` is said when nobody began.
pub fn draw(frame: Frame<'_>, steps: &[Step], table: Table, empty: &str) -> Picture {
    let all = steps.first().map_or(0, |step| step.reached);
    if all == 0 {
        return Picture::words(empty, table);
    }
    let mut svg = Svg::new();
    for (number, step) in steps.iter().enumerate() {
        let top = ROW_PX * u32::try_from(number).map_or(0.0, f64::from);
        let before = number.checked_sub(1).map(|before| steps[before].reached);
        one(&mut svg, step, all, before, top);
    }
    let height = ROW_PX * u32::try_from(steps.len()).map_or(0.0, f64::from);
    let drawn = svg.finish(frame.id, "is-funnel", frame.title, &desc(steps, all), height);
    Picture { drawn: Ok(drawn), key: Vec::new(), notes: Vec::new(), table }
}

fn part(reached: u64, all: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a share for a picture")]
    let part = reached as f64 / all.max(1) as f64;
    part
}

fn one(svg: &mut Svg, step: &Step, all: u64, before: Option<u64>, top: f64) {
    let share = part(step.reached, all);
    let figure = format!("{} · {}", unit::count(step.reached), Unit::Percent.say(share));
    let lost = before.map(|before| before.saturating_sub(step.reached)).filter(|lost| *lost > 0);
    let of_before = before.filter(|before| *before > 0).map(|before| part(step.reached, before));
    let mut says = format!("{}: {} of {}", step.name, unit::count(step.reached), unit::count(all));
    if let (Some(lost), Some(kept)) = (lost, of_before) {
        let _ = write!(
            says,
            "; {} of the step before went on, {} did not",
            Unit::Percent.say(kept),
            unit::count(lost)
        );
    }
    if let Some(remark) = &step.remark {
        let _ = write!(says, "; {remark}");
    }
    svg.mark(&says, |svg| {
        svg.rect("hit", (percent(0.0), px(top)), (percent(100.0), px(ROW_PX)));
        svg.text("label", (percent(0.0), px(top + WORDS_PX)), Anchor::Start, &step.name);
        svg.text("figure", (percent(100.0), px(top + WORDS_PX)), Anchor::End, &figure);
        let bar = |width: f64| (percent(width), px(BAR_PX));
        svg.rect("bar-track", (percent(0.0), px(top + BAR_TOP_PX)), bar(100.0));
        if let Some(before) = before {
            svg.rect("bar-lost", (percent(0.0), px(top + BAR_TOP_PX)), bar(100.0 * part(before, all)));
        }
        svg.rect("bar", (percent(0.0), px(top + BAR_TOP_PX)), bar(100.0 * share));
    });
}

fn desc(steps: &[Step], all: u64) -> String {
    let said =
        steps.iter().map(|step| format!("{} {}", step.name, Unit::Percent.say(part(step.reached, all))));
    format!(
        "Of {}: {}. The table below has all numbers.",
        unit::counted(all, "journey", "journeys"),
        said.collect::<Vec<_>>().join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, reached: u64) -> Step {
        Step { name: name.to_owned(), reached, remark: None }
    }

    #[test]
    fn steps_show_who_went_on() {
        let steps = [step("Started", 40), step("Read", 30), step("Paid", 10)];
        let picture = draw(Frame { id: "f", title: "Funnel" }, &steps, Table::new(&["Step"]), "");
        let svg = picture.drawn.unwrap();
        for part in [
            "Paid: 10 of 40; 33\u{a0}% of the step before went on, 20 did not",
            "<rect class=\"bar\" x=\"0%\" y=\"104\" width=\"25%\" height=\"12\"/>",
            "Of 40\u{a0}journeys: Started 100\u{a0}%",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }

    #[test]
    fn nobody_is_words() {
        for steps in [vec![], vec![step("Started", 0)]] {
            let picture = draw(Frame { id: "f", title: "Funnel" }, &steps, Table::default(), "Nobody yet.");
            assert_eq!(picture.drawn, Err("Nobody yet.".to_owned()));
        }
    }
}
