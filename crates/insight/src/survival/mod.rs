//! Time to payment with journeys still open.
//!
//! All of it works on [`Exits`]: how many journeys left the risk set at each time, and why. Rows, and (start hour ×
//! delay) histograms, give the same `Exits`, so they give the same answers. Times are in any one unit.

pub mod competing;
pub mod cox;
pub mod curve;
pub mod log_rank;
pub mod weibull;

use crate::figure::{Absent, Answer};

/// Why a journey left the risk set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Still open when looked at.
    Censored,
    /// Paid: the event.
    Paid,
    /// Closed unpaid by a person: a competing event.
    Closed,
}

/// What happened at one time. Counts may be weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exit {
    /// Time since the journey's start.
    pub time: f64,
    /// Paid at it.
    pub paid: f64,
    /// Closed at it.
    pub closed: f64,
    /// Last seen open at it.
    pub censored: f64,
}

impl Exit {
    fn total(&self) -> f64 {
        self.paid + self.closed + self.censored
    }
}

/// All exits of one group, times ascending and distinct.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exits(Vec<Exit>);

impl Exits {
    /// From one entry per journey (weight 1) or per histogram cell. Absent when a time is negative or not a number,
    /// or a weight negative.
    pub fn new(rows: impl IntoIterator<Item = (f64, Cause, f64)>) -> Answer<Self> {
        let mut exits = Vec::new();
        for (time, cause, weight) in rows {
            if !(time.is_finite() && time >= 0.0 && weight.is_finite() && weight >= 0.0) {
                return Err(Absent::Invalid("times and weights of 0 or more are needed"));
            }
            let mut exit = Exit { time, ..Exit::default() };
            *match cause {
                Cause::Censored => &mut exit.censored,
                Cause::Paid => &mut exit.paid,
                Cause::Closed => &mut exit.closed,
            } = weight;
            exits.push(exit);
        }
        Ok(Self::gathered(exits))
    }

    /// From exits in any order; those at one time are added up.
    pub(crate) fn gathered(mut exits: Vec<Exit>) -> Self {
        exits.sort_by(|a, b| a.time.total_cmp(&b.time));
        exits.dedup_by(|next, kept| {
            let same = next.time == kept.time;
            if same {
                kept.paid += next.paid;
                kept.closed += next.closed;
                kept.censored += next.censored;
            }
            same
        });
        Self(exits)
    }

    /// From exits already ascending and distinct in time.
    pub(crate) fn from_ascending(exits: Vec<Exit>) -> Self {
        debug_assert!(exits.windows(2).all(|pair| pair[0].time < pair[1].time));
        Self(exits)
    }

    /// Without `part`, which it contains.
    pub(crate) fn without(&self, part: &Self) -> Self {
        let mut minus = part.0.iter().peekable();
        let left = self.0.iter().map(|exit| {
            let Some(gone) = minus.next_if(|gone| gone.time == exit.time) else { return *exit };
            Exit {
                time: exit.time,
                paid: exit.paid - gone.paid,
                closed: exit.closed - gone.closed,
                censored: exit.censored - gone.censored,
            }
        });
        Self::from_ascending(left.filter(|exit| exit.total() > 0.0).collect())
    }

    /// What counts up to `time`, with all that left later as one exit after it: at risk until then, as it was.
    pub(crate) fn until(&self, time: f64) -> Self {
        let (near, far) = self.0.split_at(self.0.partition_point(|exit| exit.time <= time));
        let mut exits = near.to_vec();
        if !far.is_empty() {
            let mut later = Exit { time: time + 1.0, ..Exit::default() };
            for exit in far {
                later.paid += exit.paid;
                later.closed += exit.closed;
                later.censored += exit.censored;
            }
            exits.push(later);
        }
        Self(exits)
    }

    /// The exits, times ascending.
    pub fn as_slice(&self) -> &[Exit] {
        &self.0
    }

    /// Journeys in all.
    pub fn total(&self) -> f64 {
        self.0.iter().map(Exit::total).sum()
    }

    /// Paid in all.
    pub fn paid(&self) -> f64 {
        self.0.iter().map(|exit| exit.paid).sum()
    }
}
