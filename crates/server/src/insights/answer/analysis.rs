//! One journey against all others: what was predicted, what its outcome says of its hypothesis, and how what it was
//! given does elsewhere.

use super::as_of;
use super::conversion::ConversionGroup;
use super::figure::{Bounds, real};
use super::hypotheses::standing_word;
use super::labels::Labels;
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::evidence_note;
use crate::insights::load::id_number;
use crate::insights::seen::{self, Compared, Seen, State};
use crate::insights::state::{Insights, Moment, Unready};
use crate::insights::thresholds::{Gates, Thresholds};
use insight::report::hypotheses::Held;
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// One journey's part in what is known.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Analysis {
    /// RFC 3339.
    pub as_of: String,
    /// `jrn_…`
    pub journey_id: String,
    /// Paid within so many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub thresholds: Gates,
    /// `open`, `paid`, `refunded` or `closed`.
    pub state: &'static str,
    /// Days from its start until that; until now while it is open.
    pub days: f64,
    /// The hypothesis's prediction.
    pub predicted: Option<f64>,
    /// Likewise, days until paid.
    pub predicted_days: Option<f64>,
    /// (prediction − outcome)²: 0 is perfect, 0.25 is what always saying one half gets; null while it is open and young.
    pub brier: Option<f64>,
    /// Its hypothesis, with this journey and without it.
    pub hypothesis: Option<HypothesisEffect>,
    /// What it was given, each against all other journeys.
    pub factors: Vec<Factor>,
    /// Of the factors that can be told apart, the one with the largest difference.
    pub strongest: Option<Factor>,
    /// Elements that it was not given and that are associated with more payment.
    pub missed: Vec<ConversionGroup>,
    /// While it is open and younger than the horizon.
    pub score: Option<OpenScore>,
    /// Why there is no score.
    pub score_why: Option<String>,
    /// What there is to learn, written by the program.
    pub note: String,
}

/// What a journey's outcome did to its hypothesis.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HypothesisEffect {
    /// `hyp_…`
    pub key: String,
    /// Its first words.
    pub label: String,
    /// Its category.
    pub category: String,
    /// With this journey.
    pub with: Standing,
    /// Without it; null when it is the only one.
    pub without: Option<Standing>,
}

/// How a hypothesis stands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = HypothesisStanding)]
pub struct Standing {
    /// `insufficient`, `emerging`, `supported` or `refuted`.
    pub standing: &'static str,
    /// 0 to 100; null below the gate.
    pub effectiveness: Option<f64>,
    /// Journeys.
    pub n: u64,
    /// Of those, paid.
    pub paid: u64,
    /// Chance of being paid within the horizon.
    pub rate: Option<f64>,
    /// Its interval.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<Bounds>,
}

/// Something the journey was given, or its client is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Factor {
    /// `content`, `version`, `category`, `element` or `segment`.
    pub kind: &'static str,
    /// Journeys with it, against all others.
    pub group: ConversionGroup,
}

/// The chance that it is still paid.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OpenScore {
    /// From now until the horizon.
    pub probability: f64,
    /// Days until half of such journeys that still pay have paid.
    pub median_days_left: Option<f64>,
    /// Model, or base rate given the age.
    pub method: &'static str,
}

impl Insights {
    /// What one journey adds to what is known; `None` when there is no such journey.
    pub async fn journey_analysis(
        &self,
        journey_id: &str,
        thresholds: Thresholds,
    ) -> Result<Option<Arc<Analysis>>, Unready> {
        self.catch_up().await?;
        let Some(id) = id_number(journey_id) else { return Ok(None) };
        let Some(livemode) = self.read(|columns| columns.journey(id).map(|journey| journey.livemode))? else {
            return Ok(None);
        };
        let ask = Ask::of_mode(livemode, thresholds);
        let model = self.model(&ask).await?;
        let compared = self.compared(&ask).await?;
        let key = Key { report: "analysis", ask: ask.clone(), more: journey_id.to_owned() };
        let journey_id = journey_id.to_owned();
        let found: Arc<Option<Analysis>> = self
            .answer(
                key,
                move |columns, moment| {
                    seen::look(columns, id, &ask.question(moment.now_s), &model, &compared)
                },
                async move |seen: Option<Seen>, db: Db, moment| match seen {
                    Some(seen) => Ok(Some(told(seen, journey_id, thresholds, &db, moment).await?)),
                    None => Ok::<_, StoreError>(None),
                },
            )
            .await?;
        Ok(found.as_ref().clone().map(Arc::new))
    }

    /// What all journeys of a mode are compared with; kept like an answer.
    async fn compared(&self, ask: &Ask) -> Result<Arc<Compared>, Unready> {
        let key = Key { report: "compared", ask: ask.clone(), more: String::new() };
        let ask = ask.clone();
        self.answer(
            key,
            move |columns, moment| Compared::of(columns, &ask.question(moment.now_s)),
            async |compared, _: Db, _| Ok::<_, StoreError>(compared),
        )
        .await
    }
}

async fn told(
    seen: Seen,
    journey_id: String,
    thresholds: Thresholds,
    db: &Db,
    moment: Moment,
) -> Result<Analysis, StoreError> {
    let horizon_days = thresholds.horizon_days;
    let contents = Labels::of(db, &By::Content, [seen.content.clone()]).await?;
    let versions = Labels::of(db, &By::Version, [seen.version.clone()]).await?;
    let statements = Labels::of(db, &By::Hypothesis, seen.hypothesis.iter().map(|h| h.key.clone())).await?;
    let none = Labels::default();
    let factors = seen.factors.into_iter().map(|(kind, group)| {
        let labels = match kind {
            "content" => &contents,
            "version" => &versions,
            _ => &none,
        };
        Factor { kind, group: ConversionGroup::of(group, labels) }
    });
    let factors: Vec<Factor> = factors.collect();
    let hypothesis = seen.hypothesis.map(|hypothesis| HypothesisEffect {
        label: statements.get(&hypothesis.key),
        key: hypothesis.key,
        category: hypothesis.category,
        with: Standing::of(hypothesis.with, &statements),
        without: hypothesis.without.map(|without| Standing::of(without, &statements)),
    });
    let mut analysis = Analysis {
        as_of: as_of(moment),
        journey_id,
        horizon_days,
        thresholds: thresholds.gates().into(),
        state: seen.state.as_str(),
        days: seen.days,
        predicted: seen.predicted,
        predicted_days: seen.predicted_days,
        brier: brier(seen.predicted, seen.state, seen.days, horizon_days),
        hypothesis,
        strongest: strongest(&factors),
        factors,
        missed: seen.missed.into_iter().map(|group| ConversionGroup::of(group, &none)).collect(),
        score: seen.score.as_ref().ok().map(|score| OpenScore {
            probability: score.probability,
            median_days_left: score.median_days_left.and_then(real),
            method: score.method.label(),
        }),
        score_why: seen.score.err().map(|why| why.to_string()),
        note: String::new(),
    };
    analysis.note = evidence_note::note(&analysis);
    Ok(analysis)
}

/// A journey that was open for the whole horizon was not paid in it.
fn brier(predicted: Option<f64>, state: State, days: f64, horizon_days: u32) -> Option<f64> {
    let over = days > f64::from(horizon_days);
    let paid = match state {
        State::Paid => !over,
        State::Open if !over => return None,
        State::Open | State::Refunded | State::Closed => false,
    };
    predicted.map(|p| (p - f64::from(u8::from(paid))).powi(2))
}

fn strongest(factors: &[Factor]) -> Option<Factor> {
    let told_apart = factors.iter().filter(|factor| ["more", "less"].contains(&factor.group.verdict));
    let lift = |factor: &&Factor| factor.group.lift.unwrap_or_default().abs();
    told_apart.max_by(|a, b| lift(a).total_cmp(&lift(b))).cloned()
}

impl Standing {
    fn of(held: Held, labels: &Labels) -> Self {
        let conversion = ConversionGroup::of(held.conversion, labels);
        Self {
            standing: standing_word(held.standing),
            effectiveness: held.effectiveness.ok().and_then(real),
            n: conversion.n,
            paid: conversion.paid,
            rate: conversion.rate,
            interval: conversion.interval,
        }
    }
}
