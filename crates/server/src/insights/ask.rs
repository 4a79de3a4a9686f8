//! What is asked: which journeys, told apart by what. The same from the API, the page and the cache.

use super::thresholds::Thresholds;
use insight::facts::pass::Question;
use insight::facts::{CurrencyCode, Filter};
use insight::gates::Gates;

pub use insight::facts::Dimension as By;

/// Paid within so many days counts, unless asked otherwise.
pub const HORIZON_DAYS: u32 = 30;
/// Horizons that may be asked for, in days.
pub const HORIZON_DAYS_MAX: u32 = 365;

/// A question that is of any moment: see [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    /// Told apart by.
    pub by: By,
    /// Which journeys.
    pub filter: Filter,
    /// Paid within how many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub gates: Gates,
}

impl Ask {
    /// All journeys of a mode, over all time.
    pub fn of_mode(livemode: bool, thresholds: Thresholds) -> Self {
        Self {
            by: By::Everything,
            filter: Filter { livemode, ..Filter::default() },
            horizon_days: thresholds.horizon_days,
            gates: thresholds.gates(),
        }
    }

    /// The same, told apart by something else.
    #[must_use]
    pub fn by(&self, by: By) -> Self {
        Self { by, ..self.clone() }
    }

    /// The same of one currency.
    #[must_use]
    pub fn in_currency(&self, currency: CurrencyCode) -> Self {
        Self { filter: Filter { currency: Some(currency), ..self.filter.clone() }, ..self.clone() }
    }

    pub(super) fn question(&self, as_of_s: u32) -> Question {
        let Self { by, filter, horizon_days, gates } = self.clone();
        Question { filter, by, as_of_s, horizon_days, gates }
    }
}
