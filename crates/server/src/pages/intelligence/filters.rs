//! What the address of the page asks for. Everything chosen is in it, so that a view can be sent as a link.

use crate::api::insights::{Asked, question};
use crate::api::problem::Result;
use crate::api::query::Params;
use crate::app::App;
use crate::clock::rfc3339;
use crate::insights::ask::{Ask, By};
use crate::insights::thresholds;
use std::fmt::Write as _;

const DAY_S: u32 = 86_400;
/// Periods to choose from: word, words, days.
pub(super) const PERIODS: [(&str, &str, Option<u32>); 5] = [
    ("7d", "7 days", Some(7)),
    ("30d", "30 days", Some(30)),
    ("90d", "90 days", Some(90)),
    ("quarter", "Quarter", None),
    ("all", "All time", None),
];
/// Horizons to choose from besides the usual one, in days.
pub(super) const HORIZONS: [u32; 5] = [7, 14, 30, 60, 90];
/// The horizon within which nine tenths of those who pay have paid.
pub(super) const POOLED: &str = "p90";
/// Told apart by what, and how people call it.
pub(super) const DIMENSIONS: [(&str, &str); 7] = [
    ("content", "Content"),
    ("version", "Content version"),
    ("hypothesis", "Hypothesis"),
    ("category", "Hypothesis category"),
    ("element", "Element"),
    ("segment", "Segment of clients"),
    ("arm", "Experiment arm"),
];
/// Parameters that are passed on as they are.
const FILTERS: [&str; 7] = ["content", "version", "hypothesis", "category", "segment", "element", "currency"];

/// The question of the page.
#[derive(Clone, Debug)]
pub(super) struct Filters {
    /// What is asked of the statistics.
    pub(super) ask: Ask,
    /// `7d`, …, `all`; none when days were given.
    pub(super) period: Option<&'static str>,
    /// Days as given.
    pub(super) from: Option<String>,
    /// Likewise.
    pub(super) to: Option<String>,
    /// A horizon in days, or [`POOLED`].
    pub(super) horizon: String,
    /// The same question about the time before, when that is asked for and there is one.
    pub(super) compare: bool,
    /// As given, of [`FILTERS`].
    chosen: Vec<(&'static str, String)>,
}

impl Filters {
    /// Reads them; 422 names every fault.
    pub(super) async fn read(app: &App, mut params: Params) -> Result<Self> {
        let usual = app.insights.thresholds().await?;
        // The page's own horizon has a word besides days; statistics know days.
        let horizon = params.text("horizon").unwrap_or_else(|| usual.horizon_days.to_string());
        let days = horizon.parse::<u32>().ok().filter(|days| thresholds::HORIZONS.contains(days));
        if days.is_none() && horizon != POOLED {
            params.fault("horizon", "must be a whole number of days from 1 to 365, or p90");
        }
        let Asked { mut ask, .. } = question(app, &mut params, By::Content, usual);
        ask.horizon_days = days.unwrap_or(usual.horizon_days);
        let (from, to) = (params.text("from"), params.text("to"));
        let word = |text: &str| PERIODS.iter().find(|(word, ..)| *word == text).map(|(word, ..)| *word);
        let asked_period = params.word("period", word, "7d, 30d, 90d, quarter, all");
        let by_days = from.is_some() || to.is_some();
        let period = if by_days { None } else { Some(asked_period.unwrap_or("all")) };
        if let Some(period) = period {
            ask.filter.from_s = first_second(period, app.context.clock.now_s());
        }
        let compare = params.word("compare", |text| (text == "before").then_some(()), "before").is_some();
        let chosen = FILTERS.iter().filter_map(|name| Some((*name, params.text(name)?))).collect();
        params.finish(Self { ask, period, from, to, horizon, compare, chosen })
    }

    /// As given, of one filter.
    pub(super) fn chosen(&self, name: &str) -> Option<&str> {
        self.chosen.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Whether anything narrows the journeys besides period and mode.
    pub(super) fn narrowed(&self) -> bool {
        !self.chosen.is_empty() || self.period.is_none()
    }

    /// The same question about the span of the same length before; none over all time.
    pub(super) fn before(&self, now_s: u32) -> Option<Ask> {
        let from_s = self.ask.filter.from_s.filter(|_| self.compare)?;
        // To the end of the day, so that the question does not change from second to second.
        let until_s = self.ask.filter.until_s.unwrap_or((now_s / DAY_S + 1) * DAY_S);
        let length_s = until_s.saturating_sub(from_s);
        let mut before = self.ask.by(By::Everything);
        before.filter.from_s = Some(from_s.saturating_sub(length_s));
        before.filter.until_s = Some(from_s);
        (length_s > 0).then_some(before)
    }

    /// The address of `path` with this question.
    pub(super) fn href(&self, path: &str) -> String {
        let mut query = Query::new(path);
        query.add("livemode", if self.ask.filter.livemode { "true" } else { "false" });
        query.by(&self.ask.by);
        query.add("horizon", &self.horizon);
        let dates = [("period", self.period), ("from", self.from.as_deref()), ("to", self.to.as_deref())];
        for (name, value) in dates {
            query.opt(name, value);
        }
        query.opt("compare", self.compare.then_some("before"));
        for (name, value) in &self.chosen {
            query.add(name, value);
        }
        query.0
    }

    /// The same question in one mode.
    pub(super) fn in_mode(&self, livemode: bool) -> Self {
        let mut same = self.clone();
        same.ask.filter.livemode = livemode;
        same
    }

    /// The same question of another period.
    pub(super) fn in_period(&self, period: &'static str) -> Self {
        Self { period: Some(period), from: None, to: None, ..self.clone() }
    }

    /// The same question over all journeys of the mode.
    pub(super) fn unfiltered(&self) -> Self {
        Self { chosen: Vec::new(), ..self.in_period("all") }
    }
}

/// The first second of a period; none over all time.
fn first_second(period: &str, now_s: i64) -> Option<u32> {
    let now_s = u32::try_from(now_s).ok()?;
    if period == "quarter" {
        let today = jiff::Timestamp::from_second(i64::from(now_s)).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
        let month = (today.month() - 1) / 3 * 3 + 1;
        let first =
            jiff::civil::Date::new(today.year(), month, 1).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        return u32::try_from(first.timestamp().as_second()).ok();
    }
    let days = PERIODS.iter().find(|(word, ..)| *word == period).and_then(|(.., days)| *days)?;
    // Whole days, so that the same question a moment later is the same question.
    Some((now_s / DAY_S + 1).saturating_sub(days) * DAY_S)
}

/// `/api/v1/insights/{report}` with the same question, as CSV.
pub(super) fn csv(report: &str, ask: &Ask) -> String {
    let mut query = Query::new(&format!("/api/v1/insights/{report}"));
    query.add("livemode", if ask.filter.livemode { "true" } else { "false" });
    if ask.by != By::Everything {
        query.by(&ask.by);
    }
    query.add("horizon_days", &ask.horizon_days.to_string());
    let time = |at_s: u32| rfc3339(i64::from(at_s) * 1000);
    query.opt("from", ask.filter.from_s.map(time).as_deref());
    query.opt("to", ask.filter.until_s.map(|at_s| time(at_s.saturating_sub(1))).as_deref());
    let currency = ask.filter.currency.map(|code| String::from_utf8_lossy(&code).into_owned());
    query.opt("currency", currency.as_deref());
    let rest = [
        ("content", &ask.filter.content),
        ("version", &ask.filter.version),
        ("hypothesis", &ask.filter.hypothesis),
        ("category", &ask.filter.category),
        ("segment", &ask.filter.segment),
        ("element", &ask.filter.element),
    ];
    for (name, value) in rest {
        query.opt(name, value.as_deref());
    }
    query.add("format", "csv");
    query.0
}

/// An address while it is written.
struct Query(String);

impl Query {
    fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    fn add(&mut self, name: &str, value: &str) {
        let before = if self.0.contains('?') { '&' } else { '?' };
        let _ = write!(self.0, "{before}{name}=");
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                self.0.push(char::from(byte));
            } else {
                let _ = write!(self.0, "%{byte:02X}");
            }
        }
    }

    /// With the attribute that tells segments apart, when there is one.
    fn by(&mut self, by: &By) {
        self.add("by", by.as_str());
        if let By::Segment(key) = by {
            self.opt("segment_key", key.as_deref());
        }
    }

    fn opt(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> Ask {
        Ask::of_mode(false, thresholds::Thresholds::default())
    }

    fn filters() -> Filters {
        let mut ask = everything().by(By::Category);
        ask.filter.from_s = Some(10 * DAY_S);
        Filters {
            ask,
            period: Some("7d"),
            from: None,
            to: None,
            horizon: "14".to_owned(),
            compare: true,
            chosen: vec![("segment", "trade=food & drink".to_owned())],
        }
    }

    #[test]
    fn the_address_says_all_that_is_asked() {
        let want = "/intelligence?livemode=false&by=category&horizon=14&period=7d&compare=before\
                    &segment=trade%3Dfood%20%26%20drink";
        assert_eq!(filters().href("/intelligence"), want);
        let all = "/intelligence?livemode=false&by=category&horizon=14&period=all&compare=before";
        assert_eq!(filters().unfiltered().href("/intelligence"), all);
    }

    #[test]
    fn the_same_question_as_csv() {
        let mut ask = filters().ask.in_currency(*b"eur");
        ask.filter.until_s = Some(17 * DAY_S);
        let want = "/api/v1/insights/revenue?livemode=false&by=category&horizon_days=30\
                    &from=1970-01-11T00%3A00%3A00.000Z&to=1970-01-17T23%3A59%3A59.000Z&currency=eur&format=csv";
        assert_eq!(csv("revenue", &ask), want);
        // One attribute was asked for, and the file held all.
        let by_trade = everything().by(By::Segment(Some("trade".to_owned())));
        assert!(csv("revenue", &by_trade).contains("by=segment&segment_key=trade&"));
    }

    #[test]
    fn the_time_before_is_as_long() {
        let before = filters().before(17 * DAY_S - 1).unwrap();
        assert_eq!((before.filter.from_s, before.filter.until_s), (Some(3 * DAY_S), Some(10 * DAY_S)));
        let all_time = Filters { ask: everything(), ..filters() };
        assert!(all_time.before(17 * DAY_S).is_none());
    }

    #[test]
    fn a_period_begins_at_midnight() {
        // Sunday, 22 November 2026, 02:14:15 UTC
        let now_s = 1_795_313_655;
        assert_eq!(first_second("7d", now_s), Some(1_794_787_200));
        assert_eq!(first_second("quarter", now_s), Some(1_790_812_800));
        assert_eq!(first_second("all", now_s), None);
    }
}
