//! The four steps of a journey.

use store::contents::Pages;

/// A step; each shows one of the four pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// What it is about.
    Activation,
    /// What is agreed.
    Agreement,
    /// Paying, and the thanks for it.
    Confirmation,
    /// What happens next.
    Processing,
}

impl Step {
    /// In their order.
    pub(super) const ALL: [Self; 4] =
        [Self::Activation, Self::Agreement, Self::Confirmation, Self::Processing];

    /// As the page's name in a version, in a view and in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Agreement => "agreement",
            Self::Confirmation => "confirmation",
            Self::Processing => "processing",
        }
    }

    /// Reads the name back.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == name)
    }

    /// What a client calls it.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Activation => "Welcome",
            Self::Agreement => "Agreement",
            Self::Confirmation => "Payment",
            Self::Processing => "What happens next",
        }
    }

    /// Its Markdown.
    pub(super) fn text(self, pages: &Pages) -> &str {
        match self {
            Self::Activation => &pages.activation,
            Self::Agreement => &pages.agreement,
            Self::Confirmation => &pages.confirmation,
            Self::Processing => &pages.processing,
        }
    }
}
