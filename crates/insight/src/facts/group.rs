//! By what a report tells journeys apart.

use super::columns::{Columns, NONE};
use super::dictionary::Sets;

/// A way to group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// All in one.
    #[default]
    Everything,
    /// Hypothesis id.
    Hypothesis,
    /// Hypothesis category.
    Category,
    /// Content id.
    Content,
    /// Content version id.
    Version,
    /// Element; a journey is in the group of each of its elements.
    Element,
    /// Pairs of elements that occur together.
    ElementPair,
    /// Values of a client attribute, or, without a name, of every one; as `key=value`.
    Segment(Option<String>),
    /// Arms of experiments: the attribute [`ARM`].
    Arm,
}

/// The client attribute that names the arm of an experiment.
const ARM: &str = "arm";

impl Dimension {
    /// The words that [`parse`](Self::parse) reads.
    pub const WORDS: &'static str =
        "hypothesis, category, content, version, element, element_pair, segment, arm";

    /// Reads a dimension's word; `key` is the attribute of `segment`.
    pub fn parse(word: &str, key: Option<String>) -> Option<Self> {
        Some(match word {
            "hypothesis" => Self::Hypothesis,
            "category" => Self::Category,
            "content" => Self::Content,
            "version" => Self::Version,
            "element" => Self::Element,
            "element_pair" => Self::ElementPair,
            "segment" => Self::Segment(key),
            "arm" => Self::Arm,
            _ => return None,
        })
    }

    /// Its word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Hypothesis => "hypothesis",
            Self::Category => "category",
            Self::Content => "content",
            Self::Version => "version",
            Self::Element => "element",
            Self::ElementPair => "element_pair",
            Self::Segment(_) => "segment",
            Self::Arm => "arm",
        }
    }

    /// Whether a journey may be in several groups, or in none.
    pub fn overlaps(&self) -> bool {
        matches!(self, Self::Element | Self::ElementPair | Self::Segment(_) | Self::Arm)
    }
}

/// Groups of each number of one column; names ascending, so that groups do not depend on the order of arrival.
pub(crate) struct Grouping<'a> {
    column: Option<&'a [u32]>,
    offsets: Vec<u32>,
    members: Vec<u32>,
    pub(crate) names: Vec<String>,
}

impl<'a> Grouping<'a> {
    pub(crate) fn new(columns: &'a Columns, by: &Dimension) -> Self {
        match by {
            Dimension::Everything => {
                Self { column: None, offsets: vec![0, 1], members: vec![0], names: vec!["all".to_owned()] }
            }
            Dimension::Version => Self::single(&columns.version, columns.versions.values(), None),
            Dimension::Content => {
                Self::single(&columns.version, columns.contents.values(), Some(&columns.version_content))
            }
            Dimension::Hypothesis => Self::single(&columns.hypothesis, columns.hypotheses.values(), None),
            Dimension::Category => {
                let of: Vec<u32> = columns.hypothesis_rows.iter().map(|row| row.category).collect();
                Self::single(&columns.hypothesis, columns.categories.values(), Some(&of))
            }
            Dimension::Element => {
                let words = |set: &[&str]| set.iter().map(|word| (*word).to_owned()).collect();
                Self::sets(&columns.pattern, &columns.patterns, columns.elements.values(), words)
            }
            Dimension::ElementPair => {
                Self::sets(&columns.pattern, &columns.patterns, columns.elements.values(), pairs)
            }
            Dimension::Segment(None) => {
                let all = |set: &[&str]| set.iter().map(|word| (*word).to_owned()).collect();
                Self::sets(&columns.segments, &columns.segment_sets, columns.segment_words.values(), all)
            }
            Dimension::Segment(Some(_)) | Dimension::Arm => {
                let key = if let Dimension::Segment(Some(key)) = by { key } else { ARM };
                let of_key = |set: &[&str]| {
                    let mine = set.iter().filter(|word| word.split_once('=').is_some_and(|(k, _)| k == key));
                    mine.map(|word| (*word).to_owned()).collect()
                };
                Self::sets(&columns.segments, &columns.segment_sets, columns.segment_words.values(), of_key)
            }
        }
    }

    /// One group for each number, or for what the number belongs to.
    fn single(column: &'a [u32], values: &[String], of: Option<&[u32]>) -> Self {
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        order.sort_by(|a, b| values[*a as usize].cmp(&values[*b as usize]));
        let mut place = vec![0; values.len()];
        for (rank, number) in order.iter().enumerate() {
            place[*number as usize] = rank as u32;
        }
        let members: Vec<u32> =
            of.map_or_else(|| place.clone(), |of| of.iter().map(|n| place[*n as usize]).collect());
        let names = order.iter().map(|number| values[*number as usize].clone()).collect();
        Self { column: Some(column), offsets: (0..=members.len() as u32).collect(), members, names }
    }

    /// Several groups for each number: `split` names them.
    fn sets<T: Copy + Eq + Into<u64>>(
        column: &'a [u32],
        sets: &Sets<T>,
        words: &[String],
        split: impl Fn(&[&str]) -> Vec<String>,
    ) -> Self {
        let lists: Vec<Vec<String>> = sets
            .iter()
            .map(|set| {
                let mut list: Vec<&str> =
                    set.iter().map(|word| words[Into::<u64>::into(*word) as usize].as_str()).collect();
                list.sort_unstable();
                split(&list)
            })
            .collect();
        let mut names: Vec<String> = lists.iter().flatten().cloned().collect();
        names.sort_unstable();
        names.dedup();
        let (mut offsets, mut members) = (vec![0], Vec::new());
        for set in &lists {
            members.extend(set.iter().filter_map(|name| names.binary_search(name).ok()).map(|n| n as u32));
            offsets.push(members.len() as u32);
        }
        Self { column: Some(column), offsets, members, names }
    }

    /// Groups of the row in place `at`.
    pub(crate) fn of(&self, at: usize) -> &[u32] {
        let number = self.column.map_or(0, |column| column[at]);
        if number == NONE {
            return &[];
        }
        let number = number as usize;
        &self.members[self.offsets[number] as usize..self.offsets[number + 1] as usize]
    }
}

fn pairs(set: &[&str]) -> Vec<String> {
    let pair = |(i, first): (usize, &&str)| -> Vec<String> {
        set[i + 1..].iter().map(|second| format!("{first} + {second}")).collect()
    };
    set.iter().enumerate().flat_map(pair).collect()
}
