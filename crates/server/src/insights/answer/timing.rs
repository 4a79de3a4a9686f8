//! Time to payment (SPEC I5).

use super::conversion::{Test, test};
use super::figure::{Bounds, Figure, bounds};
use super::labels::Labels;
use super::{as_of, largest};
use crate::insights::ask::Ask;
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use insight::report::timing::{self, GroupTiming, Point};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Groups whose curves are told; more cannot be read in one picture.
const CURVES_MAX: usize = 20;

/// How long it takes to be paid, journeys still open counted for what they have shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Timing {
    /// RFC 3339.
    pub as_of: String,
    /// `days`: of every figure.
    pub unit: &'static str,
    /// Groups, those with most journeys first.
    pub groups: Vec<TimingGroup>,
    /// Groups that are not listed, being the smallest.
    pub more: usize,
    /// Do the groups differ? Null when there is nothing to compare.
    pub log_rank: Option<Test>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TimingGroup {
    /// Its id or name.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Journeys started.
    pub n: u64,
    /// Still open.
    pub open: u64,
    /// Paid and kept.
    pub paid: u64,
    /// Until a quarter of all journeys are paid.
    pub quartile: Figure,
    /// Until half are.
    pub median: Figure,
    /// Until nine tenths are.
    pub ninth_decile: Figure,
    /// Of those who pay within the horizon: until half have.
    pub median_of_payers: Figure,
    /// Until nine tenths have.
    pub ninth_decile_of_payers: Figure,
    /// Fraction paid by each day (Kaplan–Meier); of the largest groups only.
    pub curve: Vec<CurvePoint>,
    /// Journeys unpaid and watched at day 0, 1, 2… up to the horizon; of the largest groups only.
    pub at_risk: Vec<u64>,
}

/// A curve at one time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CurvePoint {
    /// Days since the start.
    pub days: f64,
    /// Fraction paid by then.
    pub paid: f64,
    /// Its band.
    #[schema(value_type = Option<Vec<f64>>)]
    pub band: Option<Bounds>,
    /// Journeys seen open until then.
    pub at_risk: u64,
}

impl Insights {
    /// Time to payment by what the question names.
    pub async fn timing(&self, ask: &Ask) -> Result<Arc<Timing>, Unready> {
        let key = Key { report: "timing", ask: ask.clone(), more: String::new() };
        let (of, by) = (ask.clone(), ask.by.clone());
        self.answer(
            key,
            move |columns, moment| timing::report(columns, &of.question(moment.now_s)),
            async move |report, db: Db, moment| {
                let overlapping = by.overlaps();
                let (groups, more) = largest(report.groups, |group: &GroupTiming| group.counts.started);
                let labels = Labels::of(&db, &by, groups.iter().map(|group| group.key.clone())).await?;
                let groups = groups.into_iter().enumerate();
                let groups = groups.map(|(rank, group)| TimingGroup::of(group, &labels, rank < CURVES_MAX));
                Ok::<_, StoreError>(Timing {
                    as_of: as_of(moment),
                    unit: "days",
                    groups: groups.collect(),
                    more,
                    log_rank: test(report.log_rank).filter(|_| !overlapping),
                })
            },
        )
        .await
    }
}

impl TimingGroup {
    fn of(group: GroupTiming, labels: &Labels, with_curve: bool) -> Self {
        let (curve, at_risk) =
            if with_curve { (group.curve, group.at_risk) } else { (Vec::new(), Vec::new()) };
        Self {
            label: labels.get(&group.key),
            key: group.key,
            n: group.counts.started,
            open: group.counts.open,
            paid: group.counts.paid,
            quartile: group.quartile.into(),
            median: group.median.into(),
            ninth_decile: group.ninth_decile.into(),
            median_of_payers: group.median_of_payers.into(),
            ninth_decile_of_payers: group.ninth_decile_of_payers.into(),
            curve: curve.into_iter().map(CurvePoint::of).collect(),
            at_risk,
        }
    }
}

impl CurvePoint {
    pub(super) fn of(point: Point) -> Self {
        Self { days: point.days, paid: point.paid, band: bounds(point.band), at_risk: point.at_risk }
    }
}
