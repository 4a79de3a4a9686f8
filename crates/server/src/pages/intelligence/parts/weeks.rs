//! Revenue by week, and the forecast with what it was worth in the past (SPEC B3).

use super::super::about::{of_when, short_day, started};
use super::super::filters::{Filters, csv};
use super::Body;
use super::rows::ends;
use crate::charts::fan::{self, Ahead, Fan};
use crate::charts::weeks::{self, Week};
use crate::charts::{Figure, Frame, Table, Unit, unit};
use crate::insights::answer::{Forecast, ForecastWindow, Weeks};
use crate::insights::ask::Ask;
use crate::insights::{Insights, Unready};
use insight::facts::CurrencyCode;
use ledger::Currency;

/// Currencies shown at most: each is two pictures.
const CURRENCIES_MAX: usize = 2;

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let known = insights.currencies(filters.ask.filter.livemode)?;
    let codes = filters.ask.filter.currency.map_or_else(|| known.clone(), |chosen| vec![chosen]);
    let mut body = Body::default();
    for code in codes.iter().take(CURRENCIES_MAX) {
        let weeks = insights.weeks(&filters.ask, *code).await?;
        let forecast = insights.forecast(&filters.ask, *code).await?;
        let ask = filters.ask.in_currency(*code);
        let Some(currency) = parsed(*code) else { continue };
        body.figures.push(by_week(&weeks, &ask, currency));
        body.figures.push(ahead(&weeks, &forecast, &ask, currency));
    }
    if codes.is_empty() {
        body.words.push("No journey yet, so there is no revenue to show by week.".to_owned());
    }
    if codes.len() > CURRENCIES_MAX {
        let more = codes.len() - CURRENCIES_MAX;
        body.words.push(format!("{more} more currencies: choose one above."));
    }
    Ok(body)
}

fn parsed(code: CurrencyCode) -> Option<Currency> {
    Currency::parse(std::str::from_utf8(&code).ok()?)
}

fn float(minor: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
    let height = minor as f64;
    height
}

fn by_week(answer: &Weeks, ask: &Ask, currency: Currency) -> Figure {
    let (unit, code) = (Unit::Money(currency), currency.as_str().to_uppercase());
    let mut table = Table::new(&["Week from", "Net", "Journeys paid"]);
    let last = answer.weeks.len().saturating_sub(1);
    let mut bars = Vec::new();
    for (number, week) in answer.weeks.iter().enumerate() {
        let (label, net) = (short_day(&week.from), unit.say(float(week.net_minor)));
        let running = number == last;
        let remark = if running { ", still running" } else { "" };
        table.row([format!("{label}{remark}"), net.clone(), unit::count(week.paid)]);
        let says = format!(
            "Week from {label}{remark}: {net}, {}",
            unit::counted(week.paid, "journey paid", "journeys paid")
        );
        bars.push(Week { label, value: float(week.net_minor), running, says });
    }
    let (id, title) = (format!("weeks-{currency}"), format!("Net revenue by week of payment, {code}"));
    let empty = format!("Nothing has come in in {code} in this period.");
    let picture = weeks::draw(Frame { id: &id, title: &title }, unit, &bars, table, &empty);
    let n = answer.weeks.iter().map(|week| week.paid).sum();
    Figure {
        id,
        title,
        about: format!(
            "{} · {} · {}",
            unit::counted(n, "paid journey", "paid journeys"),
            started(ask),
            of_when(&answer.as_of)
        ),
        picture,
        finding: None,
        method: "Sums by Monday-to-Sunday week, UTC. What goes back is taken from the week it came in."
            .to_owned(),
        csv: Some(csv("revenue-by-week", ask)),
    }
}

fn ahead(weeks: &Weeks, answer: &Forecast, ask: &Ask, currency: Currency) -> Figure {
    let (unit, code) = (Unit::Money(currency), currency.as_str().to_uppercase());
    let mut table = Table::new(&["Next", "Middle", "80 % of futures", "95 % of futures"]);
    for window in &answer.windows {
        let said = |bounds| {
            ends(bounds, 0.0, f64::MAX).map_or("–".to_owned(), |(low, high)| unit.range(low, high))
        };
        table.row([
            Unit::Days.say(f64::from(window.days)),
            unit.say(window.median_minor),
            said(window.inner),
            said(window.interval),
        ]);
    }
    let (id, title) = (format!("forecast-{currency}"), format!("What the next 90 days may bring, {code}"));
    let fan =
        Fan { unit, past: past(weeks), ahead: answer.windows.iter().filter_map(window).collect(), table };
    let empty = format!(
        "No forecast yet: {}. It takes 14 days of history and 10 payments.",
        answer.why.as_deref().unwrap_or("too little history")
    );
    let picture = fan::draw(Frame { id: &id, title: &title }, fan, &empty);
    Figure {
        id,
        title,
        about: format!("{} · {}", started(ask), of_when(&answer.as_of)),
        finding: worth(answer),
        picture,
        method: format!(
            "{}. Added to what was earned so far; each journey still open counts with its own chance.",
            super::rows::first_large(answer.method.unwrap_or("simulated paths"))
        ),
        csv: Some(csv("forecast", ask)),
    }
}

/// The sum so far at the end of each week, the last half year.
fn past(weeks: &Weeks) -> Vec<(f64, f64)> {
    let mut sum = 0.0;
    let last = weeks.weeks.len();
    let steps = weeks.weeks.iter().enumerate().map(|(number, week)| {
        sum += float(week.net_minor);
        (7.0 * f64::from(u32::try_from(last - 1 - number).unwrap_or(0)), sum)
    });
    let steps: Vec<(f64, f64)> = steps.collect();
    let start = steps.first().map(|(days, _)| (days + 7.0, 0.0));
    start.into_iter().chain(steps).collect()
}

fn window(window: &ForecastWindow) -> Option<Ahead> {
    Some(Ahead {
        days: f64::from(window.days),
        middle: window.median_minor,
        inner: ends(window.inner, 0.0, f64::MAX)?,
        outer: ends(window.interval, 0.0, f64::MAX)?,
    })
}

/// What the same forecast was worth.
fn worth(answer: &Forecast) -> Option<String> {
    if answer.windows.is_empty() {
        return None;
    }
    let Some(test) = &answer.back_test else {
        let why = answer.back_test_why.as_deref().unwrap_or("too little history");
        return Some(format!("Not tried on the past yet ({why}): take it with care."));
    };
    let better = if test.mase < 1.0 { "nearer than" } else { "no nearer than" };
    let year = test.mase_of_year_before.map(|mase| format!("; “as much as a year before” had {mase:.2}"));
    Some(format!(
        "Tried {} on the past, {} ahead: {better} “as much as just before” (error {:.2} of its{}), and {} of what came \
         lay within the 80\u{a0}% band.",
        unit::counted(test.origins, "time", "times"),
        Unit::Days.say(f64::from(test.days)),
        test.mase,
        year.unwrap_or_default(),
        Unit::Percent.say(test.coverage)
    ))
}
