//! What the statistics go by unless asked otherwise: how much a verdict takes, and the horizon.
//!
//! An owner may change them. They are read for each question, so that all servers of a database go by the same at once,
//! and are part of the question, so that no answer of before is given afterwards.

use super::ask::{HORIZON_DAYS, HORIZON_DAYS_MAX};
use super::state::Insights;
use insight::gates::{self, GATE_EACH, GATE_JOURNEYS};
use serde::Serialize;
use std::ops::RangeInclusive;
use store::{Conn, StoreError, thresholds};
use utoipa::ToSchema;

/// Journeys that a verdict may be made to take.
#[expect(clippy::cast_possible_truncation, reason = "a small constant")]
pub const JOURNEYS: RangeInclusive<u32> = GATE_JOURNEYS as u32..=10_000;
/// Payments, and unpaid journeys, that "more" or "less" may be made to take.
#[expect(clippy::cast_possible_truncation, reason = "a small constant")]
pub const EACH: RangeInclusive<u32> = GATE_EACH as u32..=1_000;
/// Horizons, in days.
pub const HORIZONS: RangeInclusive<u32> = 1..=HORIZON_DAYS_MAX;

/// What the statistics go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Thresholds {
    /// Journeys that a group takes before it gets a verdict, counted by how much of the horizon each has had; 20 or more.
    pub journeys_min: u32,
    /// Payments, and matured journeys without one, that "more" or "less" takes besides; 5 or more.
    pub each_min: u32,
    /// Paid within so many days counts, unless a question says otherwise.
    pub horizon_days: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { journeys_min: *JOURNEYS.start(), each_min: *EACH.start(), horizon_days: HORIZON_DAYS }
    }
}

/// What an answer's verdicts took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gates {
    /// Journeys of a group, counted by how much of the horizon each has had.
    pub journeys_min: u64,
    /// Payments, and matured journeys without one, for "more" or "less".
    pub each_min: u64,
}

impl From<gates::Gates> for Gates {
    fn from(gates: gates::Gates) -> Self {
        Self { journeys_min: gates.journeys(), each_min: gates.each() }
    }
}

impl Thresholds {
    /// As stored. What was stored out of its range, by whatever means, counts as its nearest end.
    pub async fn stored(conn: &mut Conn) -> Result<Self, StoreError> {
        let mut found = Self::default();
        for (name, value) in thresholds::list(conn).await? {
            let within = |range: RangeInclusive<u32>| {
                let (start, end) = (i64::from(*range.start()), i64::from(*range.end()));
                u32::try_from(value.clamp(start, end)).unwrap_or(*range.start())
            };
            match name.as_str() {
                "journeys_min" => found.journeys_min = within(JOURNEYS),
                "each_min" => found.each_min = within(EACH),
                "horizon_days" => found.horizon_days = within(HORIZONS),
                _ => {}
            }
        }
        Ok(found)
    }

    /// Each with its name.
    pub const fn named(self) -> [(&'static str, u32); 3] {
        [
            ("journeys_min", self.journeys_min),
            ("each_min", self.each_min),
            ("horizon_days", self.horizon_days),
        ]
    }

    /// For the statistics.
    pub fn gates(self) -> gates::Gates {
        gates::Gates::at_least(self.journeys_min.into(), self.each_min.into())
    }
}

impl Insights {
    /// What the statistics go by now.
    pub async fn thresholds(&self) -> Result<Thresholds, StoreError> {
        Thresholds::stored(&mut self.db().read().await?).await
    }
}
