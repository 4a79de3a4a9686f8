//! The reports pages and API show. Each is a pure function of the columns and a question; groups come in the order of
//! their keys, so the same facts give the same bits however they arrived.
//!
//! Nothing observational is said to be "caused": see [`Verdict`].

pub mod contrast;
pub mod conversion;
pub mod elements;
mod elements_open;
pub mod forecast;
pub mod funnel;
pub mod hypotheses;
pub mod in_time;
pub mod recommend;
pub mod returns;
pub mod revenue;
mod rivals;
pub mod score;
pub mod timing;
pub mod weeks;

pub use crate::gates::{GATE_EACH, GATE_JOURNEYS, Gates};

use crate::figure::{Figure, Method};
use crate::proportion::Proportion;

/// The level of all intervals in reports.
pub const LEVEL: f64 = 0.95;
/// False-discovery rate of all verdicts.
pub const FALSE_DISCOVERY_MAX: f64 = 0.10;

/// What may be said about a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Below the gate: about this many in all are needed.
    Insufficient {
        /// What there is.
        have: u64,
        /// What it takes.
        needed: u64,
    },
    /// Enough data; no difference can be told.
    NotDistinct,
    /// Associated with more payment than the other journeys.
    More,
    /// Associated with less.
    Less,
}

/// k of n with Wilson's interval.
pub(crate) fn share(k: u64, n: u64) -> Figure {
    match Proportion::new(k, n) {
        Ok(share) => Figure::ready(share.rate(), Some(share.wilson(LEVEL)), n, Method::Wilson),
        Err(why) => Figure::absent(n, Method::Wilson, why),
    }
}
