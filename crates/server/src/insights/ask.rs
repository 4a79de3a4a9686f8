//! What is asked: which journeys, told apart by what. The same from the API, the page and the cache.

use super::thresholds::Thresholds;
use insight::facts::pass::Question;
use insight::facts::{CurrencyCode, Dimension, Filter};
use insight::gates::Gates;

/// Paid within so many days counts, unless asked otherwise.
pub const HORIZON_DAYS: u32 = 30;
/// Horizons that may be asked for, in days.
pub const HORIZON_DAYS_MAX: u32 = 365;

/// Told apart by what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// All together.
    #[default]
    Everything,
    /// Hypothesis.
    Hypothesis,
    /// Hypothesis category.
    Category,
    /// Content.
    Content,
    /// Content version.
    Version,
    /// Element; a journey is in the group of each of its elements.
    Element,
    /// Pairs of elements that occur together.
    ElementPair,
    /// Values of a client attribute, or, without a name, of all of them.
    Segment(Option<String>),
    /// Arms of experiments.
    Arm,
}

impl By {
    /// The words of `by=`.
    pub const WORDS: &'static str =
        "hypothesis, category, content, version, element, element_pair, segment, arm";

    /// Reads a word of `by=`; `key` is the attribute of `by=segment`.
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

    /// The word of `by=`.
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

    pub(super) fn dimension(&self) -> Dimension {
        match self {
            Self::Everything => Dimension::Everything,
            Self::Hypothesis => Dimension::Hypothesis,
            Self::Category => Dimension::Category,
            Self::Content => Dimension::Content,
            Self::Version => Dimension::Version,
            Self::Element => Dimension::Element,
            Self::ElementPair => Dimension::ElementPair,
            Self::Segment(Some(key)) => Dimension::Segment(key.clone()),
            Self::Segment(None) => Dimension::Segments,
            Self::Arm => Dimension::Segment("arm".to_owned()),
        }
    }
}

/// Which journeys, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    /// Told apart by.
    pub by: By,
    /// Live or test money; never both.
    pub livemode: bool,
    /// Started at or after, Unix seconds.
    pub from_s: Option<u32>,
    /// Started before, Unix seconds.
    pub until_s: Option<u32>,
    /// Priced or paid in.
    pub currency: Option<CurrencyCode>,
    /// `con_…`
    pub content: Option<String>,
    /// `ver_…`
    pub version: Option<String>,
    /// `hyp_…`
    pub hypothesis: Option<String>,
    /// Of the hypothesis.
    pub category: Option<String>,
    /// `key=value` of the client.
    pub segment: Option<String>,
    /// `key=value` of the version.
    pub element: Option<String>,
    /// Paid within how many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub gates: Gates,
}

impl Ask {
    /// All journeys of a mode, over all time.
    pub fn of_mode(livemode: bool, thresholds: Thresholds) -> Self {
        Self {
            by: By::Everything,
            livemode,
            from_s: None,
            until_s: None,
            currency: None,
            content: None,
            version: None,
            hypothesis: None,
            category: None,
            segment: None,
            element: None,
            horizon_days: thresholds.horizon_days,
            gates: thresholds.gates(),
        }
    }

    pub(super) fn question(&self, now_s: u32) -> Question {
        Question {
            filter: Filter {
                livemode: self.livemode,
                from_s: self.from_s,
                until_s: self.until_s,
                currency: self.currency,
                content: self.content.clone(),
                version: self.version.clone(),
                hypothesis: self.hypothesis.clone(),
                category: self.category.clone(),
                segment: self.segment.clone(),
                element: self.element.clone(),
                without: None,
            },
            by: self.by.dimension(),
            as_of_s: now_s,
            horizon_days: self.horizon_days,
            gates: self.gates,
        }
    }
}
