//! Net revenue per started journey (SPEC I4), each currency apart.

use super::figure::{Bounds, Figure, bounds};
use super::labels::Labels;
use super::{as_of, largest};
use crate::insights::ask::Ask;
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use insight::report::revenue::{self, GroupRevenue};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Net revenue per started journey, zeros included.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Revenue {
    /// RFC 3339.
    pub as_of: String,
    /// `minor_units_per_journey`: of `per_journey` and `capped`; `average_order` is minor units per paying journey.
    pub unit: &'static str,
    /// Groups, those with most journeys first.
    pub groups: Vec<RevenueGroup>,
    /// Groups that are not listed, being the smallest.
    pub more: usize,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RevenueGroup {
    /// Its id or name.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Journeys started.
    pub n: u64,
    /// Of those, with money.
    pub with_money: u64,
    /// Journeys with a refund, of those with money.
    pub refund_rate: Figure,
    /// Journeys with a lost dispute, of those with money.
    pub loss_rate: Figure,
    /// Journeys with an open dispute.
    pub at_risk: u64,
    /// By currency; only those it earned in.
    pub earned: Vec<Earned>,
}

/// One group's revenue in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Earned {
    /// In lowercase.
    pub currency: String,
    /// Net of all, exact.
    pub net_minor: i64,
    /// Mean net per started journey.
    pub per_journey: Figure,
    /// Its interval that stays valid however often one looks.
    #[schema(value_type = Option<Vec<f64>>)]
    pub always_valid: Option<Bounds>,
    /// Its bootstrap interval, while there are few journeys.
    #[schema(value_type = Option<Vec<f64>>)]
    pub bootstrap: Option<Bounds>,
    /// Journeys that brought money, of those started.
    pub paying: Figure,
    /// Mean net of a journey that brought money.
    pub average_order: Figure,
    /// Mean net per started journey with each cut at `cap_minor`, the 99th percentile.
    pub capped: Figure,
    /// See `capped`.
    pub cap_minor: i64,
    /// So many large payments carry the mean; null when they do not.
    pub driven_by: Option<u64>,
}

impl Insights {
    /// Revenue by what the question names.
    pub async fn revenue(&self, ask: &Ask) -> Result<Arc<Revenue>, Unready> {
        let key = Key { report: "revenue", ask: ask.clone(), more: String::new() };
        let (of, by) = (ask.clone(), ask.by.clone());
        self.answer(
            key,
            move |columns, moment| revenue::report(columns, &of.question(moment.now_s)),
            async move |report, db: Db, moment| {
                let (groups, more) = largest(report.groups, |group: &GroupRevenue| group.counts.started);
                let labels = Labels::of(&db, &by, groups.iter().map(|group| group.key.clone())).await?;
                let groups = groups.into_iter().map(|group| RevenueGroup::of(group, &labels)).collect();
                let unit = "minor_units_per_journey";
                Ok::<_, StoreError>(Revenue { as_of: as_of(moment), unit, groups, more })
            },
        )
        .await
    }
}

impl RevenueGroup {
    fn of(group: GroupRevenue, labels: &Labels) -> Self {
        Self {
            label: labels.get(&group.key),
            key: group.key,
            n: group.counts.started,
            with_money: group.counts.with_money,
            refund_rate: group.refund_rate.into(),
            loss_rate: group.loss_rate.into(),
            at_risk: group.counts.at_risk,
            earned: group.earned.iter().map(Earned::of).collect(),
        }
    }
}

impl Earned {
    fn of(earned: &revenue::Earned) -> Self {
        Self {
            currency: code(earned.currency),
            net_minor: i64::try_from(earned.moments.sum).unwrap_or(i64::MAX),
            per_journey: earned.per_journey.into(),
            always_valid: earned.always_valid.and_then(bounds),
            bootstrap: earned.bootstrap.and_then(bounds),
            paying: earned.paying.into(),
            average_order: earned.average_order.into(),
            capped: earned.capped.into(),
            cap_minor: earned.cap_minor,
            driven_by: earned.driven_by,
        }
    }
}

/// A currency's code as text.
pub(super) fn code(code: insight::facts::CurrencyCode) -> String {
    String::from_utf8_lossy(&code).into_owned()
}
