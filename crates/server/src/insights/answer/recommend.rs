//! What to send next (SPEC I8), each choice with its evidence and how sure it is.

use super::as_of;
use super::conversion::ConversionGroup;
use super::labels::Labels;
use crate::insights::ask::{Ask, By};
use crate::insights::cache::Key;
use crate::insights::state::{Insights, Unready};
use crate::insights::thresholds::Gates;
use insight::report::recommend::{self, Advice};
use serde::Serialize;
use std::sync::Arc;
use store::{Db, StoreError};
use utoipa::ToSchema;

/// Options told of each choice.
const OPTIONS_MAX: usize = 5;

/// A recommendation for each choice.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Recommendations {
    /// RFC 3339.
    pub as_of: String,
    /// `fraction`: of the options' rates.
    pub unit: &'static str,
    /// What an option takes to be known.
    pub thresholds: Gates,
    /// Clients whose evidence was asked for, as `key=value`; null for all.
    pub segment: Option<String>,
    /// Content, hypothesis category, and each element's name.
    pub items: Vec<Recommendation>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Recommendation {
    /// `content`, `category`, or an element's name.
    pub choice: String,
    /// `anything`, `use`, `try_both` or `only_known`.
    pub advice: &'static str,
    /// The advice for people.
    pub says: String,
    /// With `try_both`: journeys of each at which a difference as large as now would be seen in 4 of 5 cases.
    pub needed_each: Option<u64>,
    /// Whether the evidence is from clients of the segment asked about.
    pub own_segment: bool,
    /// Options with enough data, the best lower bound first.
    pub options: Vec<Choice>,
    /// Options with too little, and how many journeys more they need.
    pub unknown: Vec<Unknown>,
}

/// One option with its evidence.
pub type Choice = ConversionGroup;

/// An option with too little data.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = UnknownOption)]
pub struct Unknown {
    /// Its id or name.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// Journeys more that it needs, about.
    pub more_needed: u64,
}

impl Insights {
    /// What to send next. The question's segment is the client's: its evidence is used where there is enough.
    pub async fn recommendations(&self, ask: &Ask) -> Result<Arc<Recommendations>, Unready> {
        let ask = ask.by(By::Everything);
        let key = Key { report: "recommendations", ask: ask.clone(), more: String::new() };
        let (segment, thresholds) = (ask.filter.segment.clone(), ask.gates.into());
        self.answer(
            key,
            move |columns, moment| {
                let mut list = recommend::report(columns, &ask.question(moment.now_s));
                for item in &mut list {
                    item.options.truncate(OPTIONS_MAX);
                    item.unknown.sort_by_key(|(_, more)| *more);
                    item.unknown.truncate(OPTIONS_MAX);
                }
                list
            },
            async move |list: Vec<recommend::Recommendation>, db: Db, moment| {
                let contents = list.iter().filter(|item| item.choice == "content");
                let keys = contents.flat_map(|item| {
                    let known = item.options.iter().map(|option| option.key.clone());
                    known.chain(item.unknown.iter().map(|(key, _)| key.clone())).collect::<Vec<_>>()
                });
                let labels = Labels::of(&db, &By::Content, keys).await?;
                let items = list.into_iter().map(|item| Recommendation::of(item, &labels)).collect();
                let (as_of, unit) = (as_of(moment), "fraction");
                Ok::<_, StoreError>(Recommendations { as_of, unit, thresholds, segment, items })
            },
        )
        .await
    }
}

impl Recommendation {
    fn of(item: recommend::Recommendation, labels: &Labels) -> Self {
        let options: Vec<Choice> =
            item.options.into_iter().map(|option| Choice::of(option, labels)).collect();
        let name = |place: usize| options.get(place).map_or("", |option| option.label.as_str());
        let (advice, says) = match item.advice {
            Advice::Anything => ("anything", "Nothing is known yet; whatever you send teaches.".to_owned()),
            Advice::Use => ("use", format!("{} is associated with more payment than the others.", name(0))),
            Advice::TryBoth => {
                let words = format!("{} and {} cannot be told apart yet; try both.", name(0), name(1));
                ("try_both", words)
            }
            Advice::OnlyKnown => ("only_known", format!("Only {} has enough data.", name(0))),
        };
        let unknown = item.unknown.into_iter();
        let unknown = unknown.map(|(key, more)| Unknown { label: labels.get(&key), key, more_needed: more });
        Self {
            choice: item.choice,
            advice,
            says,
            own_segment: item.own_segment,
            needed_each: item.needed_each,
            unknown: unknown.collect(),
            options,
        }
    }
}
