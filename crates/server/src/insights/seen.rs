//! What the columns say of one journey and of all that it shares something with.

use insight::facts::journey::Journey;
use insight::facts::pass::{self, Answered, Question};
use insight::facts::{Columns, Dimension, Standing};
use insight::figure::{Absent, Answer};
use insight::report::Verdict;
use insight::report::conversion::{self, GroupConversion};
use insight::report::hypotheses::{self, Held};
use insight::report::score::{Model, Score};

/// Elements told that the journey was not given.
const MISSED_MAX: usize = 5;
/// Attributes of the client that are compared.
const SEGMENTS_MAX: usize = 8;
const DAY_S: f64 = 86_400.0;

/// How a journey stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Paid,
    Refunded,
    Closed,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Refunded => "refunded",
            Self::Closed => "closed",
        }
    }
}

/// See the module.
pub(super) struct Seen {
    pub(super) state: State,
    pub(super) days: f64,
    pub(super) content: String,
    pub(super) version: String,
    pub(super) predicted: Option<f64>,
    pub(super) predicted_days: Option<f64>,
    pub(super) hypothesis: Option<Both>,
    /// (kind, journeys with it)
    pub(super) factors: Vec<(&'static str, GroupConversion)>,
    pub(super) missed: Vec<GroupConversion>,
    pub(super) score: Answer<Score>,
}

/// A hypothesis with the journey and without it.
pub(super) struct Both {
    pub(super) key: String,
    pub(super) category: String,
    pub(super) with: Held,
    pub(super) without: Option<Held>,
}

/// Conversions of all journeys of a mode: what each one's analysis compares with, and the same for all of them.
pub(super) struct Compared {
    contents: Vec<GroupConversion>,
    versions: Vec<GroupConversion>,
    categories: Vec<GroupConversion>,
    elements: Vec<GroupConversion>,
    segments: Vec<GroupConversion>,
}

impl Compared {
    /// `question` is about all journeys of its mode; likewise below.
    pub(super) fn of(columns: &Columns, question: &Question) -> Self {
        let by = |by: Dimension| pass::count(columns, &Question { by, ..question.clone() });
        let all = by(Dimension::Everything);
        let told =
            |answered: &Answered, all: &Answered| conversion::group_by_group(answered, all, question).groups;
        // Not every journey has a hypothesis: categories are measured against those that have.
        let categories = by(Dimension::Category);
        Self {
            contents: told(&by(Dimension::Content), &all),
            versions: told(&by(Dimension::Version), &all),
            categories: told(&categories, &categories),
            elements: told(&by(Dimension::Element), &all),
            segments: told(&by(Dimension::Segment(None)), &all),
        }
    }
}

/// `None` when there is no such journey.
pub(super) fn look(
    columns: &Columns,
    id: u128,
    question: &Question,
    model: &Answer<Model>,
    compared: &Compared,
) -> Option<Seen> {
    let journey = columns.journey(id)?;
    let age_s = question.as_of_s.saturating_sub(journey.start_s);
    let (state, after_s) = match journey.standing {
        Standing::Paid { after_s } => (State::Paid, after_s),
        Standing::Refunded { after_s } => (State::Refunded, after_s),
        Standing::Closed { after_s } => (State::Closed, after_s),
        Standing::Open => (State::Open, age_s),
        Standing::Gone => return None,
    };
    let score = match (state, model) {
        (State::Open, Ok(model)) => {
            let category = journey.hypothesis.map(|hypothesis| hypothesis.category);
            model.score(age_s, &journey.elements, category)
        }
        (State::Open, Err(why)) => Err(*why),
        _ => Err(Absent::Invalid("it is not open any more")),
    };
    let (factors, missed) = factors(compared, &journey);
    Some(Seen {
        state,
        days: f64::from(after_s) / DAY_S,
        content: journey.content.to_owned(),
        version: journey.version.to_owned(),
        predicted: journey.hypothesis.and_then(|hypothesis| hypothesis.predicted),
        predicted_days: journey.hypothesis.and_then(|hypothesis| hypothesis.predicted_days),
        hypothesis: both(columns, id, question, &journey),
        factors,
        missed,
        score,
    })
}

/// The journey is taken out of what was counted, so that all are counted once.
fn both(columns: &Columns, id: u128, question: &Question, journey: &Journey<'_>) -> Option<Both> {
    let hypothesis = journey.hypothesis?;
    let question = Question { by: Dimension::Hypothesis, ..question.clone() };
    let own = |answered: &Answered| -> Option<Held> {
        let conversion = conversion::group_by_group(answered, answered, &question);
        let mut groups = hypotheses::held(conversion).into_iter();
        groups.find(|group| group.conversion.key == hypothesis.key)
    };
    let all = pass::count(columns, &question);
    let with = own(&all)?;
    let without = own(&all.without(&pass::count_one(columns, &question, id)));
    Some(Both { key: hypothesis.key.to_owned(), category: hypothesis.category.to_owned(), with, without })
}

type Factors = Vec<(&'static str, GroupConversion)>;

fn factors(compared: &Compared, journey: &Journey<'_>) -> (Factors, Vec<GroupConversion>) {
    let one = |groups: &[GroupConversion], key: &str| groups.iter().find(|group| group.key == key).cloned();
    let category = journey.hypothesis.map(|hypothesis| hypothesis.category);
    let mut factors: Factors = Vec::new();
    factors.extend(one(&compared.contents, journey.content).map(|group| ("content", group)));
    factors.extend(one(&compared.versions, journey.version).map(|group| ("version", group)));
    let category = category.and_then(|key| one(&compared.categories, key));
    factors.extend(category.map(|group| ("category", group)));
    let is_own = |group: &&GroupConversion| journey.elements.contains(&group.key.as_str());
    let (own, others): (Vec<_>, Vec<_>) = compared.elements.iter().partition(is_own);
    factors.extend(own.into_iter().map(|group| ("element", group.clone())));
    let segments = compared.segments.iter();
    let own = segments.filter(|group| journey.segments.contains(&group.key.as_str())).take(SEGMENTS_MAX);
    factors.extend(own.map(|group| ("segment", group.clone())));
    let mut missed: Vec<&GroupConversion> =
        others.into_iter().filter(|group| group.verdict == Verdict::More).collect();
    let lift = |group: &GroupConversion| group.lift.map_or(0.0, |(lift, _)| lift);
    missed.sort_by(|a, b| lift(b).total_cmp(&lift(a)));
    (factors, missed.into_iter().take(MISSED_MAX).cloned().collect())
}
