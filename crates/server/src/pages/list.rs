//! What pages with a list share: choices of a filter, links to the other pages, addresses. The HTML is in
//! `templates/list/`.

use askama::Template;
use std::fmt::Write as _;

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

/// An address under `path` with the parameters that are there, in their order.
pub(super) fn address(path: &str, params: &[(&str, Option<&str>)]) -> String {
    let mut address = path.to_owned();
    let there = params.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    for ((name, value), sign) in there.zip(std::iter::once('?').chain(std::iter::repeat('&'))) {
        let _ = write!(address, "{sign}{name}={}", encoded(value));
    }
    address
}

/// RFC 3986: all but the unreserved characters as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_what_is_there() {
        let params = [("q", Some("Zoë & co")), ("outcome", None), ("limit", Some("5"))];
        assert_eq!(address("/", &params), "/?q=Zo%C3%AB%20%26%20co&limit=5");
        assert_eq!(address("/payments", &[("q", None)]), "/payments");
    }
}
