//! Paid against unpaid, side by side (SPEC I6).

use super::figure::{Bounds, bounds, or_why, real};
use super::{as_of, largest};
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use crate::insights::thresholds::Gates;
use insight::report::contrast;
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// How journeys paid within the horizon differ from those that had all of it and were not.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Contrast {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`: of shares and differences.
    pub unit: &'static str,
    /// Paid within so many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub thresholds: Gates,
    /// Paid within the horizon.
    pub paid: u64,
    /// Had the whole horizon, not paid in it.
    pub unpaid: u64,
    /// Too young to be either; in no comparison.
    pub open: u64,
    /// Elements, the most frequent first.
    pub elements: Vec<ElementShare>,
    /// The four pages in their order.
    pub pages: Vec<Behaviour>,
}

/// One element's share among paid and unpaid journeys.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ElementShare {
    /// `headline=question`
    pub key: String,
    /// The same.
    pub label: String,
    /// Paid journeys with it.
    pub paid: u64,
    /// Unpaid journeys with it.
    pub unpaid: u64,
    /// Share among paid minus share among unpaid.
    pub difference: Option<f64>,
    /// Its interval (Newcombe).
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<Bounds>,
    /// Fisher's exact p.
    pub p: Option<f64>,
    /// Adjusted over everything in the answer.
    pub q: Option<f64>,
    /// Whether it may be called a difference.
    pub distinct: bool,
    /// Why there is no difference.
    pub why: Option<String>,
}

/// One page's time among paid and unpaid journeys, in the first 48 hours.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = PageBehaviour)]
pub struct Behaviour {
    /// `activation`, `agreement`, `confirmation` or `processing`.
    pub key: &'static str,
    /// Cliff's δ: above 0 when the paid stayed longer; −1 to 1.
    pub delta: Option<f64>,
    /// Mann–Whitney.
    pub p: Option<f64>,
    /// Adjusted over everything in the answer.
    pub q: Option<f64>,
    /// Whether it may be called a difference.
    pub distinct: bool,
    /// Why there is none.
    pub why: Option<String>,
}

impl Insights {
    /// Paid against unpaid; the question's grouping is not used.
    pub async fn contrast(&self, ask: &Ask) -> Result<Arc<Contrast>, Unready> {
        let ask = ask.by(By::Everything);
        let key = Key { report: "contrast", ask: ask.clone(), more: String::new() };
        let (horizon_days, thresholds) = (ask.horizon_days, ask.gates.into());
        self.answer(
            key,
            move |columns, moment| contrast::report(columns, &ask.question(moment.now_s)),
            async move |report: contrast::Report, _: Db, moment| {
                let size = |share: &contrast::Share| share.paid.0 + share.unpaid.0;
                let (elements, _) = largest(report.elements, size);
                Ok::<_, StoreError>(Contrast {
                    as_of: as_of(moment),
                    unit: "fraction",
                    horizon_days,
                    thresholds,
                    paid: report.paid,
                    unpaid: report.unpaid,
                    open: report.open,
                    elements: elements.into_iter().map(ElementShare::of).collect(),
                    pages: report.pages.iter().map(Behaviour::of).collect(),
                })
            },
        )
        .await
    }
}

impl ElementShare {
    fn of(share: contrast::Share) -> Self {
        let (difference, why) = or_why(share.difference);
        Self {
            label: share.element.clone(),
            key: share.element,
            paid: share.paid.0,
            unpaid: share.unpaid.0,
            difference: difference.and_then(|(value, _)| real(value)),
            interval: difference.and_then(|(_, interval)| bounds(interval)),
            p: difference.and_then(|_| real(share.p)),
            q: difference.and(share.q).and_then(real),
            distinct: share.distinct,
            why,
        }
    }
}

impl Behaviour {
    fn of(page: &contrast::Behaviour) -> Self {
        const PAGES: [&str; 4] = ["activation", "agreement", "confirmation", "processing"];
        let (test, why) = or_why(page.test);
        Self {
            key: PAGES[page.page.clamp(1, PAGES.len()) - 1],
            delta: test.as_ref().and_then(|test| real(test.delta)),
            p: test.as_ref().and_then(|test| real(test.p)),
            q: page.q.and_then(real),
            distinct: page.distinct,
            why,
        }
    }
}
