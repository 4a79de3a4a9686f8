//! Ids that look like Stripe's, and chance for trouble, both from a seed: the same seed and the same commands give the
//! same account, byte for byte.
//!
//! Must never be used where an id has to be unguessable: these can be computed.

/// SplitMix64, after Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `bound`; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// True `share_percent` times in a hundred.
    pub(crate) fn happens(&mut self, share_percent: u8) -> bool {
        self.below(100) < usize::from(share_percent)
    }
}

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Hands out ids.
#[derive(Clone, Debug)]
pub(crate) struct Ids(Chance);

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Chance::new(seed))
    }

    /// `prefix` and so many letters and digits.
    pub(crate) fn make(&mut self, prefix: &str, letters: usize) -> String {
        let mut id = String::with_capacity(prefix.len() + letters);
        id.push_str(prefix);
        for _ in 0..letters {
            id.push(char::from(ALPHABET[self.0.below(ALPHABET.len())]));
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_ids_and_another_seed_others() {
        let ids = |seed| {
            let mut ids = Ids::new(seed);
            [ids.make("pi_3", 23), ids.make("pi_3", 23)]
        };
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
        let [first, second] = ids(1);
        assert_eq!(first.len(), "pi_3TUq5B2ESifGlJez1IcQm7th".len());
        assert_ne!(first, second);
    }
}
