//! What to send next: for each choice the option with the best lower bound, the evidence, what is still unknown, and
//! when the honest advice is to try both.
//!
//! Evidence from clients like this one is used where enough of it exists, else from all. Ranking by the interval's
//! lower bound prefers what is known to work over what merely might (Auer, Cesa-Bianchi & Fischer 2002 turned around:
//! this advice is about one client, not about learning).

use super::conversion::{self, GroupConversion};
use super::{GATE_JOURNEYS, Verdict};
use crate::facts::pass::Question;
use crate::facts::{Columns, Dimension};

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
    /// Whether the evidence is from clients of the segment asked about.
    pub own_segment: bool,
}

/// For content, hypothesis category and each element's name; `question.filter.segment` is the client's.
pub fn report(columns: &Columns, question: &Question) -> Vec<Recommendation> {
    let mut list = vec![
        choose(columns, question, &Dimension::Content, "content", &|_| true),
        choose(columns, question, &Dimension::Category, "category", &|_| true),
    ];
    let mut names: Vec<&str> = columns
        .elements
        .values()
        .iter()
        .filter_map(|word| word.split_once('='))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let of_name = |key: &str| key.split_once('=').is_some_and(|(own, _)| own == name);
        let found = choose(columns, question, &Dimension::Element, name, &of_name);
        list.extend((!found.options.is_empty() || !found.unknown.is_empty()).then_some(found));
    }
    list
}

fn choose(
    columns: &Columns,
    question: &Question,
    by: &Dimension,
    choice: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Recommendation {
    let own = ranked(columns, &Question { by: by.clone(), ..question.clone() }, wanted);
    let segment = question.filter.segment.is_some();
    if !segment || own.0.len() >= OPTIONS_MIN {
        return recommendation(choice, own, segment);
    }
    let mut everyone = Question { by: by.clone(), ..question.clone() };
    everyone.filter.segment = None;
    recommendation(choice, ranked(columns, &everyone, wanted), false)
}

type Ranked = (Vec<GroupConversion>, Vec<(String, u64)>);

fn ranked(columns: &Columns, question: &Question, wanted: &dyn Fn(&str) -> bool) -> Ranked {
    let groups = conversion::report(columns, question).groups.into_iter().filter(|group| wanted(&group.key));
    let gated = |group: &GroupConversion| matches!(group.verdict, Verdict::Insufficient { .. });
    let (unknown, mut known): (Vec<_>, Vec<_>) = groups.partition(gated);
    known.sort_by(|a, b| lower(b).total_cmp(&lower(a)).then_with(|| a.key.cmp(&b.key)));
    let missing = |group: GroupConversion| {
        let more = GATE_JOURNEYS.saturating_sub(group.exposure as u64);
        (group.key, more)
    };
    (known, unknown.into_iter().map(missing).collect())
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
    Recommendation { choice: choice.to_owned(), advice, options, unknown, own_segment }
}
