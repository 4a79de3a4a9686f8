//! Words to numbers, and what each number stands for.

use std::collections::HashMap;
use std::hash::Hash;

/// Distinct values, numbered as they first come.
#[derive(Clone, Debug)]
pub(crate) struct Dictionary<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new() }
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

/// Distinct sets of numbers, kept end to end: a set costs its members and about 30 bytes.
#[derive(Clone, Debug)]
pub(crate) struct Sets<T> {
    members: Vec<T>,
    ends: Vec<u32>,
    /// By a hash of the members; on a collision the next free hash.
    numbers: HashMap<u64, u32>,
}

impl<T> Default for Sets<T> {
    fn default() -> Self {
        Self { members: Vec::new(), ends: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Copy + Eq + Into<u64>> Sets<T> {
    pub(crate) fn intern(&mut self, set: &[T]) -> u32 {
        let mut hash = set.iter().fold(set.len() as u64, |hash, member| {
            let mixed = (hash ^ (*member).into()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^ (mixed >> 29)
        });
        while let Some(number) = self.numbers.get(&hash) {
            if self.get(*number) == set {
                return *number;
            }
            hash = hash.wrapping_add(1);
        }
        let number = self.ends.len() as u32;
        self.members.extend_from_slice(set);
        self.ends.push(self.members.len() as u32);
        self.numbers.insert(hash, number);
        number
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
        self.members.len() * size_of::<T>() + self.ends.len() * 4 + self.numbers.capacity() * 17
    }
}
