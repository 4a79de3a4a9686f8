//! What every page of the settings has around its content.

use crate::api::access::{Principal, Role};
use crate::app::App;
use crate::pages::layout::{Layout, Section};

/// One page of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Tab {
    /// How far the set-up is.
    SetUp,
    /// Who may sign in.
    People,
    /// What programs sign in with.
    Tokens,
    /// What the statistics go by.
    Thresholds,
    /// What was changed.
    Audit,
    /// Oneself.
    Account,
}

impl Tab {
    /// In the order of the navigation.
    const ALL: [Self; 6] =
        [Self::SetUp, Self::People, Self::Tokens, Self::Thresholds, Self::Audit, Self::Account];

    /// As the navigation names it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::SetUp => "Set-up",
            Self::People => "People",
            Self::Tokens => "Tokens",
            Self::Thresholds => "Thresholds",
            Self::Audit => "Audit log",
            Self::Account => "Your account",
        }
    }

    /// Where it is.
    pub(super) const fn href(self) -> &'static str {
        match self {
            Self::SetUp => "/settings/set-up",
            Self::People => "/settings/people",
            Self::Tokens => "/settings/tokens",
            Self::Thresholds => "/settings/thresholds",
            Self::Audit => "/settings/audit",
            Self::Account => "/settings/account",
        }
    }

    /// Who may see it.
    const fn least(self) -> Role {
        match self {
            Self::SetUp | Self::Thresholds | Self::Account => Role::Viewer,
            Self::People | Self::Tokens | Self::Audit => Role::Owner,
        }
    }
}

/// The navigation beside a page's content, and what is said above it.
pub(super) struct Frame {
    pub(super) tabs: Vec<Tab>,
    pub(super) here: Tab,
    /// What was done.
    pub(super) done: Option<&'static str>,
    /// What was not, and why.
    pub(super) fault: Option<String>,
}

impl Frame {
    /// With nothing said.
    pub(super) fn of(who: &Principal, here: Tab) -> Self {
        let tabs = Tab::ALL.into_iter().filter(|tab| who.role >= tab.least()).collect();
        Self { tabs, here, done: None, fault: None }
    }

    /// Says what was done, by the word that the address carries.
    pub(super) fn done(self, word: Option<&str>) -> Self {
        Self { done: word.and_then(done_words), ..self }
    }

    /// Says what was wrong.
    pub(super) fn fault(self, fault: Option<String>) -> Self {
        Self { fault, ..self }
    }
}

/// The layout of a page of the settings.
pub(super) fn layout(app: &App, who: &Principal, title: &str) -> Layout {
    Layout { settings: true, ..Layout::of(app, who, title, Section::Settings) }
}

/// Only words of ours: an address can be written by anybody.
fn done_words(word: &str) -> Option<&'static str> {
    Some(match word {
        "changed" => "Saved.",
        "shut-out" => "They are shut out, and signed out everywhere.",
        "let-in" => "They may sign in again.",
        "revoked" => "The token is revoked. Programs that used it are refused from now on.",
        "password" => "Your password is changed. You are signed out everywhere else.",
        "email" => "Your address is changed. Sign in with it from now on.",
        "others" => "You are signed out everywhere else.",
        "ended" => "That browser is signed out.",
        _ => return None,
    })
}
