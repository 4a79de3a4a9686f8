//! What every page has around its content.

use super::access::Seller;
use super::assets::{ASSETS, Assets};
use crate::app::App;

/// One of the two modes to look at.
pub(super) struct ModeLink {
    /// `Test` or `Live`
    pub(super) name: &'static str,
    /// The same list in that mode.
    pub(super) href: String,
    /// Looked at now.
    pub(super) current: bool,
}

/// The frame of a page.
pub(super) struct Layout {
    /// Of the document.
    pub(super) title: String,
    /// Who is signed in.
    pub(super) name: Option<String>,
    /// Example data that anybody may see.
    pub(super) demo: bool,
    /// Test and live money are never shown together (SPEC H13).
    pub(super) modes: Vec<ModeLink>,
    /// The money on this page is not real.
    pub(super) test: bool,
    /// Server time, Unix ms: relative times stay right on a machine whose clock is not.
    pub(super) now_ms: i64,
    /// The stream that changes this page.
    pub(super) live: Option<String>,
}

impl Layout {
    /// For people who are not signed in, and for errors.
    pub(super) fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            name: None,
            demo: false,
            modes: Vec::new(),
            test: false,
            now_ms: 0,
            live: None,
        }
    }

    /// For a page of `seller`.
    pub(super) fn of(app: &App, seller: Seller, title: &str) -> Self {
        Self {
            demo: app.open_pages,
            name: seller.0.map(|principal| principal.name),
            now_ms: app.context.clock.now_ms(),
            ..Self::bare(title)
        }
    }

    #[expect(clippy::unused_self, reason = "templates name things by their owner")]
    pub(super) fn assets(&self) -> &'static Assets {
        &ASSETS
    }
}
