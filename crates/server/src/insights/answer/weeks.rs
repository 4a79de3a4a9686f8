//! Net revenue by week of payment, in one currency (SPEC I4, beside the forecast).

use super::as_of;
use super::revenue::code;
use crate::clock::rfc3339;
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use insight::facts::CurrencyCode;
use insight::report::weeks;
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// What came in, week by week, and is kept.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Weeks {
    /// RFC 3339.
    pub as_of: String,
    /// `minor_units`
    pub unit: &'static str,
    /// Of all amounts.
    pub currency: String,
    /// From the first payment on, weeks without money too; at most a year. The last is still running.
    pub weeks: Vec<Week>,
}

/// One week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Week {
    /// Its Monday, RFC 3339.
    pub from: String,
    /// Net of what was paid in it.
    pub net_minor: i64,
    /// Journeys paid in it.
    pub paid: u64,
}

impl Insights {
    /// Weeks of the question's journeys in `currency`; its grouping is not used.
    pub async fn weeks(&self, ask: &Ask, currency: CurrencyCode) -> Result<Arc<Weeks>, Unready> {
        let ask = ask.in_currency(currency).by(By::Everything);
        let key = Key { report: "weeks", ask: ask.clone(), more: String::new() };
        self.answer(
            key,
            move |columns, moment| weeks::report(columns, &ask.question(moment.now_s), currency),
            async move |weeks: Vec<weeks::Week>, _: Db, moment| {
                let week = |week: weeks::Week| Week {
                    from: rfc3339(i64::from(week.start_s) * 1000),
                    net_minor: week.net_minor,
                    paid: week.paid,
                };
                let weeks = weeks.into_iter().map(week).collect();
                let (as_of, currency) = (as_of(moment), code(currency));
                Ok::<_, StoreError>(Weeks { as_of, unit: "minor_units", currency, weeks })
            },
        )
        .await
    }
}
