//! One pass over journeys that brought money: how long each has kept it, or when the first of it went back.
//!
//! Whole numbers only, as in [`pass`](super::pass). Time runs from the payment, not from the start.

use super::columns::{Columns, HAS_MONEY, LOST, PAID, REFUND, REFUNDED, STANDING};
use super::group::Grouping;
use super::pass::{HOUR_S, Question, in_parallel};
use super::{CurrencyCode, Dimension};
use crate::survival::{Exit, Exits};

/// One group's journeys with money.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its id or name.
    pub key: String,
    /// Hours from each payment until some of it went back (told as [`Exit::paid`]), or until now.
    pub exits: Exits,
    /// When they were paid, or when it went back, is not known: in no curve.
    pub unknown: u64,
}

/// What is kept of one currency, minor units.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdings {
    /// The currency.
    pub currency: CurrencyCode,
    /// Net of all that came in.
    pub net_minor: i128,
    /// (hours since the payment, gross, journeys) of those that have given nothing back, ascending.
    pub untouched: Vec<(u32, i64, u64)>,
    /// Journeys that gave some back.
    pub returned: u64,
    /// What came in by those.
    pub returned_gross_minor: i128,
    /// What of it went back.
    pub returned_back_minor: i128,
}

/// (group, hour, whether it went back), and how the row stood.
enum Seen {
    Unknown,
    At { hour: u32, returned: bool },
}

fn seen(columns: &Columns, at: usize, as_of_s: u32) -> Option<Seen> {
    let flags = columns.flags[at];
    if flags & HAS_MONEY == 0 {
        return None;
    }
    // Of one that a person pinned to something else, the row does not say when it was paid.
    if !matches!(columns.status[at] & STANDING, PAID | REFUNDED) {
        return Some(Seen::Unknown);
    }
    let paid_s = columns.start_s[at].saturating_add(columns.delay_s[at]);
    let age_s = as_of_s.checked_sub(paid_s)?;
    let hour = |s: u32| s.div_ceil(HOUR_S);
    if flags & (REFUND | LOST) == 0 {
        return Some(Seen::At { hour: hour(age_s), returned: false });
    }
    let row = u32::try_from(at).ok()?;
    Some(match columns.returned_s.get(&row) {
        Some(after_s) if *after_s <= age_s => Seen::At { hour: hour(*after_s), returned: true },
        Some(_) => Seen::At { hour: hour(age_s), returned: false },
        None => Seen::Unknown,
    })
}

/// Groups with money, keys ascending.
pub fn kept(columns: &Columns, question: &Question) -> Vec<Kept> {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let grouping = Grouping::new(columns, &question.by);
    // One key for each journey and group: group, hour, and how: 0 kept, 1 returned, 2 unknown.
    let parts = in_parallel(columns.len(), |rows| {
        let mut keys: Vec<u64> = Vec::new();
        for at in rows.filter(|at| sieve.passes(*at)) {
            let Some(seen) = seen(columns, at, question.as_of_s) else { continue };
            let low = match seen {
                Seen::Unknown => 2,
                Seen::At { hour, returned } => u64::from(hour) << 2 | u64::from(returned),
            };
            keys.extend(grouping.of(at).iter().map(|group| u64::from(*group) << 34 | low));
        }
        keys.sort_unstable();
        keys
    });
    let mut keys: Vec<u64> = parts.concat();
    keys.sort_unstable();
    let groups = keys.chunk_by(|a, b| a >> 34 == b >> 34);
    groups.map(|keys| one(&grouping.names[(keys[0] >> 34) as usize], keys)).collect()
}

fn one(name: &str, keys: &[u64]) -> Kept {
    let unknown = keys.iter().filter(|key| *key & 3 == 2).count() as u64;
    let alike = keys.chunk_by(|a, b| a == b).filter(|same| same[0] & 3 != 2);
    let exits = alike.map(|same| {
        let (time, count) = ((same[0] >> 2 & 0xFFFF_FFFF) as f64, same.len() as f64);
        let (paid, censored) = if same[0] & 1 == 1 { (count, 0.0) } else { (0.0, count) };
        Exit { time, paid, censored, closed: 0.0 }
    });
    Kept { key: name.to_owned(), exits: Exits::gathered(exits.collect()), unknown }
}

/// What is kept of each currency, codes ascending.
pub fn holdings(columns: &Columns, question: &Question) -> Vec<Holdings> {
    let question = Question { by: Dimension::Everything, ..question.clone() };
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let codes = columns.currencies.values();
    let parts = in_parallel(columns.len(), |rows| {
        let mut sums: Vec<Holdings> = codes.iter().map(|code| Holdings::none(*code)).collect();
        for at in rows.filter(|at| sieve.passes(*at)) {
            let Some(seen) = seen(columns, at, question.as_of_s) else { continue };
            let Some(sum) = sums.get_mut(usize::from(columns.currency[at])) else { continue };
            let net = columns.net_minor(at);
            let back = u32::try_from(at).ok().and_then(|row| columns.given_back.get(&row)).copied();
            let gross = net + back.unwrap_or(0);
            sum.net_minor += i128::from(net);
            match seen {
                Seen::At { hour, returned: false } if back.is_none() => sum.untouched.push((hour, gross, 1)),
                _ if back.is_some() => sum.give_back(gross, back.unwrap_or(0)),
                _ => {}
            }
        }
        sums
    });
    let mut all = codes.iter().map(|code| Holdings::none(*code)).collect::<Vec<_>>();
    for part in parts {
        all.iter_mut().zip(part).for_each(|(into, from)| into.add(from));
    }
    all.retain(|sum| sum.returned > 0 || !sum.untouched.is_empty());
    all.iter_mut().for_each(Holdings::gather);
    all.sort_by_key(|sum| sum.currency);
    all
}

impl Holdings {
    fn none(currency: CurrencyCode) -> Self {
        Self {
            currency,
            net_minor: 0,
            untouched: Vec::new(),
            returned: 0,
            returned_gross_minor: 0,
            returned_back_minor: 0,
        }
    }

    fn give_back(&mut self, gross: i64, back: i64) {
        self.returned += 1;
        self.returned_gross_minor += i128::from(gross);
        self.returned_back_minor += i128::from(back);
    }

    fn add(&mut self, from: Self) {
        self.net_minor += from.net_minor;
        self.untouched.extend(from.untouched);
        self.returned += from.returned;
        self.returned_gross_minor += from.returned_gross_minor;
        self.returned_back_minor += from.returned_back_minor;
    }

    /// Equal ages and amounts together, ascending: the order of arrival leaves no trace.
    fn gather(&mut self) {
        self.untouched.sort_unstable();
        self.untouched.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            if same {
                kept.2 += next.2;
            }
            same
        });
    }
}
