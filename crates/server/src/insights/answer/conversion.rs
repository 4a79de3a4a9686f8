//! Conversion by anything (SPEC I2).

use super::figure::{Bounds, Figure, bounds, real, verdict, verdict_words};
use super::labels::Labels;
use super::{as_of, largest};
use crate::insights::ask::Ask;
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Moment, Unready};
use crate::insights::thresholds::Gates;
use insight::figure::Answer;
use insight::report::conversion::{self, GroupConversion, Report};
use insight::survival::log_rank::ChiSquared;
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// The chance of being paid within the horizon, for each group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Conversion {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`: of `rate`, `interval` and `lift`.
    pub unit: &'static str,
    /// Paid within so many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub thresholds: Gates,
    /// All journeys together.
    pub overall: Figure,
    /// Groups, those with most journeys first.
    pub groups: Vec<ConversionGroup>,
    /// Groups that are not listed, being the smallest.
    pub more: usize,
    /// Do the groups differ at all? Null when there is nothing to compare, or groups overlap.
    pub log_rank: Option<Test>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ConversionGroup {
    /// Its id or name.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Journeys started.
    pub n: u64,
    /// Of those, still open: not failures, only not decided.
    pub open: u64,
    /// Paid and kept.
    pub paid: u64,
    /// Paid and fully given back.
    pub refunded: u64,
    /// Closed unpaid by a person.
    pub closed: u64,
    /// Old enough to have had the whole horizon.
    pub matured: u64,
    /// Chance of being paid within the horizon; null when it cannot be told.
    pub rate: Option<f64>,
    /// Its interval at 95 %.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<Bounds>,
    /// The same, shrunk toward the other groups.
    pub shrunk: Option<f64>,
    /// Rate minus that of all other journeys.
    pub lift: Option<f64>,
    /// Its interval.
    #[schema(value_type = Option<Vec<f64>>)]
    pub lift_interval: Option<Bounds>,
    /// Two-sided p that it has the others' rate.
    pub p: Option<f64>,
    /// The same, adjusted over all groups (Benjamini–Hochberg).
    pub q: Option<f64>,
    /// `insufficient`, `not_distinct`, `more` or `less`.
    pub verdict: &'static str,
    /// The verdict for people.
    pub says: String,
    /// How many journeys a verdict takes in all, while it is `insufficient`.
    pub needed: Option<u64>,
    /// Journeys in this group at which its present difference would be seen in 4 of 5 cases, when it is not yet.
    pub needed_for_difference: Option<u64>,
    /// How the rate was computed.
    pub method: &'static str,
    /// Of the rate: `ready`, `insufficient`, `upper_bound`, `lower_bound` or `absent`.
    pub state: &'static str,
}

/// Of a test.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = LogRankTest)]
pub struct Test {
    /// Chi-squared.
    pub statistic: f64,
    /// Groups minus one.
    pub dof: u32,
    /// As large by chance.
    pub p: f64,
}

impl Insights {
    /// Conversion by what the question names.
    pub async fn conversion(&self, ask: &Ask) -> Result<Arc<Conversion>, Unready> {
        let key = Key { report: "conversion", ask: ask.clone(), more: String::new() };
        let (of, by, gates) = (ask.clone(), ask.by.clone(), ask.gates.into());
        self.answer(
            key,
            move |columns, moment| conversion::report(columns, &of.question(moment.now_s)),
            async move |report, db: Db, moment| {
                let (groups, more) = largest(report.groups, |group: &GroupConversion| group.counts.started);
                let labels = Labels::of(&db, &by, groups.iter().map(|group| group.key.clone())).await?;
                let report = Report { groups, ..report };
                Ok::<_, StoreError>(told(report, gates, more, &labels, moment))
            },
        )
        .await
    }
}

fn told(report: Report, thresholds: Gates, more: usize, labels: &Labels, moment: Moment) -> Conversion {
    Conversion {
        as_of: as_of(moment),
        unit: "fraction",
        horizon_days: report.horizon_days,
        thresholds,
        overall: report.overall.into(),
        groups: report.groups.into_iter().map(|group| ConversionGroup::of(group, labels)).collect(),
        more,
        log_rank: test(report.log_rank),
    }
}

pub(super) fn test(test: Answer<ChiSquared>) -> Option<Test> {
    let ChiSquared { statistic, dof, p } = test.ok()?;
    (statistic.is_finite() && p.is_finite()).then_some(Test { statistic, dof, p })
}

impl ConversionGroup {
    pub(super) fn of(group: GroupConversion, labels: &Labels) -> Self {
        let rate = Figure::from(group.rate);
        let (word, needed) = verdict(group.verdict);
        let counts = group.counts;
        Self {
            label: labels.get(&group.key),
            key: group.key,
            n: counts.started,
            open: counts.open,
            paid: counts.paid,
            refunded: counts.refunded,
            closed: counts.closed,
            matured: counts.matured,
            rate: rate.value,
            interval: rate.interval,
            shrunk: group.shrunk.and_then(real),
            lift: group.lift.and_then(|(lift, _)| real(lift)),
            lift_interval: group.lift.and_then(|(_, interval)| bounds(interval)),
            p: group.p.and_then(real),
            q: group.q.and_then(real),
            verdict: word,
            says: verdict_words(group.verdict),
            needed,
            needed_for_difference: group.needed_for_difference,
            method: rate.method,
            state: rate.state,
        }
    }
}
