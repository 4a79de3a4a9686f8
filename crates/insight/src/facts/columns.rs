//! The columns: one compact row per journey, replaced whole when the journey changes.
//!
//! 51 bytes a journey and its share of the sets (55 once ids came out of order): 128-bit id, start, delay, money,
//! version, hypothesis, segments, elements, currency, standing with mode and stage, flags, time on four pages. Money
//! given back, and amounts beyond 32 bits, are kept apart, as they are rare. Nothing is summed here: every report is a
//! pass over the rows, so a refund or an override takes away exactly what the payment added.

use super::dictionary::{Dictionary, Sets};
use super::given::Given;
use super::{CurrencyCode, Fact, Standing};
use std::collections::{BTreeMap, HashMap};

/// No hypothesis, no currency known.
pub(crate) const NONE: u32 = u32::MAX;
pub(crate) const NO_CURRENCY: u8 = u8::MAX;
/// Ids waiting to be merged into the order, as a share of all.
const LATE_SHARE_MAX: usize = 16;
const LATE_MIN: usize = 1_024;

pub(crate) const STANDING: u8 = 0b111;
pub(crate) const OPEN: u8 = 0;
pub(crate) const PAID: u8 = 1;
pub(crate) const REFUNDED: u8 = 2;
pub(crate) const CLOSED: u8 = 3;
pub(crate) const GONE: u8 = 4;
pub(crate) const LIVE: u8 = 0b1000;
pub(crate) const STAGE_SHIFT: u8 = 4;

pub(crate) const HAS_MONEY: u8 = 1;
pub(crate) const GAVE_BACK: u8 = 1 << 1;
pub(crate) const REFUND: u8 = 1 << 2;
pub(crate) const LOST: u8 = 1 << 3;
pub(crate) const AT_RISK: u8 = 1 << 4;
const LARGE: u8 = 1 << 5;

/// A version's content and a hypothesis's category and predictions, by number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HypothesisRow {
    pub(crate) category: u32,
    pub(crate) predicted: Option<f64>,
    pub(crate) predicted_days: Option<f64>,
}

/// Journey facts in struct-of-arrays form.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    change: u64,
    ids: Vec<u128>,
    /// Rows up to here came in the order of their ids; while `order` is empty, these are found without it.
    ascending: usize,
    /// Rows by id, once some came out of order.
    order: Vec<u32>,
    /// Rows not in it yet.
    late: BTreeMap<u128, u32>,
    pub(crate) start_s: Vec<u32>,
    pub(crate) delay_s: Vec<u32>,
    /// Captured; 0 before, and while it is in `large`.
    amount_minor: Vec<i32>,
    /// Captured, where 32 bits do not hold it.
    large: HashMap<u32, i64>,
    pub(crate) version: Vec<u32>,
    pub(crate) hypothesis: Vec<u32>,
    pub(crate) segments: Vec<u32>,
    pub(crate) pattern: Vec<u32>,
    pub(crate) currency: Vec<u8>,
    pub(crate) status: Vec<u8>,
    pub(crate) flags: Vec<u8>,
    pub(crate) pages: Vec<[u8; 4]>,
    pub(crate) given_back: HashMap<u32, i64>,
    /// Seconds from the payment until the first of it went back.
    pub(crate) returned_s: HashMap<u32, u32>,
    pub(crate) versions: Dictionary<String>,
    pub(crate) version_content: Vec<u32>,
    pub(crate) contents: Dictionary<String>,
    pub(crate) hypotheses: Dictionary<String>,
    pub(crate) hypothesis_rows: Vec<HypothesisRow>,
    pub(crate) categories: Dictionary<String>,
    pub(crate) segment_words: Dictionary<String>,
    pub(crate) segment_sets: Sets<u32>,
    pub(crate) elements: Dictionary<String>,
    pub(crate) patterns: Sets<u16>,
    pub(crate) currencies: Dictionary<CurrencyCode>,
}

impl Columns {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Journeys, deleted ones included.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The last change taken in.
    pub fn change(&self) -> u64 {
        self.change
    }

    /// Currencies of a mode's journeys, ascending.
    pub fn currencies_of(&self, livemode: bool) -> Vec<CurrencyCode> {
        let mut seen = [false; 256];
        for (status, currency) in self.status.iter().zip(&self.currency) {
            if (status & LIVE != 0) == livemode && status & STANDING != GONE {
                seen[usize::from(*currency)] = true;
            }
        }
        let codes = self.currencies.values().iter().zip(seen);
        let mut codes: Vec<CurrencyCode> = codes.filter(|(_, seen)| *seen).map(|(code, _)| *code).collect();
        codes.sort_unstable();
        codes
    }

    /// Journeys of a mode whose clients have `pair`, a `key=value`.
    pub fn count_segment(&self, livemode: bool, pair: &str) -> u64 {
        let Some(word) = self.segment_words.find(pair) else { return 0 };
        let wanted: Vec<bool> = self.segment_sets.iter().map(|set| set.contains(&word)).collect();
        let rows = self.status.iter().zip(&self.segments);
        let mine = rows.filter(|(status, set)| (*status & LIVE != 0) == livemode && wanted[**set as usize]);
        mine.count() as u64
    }

    /// Contents that journeys were ever given, in no particular order; likewise below.
    pub fn known_contents(&self) -> &[String] {
        self.contents.values()
    }

    /// Hypotheses.
    pub fn known_hypotheses(&self) -> &[String] {
        self.hypotheses.values()
    }

    /// Categories of hypotheses.
    pub fn known_categories(&self) -> &[String] {
        self.categories.values()
    }

    /// Segments of clients, as `key=value`.
    pub fn known_segments(&self) -> &[String] {
        self.segment_words.values()
    }

    /// Makes room for `more` journeys at once, without slack.
    pub fn reserve(&mut self, more: usize) {
        self.ids.reserve_exact(more);
        self.amount_minor.reserve_exact(more);
        self.pages.reserve_exact(more);
        self.numbers_mut().into_iter().for_each(|column| column.reserve_exact(more));
        self.bytes_mut().into_iter().for_each(|column| column.reserve_exact(more));
    }

    fn numbers_mut(&mut self) -> [&mut Vec<u32>; 6] {
        let Self { start_s, delay_s, version, hypothesis, segments, pattern, .. } = self;
        [start_s, delay_s, version, hypothesis, segments, pattern]
    }

    fn bytes_mut(&mut self) -> [&mut Vec<u8>; 3] {
        [&mut self.currency, &mut self.status, &mut self.flags]
    }

    /// Takes in facts as of `change`: new journeys are added, known ones replaced. A change already seen is ignored
    /// whole, so a delivery may be repeated.
    pub fn refresh<'a>(&mut self, change: u64, facts: impl IntoIterator<Item = Fact<'a>>) {
        if change <= self.change && self.change > 0 {
            return;
        }
        for fact in facts {
            self.put(&fact);
        }
        self.change = change;
    }

    /// One journey, new or changed.
    pub fn put(&mut self, fact: &Fact<'_>) {
        let given = Given {
            version: self.give_version(fact.version, fact.content, fact.elements),
            hypothesis: self.give_hypothesis(fact.hypothesis),
            segments: self.give_segments(fact.segments),
        };
        let row = self.row(fact.id).unwrap_or_else(|| self.push(fact.id));
        self.set(row, fact, given);
    }

    /// A journey that is not there yet, whose words were numbered before: those in `fact` are not looked at. It is found
    /// by its id only after [`Columns::settle`].
    pub fn append(&mut self, fact: &Fact<'_>, given: Given) {
        let row = self.add_row(fact.id);
        self.set(row, fact, given);
    }

    /// Makes those that were appended, in whatever order, found by their ids.
    pub fn settle(&mut self) {
        self.late.clear();
        self.order.clear();
        self.ascending = self.ids.len();
        if !self.ids.is_sorted() {
            self.order.extend(0..self.ids.len() as u32);
            let ids = &self.ids;
            self.order.sort_unstable_by_key(|row| ids[*row as usize]);
        }
    }

    fn set(&mut self, row: u32, fact: &Fact<'_>, given: Given) {
        let at = row as usize;
        self.start_s[at] = fact.start_s;
        (self.version[at], self.pattern[at]) = given.version;
        self.hypothesis[at] = given.hypothesis;
        self.segments[at] = given.segments;
        self.currency[at] = fact.currency.map_or(NO_CURRENCY, |code| self.currency_number(code));
        self.pages[at] = fact.page_seconds.map(page_code);
        self.set_standing(at, fact);
        self.set_money(row, fact);
    }

    fn set_standing(&mut self, at: usize, fact: &Fact<'_>) {
        let (standing, delay_s) = match fact.standing {
            Standing::Open => (OPEN, 0),
            Standing::Paid { after_s } => (PAID, after_s),
            Standing::Refunded { after_s } => (REFUNDED, after_s),
            Standing::Closed { after_s } => (CLOSED, after_s),
            Standing::Gone => (GONE, 0),
        };
        let live = if fact.livemode { LIVE } else { 0 };
        let stage = fact.stage.min(super::STAGES as u8 - 1) << STAGE_SHIFT;
        self.delay_s[at] = delay_s;
        self.status[at] = standing | live | stage;
    }

    fn set_money(&mut self, row: u32, fact: &Fact<'_>) {
        let at = row as usize;
        if self.flags[at] & (GAVE_BACK | LARGE) != 0 {
            self.given_back.remove(&row);
            self.returned_s.remove(&row);
            self.large.remove(&row);
        }
        self.amount_minor[at] = 0;
        self.flags[at] = 0;
        let Some(money) = fact.money else { return };
        let back = money.gross_minor - money.net_minor();
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        let small = i32::try_from(money.gross_minor);
        self.amount_minor[at] = small.unwrap_or(0);
        if small.is_err() {
            self.large.insert(row, money.gross_minor);
        }
        self.flags[at] = HAS_MONEY
            | flag(back != 0, GAVE_BACK)
            | flag(small.is_err(), LARGE)
            | flag(money.refunded_minor > 0, REFUND)
            | flag(money.lost_minor > 0, LOST)
            | flag(money.at_risk, AT_RISK);
        if back != 0 {
            self.given_back.insert(row, back);
        }
        if let Some(after_s) = money.returned_after_s.filter(|_| back != 0) {
            self.returned_s.insert(row, after_s);
        }
    }

    /// Net of refunds and lost disputes; 0 before any capture.
    pub(crate) fn net_minor(&self, at: usize) -> i64 {
        let flags = self.flags[at];
        if flags & HAS_MONEY == 0 {
            return 0;
        }
        let back = if flags & GAVE_BACK == 0 { 0 } else { self.given_back[&(at as u32)] };
        let gross =
            if flags & LARGE == 0 { i64::from(self.amount_minor[at]) } else { self.large[&(at as u32)] };
        gross - back
    }

    /// The id of the journey in place `at`.
    pub(crate) fn id(&self, at: usize) -> u128 {
        self.ids[at]
    }

    /// Elements of the journey in place `at`.
    pub(crate) fn elements_of(&self, at: usize) -> Vec<&str> {
        let words = self.elements.values();
        self.patterns.get(self.pattern[at]).iter().map(|word| words[usize::from(*word)].as_str()).collect()
    }

    /// Hypothesis category of the journey in place `at`.
    pub(crate) fn category_of(&self, at: usize) -> Option<&str> {
        let hypothesis = self.hypothesis[at];
        let row = (hypothesis != NONE).then(|| self.hypothesis_rows[hypothesis as usize])?;
        Some(self.categories.values()[row.category as usize].as_str())
    }

    /// 255 currencies are more than there are; beyond them money is not told apart and so not counted.
    fn currency_number(&mut self, code: CurrencyCode) -> u8 {
        let number = self.currencies.intern(&code);
        u8::try_from(number).unwrap_or(NO_CURRENCY)
    }

    pub(super) fn row(&self, id: u128) -> Option<u32> {
        let found = if self.order.is_empty() {
            self.ids[..self.ascending].binary_search(&id).ok().map(|row| row as u32)
        } else {
            let place = self.order.binary_search_by(|row| self.ids[*row as usize].cmp(&id));
            place.ok().map(|place| self.order[place])
        };
        found.or_else(|| self.late.get(&id).copied())
    }

    fn push(&mut self, id: u128) -> u32 {
        let newest = self.late.is_empty() && self.newest().is_none_or(|newest| newest < id);
        let row = self.add_row(id);
        if !newest {
            self.late.insert(id, row);
            if self.late.len() > LATE_MIN.max(self.ids.len() / LATE_SHARE_MAX) {
                self.merge_late();
            }
        } else if self.order.is_empty() {
            self.ascending += 1;
        } else {
            self.order.push(row);
        }
        row
    }

    /// An empty row at the end, in no order yet.
    fn add_row(&mut self, id: u128) -> u32 {
        let row = self.ids.len() as u32;
        self.ids.push(id);
        self.amount_minor.push(0);
        self.pages.push([0; 4]);
        self.numbers_mut().into_iter().for_each(|column| column.push(0));
        self.bytes_mut().into_iter().for_each(|column| column.push(0));
        row
    }

    /// The largest id in order.
    fn newest(&self) -> Option<u128> {
        let row = self.order.last().map(|row| *row as usize).or_else(|| self.ascending.checked_sub(1));
        row.map(|row| self.ids[row])
    }

    fn merge_late(&mut self) {
        if self.order.is_empty() {
            self.order = (0..self.ascending as u32).collect();
        }
        self.order.extend(std::mem::take(&mut self.late).into_values());
        // Two ascending runs: the sort finds them and merges in one pass.
        self.order.sort_by_key(|row| self.ids[*row as usize]);
    }

    /// Bytes that the rows and their sets take; names of versions, hypotheses and elements apart.
    pub fn resident_bytes(&self) -> usize {
        let row = 16 + 7 * 4 + 3 + 4;
        let rare = self.given_back.len() + self.large.len() + self.returned_s.len();
        let late = self.late.len() * 40 + rare * 24;
        let sets = self.patterns.bytes() + self.segment_sets.bytes();
        self.ids.len() * row + self.order.len() * 4 + late + sets
    }
}

/// Seconds on a page in one byte: 0 not seen, else steps of 4 % from 1 s to 18 hours.
fn page_code(seconds: u32) -> u8 {
    if seconds == 0 { 0 } else { (1.0 + 16.0 * f64::from(seconds).log2()).round().min(255.0) as u8 }
}

/// What a page's byte stands for, in seconds.
pub(crate) fn page_seconds(code: u8) -> Option<f64> {
    (code > 0).then(|| ((f64::from(code) - 1.0) / 16.0).exp2())
}
