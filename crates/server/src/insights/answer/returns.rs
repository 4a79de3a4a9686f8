//! How soon money goes back (STATISTICS: time to refund, for expected net).

use super::conversion::{Test, test};
use super::figure::{Figure, or_why, real};
use super::labels::Labels;
use super::revenue::code;
use super::timing::CurvePoint;
use super::{as_of, largest};
use crate::insights::ask::Ask;
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use crate::insights::thresholds::Gates;
use insight::report::returns::{self, Expected, LATE_DAYS, SOON_DAYS};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Groups whose curves are told.
const CURVES_MAX: usize = 20;

/// How soon after its payment some money goes back, by refunds and lost disputes.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Returns {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`: of the figures; curves and medians are days since the payment.
    pub unit: &'static str,
    /// What `within_30_days` and `within_90_days` mean.
    pub horizon_days: [u32; 2],
    /// What `ready` takes.
    pub thresholds: Gates,
    /// All journeys with money together.
    pub overall: GroupReturns,
    /// Groups, those with most journeys first.
    pub groups: Vec<GroupReturns>,
    /// Groups that are not listed, being the smallest.
    pub more: usize,
    /// Do the groups past the gate differ? Null when there is nothing to compare.
    pub log_rank: Option<Test>,
    /// What net may come to, by currency.
    pub expected: Vec<ExpectedNet>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GroupReturns {
    /// Its id or name.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Journeys with money.
    pub n: u64,
    /// Of those, that gave some back.
    pub returned: u64,
    /// With money besides, and not counted: when they were paid, or gave back, is not known.
    pub unknown: u64,
    /// Chance that some goes back within 30 days of the payment.
    pub within_30_days: Figure,
    /// Within 90 days.
    pub within_90_days: Figure,
    /// Of those that give back within 90 days: until half have.
    pub median_days: Figure,
    /// Fraction that gave back by each day (Kaplan–Meier); empty below the gate.
    pub curve: Vec<CurvePoint>,
    /// Payments kept and watched at day 0, 1, 2… up to 90; empty below the gate.
    pub at_risk: Vec<u64>,
    /// `ready`, or `insufficient` below the gate.
    pub state: &'static str,
    /// How many journeys the gate takes, weighted by how much of the 90 days each has had, while it is `insufficient`.
    pub needed: Option<u64>,
}

/// What the net of one currency may come to once everything kept now is 90 days old.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ExpectedNet {
    /// In lowercase.
    pub currency: String,
    /// Net now, exact.
    pub net_minor: i64,
    /// What of it is expected to go back yet.
    pub back_minor: Option<f64>,
    /// What is expected to stay.
    pub stays_minor: Option<f64>,
    /// Why nothing can be expected, in words.
    pub why: Option<String>,
}

impl Insights {
    /// Returns by what the question names; its horizon is not used.
    pub async fn returns(&self, ask: &Ask) -> Result<Arc<Returns>, Unready> {
        let key = Key { report: "returns", ask: ask.clone(), more: String::new() };
        let (of, by, gates) = (ask.clone(), ask.by.clone(), Gates::from(ask.gates));
        self.answer(
            key,
            move |columns, moment| returns::report(columns, &of.question(moment.now_s)),
            async move |report: returns::Report, db: Db, moment| {
                let (groups, more) = largest(report.groups, |group| group.n + group.unknown);
                let labels = Labels::of(&db, &by, groups.iter().map(|group| group.key.clone())).await?;
                let groups = groups.into_iter().enumerate();
                let groups = groups
                    .map(|(rank, group)| GroupReturns::of(group, &labels, rank < CURVES_MAX, gates))
                    .collect();
                Ok::<_, StoreError>(Returns {
                    as_of: as_of(moment),
                    unit: "fraction",
                    horizon_days: [SOON_DAYS, LATE_DAYS],
                    thresholds: gates,
                    overall: GroupReturns::of(report.overall, &Labels::default(), false, gates),
                    groups,
                    more,
                    log_rank: test(report.log_rank),
                    expected: report.expected.iter().map(ExpectedNet::of).collect(),
                })
            },
        )
        .await
    }
}

impl GroupReturns {
    fn of(group: returns::GroupReturns, labels: &Labels, with_curve: bool, gates: Gates) -> Self {
        let (curve, at_risk) =
            if with_curve { (group.curve, group.at_risk) } else { (Vec::new(), Vec::new()) };
        let enough = group.exposure >= gates.journeys_min;
        Self {
            label: labels.get(&group.key),
            key: group.key,
            n: group.n,
            returned: group.returned,
            unknown: group.unknown,
            within_30_days: group.soon.into(),
            within_90_days: group.late.into(),
            median_days: group.median.into(),
            curve: curve.into_iter().map(CurvePoint::of).collect(),
            at_risk,
            state: if enough { "ready" } else { "insufficient" },
            needed: (!enough).then_some(gates.journeys_min),
        }
    }
}

impl ExpectedNet {
    fn of(expected: &Expected) -> Self {
        let net_minor = i64::try_from(expected.net_minor).unwrap_or(i64::MAX);
        let (back_minor, why) = or_why(expected.back_minor);
        let back_minor = back_minor.and_then(real);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let stays_minor = back_minor.map(|back| (net_minor as f64 - back).max(0.0));
        Self { currency: code(expected.currency), net_minor, back_minor, stays_minor, why }
    }
}
