//! Choices that can be made again: SplitMix64 from a seed that every run prints.

use super::say;

const SEED_VARIABLE: &str = "WHYPAID_CRASH_SEED";
/// Steps of SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// From [`SEED_VARIABLE`], or from a seed that nobody chose. Prints it.
    pub(crate) fn start(test: &str) -> Self {
        let given = std::env::var(SEED_VARIABLE).ok();
        let given =
            given.map(|text| text.parse().unwrap_or_else(|_| panic!("{SEED_VARIABLE} must be a number")));
        let random =
            || u64::from_str_radix(&server::ids::secret()[..15], 16).unwrap_or(u64::from(std::process::id()));
        let seed = given.unwrap_or_else(random);
        say(format!("{test}: {SEED_VARIABLE}={seed}"));
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In `0..below`.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(below).unwrap()).unwrap()
    }

    /// True this often in a hundred.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
