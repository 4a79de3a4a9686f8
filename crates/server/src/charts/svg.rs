//! Writes SVG: escaping, short numbers, and the few shapes that charts are made of.
//!
//! Pictures have no `viewBox`: places across are percentages, places down are pixels, so that a chart fits a phone and
//! a wide screen with words of one size. What must stretch (curves, bands) lies in an inner picture of its own,
//! 1000 × 1000, whose lines keep their width by the style sheet. No colour, no `style`: only classes.

use std::fmt::{self, Write as _};

/// Width and height of a stretched inner picture.
pub const STRETCHED: f64 = 1000.0;

/// A place or a length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// Of the picture's width, 0–100.
    Percent(f64),
    /// Pixels.
    Px(f64),
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(value) => write!(f, "{}%", Short(*value)),
            Self::Px(value) => write!(f, "{}", Short(*value)),
        }
    }
}

/// Two decimals at most, and none when they are zeros. What is not finite is 0: a picture must never be broken.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = if self.0.is_finite() { (self.0 * 100.0).round() / 100.0 } else { 0.0 };
        // Without the addition a rounded −0.001 would read "-0".
        write!(f, "{}", rounded + 0.0)
    }
}

/// Shorthand for [`Length::Percent`].
pub fn percent(value: f64) -> Length {
    Length::Percent(value)
}

/// Shorthand for [`Length::Px`].
pub fn px(value: f64) -> Length {
    Length::Px(value)
}

/// Where a text lies about its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Begins there.
    Start,
    /// Centred there.
    Middle,
    /// Ends there.
    End,
}

impl Anchor {
    /// So that a text at `percent` of the width does not leave the picture.
    pub fn within(percent: f64) -> Self {
        match percent {
            ..6.0 => Self::Start,
            94.0.. => Self::End,
            _ => Self::Middle,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A picture while it is drawn.
#[derive(Debug, Default)]
pub struct Svg {
    out: String,
}

impl Svg {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn shape(&mut self, tag: &str, class: &str, places: &[(&str, Length)]) {
        let _ = write!(self.out, "<{tag} class=\"{class}\"");
        for (name, place) in places {
            let _ = write!(self.out, " {name}=\"{place}\"");
        }
        self.out.push_str("/>");
    }

    /// From (`x1`, `y1`) to (`x2`, `y2`).
    pub fn line(&mut self, class: &str, (x1, y1): (Length, Length), (x2, y2): (Length, Length)) {
        self.shape("line", class, &[("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]);
    }

    /// With its corner at (`x`, `y`). A width below nothing is none.
    pub fn rect(&mut self, class: &str, (x, y): (Length, Length), (width, height): (Length, Length)) {
        let positive = |length: Length| match length {
            Length::Percent(value) => percent(value.max(0.0)),
            Length::Px(value) => px(value.max(0.0)),
        };
        let size = [("width", positive(width)), ("height", positive(height))];
        self.shape("rect", class, &[("x", x), ("y", y), size[0], size[1]]);
    }

    /// Around (`x`, `y`), `radius` pixels.
    pub fn circle(&mut self, class: &str, (x, y): (Length, Length), radius: f64) {
        self.shape("circle", class, &[("cx", x), ("cy", y), ("r", px(radius))]);
    }

    /// Words on a baseline.
    pub fn text(&mut self, class: &str, (x, y): (Length, Length), anchor: Anchor, words: &str) {
        let anchor = anchor.as_str();
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
            Escaped(words)
        );
    }

    /// A sign of a few pixels about (`x`, `y`), given as a path about the origin.
    pub fn sign(&mut self, class: &str, (x, y): (Length, Length), path: &str) {
        let _ = write!(
            self.out,
            "<svg class=\"sign\" x=\"{x}\" y=\"{y}\" width=\"1\" height=\"1\"><path class=\"{class}\" d=\"{path}\"/></svg>"
        );
    }

    /// What a reader can point at, touch, or reach with the arrow keys; `says` is what it tells.
    pub fn mark(&mut self, says: &str, draw: impl FnOnce(&mut Self)) {
        let _ = write!(self.out, "<g class=\"mark\"><title>{}</title>", Escaped(says));
        draw(self);
        self.out.push_str("</g>");
    }

    /// A piece of the picture that cuts what does not fit: `width` from `x`, `height` pixels from `y`.
    pub fn clipped(
        &mut self,
        (x, y): (Length, Length),
        (width, height): (Length, Length),
        draw: impl FnOnce(&mut Self),
    ) {
        let _ = write!(self.out, "<svg x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\">");
        draw(self);
        self.out.push_str("</svg>");
    }

    /// The inner picture that stretches, from `top` pixels down, over the whole width.
    pub fn stretched(&mut self, top: f64, height: f64, draw: impl FnOnce(&mut Self)) {
        let (top, height) = (px(top), px(height));
        let _ = write!(
            self.out,
            "<svg class=\"stretched\" y=\"{top}\" width=\"100%\" height=\"{height}\" viewBox=\"0 0 1000 1000\" \
             preserveAspectRatio=\"none\">"
        );
        draw(self);
        self.out.push_str("</svg>");
    }

    /// A path through points of 0–1 across and 0–1 **up**, for [`Svg::stretched`].
    pub fn path(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>, closed: bool) {
        let _ = write!(self.out, "<path class=\"{class}\" d=\"");
        for (index, (x, y)) in points.into_iter().enumerate() {
            let letter = if index == 0 { 'M' } else { 'L' };
            let at = |part: f64| Short((part.clamp(0.0, 1.0) * STRETCHED).round());
            let _ = write!(self.out, "{letter}{} {}", at(x), at(1.0 - y));
        }
        self.out.push_str(if closed { "Z\"/>" } else { "\"/>" });
    }

    /// The whole picture, `height` pixels tall. `id` must be unique on the page.
    pub fn finish(self, id: &str, class: &str, title: &str, desc: &str, height: f64) -> String {
        let Self { out } = self;
        let (id, title, desc) = (Escaped(id), Escaped(title), Escaped(desc));
        format!(
            "<svg class=\"drawing {class}\" id=\"{id}-drawing\" width=\"100%\" height=\"{}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{title}</title>\
             <desc id=\"{id}-desc\">{desc}</desc>{out}</svg>",
            px(height)
        )
    }
}

/// Text as it may stand in an element or an attribute.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // XML knows no other control characters, and no reader needs them.
                '\u{0}'..='\u{1f}' | '\u{7f}' => f.write_char(' ')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_broken() {
        let table = [(1.0, "1"), (33.333_33, "33.33"), (-0.001, "0"), (f64::NAN, "0"), (f64::INFINITY, "0")];
        for (value, want) in table {
            assert_eq!(px(value).to_string(), want);
        }
        assert_eq!(percent(12.5).to_string(), "12.5%");
    }

    #[test]
    fn what_sellers_type_stays_text() {
        let mut svg = Svg::new();
        svg.mark("\"><script>", |svg| svg.text("a", (px(0.0), px(1.0)), Anchor::Start, "<b>&'\u{0}</b>"));
        let drawn = svg.finish("x\"", "k", "<t>", "d", 10.0);
        assert!(!drawn.contains("<b>") && !drawn.contains("<script>") && !drawn.contains('\u{0}'), "{drawn}");
        assert!(drawn.contains("&lt;b&gt;&amp;&#39; &lt;/b&gt;"), "{drawn}");
    }

    #[test]
    fn a_path_goes_up_and_stays_inside() {
        let mut svg = Svg::new();
        svg.path("c", [(0.0, 0.0), (0.5, 0.25), (2.0, 1.5)], true);
        assert_eq!(svg.out, "<path class=\"c\" d=\"M0 1000L500 750L1000 0Z\"/>");
    }
}
