//! What every page has around its content.

use super::assets::{ASSETS, Assets};
use crate::api::access::{Principal, Role};
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

/// What the navigation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// The list of journeys, and each of them.
    Journeys,
    /// What gets clients to pay.
    Intelligence,
    /// The ledger of payments, and those that wait for a journey.
    Payments,
    /// The inbox of events, and comparisons with Stripe.
    Events,
    /// What clients read.
    Contents,
    /// People, tokens, what was changed, and how far the set-up is.
    Settings,
}

impl Section {
    /// In the order of the navigation.
    const ALL: [Self; 6] =
        [Self::Journeys, Self::Intelligence, Self::Contents, Self::Payments, Self::Events, Self::Settings];

    /// As the navigation names it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Journeys => "Journeys",
            Self::Intelligence => "Intelligence",
            Self::Payments => "Payments",
            Self::Events => "Events",
            Self::Contents => "Contents",
            Self::Settings => "Settings",
        }
    }

    /// Its first page.
    pub(super) const fn href(self) -> &'static str {
        match self {
            Self::Journeys => "/",
            Self::Intelligence => "/intelligence",
            Self::Payments => "/payments",
            Self::Events => "/events",
            Self::Contents => "/contents",
            Self::Settings => "/settings",
        }
    }
}

/// The frame of a page.
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that a page has or has not")]
pub(super) struct Layout {
    /// Of the document.
    pub(super) title: String,
    /// Where the reader is; none shows no navigation.
    pub(super) section: Option<Section>,
    /// Who is signed in.
    pub(super) name: Option<String>,
    /// What they may do: controls that the server would refuse are not shown.
    pub(super) role: Option<Role>,
    /// Example data that anybody may see.
    pub(super) demo: bool,
    /// Test and live money are never shown together (SPEC H13).
    pub(super) modes: Vec<ModeLink>,
    /// The money on this page is not real.
    pub(super) test: bool,
    /// Server time, Unix ms: relative times stay right on a machine whose clock is not.
    pub(super) now_ms: i64,
    /// Has secrets to copy, or steps that change.
    pub(super) settings: bool,
    /// The stream that changes this page.
    pub(super) live: Option<String>,
    /// Parts of this page are loaded again while it stays open.
    pub(super) refreshes: bool,
}

impl Layout {
    /// For people who are not signed in, and for errors.
    pub(super) fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            section: None,
            name: None,
            role: None,
            demo: false,
            modes: Vec::new(),
            test: false,
            now_ms: 0,
            settings: false,
            live: None,
            refreshes: false,
        }
    }

    /// For a page of `section` that `who` looks at.
    pub(super) fn of(app: &App, who: &Principal, title: &str, section: Section) -> Self {
        Self {
            demo: app.open_pages,
            section: Some(section),
            role: Some(who.role),
            name: (!app.open_pages).then(|| who.name.clone()),
            now_ms: app.context.clock.now_ms(),
            ..Self::bare(title)
        }
    }

    #[expect(clippy::unused_self, reason = "templates name things by their owner")]
    pub(super) fn sections(&self) -> &'static [Section] {
        &Section::ALL
    }

    /// True for who may change things.
    pub(super) fn edits(&self) -> bool {
        self.role >= Some(Role::Editor)
    }

    #[expect(clippy::unused_self, reason = "templates name things by their owner")]
    pub(super) fn assets(&self) -> &'static Assets {
        &ASSETS
    }
}
