//! The chance that open journeys are still paid (SPEC B2).

use super::as_of;
use super::figure::{or_why, real};
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::load::id_number;
use crate::insights::state::{Insights, Unready};
use insight::figure::{Absent, Answer};
use insight::report::score::{self, Model, Score};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError, names};
use utoipa::ToSchema;

/// Open journeys younger than the horizon with their chance of being paid, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Scores {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`: of `probability`.
    pub unit: &'static str,
    /// Until the journey is so many days old.
    pub horizon_days: u32,
    /// How the model did on journeys it had not seen; null while there is too little to try.
    pub hold_out: Option<HoldOut>,
    /// Why there is no score at all, or why the model was not tried.
    pub why: Option<String>,
    /// Journeys.
    pub items: Vec<Scored>,
    /// For `after=`; null on the last page.
    pub next: Option<String>,
}

/// A back-test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct HoldOut {
    /// Journeys fitted on.
    pub fitted: u64,
    /// Later journeys held out.
    pub held_out: u64,
    /// Mean squared error of the model on them.
    pub brier: f64,
    /// The same of always saying the base rate.
    pub brier_base: f64,
    /// Above 0: the model is used. Else the base rate given the age is shown.
    pub skill: f64,
}

/// One journey's score.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Scored {
    /// `jrn_…`
    pub journey_id: String,
    /// The client's name.
    pub label: String,
    /// Chance of being paid from now until the horizon.
    pub probability: f64,
    /// Days until half of such journeys that still pay have paid.
    pub median_days_left: Option<f64>,
    /// Model, or base rate given the age.
    pub method: &'static str,
}

/// Journeys of a page, and one more to see whether there is another page.
type Found = Vec<(u128, Score)>;

impl Insights {
    /// The model that scores the question's journeys; kept like an answer.
    pub(crate) async fn model(&self, ask: &Ask) -> Result<Arc<Answer<Model>>, Unready> {
        let ask = ask.by(By::Everything);
        let key = Key { report: "model", ask: ask.clone(), more: String::new() };
        self.answer(
            key,
            move |columns, moment| score::fit(columns, &ask.question(moment.now_s)),
            async |model, _: Db, _| Ok::<_, StoreError>(model),
        )
        .await
    }

    /// Scores of `limit` open journeys after the journey `after`; the question's grouping is not used.
    pub async fn scores(&self, ask: &Ask, after: Option<&str>, limit: usize) -> Result<Arc<Scores>, Unready> {
        let model = self.model(ask).await?;
        let ask = ask.by(By::Everything);
        let more = format!("{limit} after {}", after.unwrap_or_default());
        let key = Key { report: "scores", ask: ask.clone(), more };
        let after = after.and_then(id_number);
        let horizon_days = ask.horizon_days;
        let (hold_out, why) = tried(&model);
        self.answer(
            key,
            move |columns, moment| {
                let question = ask.question(moment.now_s);
                let found = |model: &Model| model.open_page(columns, &question, after, limit + 1);
                model.as_ref().as_ref().map_or_else(|_| Found::new(), found)
            },
            async move |found: Found, db: Db, moment| {
                let items = named(&db, found.get(..limit).unwrap_or(&found)).await?;
                let next = items.last().filter(|_| found.len() > limit).map(|last| last.journey_id.clone());
                let (as_of, unit) = (as_of(moment), "fraction");
                Ok::<_, StoreError>(Scores { as_of, unit, horizon_days, hold_out, why, items, next })
            },
        )
        .await
    }
}

fn tried(model: &Answer<Model>) -> (Option<HoldOut>, Option<String>) {
    let tried = match model {
        Ok(model) => model.hold_out,
        Err(Absent::OneClass) => return (None, Some("nothing was paid yet".to_owned())),
        Err(why) => Err(*why),
    };
    let (tried, why) = or_why(tried);
    let hold_out = tried.map(|tried| HoldOut {
        fitted: tried.fitted,
        held_out: tried.held_out,
        brier: tried.brier,
        brier_base: tried.brier_base,
        skill: tried.skill,
    });
    (hold_out.filter(|tried| tried.skill.is_finite()), why)
}

async fn named(db: &Db, found: &[(u128, Score)]) -> Result<Vec<Scored>, StoreError> {
    let id = |number: u128| format!("jrn_{number:032x}");
    let ids = found.iter().map(|(number, _)| id(*number)).collect();
    let names = names::clients_of(&mut db.read().await?, ids).await?;
    let scored = found.iter().map(|(number, score)| {
        let journey_id = id(*number);
        Scored {
            label: names.get(&journey_id).cloned().unwrap_or_default(),
            journey_id,
            probability: score.probability,
            median_days_left: score.median_days_left.and_then(real),
            method: score.method.label(),
        }
    });
    Ok(scored.collect())
}
