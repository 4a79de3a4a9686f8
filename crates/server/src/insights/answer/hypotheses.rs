//! Hypotheses (SPEC I3): predicted against actual, effectiveness, and the seller's calibration.

use super::conversion::ConversionGroup;
use super::figure::{Bounds, Figure, bounds, or_why, real};
use super::labels::Labels;
use super::{as_of, largest};
use crate::clock::rfc3339;
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use crate::insights::thresholds::Gates;
use insight::figure::Absent;
use insight::report::hypotheses::{self, Standing, Validated};
use insight::report::in_time::{self, InTime};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Hypotheses, or their categories, against what happened.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Hypotheses {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`
    pub unit: &'static str,
    /// Paid within so many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub thresholds: Gates,
    /// Groups, those with most journeys first.
    pub groups: Vec<HypothesisGroup>,
    /// Groups that are not listed, being the smallest.
    pub more: usize,
    /// All predictions together; null without any.
    pub seller: Option<Accuracy>,
    /// The same with journeys that are still open, each known outcome weighted by its chance of being known by now.
    pub seller_so_far: Option<SoFar>,
    /// The part that is paid within the days predicted, over all that had such a prediction.
    pub in_time: Figure,
    /// The seller's calibration by thirty days of starts.
    pub over_time: Vec<Calibration>,
    /// All predictions by tenths: mean predicted against observed.
    pub tenths: Vec<Calibration>,
}

/// One hypothesis or category.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HypothesisGroup {
    /// `insufficient`, `emerging`, `supported` or `refuted`.
    pub standing: &'static str,
    /// 0 to 100: the chance that its conversion is above the programme's; null below the gate.
    pub effectiveness: Option<f64>,
    /// Why there is no effectiveness.
    pub effectiveness_why: Option<String>,
    /// Its predictions against outcomes; null without any.
    pub accuracy: Option<Accuracy>,
    /// Why there is none.
    pub accuracy_why: Option<String>,
    /// The part that is paid within the days predicted; null without any such prediction.
    pub in_time: Option<Figure>,
    /// Its conversion against the others.
    pub conversion: ConversionGroup,
}

/// Predictions against outcomes, over journeys that had the whole horizon.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Accuracy {
    /// Journeys.
    pub n: u64,
    /// Mean predicted chance.
    pub predicted: f64,
    /// Paid fraction.
    pub observed: Figure,
    /// Mean squared error of the predictions: 0 is perfect.
    pub brier: f64,
    /// Above 0: better than always saying the base rate.
    pub skill: Option<f64>,
    /// Two-sided p of so many payments, were the predictions right.
    pub p: Option<f64>,
    /// Slope of the calibration line: 1 is right, below 1 too sure; null with few predictions.
    pub slope: Option<f64>,
    /// Its interval.
    #[schema(value_type = Option<Vec<f64>>)]
    pub slope_interval: Option<Bounds>,
    /// Why there is no slope.
    pub slope_why: Option<String>,
    /// `1 observation` and the like, for people.
    pub says: String,
}

/// Predictions against outcomes, of journeys of any age.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct SoFar {
    /// Journeys.
    pub n: u64,
    /// Mean squared error of the predictions: 0 is perfect.
    pub brier: f64,
    /// Above 0: better than always saying the base rate.
    pub skill: Option<f64>,
}

/// Mean prediction against what was observed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Calibration {
    /// First day of the span, RFC 3339; null in tenths.
    pub from: Option<String>,
    /// Mean predicted chance.
    pub predicted: f64,
    /// Paid fraction.
    pub observed: Figure,
}

/// Of all, and of each group.
type Days = (insight::figure::Figure, Vec<InTime>);

impl Insights {
    /// By hypothesis, unless the question asks by category.
    pub async fn hypotheses(&self, ask: &Ask) -> Result<Arc<Hypotheses>, Unready> {
        let by = if ask.by == By::Category { By::Category } else { By::Hypothesis };
        let ask = ask.by(by.clone());
        let key = Key { report: "hypotheses", ask: ask.clone(), more: String::new() };
        let (horizon_days, thresholds) = (ask.horizon_days, ask.gates.into());
        self.answer(
            key,
            move |columns, moment| {
                let question = ask.question(moment.now_s);
                (hypotheses::report(columns, &question), in_time::report(columns, &question))
            },
            async move |(report, days): (hypotheses::Report, Days), db: Db, moment| {
                let (groups, more) =
                    largest(report.groups, |group: &Validated| group.conversion.counts.started);
                let keys = groups.iter().map(|group| group.conversion.key.clone());
                let labels = Labels::of(&db, &by, keys).await?;
                let spans = report.over_time.iter();
                let (in_time, by_key) = days;
                let within =
                    |key: &str| by_key.iter().find(|group| group.key == key).map(|group| group.within.into());
                Ok::<_, StoreError>(Hypotheses {
                    as_of: as_of(moment),
                    unit: "fraction",
                    horizon_days,
                    thresholds,
                    groups: groups
                        .into_iter()
                        .map(|group| {
                            let in_time = within(&group.conversion.key);
                            HypothesisGroup { in_time, ..HypothesisGroup::of(group, &labels) }
                        })
                        .collect(),
                    in_time: in_time.into(),
                    more,
                    over_time: spans.map(|(from_s, accuracy)| over_time(*from_s, accuracy)).collect(),
                    seller_so_far: report.seller_with_open.ok().and_then(SoFar::of),
                    seller: report.seller.as_ref().ok().map(Accuracy::of),
                    tenths: report.tenths.into_iter().map(tenth).collect(),
                })
            },
        )
        .await
    }
}

fn over_time(from_s: u32, accuracy: &hypotheses::Accuracy) -> Calibration {
    let from = Some(rfc3339(i64::from(from_s) * 1000));
    Calibration { from, predicted: accuracy.predicted, observed: accuracy.observed.into() }
}

fn tenth((predicted, observed): (f64, insight::figure::Figure)) -> Calibration {
    Calibration { from: None, predicted, observed: observed.into() }
}

/// A standing's word.
pub(super) fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Insufficient { .. } => "insufficient",
        Standing::Emerging => "emerging",
        Standing::Supported => "supported",
        Standing::Refuted => "refuted",
    }
}

impl HypothesisGroup {
    /// Without what days were predicted.
    pub(super) fn of(group: Validated, labels: &Labels) -> Self {
        let (effectiveness, effectiveness_why) = match group.effectiveness {
            Err(Absent::TooFew { have, needed }) => {
                (None, Some(format!("about {} more needed", needed.saturating_sub(have))))
            }
            other => or_why(other),
        };
        let (accuracy, accuracy_why) = match &group.accuracy {
            Ok(accuracy) => (Some(Accuracy::of(accuracy)), None),
            Err(_) => (None, Some("no prediction of a journey that had the whole horizon yet".to_owned())),
        };
        Self {
            standing: standing_word(group.standing),
            effectiveness: effectiveness.and_then(real),
            effectiveness_why,
            accuracy,
            accuracy_why,
            in_time: None,
            conversion: ConversionGroup::of(group.conversion, labels),
        }
    }
}

impl SoFar {
    fn of(so_far: hypotheses::WithOpen) -> Option<Self> {
        let brier = real(so_far.brier)?;
        Some(Self { n: so_far.n, brier, skill: so_far.skill.ok().and_then(real) })
    }
}

impl Accuracy {
    fn of(accuracy: &hypotheses::Accuracy) -> Self {
        let (line, slope_why) = or_why(accuracy.line);
        let observations = if accuracy.n == 1 { "observation" } else { "observations" };
        Self {
            n: accuracy.n,
            predicted: accuracy.predicted,
            observed: accuracy.observed.into(),
            brier: accuracy.score.brier,
            skill: accuracy.skill.ok().and_then(real),
            p: accuracy.surprise.ok().and_then(|surprise| real(surprise.two_sided)),
            slope: line.as_ref().and_then(|line| real(line.slope)),
            slope_interval: line.and_then(|line| bounds(line.slope_interval)),
            slope_why,
            says: format!("{} {observations}", accuracy.n),
        }
    }
}
