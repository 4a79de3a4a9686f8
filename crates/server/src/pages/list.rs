//! What pages with a list share: choices of a filter, links to the other pages. The HTML is in
//! `templates/list/`.

use askama::Template;

/// One `<option>`.
pub(super) struct Choice {
    /// As in the address.
    pub(super) value: String,
    /// As shown.
    pub(super) words: String,
    /// Asked for now.
    pub(super) chosen: bool,
}

impl Choice {
    /// All of `(value, words)`, with the one that the address asks for chosen.
    pub(super) fn all(pairs: impl IntoIterator<Item = (String, String)>, asked: Option<&str>) -> Vec<Self> {
        let choice = |(value, words): (String, String)| Self { chosen: asked == Some(&value), value, words };
        pairs.into_iter().map(choice).collect()
    }
}

/// Links to the other pages of a list; those that are absent are not shown.
#[derive(Default, Template)]
#[template(path = "list/pager.html")]
pub(super) struct Pager {
    /// Without a cursor.
    pub(super) first: Option<String>,
    /// `?before=` the first row.
    pub(super) previous: Option<String>,
    /// `?after=` the last row.
    pub(super) next: Option<String>,
    /// What the link to the next page says.
    pub(super) next_words: &'static str,
}
