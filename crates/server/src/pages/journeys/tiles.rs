//! The numbers above the list, of the shown mode. All are kept sums: nothing is counted for a page.

use crate::pages::words::{duration, number};
use askama::Template;
use insight::proportion::Proportion;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::{Currency, Money, Outcome, PaymentStatus};
use store::tally::{self, Front};
use store::{Conn, Result};

/// Level of the interval.
const LEVEL: f64 = 0.95;

/// Journeys of one mode, by outcome and payment.
#[derive(Clone, Debug, Default)]
pub(super) struct States(Vec<(String, String, i64)>);

impl States {
    fn outcome(&self, wanted: Outcome) -> i64 {
        self.count(|outcome, _| outcome == wanted.as_str())
    }

    /// Payments that failed and were not made good.
    pub(super) fn failed(&self) -> i64 {
        self.count(|_, status| status == PaymentStatus::Failed.as_str())
    }

    pub(super) fn total(&self) -> i64 {
        self.count(|_, _| true)
    }

    fn count(&self, is_wanted: impl Fn(&str, &str) -> bool) -> i64 {
        self.0.iter().filter(|(outcome, status, _)| is_wanted(outcome, status)).map(|(_, _, n)| n).sum()
    }
}

/// Journeys of both modes.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    live: States,
    test: States,
}

impl Counts {
    /// As kept.
    pub(super) fn new(front: &Front) -> Self {
        Self { live: States(front.live.clone()), test: States(front.test.clone()) }
    }

    pub(super) fn of(&self, livemode: bool) -> &States {
        if livemode { &self.live } else { &self.test }
    }
}

/// The tiles.
#[derive(Template)]
#[template(path = "journeys/tiles.html")]
pub(super) struct Tiles {
    open: String,
    responded: Option<String>,
    paid: String,
    ghosted: String,
    refunded: String,
    conversion: Option<Conversion>,
    /// `November`
    month: String,
    /// Of each currency.
    net: Vec<String>,
    median: Option<String>,
}

struct Conversion {
    percent: String,
    low: String,
    high: String,
    of: String,
}

impl Tiles {
    /// Of one mode, at `now_ms`; `front` is what [`front`] read then.
    pub(super) fn of(front: &Front, counts: &Counts, livemode: bool, now_ms: i64) -> Self {
        let states = counts.of(livemode);
        let money = |(currency, net_minor): (&String, &i64)| {
            Currency::parse(currency).map(|currency| Money::new(*net_minor, currency).to_string())
        };
        let responded = states.outcome(Outcome::Responded);
        Self {
            open: number(states.outcome(Outcome::Pending) + responded),
            responded: (responded > 0).then(|| number(responded)),
            paid: number(states.outcome(Outcome::Paid)),
            ghosted: number(states.outcome(Outcome::Ghosted)),
            refunded: number(states.outcome(Outcome::Refunded)),
            conversion: conversion(states),
            month: month(now_ms).strftime("%B").to_string(),
            net: front.net.iter().filter_map(money).collect(),
            median: front.median_paid_after_ms.map(about),
        }
    }
}

/// The sums that the tiles of a mode show at `now_ms`.
pub(super) async fn front(conn: &mut Conn, livemode: bool, now_ms: i64) -> Result<Front> {
    let first = month(now_ms).to_zoned(TimeZone::UTC);
    let first_ms = first.map_or(now_ms, |at| at.timestamp().as_millisecond());
    tally::front(conn, livemode, first_ms).await
}

/// A kept duration is known roughly.
fn about(ms: i64) -> String {
    let words = duration(ms);
    if words.starts_with("under") { words } else { format!("about {words}") }
}

fn month(now_ms: i64) -> Date {
    let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    now.to_zoned(TimeZone::UTC).date().first_of_month()
}

/// Those that paid so far, refunded since or not, of all that were started. Absent when none was.
fn conversion(states: &States) -> Option<Conversion> {
    let paid = states.outcome(Outcome::Paid) + states.outcome(Outcome::Refunded);
    let (paid, all) = (u64::try_from(paid).ok()?, u64::try_from(states.total()).ok()?);
    let proportion = Proportion::new(paid, all).ok()?;
    let interval = proportion.wilson(LEVEL);
    Some(Conversion {
        percent: percent(proportion.rate(), all),
        low: percent(interval.low, all),
        high: percent(interval.high, all),
        of: number(states.total()),
    })
}

/// A decimal only where there is enough to tell it.
fn percent(fraction: f64, of: u64) -> String {
    let decimals = usize::from(of >= 1000);
    format!("{:.decimals$}", fraction * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_counts_what_paid_once_of_all_that_started() {
        let state = |outcome: &str, count| (outcome.to_owned(), "none".to_owned(), count);
        let states = States(vec![state("paid", 20), state("refunded", 5), state("pending", 75)]);
        let c = conversion(&states).unwrap();
        assert_eq!([c.percent, c.low, c.high, c.of], ["25", "18", "34", "100"]);
        let many = conversion(&States(vec![state("paid", 300_000), state("ghosted", 700_000)])).unwrap();
        assert_eq!([many.percent, many.low, many.high, many.of], ["30.0", "29.9", "30.1", "1,000,000"]);
        assert!(conversion(&States::default()).is_none());
    }

    #[test]
    fn a_month_begins_on_its_first_day_in_utc() {
        assert_eq!(month(1_795_313_655_120).to_string(), "2026-11-01");
    }
}
