//! Journeys of the matured cohort by what they were given: the table regressions run on.

use super::columns::{Columns, NONE};
use super::dictionary::FastMap;
use super::pass::{Ended, Question, ended, in_parallel};

/// Covariates beside the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Adjust {
    /// Hold the hypothesis category fixed.
    pub category: bool,
    /// Cut the cohort's starts into this many equal spans and hold them fixed; 1 for none, at most 8.
    pub periods: u32,
}

/// Journeys alike in every column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Bit j is column j.
    pub flags: u128,
    /// Journeys.
    pub n: u32,
    /// Paid within the horizon.
    pub k: u32,
}

/// The cohort that had the whole horizon, by its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Patterns {
    /// Names of the elements, then `category: …`, then `period …`; each ascending.
    pub names: Vec<String>,
    /// How many of them are elements.
    pub elements: usize,
    /// Elements beyond the number that can be told apart: the rarest.
    pub left_out: Vec<String>,
    /// Ascending and distinct in their flags.
    pub cells: Vec<Cell>,
    /// Journeys of the filter that are too young.
    pub immature: u64,
    /// Journeys in the cells.
    pub matured: u64,
}

/// (pattern, category, period) and its (n, k).
type Table = FastMap<(u32, u32, u32), (u32, u32)>;
type Cells = Vec<((u32, u32, u32), (u32, u32))>;
/// Columns of each kind: 128 in all.
const ELEMENTS_MAX: usize = 100;
const CATEGORIES_MAX: usize = 20;
pub(super) const PERIODS_MAX: u32 = 8;
/// Columns whose every pattern is given a slot (8 bytes each).
const DENSE_FLAGS_MAX: usize = 21;
/// Cells of a dense (pattern × category × period) table.
const DENSE_CELLS_MAX: usize = 1 << 23;

/// The cohort is chosen by start date only, never by what came of it.
pub fn matured(columns: &Columns, question: &Question, adjust: Adjust) -> Patterns {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let horizon_s = question.horizon_s();
    let last_start_s = question.as_of_s.saturating_sub(horizon_s);
    let periods = adjust.periods.clamp(1, PERIODS_MAX);
    let first_start_s =
        if periods > 1 { first_start(columns, |at| sieve.passes(at)).min(last_start_s) } else { 0 };
    let span_s = (last_start_s - first_start_s + 1).div_ceil(periods).max(1);
    let categories = if adjust.category { columns.categories.len() + 1 } else { 1 };
    let slots = categories * periods as usize;
    let dense = columns.patterns.len().saturating_mul(slots) <= DENSE_CELLS_MAX;
    let parts = in_parallel(columns.len(), |rows| {
        let cells = if dense { columns.patterns.len() * slots } else { 0 };
        let mut part = Part { n: vec![0; cells], k: vec![0; cells], table: Table::default(), immature: 0 };
        for at in rows.filter(|at| sieve.passes(*at)) {
            let start_s = columns.start_s[at];
            if question.as_of_s - start_s < horizon_s {
                part.immature += 1;
                continue;
            }
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let paid = how == Ended::Paid && after_s <= horizon_s;
            let category = if adjust.category { category_of(columns, at) } else { 0 };
            let period = if periods > 1 { (start_s - first_start_s) / span_s } else { 0 };
            part.count((columns.pattern[at], category, period), periods as usize, slots, paid);
        }
        part
    });
    let (table, immature) = merge(parts, slots, periods);
    named(columns, table, immature, adjust)
}

pub(super) fn first_start(columns: &Columns, passes: impl Fn(usize) -> bool + Sync) -> u32 {
    let parts =
        in_parallel(columns.len(), |rows| rows.filter(|at| passes(*at)).map(|at| columns.start_s[at]).min());
    parts.into_iter().flatten().min().unwrap_or(0)
}

/// 0 is "no hypothesis".
pub(super) fn category_of(columns: &Columns, at: usize) -> u32 {
    let hypothesis = columns.hypothesis[at];
    if hypothesis == NONE { 0 } else { columns.hypothesis_rows[hypothesis as usize].category + 1 }
}

/// One thread's counts. `n` and `k` are apart because few journeys are paid: the table that all rows touch stays half
/// as large.
#[derive(Default)]
struct Part {
    n: Vec<u32>,
    k: Vec<u32>,
    table: Table,
    immature: u64,
}

impl Part {
    fn count(&mut self, key: (u32, u32, u32), periods: usize, slots: usize, paid: bool) {
        if self.n.is_empty() {
            let cell = self.table.entry(key).or_default();
            cell.0 += 1;
            cell.1 += u32::from(paid);
            return;
        }
        let slot = key.0 as usize * slots + key.1 as usize * periods + key.2 as usize;
        self.n[slot] += 1;
        if paid {
            self.k[slot] += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.n.iter_mut().zip(other.n).for_each(|(into, from)| *into += from);
        self.k.iter_mut().zip(other.k).for_each(|(into, from)| *into += from);
        for (key, (n, k)) in other.table {
            let cell = self.table.entry(key).or_default();
            cell.0 += n;
            cell.1 += k;
        }
        self.immature += other.immature;
    }
}

fn merge(parts: Vec<Part>, slots: usize, periods: u32) -> (Cells, u64) {
    let mut parts = parts.into_iter();
    let mut total = parts.next().unwrap_or_default();
    parts.for_each(|part| total.add(part));
    let periods = periods as usize;
    let counts = total.n.into_iter().zip(total.k);
    let dense = counts.enumerate().filter(|(_, (n, _))| *n > 0).map(|(index, counts)| {
        let slot = index % slots;
        (((index / slots) as u32, (slot / periods) as u32, (slot % periods) as u32), counts)
    });
    (dense.chain(total.table).collect(), total.immature)
}

fn named(columns: &Columns, table: Cells, immature: u64, adjust: Adjust) -> Patterns {
    let naming = Naming::new(columns, table.iter().map(|(key, (n, _))| (key.0, *n)), adjust);
    let cells = table.into_iter().map(|(key, (n, k))| Cell { flags: naming.flags(columns, key), n, k });
    let few = naming.names.len() <= DENSE_FLAGS_MAX;
    let cells = if few { scattered(cells, naming.names.len()) } else { sorted(cells) };
    let matured = cells.iter().map(|cell| u64::from(cell.n)).sum();
    let Naming { names, elements, left_out, .. } = naming;
    Patterns { names, elements, left_out, cells, immature, matured }
}

/// What each column of a table of patterns is.
pub(super) struct Naming {
    /// See [`Patterns`].
    pub(super) names: Vec<String>,
    /// See [`Patterns`].
    pub(super) elements: usize,
    /// See [`Patterns`].
    pub(super) left_out: Vec<String>,
    place: Vec<Option<usize>>,
    category_place: Vec<Option<usize>>,
    first_period: usize,
}

impl Naming {
    /// For these numbers of journeys by pattern.
    pub(super) fn new(columns: &Columns, counts: impl Iterator<Item = (u32, u32)>, adjust: Adjust) -> Self {
        let (mut names, place, left_out) = element_places(columns, counts);
        let elements = names.len();
        let mut category_place = vec![None; columns.categories.len() + 1];
        if adjust.category {
            let values = columns.categories.values();
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by_key(|number| &values[*number]);
            for number in order.into_iter().take(CATEGORIES_MAX) {
                category_place[number + 1] = Some(names.len());
                names.push(format!("category: {}", values[number]));
            }
        }
        let first_period = names.len();
        // The first period is the reference and has no column.
        names.extend((2..=adjust.periods.clamp(1, PERIODS_MAX)).map(|period| format!("period {period}")));
        Self { names, elements, left_out, place, category_place, first_period }
    }

    /// The columns of (pattern, category, period).
    pub(super) fn flags(&self, columns: &Columns, (pattern, category, period): (u32, u32, u32)) -> u128 {
        let set = columns.patterns.get(pattern).iter().filter_map(|word| self.place[usize::from(*word)]);
        let mut flags = set.fold(0_u128, |flags, bit| flags | 1 << bit);
        flags |= self.category_place[category as usize].map_or(0, |bit| 1 << bit);
        flags | period.checked_sub(1).map_or(0, |p| 1 << (self.first_period + p as usize))
    }
}

/// Ascending and distinct through a table of every possible pattern: no sorting.
fn scattered(cells: impl Iterator<Item = Cell>, flags: usize) -> Vec<Cell> {
    let mut table = vec![(0_u32, 0_u32); 1 << flags];
    for cell in cells {
        let slot = &mut table[cell.flags as usize];
        slot.0 += cell.n;
        slot.1 += cell.k;
    }
    let used = table.into_iter().enumerate().filter(|(_, (n, _))| *n > 0);
    used.map(|(flags, (n, k))| Cell { flags: flags as u128, n, k }).collect()
}

fn sorted(cells: impl Iterator<Item = Cell>) -> Vec<Cell> {
    let mut cells: Vec<Cell> = cells.collect();
    cells.sort_unstable_by_key(|cell| cell.flags);
    cells.dedup_by(|next, kept| {
        let same = next.flags == kept.flags;
        if same {
            kept.n += next.n;
            kept.k += next.k;
        }
        same
    });
    cells
}

/// Names of the elements in use, ascending, the bit of each element, and those there was no bit for: the rarest.
fn element_places(
    columns: &Columns,
    counts: impl Iterator<Item = (u32, u32)>,
) -> (Vec<String>, Vec<Option<usize>>, Vec<String>) {
    let words = columns.elements.values();
    let mut seen = vec![0_u64; words.len()];
    for (pattern, n) in counts {
        for word in columns.patterns.get(pattern) {
            seen[usize::from(*word)] += u64::from(n);
        }
    }
    let mut used: Vec<usize> = (0..words.len()).filter(|word| seen[*word] > 0).collect();
    used.sort_by(|a, b| seen[*b].cmp(&seen[*a]).then_with(|| words[*a].cmp(&words[*b])));
    let rare = used.split_off(used.len().min(ELEMENTS_MAX));
    used.sort_by(|a, b| words[*a].cmp(&words[*b]));
    let mut place = vec![None; words.len()];
    for (rank, word) in used.iter().enumerate() {
        place[*word] = Some(rank);
    }
    let name = |list: Vec<usize>| list.into_iter().map(|word| words[word].clone()).collect();
    (name(used), place, name(rare))
}
