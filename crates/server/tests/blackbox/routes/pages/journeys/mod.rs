//! `/`, `/live` and `/journeys/…`: the list, one journey in six tabs, and a new one.

mod bulk;
mod csv;
mod figures;
mod filters;
mod new;
mod nodes;
mod payment;
mod readers;
mod tabs;
mod views;
mod write;

use super::spaced;

/// Every tab.
const TABS: [&str; 6] = ["outcome", "analysis", "correlation", "learning", "notes", "payment"];

/// What a person reads in the panel.
fn panel(html: &str) -> String {
    let start = html.find("id=\"panel\"").unwrap_or_else(|| panic!("no panel: {html}"));
    let rest = &html[start..];
    spaced(&rest[rest.find('>').unwrap() + 1..rest.find("</article>").unwrap()])
}
