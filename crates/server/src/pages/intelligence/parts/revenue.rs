//! Net revenue per started journey, each currency in a picture of its own (SPEC I4).

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::super::summary::{driven, kind};
use super::Body;
use super::rows::{ROWS_MAX, ends, figure_words, first_large};
use crate::charts::intervals::{self, Intervals, Row, Tone};
use crate::charts::{Figure, Frame, Picture, Table, Unit, unit};
use crate::insights::answer::{Earned, Revenue, RevenueGroup};
use crate::insights::{Insights, Unready};
use ledger::Currency;
use std::collections::BTreeMap;

/// Pictures at most; the CSV has every currency.
const CURRENCIES_MAX: usize = 3;

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    let answer = insights.revenue(&filters.ask).await?;
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for earned in answer.groups.iter().flat_map(|group| &group.earned) {
        *sizes.entry(&earned.currency).or_default() += 1;
    }
    let mut codes: Vec<&str> = sizes.keys().copied().collect();
    codes.sort_by_key(|code| std::cmp::Reverse(sizes[code]));
    let more = codes.len().saturating_sub(CURRENCIES_MAX);
    let shown = codes.iter().take(CURRENCIES_MAX).filter_map(|code| Currency::parse(code));
    let mut figures: Vec<Figure> = shown.map(|currency| figure(&answer, currency, filters)).collect();
    if figures.is_empty() {
        figures.push(nothing(&answer, filters));
    }
    let words = (more > 0).then(|| format!("{more} more currencies: choose one above, or see the CSV."));
    Ok(Body { words: words.into_iter().collect(), figures, ..Body::default() })
}

fn nothing(answer: &Revenue, filters: &Filters) -> Figure {
    let n = answer.groups.iter().map(|group| group.n).sum();
    Figure {
        id: "revenue-none".to_owned(),
        title: "Net revenue per journey".to_owned(),
        about: about(n, &filters.ask, &answer.as_of),
        picture: Picture::words("No journey of this period has brought money yet.", Table::default()),
        finding: None,
        method: METHOD.to_owned(),
        csv: Some(csv("revenue", &filters.ask)),
    }
}

const METHOD: &str = "Mean with Student’s interval; capped: each journey cut at the 99th percentile. P(pay) × average \
                      order is the same mean, split. Money that went back is subtracted.";

fn figure(answer: &Revenue, currency: Currency, filters: &Filters) -> Figure {
    let of = |group: &RevenueGroup| group.earned.iter().find(|e| e.currency == currency.as_str()).cloned();
    let mut all: Vec<(&RevenueGroup, Earned)> =
        answer.groups.iter().filter_map(|group| Some((group, of(group)?))).collect();
    let (id, code) = (format!("revenue-{currency}"), currency.as_str().to_uppercase());
    let title = format!("Net revenue per journey in {code}, by {}", kind(&filters.ask.by));
    let table = table(&all, currency, &first_large(kind(&filters.ask.by)));
    let n = all.iter().map(|(group, _)| group.n).sum();
    let remarks: Vec<String> =
        all.iter().filter_map(|(group, e)| Some(format!("{}: {}", group.label, driven(e)?))).collect();
    all.truncate(ROWS_MAX);
    all.sort_by(|a, b| b.1.per_journey.value.unwrap_or(0.0).total_cmp(&a.1.per_journey.value.unwrap_or(0.0)));
    let rows = all.iter().map(|(group, earned)| row(group, earned, currency)).collect();
    let plot = Intervals { unit: Unit::Money(currency), rows, reference: None, table };
    let empty = "No journey of this period has brought money yet.";
    let mut picture = intervals::draw(Frame { id: &id, title: &title }, plot, empty);
    picture.notes.extend(remarks);
    Figure {
        id,
        title,
        about: about(n, &filters.ask, &answer.as_of),
        picture,
        finding: None,
        method: METHOD.to_owned(),
        csv: Some(csv("revenue", &filters.ask)),
    }
}

fn row(group: &RevenueGroup, earned: &Earned, currency: Currency) -> Row {
    let money = Unit::Money(currency);
    let said = |figure: &crate::insights::answer::Figure, unit: Unit| {
        figure.value.map_or("–".to_owned(), |v| unit.say(v))
    };
    let split =
        format!("{} pay × {}", said(&earned.paying, Unit::Percent), said(&earned.average_order, money));
    let capped = said(&earned.capped, money);
    let enough = group.with_money >= 5;
    Row {
        label: group.label.clone(),
        figure: format!("{} = {split}", said(&earned.per_journey, money)),
        value: earned.per_journey.value,
        interval: ends(earned.per_journey.interval, 0.0, f64::MAX).map(|(low, high)| (low.max(0.0), high)),
        inner: None,
        tone: if enough { Tone::Plain } else { Tone::Faint },
        says: format!(
            "{}: {} a journey ({split}); {capped} with each cut at the 99th percentile; n = {}",
            group.label,
            figure_words(&earned.per_journey, money),
            unit::count(group.n)
        ),
    }
}

fn table(all: &[(&RevenueGroup, Earned)], currency: Currency, kind: &str) -> Table {
    let money = Unit::Money(currency);
    let mut table = Table::new(&[
        kind,
        "Started",
        "Net",
        "Per journey (95 %)",
        "Always valid (95 %)",
        "Pay",
        "Average order",
        "Capped per journey",
        "Driven by",
    ]);
    for (group, earned) in all {
        let always = ends(earned.always_valid, 0.0, f64::MAX).map(|(low, high)| money.range(low, high));
        table.row([
            group.label.clone(),
            unit::count(group.n),
            ledger::Money::new(earned.net_minor, currency).to_string(),
            figure_words(&earned.per_journey, money),
            always.unwrap_or_else(|| "–".to_owned()),
            figure_words(&earned.paying, Unit::Percent),
            figure_words(&earned.average_order, money),
            figure_words(&earned.capped, money),
            earned.driven_by.map_or("–".to_owned(), |k| unit::counted(k, "payment", "payments")),
        ]);
    }
    table
}
