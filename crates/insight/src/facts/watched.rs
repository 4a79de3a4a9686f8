//! Journeys of any age by what they were given, with how long each was watched and when it was paid: the table of the
//! model that uses open journeys.

use super::columns::Columns;
use super::dictionary::FastMap;
use super::pass::{Ended, Question, ended, in_parallel};
use super::patterns::{Adjust, Cell, Naming, PERIODS_MAX, Patterns, category_of, first_start};

/// Pieces of the horizon at most.
pub const PIECES_MAX: usize = 5;

/// What was seen of the journeys of one pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Paid in each piece.
    pub paid: [u32; PIECES_MAX],
    /// Seconds watched in each piece, of all of them.
    pub exposure_s: [u64; PIECES_MAX],
    /// Seconds of the horizon they have had, whatever came of them.
    pub aged_s: u64,
}

impl Seen {
    fn add(&mut self, other: &Self) {
        self.paid.iter_mut().zip(other.paid).for_each(|(into, from)| *into += from);
        self.exposure_s.iter_mut().zip(other.exposure_s).for_each(|(into, from)| *into += from);
        self.aged_s += other.aged_s;
    }
}

/// The whole cohort, by its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Cells of journeys of any age.
    pub patterns: Patterns,
    /// One for each cell.
    pub seen: Vec<Seen>,
}

type Key = (u32, u32, u32);
type Table = FastMap<Key, (u32, u32, Seen)>;

/// `cuts_s` are the ends of the pieces but the last, ascending seconds from the start, all before the horizon.
pub fn watched(columns: &Columns, question: &Question, adjust: Adjust, cuts_s: &[u32]) -> Watched {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let periods = adjust.periods.clamp(1, PERIODS_MAX);
    let first_s = if periods > 1 { first_start(columns, |at| sieve.passes(at)) } else { 0 };
    let span_s = (question.as_of_s.saturating_sub(first_s) + 1).div_ceil(periods).max(1);
    let horizon_s = question.horizon_s();
    let parts = in_parallel(columns.len(), |rows| {
        let mut table = Table::default();
        for at in rows.filter(|at| sieve.passes(*at)) {
            let category = if adjust.category { category_of(columns, at) } else { 0 };
            let start_s = columns.start_s[at];
            let period = if periods > 1 { (start_s - first_s) / span_s } else { 0 };
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let paid = how == Ended::Paid && after_s <= horizon_s;
            let cell = table.entry((columns.pattern[at], category, period)).or_default();
            cell.0 += 1;
            cell.1 += u32::from(paid);
            cell.2.aged_s += u64::from((question.as_of_s - start_s).min(horizon_s));
            watch(&mut cell.2, cuts_s, after_s.min(horizon_s), paid);
        }
        table
    });
    gather(columns, parts, adjust)
}

fn watch(seen: &mut Seen, cuts_s: &[u32], until_s: u32, paid: bool) {
    let mut from_s = 0;
    for piece in 0..=cuts_s.len() {
        let end_s = cuts_s.get(piece).map_or(until_s, |cut| (*cut).min(until_s));
        seen.exposure_s[piece] += u64::from(end_s - from_s);
        from_s = end_s;
        if end_s == until_s {
            seen.paid[piece] += u32::from(paid);
            return;
        }
    }
}

fn gather(columns: &Columns, parts: Vec<Table>, adjust: Adjust) -> Watched {
    let rows: Vec<(Key, (u32, u32, Seen))> = parts.into_iter().flatten().collect();
    let naming = Naming::new(columns, rows.iter().map(|(key, (n, ..))| (key.0, *n)), adjust);
    let mut cells: Vec<(Cell, Seen)> = rows
        .into_iter()
        .map(|(key, (n, k, seen))| (Cell { flags: naming.flags(columns, key), n, k }, seen))
        .collect();
    cells.sort_unstable_by_key(|(cell, _)| cell.flags);
    cells.dedup_by(|next, kept| {
        let same = next.0.flags == kept.0.flags;
        if same {
            kept.0.n += next.0.n;
            kept.0.k += next.0.k;
            kept.1.add(&next.1);
        }
        same
    });
    let (cells, seen): (Vec<Cell>, Vec<Seen>) = cells.into_iter().unzip();
    let matured = cells.iter().map(|cell| u64::from(cell.n)).sum();
    let Naming { names, elements, left_out, .. } = naming;
    Watched { patterns: Patterns { names, elements, left_out, cells, immature: 0, matured }, seen }
}
