//! The question that every report takes, from a query.

use super::cells::InCsv;
use crate::api::problem::Result;
use crate::api::query::Params;
use crate::app::App;
use crate::clock::parse_rfc3339;
use crate::ids::IdKind;
use crate::insights::ask::{Ask, By};
use crate::insights::thresholds::{HORIZONS, Thresholds};
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use insight::facts::{CurrencyCode, Filter};
use ledger::Currency;
use utoipa::IntoParams;

/// Characters of a filter's value at most.
const WORDS_CHARS_MAX: usize = 200;

/// A question, and whether it is to be answered as CSV.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The question.
    pub ask: Ask,
    /// `format=csv`
    pub csv: bool,
}

/// Reads the question; faults are noted in `params`. `by` is what to tell apart unless asked otherwise.
pub fn question(app: &App, params: &mut Params, by: By, thresholds: Thresholds) -> Asked {
    let key = params.text("segment_key");
    let by = params.word("by", |word| By::parse(word, key.clone()), By::WORDS).unwrap_or(by);
    let (from_s, until_s) = (from(params), until(params));
    if from_s.zip(until_s).is_some_and(|(from, until)| from >= until) {
        params.fault("to", "must be after from");
    }
    let ask = Ask {
        by,
        filter: Filter {
            livemode: params.truth("livemode").unwrap_or_else(|| app.config.livemode()),
            from_s,
            until_s,
            currency: currency(params),
            content: id(params, "content", IdKind::Content),
            version: id(params, "version", IdKind::Version),
            hypothesis: id(params, "hypothesis", IdKind::Hypothesis),
            category: words(params, "category"),
            segment: pair(params, "segment"),
            element: pair(params, "element"),
            without: None,
        },
        horizon_days: horizon_days(params, thresholds),
        gates: thresholds.gates(),
    };
    let csv =
        params.word("format", |word| ["json", "csv"].contains(&word).then_some(word == "csv"), "json, csv");
    Asked { ask, csv: csv.unwrap_or(false) }
}

/// What every report takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents the query that `question` reads")]
pub(super) struct QuestionParams {
    /// Told apart by: `hypothesis`, `category`, `content`, `version`, `element`, `element_pair`, `segment`, `arm`.
    by: Option<String>,
    /// The client attribute of `by=segment`; all of them when absent.
    segment_key: Option<String>,
    /// Started on or after this day (UTC), or at or after this RFC 3339 time.
    from: Option<String>,
    /// Started on or before this day, or at or before this time.
    to: Option<String>,
    /// Journeys priced or paid in this currency.
    currency: Option<String>,
    /// Live or test money; the configured key's mode when absent.
    livemode: Option<bool>,
    /// Paid within so many days counts, 365 at most; when absent as in `/api/v1/settings/thresholds`.
    horizon_days: Option<u32>,
    /// `con_…`
    content: Option<String>,
    /// `ver_…`
    version: Option<String>,
    /// `hyp_…`
    hypothesis: Option<String>,
    /// Of the hypothesis.
    category: Option<String>,
    /// `key=value` of the client.
    segment: Option<String>,
    /// `key=value` of the version.
    element: Option<String>,
    /// `json`, or `csv`.
    format: Option<String>,
}

impl Asked {
    /// An answer in the form that was asked for.
    pub fn answer(&self, answer: &impl InCsv) -> Result<Response> {
        if self.csv { answer.in_csv() } else { Ok(Json(answer).into_response()) }
    }

    /// Reads the question of a request; 422 names every fault.
    pub async fn read(app: &App, mut params: Params, by: By) -> Result<Self> {
        let asked = question(app, &mut params, by, app.insights.thresholds().await?);
        params.finish(asked)
    }
}

/// Unix seconds of a time, or of the first moment of a day (UTC); and whether it was a day.
pub fn date_or_time(text: &str) -> Option<(u32, bool)> {
    // A date is read from a text with a time as well.
    if text.len() == "2026-01-31".len() {
        let day: jiff::civil::Date = text.parse().ok()?;
        let start = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        return Some((u32::try_from(start.timestamp().as_second()).ok()?, true));
    }
    let ms = parse_rfc3339(text)?;
    Some((u32::try_from(ms.div_euclid(1000)).ok()?, false))
}

const WANTS_TIME: &str =
    "must be a day such as 2026-01-31, or an RFC 3339 time such as 2026-01-31T09:00:00Z, after 1970";

fn from(params: &mut Params) -> Option<u32> {
    let text = params.text("from")?;
    let found = date_or_time(&text);
    if found.is_none() {
        params.fault("from", WANTS_TIME);
    }
    found.map(|(at_s, _)| at_s)
}

/// A day is meant to its end; so is a second.
fn until(params: &mut Params) -> Option<u32> {
    let text = params.text("to")?;
    let found = date_or_time(&text);
    if found.is_none() {
        params.fault("to", WANTS_TIME);
    }
    found.map(|(at_s, is_day)| at_s.saturating_add(if is_day { 86_400 } else { 1 }))
}

/// As the statistics spell it.
pub(super) fn currency(params: &mut Params) -> Option<CurrencyCode> {
    let wants = "three letters such as usd";
    let found = params.word("currency", |text| Currency::parse(&text.to_lowercase()), wants)?;
    found.as_str().as_bytes().try_into().ok()
}

fn id(params: &mut Params, name: &str, kind: IdKind) -> Option<String> {
    let text = params.text(name)?;
    if !kind.fits(&text) {
        params.fault(name, "is not an id of that kind");
    }
    Some(text)
}

fn words(params: &mut Params, name: &str) -> Option<String> {
    let text = params.text(name)?;
    if text.chars().count() > WORDS_CHARS_MAX {
        params.fault(name, format!("must have at most {WORDS_CHARS_MAX} characters"));
    }
    Some(text)
}

fn pair(params: &mut Params, name: &str) -> Option<String> {
    let text = words(params, name)?;
    if !text.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()) {
        params.fault(name, "must be key=value");
    }
    Some(text)
}

/// Paid within how many days counts.
pub fn horizon_days(params: &mut Params, thresholds: Thresholds) -> u32 {
    let Some(text) = params.text("horizon_days") else { return thresholds.horizon_days };
    let found = text.parse().ok().filter(|days| HORIZONS.contains(days));
    found.unwrap_or_else(|| {
        let (first, last) = HORIZONS.into_inner();
        params.fault("horizon_days", format!("must be a whole number from {first} to {last}"));
        thresholds.horizon_days
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_a_time() {
        let table = [
            ("2026-01-31", Some((1_769_817_600, true))),
            ("2026-01-31T09:00:00Z", Some((1_769_850_000, false))),
            ("2026-01-31T09:00:00+02:00", Some((1_769_842_800, false))),
            ("1969-12-31", None),
            ("9999-12-31", None),
            ("31.1.2026", None),
            ("2026-02-30", None),
            ("", None),
        ];
        for (text, want) in table {
            assert_eq!(date_or_time(text), want, "{text}");
        }
    }
}
