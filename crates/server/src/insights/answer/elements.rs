//! Elements (SPEC I6): adjusted association of each with payment, and pairs that occur together.

use super::conversion::ConversionGroup;
use super::figure::{Bounds, Figure, bounds, real, verdict, verdict_words};
use super::labels::Labels;
use super::{as_of, largest};
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use crate::insights::thresholds::Gates;
use insight::report::conversion::{self, GroupConversion};
use insight::report::elements::{self, Effect};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Each element's association with payment, the others, the hypothesis category and the period held fixed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Elements {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`: of `effect`, the average change in the chance of payment.
    pub unit: &'static str,
    /// Paid within so many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub thresholds: Gates,
    /// Journeys that had the whole horizon: what the effects rest on.
    pub matured: u64,
    /// Journeys too young to be in it.
    pub immature: u64,
    /// How the effects were computed.
    pub method: &'static str,
    /// Elements, those in most journeys first.
    pub groups: Vec<ElementEffect>,
    /// Why there are none.
    pub why: Option<String>,
    /// Elements in every journey or in none of the cohort.
    pub constant: Vec<String>,
    /// Elements that follow from others: what the effects are measured against.
    pub reference: Vec<String>,
    /// Elements too rare to be told apart.
    pub left_out: Vec<String>,
    /// Pairs of elements in one version, the most frequent first, by their conversion.
    pub pairs: Vec<Pair>,
    /// Pairs that are not listed.
    pub more: usize,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ElementEffect {
    /// `headline=question`
    pub key: String,
    /// The same.
    pub label: String,
    /// Others that always go with it, so that they cannot be told apart.
    pub merged: Vec<String>,
    /// Matured journeys with it.
    pub n: u64,
    /// Of those, paid within the horizon.
    pub paid: u64,
    /// Average change in the chance of payment.
    pub effect: Figure,
    /// Odds ratio, adjusted.
    pub odds_ratio: Option<f64>,
    /// Odds ratio over hypothesis categories (Mantel–Haenszel), beside it.
    pub mantel_haenszel: Option<f64>,
    /// Its interval.
    #[schema(value_type = Option<Vec<f64>>)]
    pub mantel_haenszel_interval: Option<Bounds>,
    /// Of no association.
    pub p: Option<f64>,
    /// The same, adjusted over all elements (Benjamini–Hochberg).
    pub q: Option<f64>,
    /// `insufficient`, `not_distinct`, `more` or `less`.
    pub verdict: &'static str,
    /// The verdict for people.
    pub says: String,
    /// How many journeys a verdict takes in all, while it is `insufficient`.
    pub needed: Option<u64>,
}

/// Two elements in one version.
pub type Pair = ConversionGroup;

impl Insights {
    /// Associations of the elements of the question's journeys; its grouping is not used.
    pub async fn elements(&self, ask: &Ask) -> Result<Arc<Elements>, Unready> {
        let ask = ask.by(By::ElementPair);
        let key = Key { report: "elements", ask: ask.clone(), more: String::new() };
        let (horizon_days, thresholds) = (ask.horizon_days, ask.gates.into());
        self.answer(
            key,
            move |columns, moment| {
                let question = ask.question(moment.now_s);
                (elements::report(columns, &question), conversion::report(columns, &question))
            },
            async move |(report, pairs): (elements::Report, conversion::Report), _: Db, moment| {
                let (groups, why) = match report.effects {
                    Ok(effects) => (effects, None),
                    Err(why) => (Vec::new(), Some(why.to_string())),
                };
                let (groups, _) = largest(groups, |effect| effect.n);
                let (pairs, more) = largest(pairs.groups, |pair: &GroupConversion| pair.counts.started);
                let none = Labels::default();
                Ok::<_, StoreError>(Elements {
                    as_of: as_of(moment),
                    unit: "fraction",
                    horizon_days,
                    thresholds,
                    matured: report.matured,
                    immature: report.immature,
                    method: report.method.label(),
                    groups: groups.into_iter().map(ElementEffect::of).collect(),
                    why,
                    constant: report.constant,
                    reference: report.reference,
                    left_out: report.left_out,
                    pairs: pairs.into_iter().map(|pair| Pair::of(pair, &none)).collect(),
                    more,
                })
            },
        )
        .await
    }
}

impl ElementEffect {
    fn of(effect: Effect) -> Self {
        let (word, needed) = verdict(effect.verdict);
        let pooled = effect.mantel_haenszel.ok();
        Self {
            label: effect.element.clone(),
            key: effect.element,
            merged: effect.merged,
            n: effect.n,
            paid: effect.paid,
            effect: effect.points.into(),
            odds_ratio: real(effect.log_odds.0.exp()),
            mantel_haenszel: pooled.and_then(|pooled| real(pooled.odds_ratio)),
            mantel_haenszel_interval: pooled.and_then(|pooled| bounds(pooled.interval)),
            p: real(effect.p),
            q: effect.q.and_then(real),
            verdict: word,
            says: verdict_words(effect.verdict),
            needed,
        }
    }
}
