//! A chart as it stands on a page: title, what it is about, picture, its key, its numbers, its method.

use askama::Template;

/// The numbers of a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Heads of the columns; the first names the rows.
    pub head: Vec<String>,
    /// Rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// With these heads and no row.
    pub fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }
}

/// One thing that a picture's colours or signs mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Class of its sample.
    pub class: String,
    /// The letter at it, if it has one.
    pub letter: Option<char>,
    /// What it means.
    pub words: String,
}

/// What a chart draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The SVG, or what is true when nothing can be drawn.
    pub drawn: Result<String, String>,
    /// What colours and signs mean.
    pub key: Vec<Key>,
    /// What a reader must know to read it right, such as what was cut.
    pub notes: Vec<String>,
    /// All its numbers.
    pub table: Table,
}

impl Picture {
    /// Words in place of a picture.
    pub fn words(words: impl Into<String>, table: Table) -> Self {
        Self { drawn: Err(words.into()), key: Vec::new(), notes: Vec::new(), table }
    }
}

/// A chart with all that belongs to it.
#[derive(Clone, Debug, Template)]
#[template(path = "charts/figure.html")]
pub struct Figure {
    /// Unique on the page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// n, dates and "as of".
    pub about: String,
    /// The picture.
    pub picture: Picture,
    /// What to make of it, in a sentence; first thing read.
    pub finding: Option<String>,
    /// How it was computed.
    pub method: String,
    /// Where the same numbers are as CSV.
    pub csv: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(drawn: Result<String, String>) -> String {
        let mut table = Table::new(&["Offer", "Paid"]);
        table.row(["<A>", "3"]);
        let key = vec![Key { class: "series-0".to_owned(), letter: Some('A'), words: "Offer A".to_owned() }];
        let picture = Picture { drawn, key, notes: vec!["Cut.".to_owned()], table };
        let figure = Figure {
            id: "x".to_owned(),
            title: "Title".to_owned(),
            about: "n = 3".to_owned(),
            picture,
            finding: None,
            method: "Counting.".to_owned(),
            csv: Some("/api/v1/x?a=1&format=csv".to_owned()),
        };
        figure.render().unwrap()
    }

    #[test]
    fn a_picture_stands_with_its_numbers() {
        let html = figure(Ok("<svg>drawn</svg>".to_owned()));
        for words in ["<svg>drawn</svg>", "Show the numbers", "n = 3", "Counting.", "Offer A", "Cut.", "CSV"]
        {
            assert!(html.contains(words), "{words}: {html}");
        }
        assert!(html.contains("&#60;A&#62;") && html.contains("aria-labelledby=\"x-heading\""), "{html}");
    }

    #[test]
    fn words_stand_in_for_a_picture() {
        let html = figure(Err("One journey so far.".to_owned()));
        assert!(html.contains("One journey so far.") && !html.contains("<svg"), "{html}");
    }
}
