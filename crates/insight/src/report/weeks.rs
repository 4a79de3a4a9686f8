//! Net revenue by week of payment, in one currency. Sums of whole minor units, so that order cannot matter.
//!
//! Money that went back is taken from the week it had come in: a week says what is kept of it.

use crate::facts::columns::{Columns, HAS_MONEY};
use crate::facts::pass::{Ended, Question, ended};
use crate::facts::{CurrencyCode, Filter};
use std::collections::BTreeMap;

const DAY_S: u32 = 86_400;
const WEEK_DAYS: u32 = 7;
/// 1970-01-01 was a Thursday; weeks begin on Mondays.
const THURSDAY: u32 = 3;
/// Weeks told at most, the latest.
pub const WEEKS_MAX: usize = 53;

/// One week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday, 00:00 UTC, Unix seconds.
    pub start_s: u32,
    /// Net of what was paid in it.
    pub net_minor: i64,
    /// Journeys paid in it, with money.
    pub paid: u64,
}

/// Every week from the first payment of the question's journeys to the moment of analysis, those without money too; the
/// last [`WEEKS_MAX`] of them. Empty without payments.
pub fn report(columns: &Columns, question: &Question, currency: CurrencyCode) -> Vec<Week> {
    let filter = Filter { currency: Some(currency), ..question.filter.clone() };
    let sieve = filter.sieve(columns, question.as_of_s);
    let mut weeks: BTreeMap<u32, (i64, u64)> = BTreeMap::new();
    for at in (0..columns.len()).filter(|at| sieve.passes(*at)) {
        let (how, after_s) = ended(columns, at, question.as_of_s);
        if how == Ended::Paid && columns.flags[at] & HAS_MONEY != 0 {
            let sums = weeks.entry(week(columns.start_s[at].saturating_add(after_s))).or_default();
            sums.0 = sums.0.saturating_add(columns.net_minor(at));
            sums.1 += 1;
        }
    }
    let last = week(question.as_of_s);
    let Some(first) = weeks.keys().next().copied() else { return Vec::new() };
    let first = first.max((last + 1).saturating_sub(WEEKS_MAX as u32));
    let told = |number: u32| {
        let (net_minor, paid) = weeks.get(&number).copied().unwrap_or_default();
        Week { start_s: (number * WEEK_DAYS).saturating_sub(THURSDAY) * DAY_S, net_minor, paid }
    };
    (first..=last).map(told).collect()
}

fn week(at_s: u32) -> u32 {
    (at_s / DAY_S + THURSDAY) / WEEK_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Dimension, Fact, Money, Standing};
    use crate::gates::Gates;

    /// Monday, 2 November 2026.
    const MONDAY_S: u32 = 1_793_577_600;

    fn fact(id: u128, paid_s: u32, net_minor: i64) -> Fact<'static> {
        Fact {
            id,
            start_s: MONDAY_S - 30 * DAY_S,
            livemode: true,
            standing: Standing::Paid { after_s: paid_s - (MONDAY_S - 30 * DAY_S) },
            currency: Some(*b"usd"),
            price_minor: net_minor,
            money: Some(Money { gross_minor: net_minor, ..Money::default() }),
            version: "v",
            content: "c",
            elements: &[],
            hypothesis: None,
            segments: &[],
            stage: 0,
            page_seconds: [0; 4],
        }
    }

    fn weeks(facts: &[Fact<'_>], currency: CurrencyCode) -> Vec<(u32, i64, u64)> {
        let mut columns = Columns::new();
        for fact in facts {
            columns.put(fact);
        }
        let filter = Filter { livemode: true, ..Filter::default() };
        let as_of_s = MONDAY_S + 15 * DAY_S;
        let question = Question {
            filter,
            by: Dimension::Everything,
            as_of_s,
            horizon_days: 30,
            gates: Gates::default(),
        };
        report(&columns, &question, currency).into_iter().map(|w| (w.start_s, w.net_minor, w.paid)).collect()
    }

    #[test]
    fn a_week_begins_on_monday_and_an_empty_one_is_told() {
        let facts = [
            fact(1, MONDAY_S - 1, 100),
            fact(2, MONDAY_S, 200),
            fact(3, MONDAY_S + 7 * DAY_S - 1, 300),
            fact(4, MONDAY_S + 14 * DAY_S, 400),
        ];
        let week = 7 * DAY_S;
        let want = [
            (MONDAY_S - week, 100, 1),
            (MONDAY_S, 500, 2),
            (MONDAY_S + week, 0, 0),
            (MONDAY_S + 2 * week, 400, 1),
        ];
        assert_eq!(weeks(&facts, *b"usd"), want);
        assert_eq!(weeks(&facts, *b"eur"), []);
    }
}
