//! What to send next (SPEC I8). Also for the form of a new journey: [`block`].

use super::super::about::of_when;
use super::super::filters::{Filters, csv};
use super::rows::{first_large, rate_words};
use super::{Body, html};
use crate::charts::unit;
use crate::insights::answer::{Recommendation, Recommendations};
use crate::insights::ask::Ask;
use crate::insights::{Insights, Unready};
use askama::Template;
use store::clients::StoredClient;

/// Choices shown; those with advice come first.
const CHOICES_MAX: usize = 9;
/// Options named under a choice.
const OPTIONS_MAX: usize = 3;

/// What to send next, as a block of a page.
#[derive(Template)]
#[template(path = "intelligence/next.html")]
pub(in crate::pages) struct Next {
    /// Whose evidence it is.
    about: String,
    choices: Vec<Choice>,
    csv: String,
}

struct Choice {
    name: String,
    /// `use`, `try_both`, `only_known`, `anything`
    advice: &'static str,
    /// The advice in a word or two.
    word: &'static str,
    says: String,
    options: Vec<Evidence>,
    unknown: Option<String>,
}

struct Evidence {
    label: String,
    rate: String,
    n: String,
}

pub(super) async fn body(insights: &Insights, filters: &Filters) -> Result<Body, Unready> {
    Ok(of(insights, &filters.ask).await?.into())
}

impl From<Next> for Body {
    fn from(next: Next) -> Self {
        Self { html: html(&next), ..Self::default() }
    }
}

/// What to send to one client, or to anybody: evidence from clients that share an attribute with it where there is
/// enough, else from all. For the form of a new journey.
pub(in crate::pages) async fn block(
    insights: &Insights,
    client: Option<&StoredClient>,
    livemode: bool,
) -> Result<Next, Unready> {
    let attributes = client.iter().flat_map(|client| &client.attributes);
    let pairs = attributes.map(|(key, value)| format!("{key}={value}")).collect();
    let segment = insights.largest_segment(livemode, pairs)?;
    let thresholds = insights.thresholds().await?;
    let mut ask = Ask::of_mode(livemode, thresholds);
    ask.filter.segment = segment;
    of(insights, &ask).await
}

async fn of(insights: &Insights, ask: &Ask) -> Result<Next, Unready> {
    let answer = insights.recommendations(ask).await?;
    Ok(told(&answer, csv("recommendations", ask)))
}

fn told(answer: &Recommendations, csv: String) -> Next {
    let mut items: Vec<&Recommendation> = answer.items.iter().collect();
    let rank = |item: &Recommendation| match item.advice {
        "use" => 0,
        "try_both" => 1,
        "only_known" => 2,
        _ => 3,
    };
    // Stable: content and category stay first among their like.
    items.sort_by_key(|item| rank(item));
    let whose = match &answer.segment {
        Some(segment) => format!("Clients with {segment} where there are enough of them, else all"),
        None => "All clients".to_owned(),
    };
    Next {
        about: format!("{whose} · {}", of_when(&answer.as_of)),
        choices: items.into_iter().take(CHOICES_MAX).map(choice).collect(),
        csv,
    }
}

fn choice(item: &Recommendation) -> Choice {
    let options = item.options.iter().take(OPTIONS_MAX).map(|option| Evidence {
        label: option_name(item, &option.label),
        rate: rate_words(option),
        n: format!("n\u{a0}=\u{a0}{}", unit::count(option.n)),
    });
    let unknown: Vec<String> = item
        .unknown
        .iter()
        .take(OPTIONS_MAX)
        .map(|unknown| {
            format!(
                "{} (about {} more)",
                option_name(item, &unknown.label),
                unit::count(unit::rounded(unknown.more_needed))
            )
        })
        .collect();
    let word = match item.advice {
        "use" => "Favoured",
        "try_both" => "Try both",
        "only_known" => "One known",
        _ => "Unknown",
    };
    Choice {
        name: first_large(if item.choice == "category" { "hypothesis category" } else { &item.choice }),
        advice: item.advice,
        word,
        says: says(item),
        options: options.collect(),
        unknown: (!unknown.is_empty()).then(|| format!("Too little is known of {}.", unknown.join(", "))),
    }
}

/// Under the element's own name its value is enough.
fn option_name(item: &Recommendation, label: &str) -> String {
    let value = label.split_once('=').filter(|(name, _)| *name == item.choice).map(|(_, value)| value);
    value.unwrap_or(label).to_owned()
}

/// The answer's own words, and what to do.
fn says(item: &Recommendation) -> String {
    match item.advice {
        "use" => format!("{} Associated with, not proof.", item.says),
        "try_both" => {
            let needed = item.needed_each.map(|each| {
                let each = unit::counted(unit::rounded(each), "journey", "journeys");
                format!(" A difference as large as now takes about {each} of each to be told.")
            });
            let words = "Start an experiment: some clients one, some the other, by lot.";
            format!("{} {words}{}", item.says, needed.unwrap_or_default())
        }
        "only_known" => format!("{} Send others as well, to have something to compare it with.", item.says),
        _ => item.says.clone(),
    }
}
