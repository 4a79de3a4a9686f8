//! Query parameters, checked like fields.

use super::problem::{FieldError, Problem};
use crate::app::App;
use crate::clock;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Serialize;
use std::collections::BTreeMap;
use store::payment_totals::DAY_MS;
use utoipa::ToSchema;

/// Rows of a page unless asked otherwise.
const LIMIT_DEFAULT: i64 = 50;
/// Rows of a page at most.
const LIMIT_MAX: i64 = 200;
/// Characters of any parameter.
const CHARS_MAX: usize = 500;

/// The parameters of a request.
#[derive(Debug)]
pub struct Params {
    values: BTreeMap<String, String>,
    errors: Vec<FieldError>,
}

impl FromRequestParts<App> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Query(values) =
            Query::<BTreeMap<String, String>>::from_request_parts(parts, app).await.map_err(|_| {
                Problem::invalid_field("", "The query cannot be read; each parameter once, as name=value.")
            })?;
        Ok(Self::of(values))
    }
}

impl Params {
    /// Parameters that came some other way, checked alike.
    pub fn of(values: BTreeMap<String, String>) -> Self {
        let mut params = Self { values, errors: Vec::new() };
        params.values.retain(|_, value| !value.is_empty());
        let bad: Vec<String> = params
            .values
            .iter()
            .filter(|(_, value)| value.contains('\0') || value.chars().count() > CHARS_MAX)
            .map(|(name, _)| name.clone())
            .collect();
        for name in bad {
            // One fault per field: what is not there is not looked at again.
            params.values.remove(&name);
            params.fault(&name, format!("must have at most {CHARS_MAX} characters, and no NUL"));
        }
        params
    }

    /// Those of a query that is part of something else, without `?`.
    pub fn parse(query: &str) -> Self {
        Self::of(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Notes a fault.
    pub fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: field.to_owned(), message: message.into() });
    }

    /// A text; absent when empty.
    pub fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &str) -> String {
        let text = self.text(name);
        if text.is_none() && self.errors.iter().all(|error| error.field != name) {
            self.fault(name, "is required");
        }
        text.unwrap_or_default()
    }

    /// 422 with every fault, or the value.
    pub fn finish<T>(self, value: T) -> Result<T, Problem> {
        if self.errors.is_empty() { Ok(value) } else { Err(Problem::invalid(self.errors)) }
    }

    /// A word of a closed list.
    pub fn word<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>, words: &str) -> Option<T> {
        let text = self.text(name)?;
        let found = parse(&text);
        if found.is_none() {
            self.fault(name, format!("must be one of {words}"));
        }
        found
    }

    /// `true` or `false`.
    pub fn truth(&mut self, name: &str) -> Option<bool> {
        self.word(name, |text| text.parse().ok(), "true, false")
    }

    /// The start of a day in UTC, from `2026-11-22`. Unix ms.
    pub fn day(&mut self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let found = clock::day_ms(&text);
        if found.is_none() {
            self.fault(name, "must be a day, like 2026-11-22");
        }
        found
    }

    /// Two days, `from` and `to`, both included: the times at which they begin and end.
    pub fn days(&mut self) -> (Option<i64>, Option<i64>) {
        let (from_ms, to_ms) = (self.day("from"), self.day("to"));
        let to_ms = to_ms.map(|ms| ms.saturating_add(DAY_MS));
        if from_ms.zip(to_ms).is_some_and(|(from, to)| from >= to) {
            self.fault("to", "must not be before `from`");
        }
        (from_ms, to_ms)
    }

    /// `limit` and `after`, with every fault noted so far as a 422. `is_cursor` tells what can follow `after=`.
    pub fn page(mut self, is_cursor: impl Fn(&str) -> bool) -> Result<Page, Problem> {
        let in_range = |text: &str| text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
        let limit = match self.text("limit") {
            None => LIMIT_DEFAULT,
            Some(text) => in_range(&text).unwrap_or_else(|| {
                self.fault("limit", format!("must be a whole number from 1 to {LIMIT_MAX}"));
                LIMIT_DEFAULT
            }),
        };
        let after = self.text("after");
        if after.as_deref().is_some_and(|after| !is_cursor(after)) {
            self.fault("after", "must be the `next` of an earlier answer");
        }
        self.finish(Page { limit, after })
    }
}

/// Which page of a list.
#[derive(Debug)]
pub struct Page {
    /// Rows asked for.
    pub limit: i64,
    /// The last row of the page before.
    pub after: Option<String>,
}

impl Page {
    /// Rows to load: one more, to see whether there is a next page.
    pub fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts the extra row and names the cursor of the next page.
    pub fn list<T>(&self, mut items: Vec<T>, cursor: impl Fn(&T) -> String) -> List<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        List { items, next }
    }
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// For `after=`; null on the last page.
    pub next: Option<String>,
}

/// Checks an id of Stripe's in a path: what is not one cannot exist.
pub fn is_stripe_id(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
}
