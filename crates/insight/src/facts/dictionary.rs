//! Words to numbers, and what each number stands for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Multiply and fold, eight bytes at a time. Keys are the seller's own ids and words, so nobody gains by making them
/// collide, and collisions cost time only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Folding(u64);

const ODD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for Folding {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x7768_7970_6169_6400) * u128::from(ODD);
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }
}

/// A map that hashes fast, in no particular order.
pub type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Folding>>;
type Map<K> = FastMap<K, u32>;

/// Distinct values, numbered as they first come.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary<T> {
    numbers: Map<T>,
    values: Vec<T>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { numbers: Map::default(), values: Vec::new() }
    }
}

impl<T: Clone + Eq + Hash> Dictionary<T> {
    pub(crate) fn intern<Q>(&mut self, value: &Q) -> u32
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(number) = self.numbers.get(value) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.values.push(value.to_owned());
        self.numbers.insert(value.to_owned(), number);
        number
    }

    pub(crate) fn find<Q>(&self, value: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.numbers.get(value).copied()
    }

    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

/// Distinct sets of numbers, kept end to end: a set costs its members and about 12 bytes.
#[derive(Clone, Debug)]
pub(crate) struct Sets<T> {
    members: Vec<T>,
    ends: Vec<u32>,
    /// Open addressing by a hash of the members; a power of two long, at most [`Sets::FULL`] full.
    slots: Vec<u32>,
}

const FREE: u32 = u32::MAX;

impl<T> Default for Sets<T> {
    fn default() -> Self {
        Self { members: Vec::new(), ends: Vec::new(), slots: vec![FREE; 16] }
    }
}

impl<T: Copy + Eq + Into<u64>> Sets<T> {
    /// Sixteenths.
    const FULL: usize = 13;

    pub(crate) fn intern(&mut self, set: &[T]) -> u32 {
        let mut slot = self.first_slot(set);
        while self.slots[slot] != FREE {
            if self.get(self.slots[slot]) == set {
                return self.slots[slot];
            }
            slot = (slot + 1) % self.slots.len();
        }
        let number = self.ends.len() as u32;
        self.slots[slot] = number;
        self.members.extend_from_slice(set);
        self.ends.push(self.members.len() as u32);
        if self.ends.len() * 16 > self.slots.len() * Self::FULL {
            self.grow();
        }
        number
    }

    fn first_slot(&self, set: &[T]) -> usize {
        let mut hash = Folding(set.len() as u64);
        for member in set {
            hash.write_u64((*member).into());
        }
        hash.finish() as usize % self.slots.len()
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; self.slots.len() * 2];
        for number in 0..self.ends.len() as u32 {
            let mut slot = self.first_slot(self.get(number));
            while self.slots[slot] != FREE {
                slot = (slot + 1) % self.slots.len();
            }
            self.slots[slot] = number;
        }
    }

    pub(crate) fn get(&self, number: u32) -> &[T] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        &self.members[start..self.ends[number] as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len() as u32).map(|number| self.get(number))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.members.len() * size_of::<T>() + self.ends.len() * 4 + self.slots.len() * 4
    }
}
