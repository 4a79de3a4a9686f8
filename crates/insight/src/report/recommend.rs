//! What to send next: for each choice the option with the best lower bound, the evidence, what is still unknown, and
//! when the honest advice is to try both.
//!
//! Evidence from clients like this one is used where enough of it exists, else from all. Ranking by the interval's
//! lower bound prefers what is known to work over what merely might (Auer, Cesa-Bianchi & Fischer 2002 turned around:
//! this advice is about one client, not about learning).

use super::Verdict;
use super::conversion::{self, GroupConversion};
use crate::facts::pass::Question;
use crate::facts::{Columns, Dimension};
use crate::sample_size;

/// Options past the gate below which a segment's own evidence is not used.
const OPTIONS_MIN: usize = 2;

/// What to do about one choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing is known yet: any choice teaches.
    Anything,
    /// The best option is told apart from the rest.
    Use,
    /// The best two cannot be told apart: start an experiment.
    TryBoth,
    /// Only one option has enough data.
    OnlyKnown,
}

/// A recommendation for one choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// The choice: content, category, or an element's name.
    pub choice: String,
    /// What to do.
    pub advice: Advice,
    /// Options past the gate, best lower bound first, each with its evidence.
    pub options: Vec<GroupConversion>,
    /// Options below the gate, with about how many journeys more they need.
    pub unknown: Vec<(String, u64)>,
    /// When both are to be tried: journeys of each at which a difference as large as now would be seen in 4 of 5 cases.
    pub needed_each: Option<u64>,
    /// Whether the evidence is from clients of the segment asked about.
    pub own_segment: bool,
}

/// For content, hypothesis category and each element's name; `question.filter.segment` is the client's.
pub fn report(columns: &Columns, question: &Question) -> Vec<Recommendation> {
    let content = Evidence::of(columns, question, &Dimension::Content);
    let category = Evidence::of(columns, question, &Dimension::Category);
    let mut list = vec![content.choose("content", &|_| true), category.choose("category", &|_| true)];
    let elements = Evidence::of(columns, question, &Dimension::Element);
    let words = columns.elements.values().iter().filter_map(|word| word.split_once('='));
    let mut names: Vec<&str> = words.map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of_name = |key: &str| key.split_once('=').is_some_and(|(own, _)| own == name);
        let found = elements.choose(name, &of_name);
        list.extend((!found.options.is_empty() || !found.unknown.is_empty()).then_some(found));
    }
    list
}

/// Conversion by one dimension, of clients like this one and of all.
struct Evidence {
    own: Vec<GroupConversion>,
    /// Absent when nobody's clients are asked about in particular: then `own` is of all.
    everyone: Option<Vec<GroupConversion>>,
}

impl Evidence {
    fn of(columns: &Columns, question: &Question, by: &Dimension) -> Self {
        let mut question = Question { by: by.clone(), ..question.clone() };
        let own = conversion::report(columns, &question).groups;
        let everyone = question.filter.segment.take();
        Self { own, everyone: everyone.map(|_| conversion::report(columns, &question).groups) }
    }

    fn choose(&self, choice: &str, wanted: &dyn Fn(&str) -> bool) -> Recommendation {
        let own = ranked(&self.own, wanted);
        match &self.everyone {
            Some(everyone) if own.0.len() < OPTIONS_MIN => {
                recommendation(choice, ranked(everyone, wanted), false)
            }
            everyone => recommendation(choice, own, everyone.is_some()),
        }
    }
}

type Ranked = (Vec<GroupConversion>, Vec<(String, u64)>);

fn ranked(groups: &[GroupConversion], wanted: &dyn Fn(&str) -> bool) -> Ranked {
    let groups = groups.iter().filter(|group| wanted(&group.key)).cloned();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for group in groups {
        match group.verdict {
            Verdict::Insufficient { have, needed } => unknown.push((group.key, needed - have)),
            _ => known.push(group),
        }
    }
    known.sort_by(|a, b| lower(b).total_cmp(&lower(a)).then_with(|| a.key.cmp(&b.key)));
    (known, unknown)
}

fn lower(group: &GroupConversion) -> f64 {
    group.rate.interval.map_or(0.0, |interval| interval.low)
}

fn recommendation(choice: &str, (options, unknown): Ranked, own_segment: bool) -> Recommendation {
    let advice = match options.as_slice() {
        [] => Advice::Anything,
        [_] => Advice::OnlyKnown,
        [best, ..] if best.verdict == Verdict::More => Advice::Use,
        _ => Advice::TryBoth,
    };
    let needed_each = if advice == Advice::TryBoth { to_decide(&options) } else { None };
    Recommendation { choice: choice.to_owned(), advice, options, unknown, needed_each, own_segment }
}

/// Of the best two; `None` when they are alike, or one has no rate.
fn to_decide(options: &[GroupConversion]) -> Option<u64> {
    let [best, next, ..] = options else { return None };
    let (from, to) = (next.rate.value?, best.rate.value?);
    sample_size::per_arm(from, to, 0.05, 0.8).ok().map(|n| n.ceil() as u64)
}
