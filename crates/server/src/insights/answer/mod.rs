//! Answers as people and programs read them: ids with their names, numbers that exist or are null, states in words.
//!
//! The API serialises these, the page renders them, and both get them from the same functions of
//! [`Insights`](super::Insights). Fractions are 0 to 1, money is minor units, times are days unless a name says otherwise.

mod analysis;
mod contrast;
mod conversion;
mod elements;
mod figure;
mod forecast;
mod funnel;
mod hypotheses;
pub mod labels;
mod recommend;
mod returns;
mod revenue;
mod scores;
mod timing;
mod weeks;

pub use analysis::{Analysis, Factor, HypothesisEffect, OpenScore, Standing};
pub use contrast::{Behaviour, Contrast, ElementShare};
pub use conversion::{Conversion, ConversionGroup, Test};
pub use elements::{ElementEffect, Elements, Pair};
pub use figure::{Bounds, Figure};
pub use forecast::{BackTest, Forecast, ForecastWindow};
pub use funnel::{Funnel, Step};
pub use hypotheses::{Accuracy, Calibration, Hypotheses, HypothesisGroup, SoFar};
pub use recommend::{Choice, Recommendation, Recommendations, Unknown};
pub use returns::{ExpectedNet, GroupReturns, Returns};
pub use revenue::{Earned, Revenue, RevenueGroup};
pub use scores::{HoldOut, Scored, Scores};
pub use timing::{CurvePoint, Timing, TimingGroup};
pub use weeks::{Week, Weeks};

use super::state::Moment;
use crate::clock::rfc3339;

/// Groups of an answer at most, the largest first; statistics are of all of them.
pub const GROUPS_MAX: usize = 200;

/// The moment of an answer, RFC 3339.
fn as_of(moment: Moment) -> String {
    rfc3339(i64::from(moment.now_s) * 1000)
}

/// Cuts a list to [`GROUPS_MAX`], the largest first, and says how many are left out. `size` is of one.
fn largest<T>(mut groups: Vec<T>, size: impl Fn(&T) -> u64) -> (Vec<T>, usize) {
    // Stable: among equals the order of the keys stays.
    groups.sort_by_key(|group| std::cmp::Reverse(size(group)));
    let more = groups.len().saturating_sub(GROUPS_MAX);
    groups.truncate(GROUPS_MAX);
    (groups, more)
}
