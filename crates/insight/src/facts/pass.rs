//! One pass over the rows: counts, money and exits of every group, in whole numbers, on all cores.
//!
//! Everything added up is an integer, so the answer does not depend on how the rows were cut or in which order they
//! came. Rows that ended after `as_of` count as still open then.

pub use super::answered::{Answered, Counts, Group};

use super::Filter;
use super::columns::{AT_RISK, CLOSED, Columns, HAS_MONEY, LOST, PAID, REFUND, REFUNDED, STANDING};
use super::filter::Sieve;
use super::group::{Dimension, Grouping};
use crate::gates::Gates;
use crate::moments::Moments;
use crate::survival::{Exit, Exits};
use std::num::NonZero;

/// Survival is kept by the hour.
pub const HOUR_S: u32 = 3_600;
/// Hours in a day.
pub const DAY_HOURS: u32 = 24;
/// Rows below which another thread is not worth its start.
const ROWS_PER_THREAD_MIN: usize = 50_000;
/// Cells of a dense (group × hour) histogram, per thread; beyond it exits are sorted instead.
const DENSE_CELLS_MAX: usize = 8_000_000;

/// What a report asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Which journeys.
    pub filter: Filter,
    /// Told apart by.
    pub by: Dimension,
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// Paid within how many days counts.
    pub horizon_days: u32,
    /// What a verdict takes.
    pub gates: Gates,
}

impl Question {
    /// The horizon in seconds.
    pub fn horizon_s(&self) -> u32 {
        self.horizon_days.saturating_mul(DAY_HOURS * HOUR_S)
    }

    /// The horizon in the unit of exits.
    pub fn horizon_hours(&self) -> f64 {
        f64::from(self.horizon_days) * f64::from(DAY_HOURS)
    }
}

/// Why and when a row left the risk set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Open = 0,
    Paid = 1,
    Closed = 2,
}

/// How the row in place `at` stood at `as_of_s`, and seconds from its start until then.
pub(crate) fn ended(columns: &Columns, at: usize, as_of_s: u32) -> (Ended, u32) {
    let age_s = as_of_s - columns.start_s[at];
    let delay_s = columns.delay_s[at];
    match columns.status[at] & STANDING {
        PAID if delay_s <= age_s => (Ended::Paid, delay_s),
        REFUNDED | CLOSED if delay_s <= age_s => (Ended::Closed, delay_s),
        _ => (Ended::Open, age_s),
    }
}

/// Asks the columns.
pub fn ask(columns: &Columns, question: &Question) -> Answered {
    answer(columns, question, true, None)
}

/// The same without money, which takes most of the time where groups overlap.
pub fn count(columns: &Columns, question: &Question) -> Answered {
    answer(columns, question, false, None)
}

/// The same of one journey alone.
pub fn count_one(columns: &Columns, question: &Question, id: u128) -> Answered {
    answer(columns, question, false, Some(columns.row(id).map_or(0..0, |row| row as usize..row as usize + 1)))
}

/// `only` these rows, or all.
fn answer(
    columns: &Columns,
    question: &Question,
    with_money: bool,
    only: Option<std::ops::Range<usize>>,
) -> Answered {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let grouping = Grouping::new(columns, &question.by);
    let hours = longest_hours(columns, question.as_of_s);
    let currencies = if with_money { columns.currencies.len().min(255) } else { 0 };
    let shape = Shape {
        columns,
        sieve: &sieve,
        grouping: &grouping,
        as_of_s: question.as_of_s,
        horizon_s: question.horizon_s(),
        hours,
        dense: only.is_none()
            && grouping.names.len().saturating_mul(hours).saturating_mul(CAUSES) <= DENSE_CELLS_MAX,
        currencies,
        ranks: ranks(&columns.currencies.values()[..currencies]),
    };
    if let Some(rows) = only {
        return shape.finish(shape.sum(rows));
    }
    let mut parts = in_parallel(columns.len(), |rows| shape.sum(rows)).into_iter();
    let mut total = parts.next().unwrap_or_else(|| shape.sum(0..0));
    parts.for_each(|part| total.add(part));
    shape.finish(total)
}

/// Runs `work` over equal ranges of `rows`, one for each core.
pub(crate) fn in_parallel<T: Send>(rows: usize, work: impl Fn(std::ops::Range<usize>) -> T + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(rows.div_ceil(ROWS_PER_THREAD_MIN)).max(1);
    if threads == 1 {
        return vec![work(0..rows)];
    }
    let bound = |part: usize| rows * part / threads;
    std::thread::scope(|scope| {
        let work = &work;
        let handles: Vec<_> =
            (0..threads).map(|part| scope.spawn(move || work(bound(part)..bound(part + 1)))).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn longest_hours(columns: &Columns, as_of_s: u32) -> usize {
    let first = columns.start_s.iter().copied().min().unwrap_or(as_of_s).min(as_of_s);
    (as_of_s - first).div_ceil(HOUR_S) as usize + 1
}

const CAUSES: usize = 3;

struct Shape<'a> {
    columns: &'a Columns,
    sieve: &'a Sieve<'a>,
    grouping: &'a Grouping<'a>,
    as_of_s: u32,
    horizon_s: u32,
    hours: usize,
    dense: bool,
    currencies: usize,
    /// The place of each currency's number when all codes ascend.
    ranks: Vec<u8>,
}

/// One thread's sums.
struct Sums {
    counts: Vec<Counts>,
    money: Vec<Moments>,
    histogram: Vec<u32>,
    sparse: Vec<u64>,
    payments: Vec<(u32, u8, i64)>,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(into, from)| into.add(from));
        self.money.iter_mut().zip(other.money).for_each(|(into, from)| *into += from);
        self.histogram.iter_mut().zip(other.histogram).for_each(|(into, from)| *into += from);
        self.sparse.extend(other.sparse);
        self.payments.extend(other.payments);
    }
}

impl Shape<'_> {
    fn sum(&self, rows: std::ops::Range<usize>) -> Sums {
        let groups = self.grouping.names.len();
        let mut sums = Sums {
            counts: vec![Counts::default(); groups],
            money: vec![Moments::default(); groups * self.currencies],
            histogram: vec![0; if self.dense { groups * self.hours * CAUSES } else { 0 }],
            sparse: Vec::new(),
            payments: Vec::new(),
        };
        for at in rows {
            if self.sieve.passes(at) {
                let (ended, after_s) = ended(self.columns, at, self.as_of_s);
                for group in self.grouping.of(at) {
                    self.add(&mut sums, at, *group, ended, after_s);
                }
            }
        }
        // Each thread sorts its own; what is left is to merge sorted runs.
        sums.payments.sort_unstable();
        sums
    }

    fn add(&self, sums: &mut Sums, at: usize, group: u32, ended: Ended, after_s: u32) {
        let columns = self.columns;
        let matured = self.as_of_s - columns.start_s[at] >= self.horizon_s;
        let counts = &mut sums.counts[group as usize];
        counts.started += 1;
        counts.matured += u64::from(matured);
        match ended {
            Ended::Open => counts.open += 1,
            Ended::Paid => {
                counts.paid += 1;
                counts.matured_paid += u64::from(matured && after_s <= self.horizon_s);
            }
            Ended::Closed if columns.status[at] & STANDING == REFUNDED => counts.refunded += 1,
            Ended::Closed => counts.closed += 1,
        }
        let hour = after_s.div_ceil(HOUR_S) as usize;
        if self.dense {
            sums.histogram[(group as usize * self.hours + hour) * CAUSES + ended as usize] += 1;
        } else {
            sums.sparse.push(u64::from(group) << 32 | (hour as u64) << 2 | ended as u64);
        }
        let flags = columns.flags[at];
        let standing = columns.status[at] & STANDING;
        let paid_later = ended == Ended::Open && matches!(standing, PAID | REFUNDED);
        if flags & HAS_MONEY != 0 && !paid_later {
            counts.with_money += 1;
            counts.with_refund += u64::from(flags & REFUND != 0);
            counts.with_loss += u64::from(flags & LOST != 0);
            counts.at_risk += u64::from(flags & AT_RISK != 0);
            if let Some(currency) = self.ranks.get(usize::from(columns.currency[at])).copied() {
                let net = columns.net_minor(at);
                sums.money[group as usize * self.currencies + usize::from(currency)].insert(net);
                sums.payments.push((group, currency, net));
            }
        }
    }

    fn finish(&self, mut sums: Sums) -> Answered {
        let (currencies, places) = self.currency_places(&sums);
        let kept: Vec<usize> =
            (0..sums.counts.len()).filter(|group| sums.counts[*group].started > 0).collect();
        let mut new_number = vec![0; sums.counts.len()];
        for (number, group) in kept.iter().enumerate() {
            new_number[*group] = number as u32;
        }
        for (group, currency, _) in &mut sums.payments {
            *group = new_number[*group as usize];
            *currency = places[usize::from(*currency)].unwrap_or_default();
        }
        merge_runs(&mut sums.payments);
        sums.sparse.sort_unstable();
        let mut sparse = sums.sparse.as_slice();
        let groups = kept
            .iter()
            .map(|group| {
                let exits =
                    if self.dense { self.dense_exits(&sums, *group) } else { sparse_exits(&mut sparse) };
                let mut money = vec![Moments::default(); currencies.len()];
                for (number, place) in places.iter().enumerate() {
                    if let Some(place) = place {
                        money[usize::from(*place)] = sums.money[group * self.currencies + number];
                    }
                }
                let counts = sums.counts[*group].clone();
                Group { key: self.grouping.names[*group].clone(), counts, exits, money }
            })
            .collect();
        Answered { groups, currencies, payments: sums.payments }
    }

    /// Codes that earned something, ascending, and the place of each rank among them: a currency that once was there
    /// and no longer is leaves no trace.
    fn currency_places(&self, sums: &Sums) -> (Vec<super::CurrencyCode>, Vec<Option<u8>>) {
        let mut codes = self.columns.currencies.values()[..self.currencies].to_vec();
        codes.sort_unstable();
        let groups = self.grouping.names.len();
        let used = |rank: usize| (0..groups).any(|group| sums.money[group * self.currencies + rank].n > 0);
        let kept: Vec<super::CurrencyCode> =
            codes.iter().enumerate().filter(|(rank, _)| used(*rank)).map(|(_, code)| *code).collect();
        let places =
            codes.iter().map(|code| kept.binary_search(code).ok().map(|place| place as u8)).collect();
        (kept, places)
    }

    fn dense_exits(&self, sums: &Sums, group: usize) -> Exits {
        let start = group * self.hours * CAUSES;
        let cells = sums.histogram[start..start + self.hours * CAUSES].chunks_exact(CAUSES);
        let exits =
            cells.enumerate().filter(|(_, cell)| cell.iter().any(|n| *n > 0)).map(|(hour, cell)| Exit {
                time: hour as f64,
                censored: f64::from(cell[0]),
                paid: f64::from(cell[1]),
                closed: f64::from(cell[2]),
            });
        Exits::from_ascending(exits.collect())
    }
}

#[expect(
    clippy::stable_sort_primitive,
    reason = "the stable sort finds the threads' sorted runs and only merges"
)]
fn merge_runs(payments: &mut [(u32, u8, i64)]) {
    payments.sort();
}

fn ranks(codes: &[super::CurrencyCode]) -> Vec<u8> {
    codes.iter().map(|code| codes.iter().filter(|other| *other < code).count() as u8).collect()
}

/// Takes the first group's keys off the sorted list.
fn sparse_exits(keys: &mut &[u64]) -> Exits {
    let Some(first) = keys.first() else { return Exits::default() };
    let length = keys.partition_point(|key| key >> 32 <= first >> 32);
    let (mine, rest) = keys.split_at(length);
    *keys = rest;
    let exits = mine.chunk_by(|a, b| a >> 2 == b >> 2).map(|same| {
        let of = |cause: u64| same.iter().filter(|key| *key & 3 == cause).count() as f64;
        Exit { time: ((same[0] & 0xFFFF_FFFF) >> 2) as f64, censored: of(0), paid: of(1), closed: of(2) }
    });
    Exits::from_ascending(exits.collect())
}
