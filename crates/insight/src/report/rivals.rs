//! The simple forecasts that a forecast must beat, or give way to: as much as in the days just before, and as much as in
//! the same days a year before.
//!
//! There is none for the week: over whole weeks the days just before hold the same days of the week as those to come, so
//! a season of the week is in their sum already (see the tests, and decision 26).

use super::LEVEL;
use super::forecast::{ORIGINS_MAX, Past, WEEK, Window};
use crate::figure::{Interval, Method};
use crate::quantile;

/// Whole weeks of a year: the same days of the week.
const YEAR: u32 = 364;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rival {
    JustBefore,
    YearBefore,
}

impl Rival {
    /// What it says, `origin` days before the moment of analysis, of the `days` that follow.
    pub(super) fn says(self, past: &Past, origin: u32, days: u32) -> f64 {
        match self {
            Self::JustBefore => past.earned(origin, origin + days),
            Self::YearBefore => past.earned((origin + YEAR).saturating_sub(days), origin + YEAR),
        }
    }

    /// Whether the history holds all that the back-test and the interval need, for windows up to `longest` days. A year
    /// that was seen in part would be taken for a poor one.
    pub(super) fn is_known(self, past: &Past, longest: u32) -> bool {
        match self {
            Self::JustBefore => true,
            Self::YearBefore => longest <= YEAR && past.days() >= YEAR + longest + (ORIGINS_MAX - 1) * WEEK,
        }
    }

    /// The next `days` as it says, as uncertain as its own past errors from weekly origins.
    pub(super) fn window(self, past: &Past, days: u32) -> Window {
        let said = self.says(past, 0, days);
        let error = |week: u32| {
            let until = week * WEEK;
            past.earned(until, until + days) - self.says(past, until + days, days)
        };
        let mut errors: Vec<f64> = (0..ORIGINS_MAX).map(error).collect();
        let mut at = |q: f64| (said + quantile::type_7(&mut errors, q).unwrap_or(0.0)).max(0.0);
        Window {
            days,
            mean_minor: said,
            median_minor: said,
            interval: Interval::new(at((1.0 - LEVEL) / 2.0), at(f64::midpoint(1.0, LEVEL))),
            inner: Interval::new(at(0.1), at(0.9)),
        }
    }

    pub(super) const fn method(self) -> Method {
        match self {
            Self::JustBefore => Method::Count,
            Self::YearBefore => Method::YearBefore,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the days of a week bring, if each week brings the same: over whole weeks the days just before are right to
    /// the cent, so nothing that knows the day of the week can be nearer; over 30 days it can be by two days' worth.
    #[test]
    fn a_season_of_the_week_is_in_the_days_just_before_already() {
        let of_week = [0, 500, 20_000, 7, 0, 90_000, 1_234];
        let orders = (0..300).map(|day: u32| (day, of_week[(day % WEEK) as usize])).collect();
        let past = Past { orders, ..Past::default() };
        for origin in 30..100 {
            let error =
                |days: u32| past.earned(origin - days, origin) - Rival::JustBefore.says(&past, origin, days);
            assert_eq!((error(7), error(28)), (0.0, 0.0), "{origin}");
            assert!(error(30).abs() <= 2.0 * 90_000.0, "{origin}");
        }
    }

    #[test]
    fn a_year_before_is_the_same_days_of_the_week() {
        let orders = (0..800).map(|day: u32| (day, i64::from(day))).collect();
        let past = Past { orders, ..Past::default() };
        // Of the day that is 9 days before the moment of analysis, seen from the day before it.
        assert_eq!(Rival::YearBefore.says(&past, 10, 1), f64::from(9 + YEAR));
        assert_eq!(YEAR % WEEK, 0);
    }
}
