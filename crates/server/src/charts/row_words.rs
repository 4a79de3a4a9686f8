//! The words of a row: its label, and the figure at its right. Where both would not fit side by side on a phone, the
//! figure has a line of its own in every row of the picture.

use super::shortened;
use super::svg::{Anchor, Svg, percent, px};

/// Characters that a line holds on a phone, label and figure together.
const LINE_CHARS: usize = 42;
const LINE_PX: f64 = 16.0;
const FIRST_PX: f64 = 14.0;
/// From the last line of words down to the middle of what is drawn, and from there to the next row.
const GAP_PX: f64 = 12.0;
const UNDER_PX: f64 = 14.0;
/// Part of the width that a label may take beside its figure, which lies over it.
const BESIDE_PERCENT: f64 = 80.0;

/// How tall the rows of one picture are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowWords {
    /// The figure stands under the label.
    apart: bool,
}

impl RowWords {
    /// For rows with these labels and figures.
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let chars = |(label, figure): (&str, &str)| shortened(label).chars().count() + figure.chars().count();
        Self { apart: rows.into_iter().map(chars).max().is_some_and(|most| most > LINE_CHARS) }
    }

    /// Pixels from the top of a row to the middle of what is drawn in it.
    pub(super) fn middle_px(self) -> f64 {
        self.figure_px() + GAP_PX
    }

    /// Pixels of a row.
    pub(super) fn row_px(self) -> f64 {
        self.middle_px() + UNDER_PX
    }

    fn figure_px(self) -> f64 {
        if self.apart { FIRST_PX + LINE_PX } else { FIRST_PX }
    }

    /// Writes the words of the row that begins `top` pixels down.
    pub(super) fn write(self, svg: &mut Svg, top: f64, label: &str, figure: &str) {
        let width = if self.apart { 100.0 } else { BESIDE_PERCENT };
        svg.clipped((percent(0.0), px(top)), (percent(width), px(FIRST_PX + 6.0)), |svg| {
            svg.text("label", (px(0.0), px(FIRST_PX)), Anchor::Start, &shortened(label));
        });
        svg.text("figure", (percent(100.0), px(top + self.figure_px())), Anchor::End, figure);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_a_phone_has_two_lines() {
        let beside = RowWords::of([("Guarantee offer", "27 % (21–35 %) · n = 177")]);
        assert_eq!((beside.apart, beside.middle_px(), beside.row_px()), (false, 26.0, 40.0));
        let apart = RowWords::of([("A", "1 %"), ("guarantee=30-days + headline=question", "31 % (23–41 %)")]);
        assert_eq!((apart.apart, apart.middle_px(), apart.row_px()), (true, 42.0, 56.0));
        let mut svg = Svg::new();
        apart.write(&mut svg, 100.0, "A", "1 %");
        let drawn = svg.finish("w", "", "", "", 0.0);
        assert!(drawn.contains("<svg x=\"0%\" y=\"100\" width=\"100%\""), "{drawn}");
        assert!(drawn.contains("class=\"figure\" x=\"100%\" y=\"130\""), "{drawn}");
    }
}
