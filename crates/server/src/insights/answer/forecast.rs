//! Revenue of the next days (SPEC B3), in one currency.

use super::as_of;
use super::figure::{Bounds, bounds, or_why, real};
use super::revenue::code;
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use insight::facts::CurrencyCode;
use insight::figure::{Answer, Method};
use insight::report::forecast;
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Windows that are forecast, in days.
const WINDOWS_DAYS: [u32; 3] = [30, 60, 90];

/// Net revenue of the next days.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Forecast {
    /// RFC 3339.
    pub as_of: String,
    /// `minor_units`
    pub unit: &'static str,
    /// Of all amounts.
    pub currency: String,
    /// The next 30, 60 and 90 days; empty when there is too little history.
    pub windows: Vec<ForecastWindow>,
    /// How they were computed; null when there are none.
    pub method: Option<&'static str>,
    /// Why there are none.
    pub why: Option<String>,
    /// What the same forecast was worth in the past.
    pub back_test: Option<BackTest>,
    /// Why there is no back-test.
    pub back_test_why: Option<String>,
}

/// One window.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ForecastWindow {
    /// The next so many days.
    pub days: u32,
    /// Mean over the simulated futures.
    pub mean_minor: f64,
    /// The middle one.
    pub median_minor: f64,
    /// Of 95 % of them.
    #[schema(value_type = Option<Vec<f64>>)]
    pub interval: Option<Bounds>,
    /// Of 80 % of them.
    #[schema(value_type = Option<Vec<f64>>)]
    pub inner: Option<Bounds>,
}

/// The forecast tried on the past.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct BackTest {
    /// Days of each try.
    pub days: u32,
    /// Tries, a week apart.
    pub origins: u64,
    /// Mean absolute error over that of "as much as just before": below 1 is better.
    pub mase: f64,
    /// The same of "as much as a year before"; null with less than about a year and a half of history.
    pub mase_of_year_before: Option<f64>,
    /// Mean pinball loss of the 80 % interval's ends, minor units: lower is better.
    pub pinball_minor: f64,
    /// Part of the outcomes within the 80 % interval.
    pub coverage: f64,
}

impl Insights {
    /// The forecast of the question's journeys in `currency`; its grouping is not used.
    pub async fn forecast(&self, ask: &Ask, currency: CurrencyCode) -> Result<Arc<Forecast>, Unready> {
        let ask = ask.in_currency(currency).by(By::Everything);
        let key = Key { report: "forecast", ask: ask.clone(), more: String::new() };
        self.answer(
            key,
            move |columns, moment| {
                forecast::forecast(columns, &ask.question(moment.now_s), currency, &WINDOWS_DAYS)
            },
            async move |found: Answer<forecast::Forecast>, _: Db, moment| {
                Ok::<_, StoreError>(told(found, currency, as_of(moment)))
            },
        )
        .await
    }
}

fn told(found: Answer<forecast::Forecast>, currency: CurrencyCode, as_of: String) -> Forecast {
    let (found, why) = or_why(found);
    let method = found.as_ref().map(|found| match found.method {
        Method::Count => "as much as just before, which was nearer in the past",
        Method::YearBefore => "as much as in the same days a year before, which was nearest in the past",
        method => method.label(),
    });
    let (windows, tried) = found.map_or((Vec::new(), None), |found| (found.windows, Some(found.back_test)));
    let (tried, back_test_why) = tried.map_or((None, None), or_why);
    Forecast {
        as_of,
        unit: "minor_units",
        currency: code(currency),
        windows: windows.into_iter().map(ForecastWindow::of).collect(),
        method,
        why,
        back_test: tried.filter(|tried| tried.mase.is_finite() && tried.coverage.is_finite()).map(|tried| {
            BackTest {
                days: tried.days,
                origins: tried.origins,
                mase: tried.mase,
                mase_of_year_before: tried.mase_of_year_before.and_then(real),
                pinball_minor: tried.pinball,
                coverage: tried.coverage,
            }
        }),
        back_test_why,
    }
}

impl ForecastWindow {
    fn of(window: forecast::Window) -> Self {
        Self {
            days: window.days,
            mean_minor: window.mean_minor,
            median_minor: window.median_minor,
            interval: bounds(window.interval),
            inner: bounds(window.inner),
        }
    }
}
