//! Two shares of each thing side by side: among the paid, and among the unpaid.

use super::row_words::RowWords;
use super::svg::{Anchor, Svg, percent, px};
use super::{Frame, Key, Picture, Scale, Table, Unit};

const AXIS_PX: f64 = 22.0;

/// One thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub label: String,
    /// At its right: the difference in words.
    pub figure: String,
    /// Share among the paid, 0–1.
    pub paid: f64,
    /// Share among the unpaid, 0–1.
    pub unpaid: f64,
    /// Whether it may be called a difference.
    pub distinct: bool,
    /// All that is known of it.
    pub says: String,
}

/// Draws the rows. `empty` is said without any.
pub fn draw(frame: Frame<'_>, rows: &[Row], table: Table, empty: &str) -> Picture {
    if rows.is_empty() {
        return Picture::words(empty, table);
    }
    let scale = Scale::chances(rows.iter().flat_map(|row| [row.paid, row.unpaid]));
    let words = RowWords::of(rows.iter().map(|row| (row.label.as_str(), row.figure.as_str())));
    let bottom = words.row_px() * u32::try_from(rows.len()).map_or(0.0, f64::from);
    let mut svg = Svg::new();
    for tick in &scale.ticks {
        let at = scale.percent(*tick);
        svg.line("grid", (percent(at), px(0.0)), (percent(at), px(bottom)));
        svg.text("tick", (percent(at), px(bottom + 16.0)), Anchor::within(at), &Unit::Percent.tick(*tick));
    }
    for (number, row) in rows.iter().enumerate() {
        let top = words.row_px() * u32::try_from(number).map_or(0.0, f64::from);
        svg.mark(&row.says, |svg| one(svg, row, &scale, words, top));
    }
    let drawn = svg.finish(frame.id, "is-dumbbell", frame.title, &desc(rows), bottom + AXIS_PX);
    Picture { drawn: Ok(drawn), key: key(), notes: Vec::new(), table }
}

fn one(svg: &mut Svg, row: &Row, scale: &Scale, words: RowWords, top: f64) {
    let middle = px(top + words.middle_px());
    let tone = if row.distinct { "" } else { " is-faint" };
    svg.rect("hit", (percent(0.0), px(top)), (percent(100.0), px(words.row_px())));
    words.write(svg, top, &row.label, &row.figure);
    svg.line("track", (percent(0.0), middle), (percent(100.0), middle));
    let (paid, unpaid) = (percent(scale.percent(row.paid)), percent(scale.percent(row.unpaid)));
    svg.line(&format!("bell{tone}"), (unpaid, middle), (paid, middle));
    svg.circle(&format!("of-unpaid{tone}"), (unpaid, middle), 4.0);
    svg.circle(&format!("of-paid{tone}"), (paid, middle), 4.5);
}

fn key() -> Vec<Key> {
    let key =
        |class: &str, words: &str| Key { class: class.to_owned(), letter: None, words: words.to_owned() };
    vec![key("of-paid", "share among the paid"), key("of-unpaid", "share among the unpaid")]
}

fn desc(rows: &[Row]) -> String {
    let said: Vec<&str> = rows.iter().map(|row| row.says.as_str()).collect();
    format!("{}. The table below has all numbers.", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shares_lie_on_one_line() {
        let row = Row {
            label: "guarantee=30-days".to_owned(),
            figure: "+20 points".to_owned(),
            paid: 0.6,
            unpaid: 0.4,
            distinct: true,
            says: "60 against 40".to_owned(),
        };
        let picture = draw(Frame { id: "d", title: "D" }, &[row], Table::default(), "");
        let svg = picture.drawn.unwrap();
        assert!(
            svg.contains("<line class=\"bell\" x1=\"66.67%\" y1=\"26\" x2=\"100%\" y2=\"26\"/>"),
            "{svg}"
        );
        assert_eq!((picture.key.len(), svg.matches("<circle").count()), (2, 2));
    }

    #[test]
    fn nothing_to_compare_is_words() {
        let picture = draw(Frame { id: "d", title: "D" }, &[], Table::default(), "No element yet.");
        assert_eq!(picture.drawn, Err("No element yet.".to_owned()));
    }
}
