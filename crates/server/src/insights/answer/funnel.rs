//! Where clients stop (SPEC I7).

use super::as_of;
use super::figure::Figure;
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use insight::report::funnel;
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// The furthest step of each journey, and how long clients stayed on each page.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Funnel {
    /// RFC 3339.
    pub as_of: String,
    /// `journeys`: of `reached`.
    pub unit: &'static str,
    /// Steps in their order: `started`, the four pages, `checkout`, `paid`.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = FunnelStep)]
pub struct Step {
    /// `started`, `activation`, `agreement`, `confirmation`, `processing`, `checkout` or `paid`.
    pub key: &'static str,
    /// For people.
    pub label: &'static str,
    /// Journeys that came at least so far.
    pub reached: u64,
    /// Of all journeys.
    pub of_all: Figure,
    /// Of those that reached the step before.
    pub of_previous: Figure,
    /// Middle time on the page in seconds in the first 48 hours, of those who saw it; null where there is no page.
    pub median_seconds: Option<f64>,
}

impl Insights {
    /// The funnel of the question's journeys; its grouping is not used.
    pub async fn funnel(&self, ask: &Ask) -> Result<Arc<Funnel>, Unready> {
        let ask = ask.by(By::Everything);
        let key = Key { report: "funnel", ask: ask.clone(), more: String::new() };
        self.answer(
            key,
            move |columns, moment| funnel::report(columns, &ask.question(moment.now_s)),
            async move |steps: Vec<funnel::Step>, _: Db, moment| {
                let steps = steps.iter().map(Step::of).collect();
                Ok::<_, StoreError>(Funnel { as_of: as_of(moment), unit: "journeys", steps })
            },
        )
        .await
    }
}

impl Step {
    fn of(step: &funnel::Step) -> Self {
        let label = match step.name {
            "started" => "Started",
            "activation" => "Saw the welcome",
            "agreement" => "Saw the agreement",
            "confirmation" => "Saw the payment page",
            "processing" => "Saw what happens next",
            "checkout" => "Opened the checkout",
            "paid" => "Paid",
            other => other,
        };
        Self {
            key: step.name,
            label,
            reached: step.reached,
            of_all: step.of_all.into(),
            of_previous: step.of_previous.into(),
            median_seconds: step.median_seconds,
        }
    }
}
