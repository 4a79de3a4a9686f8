//! The six tabs of a journey. Each is a page with an address of its own.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    /// What became of it, and who said so.
    Outcome,
    /// Why, in the seller's words.
    Analysis,
    /// What was expected against what happened.
    Correlation,
    /// What to do next time.
    Learning,
    /// What people noted.
    Notes,
    /// The money.
    Payment,
}

impl Tab {
    /// In their order.
    pub(super) const ALL: [Self; 6] =
        [Self::Outcome, Self::Analysis, Self::Correlation, Self::Learning, Self::Notes, Self::Payment];

    /// Its last part of the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Analysis => "analysis",
            Self::Correlation => "correlation",
            Self::Learning => "learning",
            Self::Notes => "notes",
            Self::Payment => "payment",
        }
    }

    /// Reads it back.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text)
    }

    /// As people read it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Outcome => "Outcome",
            Self::Analysis => "Analysis",
            Self::Correlation => "Correlation",
            Self::Learning => "Learning",
            Self::Notes => "Notes",
            Self::Payment => "Payment",
        }
    }

    /// Where it is.
    pub(super) fn href(self, journey_id: &str) -> String {
        format!("/journeys/{journey_id}/{}", self.as_str())
    }
}
