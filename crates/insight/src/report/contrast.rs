//! Paid against unpaid, side by side: how journeys paid within the horizon differ from those that had all of it and
//! were not.
//!
//! Shares of elements by risk difference (Newcombe) and Fisher's test; time on each page in the first window by Cliff's
//! δ and Mann–Whitney; one Benjamini–Hochberg over all of it. Journeys still young are left apart.

use super::{FALSE_DISCOVERY_MAX, LEVEL};
use crate::exact;
use crate::facts::Columns;
use crate::facts::pass::{Ended, Question, ended, in_parallel};
use crate::facts::patterns::{Adjust, Patterns, matured};
use crate::figure::{Absent, Answer, Interval};
use crate::multiplicity::{self, Adjustment};
use crate::proportion::{Proportion, newcombe_difference};
use crate::rank::{self, RankTest};

/// One element's share among paid and unpaid journeys.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The element.
    pub element: String,
    /// (with it, all) among the paid.
    pub paid: (u64, u64),
    /// (with it, all) among the matured unpaid.
    pub unpaid: (u64, u64),
    /// Share among paid minus share among unpaid, with its interval.
    pub difference: Answer<(f64, Interval)>,
    /// Fisher's p.
    pub p: f64,
    /// Adjusted over everything in the report.
    pub q: Option<f64>,
    /// Whether it may be called a difference.
    pub distinct: bool,
}

/// One page's time among paid and unpaid journeys.
#[derive(Clone, Debug, PartialEq)]
pub struct Behaviour {
    /// 1–4.
    pub page: usize,
    /// The comparison; δ > 0: the paid stayed longer.
    pub test: Answer<RankTest>,
    /// Adjusted over everything in the report.
    pub q: Option<f64>,
    /// Whether it may be called a difference.
    pub distinct: bool,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Paid within the horizon.
    pub paid: u64,
    /// Had the whole horizon, not paid in it.
    pub unpaid: u64,
    /// Too young to be either.
    pub open: u64,
    /// Elements, names ascending.
    pub elements: Vec<Share>,
    /// Pages in order.
    pub pages: Vec<Behaviour>,
}

/// Computes the report (the question's grouping is not used).
pub fn report(columns: &Columns, question: &Question) -> Report {
    let table = matured(columns, question, Adjust { category: false, periods: 1 });
    let paid = table.cells.iter().map(|cell| u64::from(cell.k)).sum();
    let unpaid = table.matured - paid;
    let mut elements: Vec<Share> = (0..table.elements).map(|j| element(&table, j, paid, unpaid)).collect();
    let mut pages = pages(columns, question);
    let needed = question.gates.each();
    adjust(&mut elements, &mut pages, paid >= needed && unpaid >= needed);
    Report { paid, unpaid, open: table.immature, elements, pages }
}

fn element(table: &Patterns, j: usize, paid: u64, unpaid: u64) -> Share {
    let with = table.cells.iter().filter(|cell| cell.flags >> j & 1 == 1);
    let (a, b) =
        with.fold((0, 0), |sum, cell| (sum.0 + u64::from(cell.k), sum.1 + u64::from(cell.n - cell.k)));
    let difference =
        Proportion::new(a, paid).and_then(|x| Ok(newcombe_difference(x, Proportion::new(b, unpaid)?, LEVEL)));
    Share {
        element: table.names[j].clone(),
        paid: (a, paid),
        unpaid: (b, unpaid),
        difference,
        p: exact::fisher([[a, paid - a], [b, unpaid - b]]).p,
        q: None,
        distinct: false,
    }
}

const CODES: usize = 256;
/// How often each page's byte occurs among (unpaid, paid).
type Histogram = Vec<(u64, u64)>;

fn pages(columns: &Columns, question: &Question) -> Vec<Behaviour> {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let horizon_s = question.horizon_s();
    let parts = in_parallel(columns.len(), |rows| {
        let mut seen: Vec<Histogram> = vec![vec![(0, 0); CODES]; 4];
        for at in rows.filter(|at| sieve.passes(*at)) {
            if question.as_of_s - columns.start_s[at] < horizon_s {
                continue;
            }
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let paid = how == Ended::Paid && after_s <= horizon_s;
            for (page, code) in columns.pages[at].iter().enumerate() {
                let cell = &mut seen[page][usize::from(*code)];
                cell.0 += u64::from(!paid);
                cell.1 += u64::from(paid);
            }
        }
        seen
    });
    let sum = |page: usize, code: usize| {
        parts.iter().fold((0, 0), |sum, part| (sum.0 + part[page][code].0, sum.1 + part[page][code].1))
    };
    let all = (0..4).map(|page| {
        let values: Histogram = (0..CODES).map(|code| sum(page, code)).filter(|(a, b)| a + b > 0).collect();
        let nobody_looked = values.len() < 2;
        let test = rank::mann_whitney_counts(&values);
        Behaviour {
            page: page + 1,
            test: if nobody_looked { Err(Absent::NoVariation) } else { test },
            q: None,
            distinct: false,
        }
    });
    all.collect()
}

/// Below the gate q is told and nothing is called a difference.
fn adjust(elements: &mut [Share], pages: &mut [Behaviour], enough: bool) {
    let tests = pages.iter().filter_map(|page| page.test.as_ref().ok().map(|test| test.p));
    let p: Vec<f64> = elements.iter().map(|share| share.p).chain(tests).collect();
    let Ok(q) = multiplicity::adjust(&p, Adjustment::BenjaminiHochberg) else { return };
    let (of_elements, of_pages) = q.split_at(elements.len());
    for (share, q) in elements.iter_mut().zip(of_elements) {
        share.q = Some(*q);
        share.distinct = enough && *q <= FALSE_DISCOVERY_MAX;
    }
    let tested = pages.iter_mut().filter(|page| page.test.is_ok());
    for (page, q) in tested.zip(of_pages) {
        page.q = Some(*q);
        page.distinct = enough && *q <= FALSE_DISCOVERY_MAX;
    }
}
