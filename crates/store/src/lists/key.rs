//! Orders of the list, and places in it.

use super::sql::{self, Walk};
use crate::sql::Sql;

/// In which order. Ties are settled by id, so every place is one of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Started last.
    #[default]
    Newest,
    /// Started first.
    Oldest,
    /// Changed last.
    Changed,
    /// The highest price, currency by currency: amounts of two are not compared.
    Price,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Newest, Self::Oldest, Self::Changed, Self::Price];

    /// The spelling of addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Changed => "changed",
            Self::Price => "price",
        }
    }

    /// Reads the spelling back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }

    pub(super) const fn is_ascending(self) -> bool {
        matches!(self, Self::Oldest)
    }

    pub(super) const fn is_by_start(self) -> bool {
        matches!(self, Self::Newest | Self::Oldest)
    }

    /// The walk that any filter may take.
    pub(super) fn walk(self) -> &'static Walk {
        match self {
            Self::Newest | Self::Oldest => &sql::ALL_STARTED,
            Self::Changed => &sql::BY_CHANGE,
            Self::Price => &sql::BY_PRICE,
        }
    }

    pub(super) fn gather(self) -> &'static [Sql; 2] {
        match self {
            Self::Newest | Self::Oldest => &sql::GATHER_STARTED,
            Self::Changed => &sql::GATHER_CHANGED,
            Self::Price => &sql::GATHER_PRICED,
        }
    }

    /// Before the first row of the list.
    pub(super) fn edge(self) -> Key {
        let (number, id) = if self.is_ascending() { (i64::MIN, "") } else { (i64::MAX, "~") };
        let currency = (self == Self::Price).then(|| "~".to_owned());
        Key { currency, number, id: id.to_owned() }
    }

    /// The place of a journey.
    pub fn key(
        self,
        id: &str,
        started_at_ms: i64,
        changed_at_ms: i64,
        currency: String,
        amount_minor: i64,
    ) -> Key {
        let (currency, number) = match self {
            Self::Newest | Self::Oldest => (None, started_at_ms),
            Self::Changed => (None, changed_at_ms),
            Self::Price => (Some(currency), amount_minor),
        };
        Key { currency, number, id: id.to_owned() }
    }

    /// Reads [`Key::text`] back.
    pub fn read(self, text: &str) -> Option<Key> {
        let (currency, rest) = match self {
            Self::Price => text.split_once('.').map(|(currency, rest)| (Some(currency.to_owned()), rest))?,
            Self::Newest | Self::Oldest | Self::Changed => (None, text),
        };
        let (number, id) = rest.split_once('.')?;
        Some(Key { currency, number: number.parse().ok()?, id: id.to_owned() })
    }
}

/// A place in a list, between two rows or at one. Ordered as the list is, backwards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    currency: Option<String>,
    number: i64,
    id: String,
}

impl Key {
    /// For an address.
    pub fn text(&self) -> String {
        let currency = self.currency.as_ref().map(|currency| format!("{currency}.")).unwrap_or_default();
        format!("{currency}{}.{}", self.number, self.id)
    }

    /// The journey at this place.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn number(&self) -> i64 {
        self.number
    }

    pub(super) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }
}
