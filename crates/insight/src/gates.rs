//! What it takes before a verdict is given. Built from n and age only, never from outcomes, so that passing a gate says
//! nothing about them.
//!
//! A seller may ask for more than the built-in minimum and never for less: with less, verdicts are chance too often.

/// Journeys (weighted by how much of the horizon they have had) below which there is no verdict.
pub const GATE_JOURNEYS: u64 = 20;
/// Payments, and matured unpaid journeys, that "more" or "less" also needs.
pub const GATE_EACH: u64 = 5;

/// The gates of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gates {
    journeys: u64,
    each: u64,
}

impl Gates {
    /// As asked for, but at least [`GATE_JOURNEYS`] and [`GATE_EACH`].
    pub fn at_least(journeys: u64, each: u64) -> Self {
        Self { journeys: journeys.max(GATE_JOURNEYS), each: each.max(GATE_EACH) }
    }

    /// Instead of [`GATE_JOURNEYS`].
    pub const fn journeys(self) -> u64 {
        self.journeys
    }

    /// Instead of [`GATE_EACH`].
    pub const fn each(self) -> u64 {
        self.each
    }
}

impl Default for Gates {
    fn default() -> Self {
        Self::at_least(0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_raised_and_never_lowered() {
        let table = [((0, 0), (20, 5)), ((20, 5), (20, 5)), ((19, 6), (20, 6)), ((100, 4), (100, 5))];
        for ((journeys, each), want) in table {
            let gates = Gates::at_least(journeys, each);
            assert_eq!((gates.journeys(), gates.each()), want);
        }
    }
}
