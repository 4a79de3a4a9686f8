//! What the pages of payments, events and reconciliations share: their addresses, tabs, forms and links to Stripe.

mod asked;
mod fields;
mod stripe;

pub(super) use asked::Asked;
pub(super) use fields::Fields;
pub(super) use stripe::stripe_href;

use super::layout::{Layout, ModeLink, Section};
use super::list::Pager;
use crate::api::access::{Principal, Role};
use crate::app::App;

/// A view of the same section.
pub(super) struct Tab {
    /// What it is called.
    pub(super) words: &'static str,
    /// Where it is.
    pub(super) href: String,
    /// Looked at now.
    pub(super) current: bool,
    /// What waits there.
    pub(super) count: Option<i64>,
}

/// An object of Stripe's, and where its dashboard shows it.
pub(super) struct StripeId {
    /// `pi_…`
    pub(super) id: String,
    /// Absent in the demo, whose Stripe is made up, and for ids that are not Stripe's.
    pub(super) href: Option<String>,
}

impl StripeId {
    /// Of a mode.
    pub(super) fn of(app: &App, id: &str, livemode: bool) -> Self {
        let href = if app.open_pages { None } else { stripe_href(id, livemode) };
        Self { id: id.to_owned(), href }
    }
}

/// True for who may change things: the others are not shown what they cannot do.
pub(super) fn may_change(who: &Principal) -> bool {
    who.role >= Role::Editor
}

/// The frame of a page that shows one mode.
pub(super) fn frame(
    app: &App,
    who: &Principal,
    title: &str,
    section: Section,
    asked: &Asked,
    path: &str,
) -> Layout {
    let mut layout = Layout::of(app, who, title, section);
    let link = |name, livemode| ModeLink {
        name,
        href: asked.in_mode(livemode).href(path),
        current: asked.livemode() == livemode,
    };
    layout.modes = vec![link("Live", true), link("Test", false)];
    layout.test = !asked.livemode();
    layout.refreshes = true;
    layout
}

/// Links to the first page and to the one after `next`.
pub(super) fn pager(asked: &Asked, path: &str, next: Option<&str>, next_words: &'static str) -> Pager {
    Pager {
        first: asked.some("after").map(|_| asked.with("after", None).href(path)),
        previous: None,
        next: next.map(|next| asked.with("after", Some(next)).href(path)),
        next_words,
    }
}

/// `1 payment`, `12,345 payments`.
pub(super) fn count_of(count: i64, one: &str) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut words = String::from(if count < 0 { "−" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    let s = if count == 1 || one.is_empty() { "" } else { "s" };
    let gap = if one.is_empty() { "" } else { " " };
    format!("{words}{gap}{one}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_and_agree() {
        let table = [(0, "0 events"), (1, "1 event"), (999, "999 events"), (1_234_567, "1,234,567 events")];
        for (count, want) in table {
            assert_eq!(count_of(count, "event"), want);
        }
        assert_eq!(count_of(1_000, ""), "1,000");
    }
}
