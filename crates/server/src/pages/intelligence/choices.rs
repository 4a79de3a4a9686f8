//! What can be chosen on the page: what there is in the data, by name.

use super::filters::{DIMENSIONS, Filters, HORIZONS, POOLED};
use crate::api::Result;
use crate::app::App;
use crate::charts::Unit;
use crate::insights::Unready;
use crate::insights::answer::labels::Labels;
use crate::insights::ask::By;
use std::collections::BTreeSet;

/// Options of one filter at most: more than anybody reads. The address takes any.
const OPTIONS_MAX: usize = 100;

/// One `<select>`.
pub(super) struct Select {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) options: Vec<Choice>,
}

/// One `<option>`.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) words: String,
    pub(super) chosen: bool,
}

impl Select {
    fn new(
        name: &'static str,
        label: &'static str,
        chosen: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let choice = |(value, words): (String, String)| Choice { chosen: value == chosen, value, words };
        Self { name, label, options: options.into_iter().map(choice).collect() }
    }

    /// With "Any" first. What is chosen stays to be seen even when nothing has it.
    fn filter(
        name: &'static str,
        label: &'static str,
        filters: &Filters,
        options: Vec<(String, String)>,
    ) -> Self {
        let chosen = filters.chosen(name).unwrap_or_default();
        let known = chosen.is_empty() || options.iter().any(|(value, _)| value == chosen);
        let extra = (!known).then(|| (chosen.to_owned(), chosen.to_owned()));
        let any = std::iter::once((String::new(), "Any".to_owned()));
        Self::new(name, label, chosen, any.chain(extra).chain(options.into_iter().take(OPTIONS_MAX)))
    }
}

/// What to look at, and which journeys.
pub(super) async fn selects(app: &App, filters: &Filters) -> Result<(Vec<Select>, Vec<Select>)> {
    let fixed = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect()
    };
    // With the one that is asked for: the usual one of the settings is any number of days.
    let asked = (filters.horizon != POOLED).then_some(filters.ask.horizon_days);
    let days: BTreeSet<u32> = HORIZONS.into_iter().chain(asked).collect();
    let mut horizons: Vec<(String, String)> =
        days.into_iter().map(|days| (days.to_string(), Unit::Days.say(f64::from(days)))).collect();
    let pooled = if filters.horizon == POOLED {
        format!("when 9 of 10 have ({} days)", filters.ask.horizon_days)
    } else {
        "when 9 of 10 have".to_owned()
    };
    horizons.push((POOLED.to_owned(), pooled));
    let compare = if filters.compare { "before" } else { "" };
    let currencies = currencies(app, filters)?;
    let look = vec![
        Select::new("by", "Compare by", filters.ask.by.as_str(), fixed(&DIMENSIONS)),
        Select::new("horizon", "Paid within", &filters.horizon, horizons),
        Select::new("compare", "Against", compare, fixed(&[("", "Nothing"), ("before", "The time before")])),
        Select::filter("currency", "Currency", filters, currencies),
    ];
    Ok((look, narrowing(app, filters).await?))
}

fn currencies(app: &App, filters: &Filters) -> Result<Vec<(String, String)>> {
    let found = or_none(app.insights.currencies(filters.ask.filter.livemode))?;
    let code = |code: [u8; 3]| {
        let code = String::from_utf8_lossy(&code).into_owned();
        (code.clone(), code.to_uppercase())
    };
    Ok(found.into_iter().map(code).collect())
}

async fn narrowing(app: &App, filters: &Filters) -> Result<Vec<Select>> {
    let known = or_none(app.insights.read(|columns| {
        vec![
            first(columns.known_contents()),
            first(columns.known_hypotheses()),
            first(columns.known_categories()),
            first(columns.known_segments()),
        ]
    }))?;
    let mut known = known.into_iter();
    let mut next = || known.next().unwrap_or_default();
    let (contents, hypotheses, categories, segments) = (next(), next(), next(), next());
    let db = app.insights.db();
    let contents = named(contents, &By::Content, db).await?;
    let hypotheses = named(hypotheses, &By::Hypothesis, db).await?;
    let plain = |words: Vec<String>| words.into_iter().map(|word| (word.clone(), word)).collect();
    Ok(vec![
        Select::filter("content", "Content", filters, contents),
        Select::filter("category", "Hypothesis category", filters, plain(categories)),
        Select::filter("hypothesis", "Hypothesis", filters, hypotheses),
        Select::filter("segment", "Segment of clients", filters, plain(segments)),
    ])
}

/// The newest are the last that came.
fn first(words: &[String]) -> Vec<String> {
    let mut words: Vec<String> = words.iter().rev().take(OPTIONS_MAX).cloned().collect();
    words.sort_unstable();
    words
}

async fn named(ids: Vec<String>, by: &By, db: &store::Db) -> Result<Vec<(String, String)>> {
    let labels = Labels::of(db, by, ids.iter().cloned()).await?;
    let mut options: Vec<(String, String)> = ids.into_iter().map(|id| (labels.get(&id), id)).collect();
    options.sort_unstable();
    Ok(options.into_iter().map(|(words, id)| (id, words)).collect())
}

/// While the journeys are being read there is nothing to choose.
fn or_none<T: Default>(found: Result<T, Unready>) -> Result<T> {
    match found {
        Err(Unready::Loading) => Ok(T::default()),
        other => Ok(other?),
    }
}
