//! Charts: SVG made on the server, each with its title, its description, and its numbers as a table.
//!
//! Pure functions from plain data to text: no clock, no database, no statistics. What a chart shows was computed by
//! `insight`; here it is only placed. Data from which no true picture can be drawn (none, one point, all alike) becomes
//! a sentence that says what is true instead. Every number of a picture is in its table too.

pub mod calibration;
pub mod curves;
pub mod dumbbell;
pub mod fan;
pub mod figure;
pub mod funnel;
pub mod intervals;
mod row_words;
pub mod scale;
pub mod svg;
pub mod unit;
pub mod weeks;

pub use figure::{Figure, Key, Picture, Table};
pub use scale::Scale;
pub use unit::Unit;

/// Characters of a label that a picture shows; the rest is in its table.
pub const LABEL_CHARS_MAX: usize = 56;

/// What names a picture on its page.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Unique on the page.
    pub id: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
}

/// A label as a picture shows it.
pub fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARS_MAX {
        return label.to_owned();
    }
    let kept: String = label.chars().take(LABEL_CHARS_MAX - 1).collect();
    format!("{}…", kept.trim_end())
}

/// The letter that stands at a curve and before its row: colours alone tell nothing to many.
pub fn letter(index: usize) -> char {
    u8::try_from(index % 26).map_or('?', |index| char::from(b'A' + index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_labels_are_cut_where_words_are_not_harmed() {
        assert_eq!(shortened("Guarantee offer"), "Guarantee offer");
        let long = shortened(&"é".repeat(80));
        assert_eq!((long.chars().count(), long.ends_with('…')), (LABEL_CHARS_MAX, true));
        assert_eq!((letter(0), letter(27)), ('A', 'B'));
    }
}
