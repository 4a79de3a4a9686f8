//! Where clients stop: the furthest step of each journey, and how long they stayed on each page.

use super::share;
use crate::facts::Columns;
use crate::facts::STAGES;
use crate::facts::columns::{PAID, REFUNDED, STAGE_SHIFT, STANDING, page_seconds};
use crate::facts::pass::{Ended, Question, ended, in_parallel};
use crate::figure::Figure;

/// Names of the steps, in order; "paid" follows the last.
pub const STEPS: [&str; 7] =
    ["started", "activation", "agreement", "confirmation", "processing", "checkout", "paid"];

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// Journeys that got at least this far.
    pub reached: u64,
    /// Of all journeys.
    pub of_all: Figure,
    /// Of those that reached the step before.
    pub of_previous: Figure,
    /// Middle time on the page in seconds, to within 4 %, over journeys that saw it.
    pub median_seconds: Option<f64>,
}

const CODES: usize = 256;

struct Sums {
    furthest: [u64; STAGES + 1],
    pages: Vec<[u64; CODES]>,
}

/// The funnel of the journeys a question is about (its grouping is not used).
pub fn report(columns: &Columns, question: &Question) -> Vec<Step> {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let parts = in_parallel(columns.len(), |rows| {
        let mut sums = Sums { furthest: [0; STAGES + 1], pages: vec![[0; CODES]; 4] };
        for at in rows.filter(|at| sieve.passes(*at)) {
            let standing = columns.status[at] & STANDING;
            let (how, _) = ended(columns, at, question.as_of_s);
            let paid = matches!(standing, PAID | REFUNDED) && how != Ended::Open;
            let stage = if paid { STAGES } else { usize::from(columns.status[at] >> STAGE_SHIFT) };
            sums.furthest[stage] += 1;
            for (page, code) in columns.pages[at].iter().enumerate() {
                sums.pages[page][usize::from(*code)] += 1;
            }
        }
        sums
    });
    let furthest = |stage: usize| parts.iter().map(|part| part.furthest[stage]).sum::<u64>();
    let reached: Vec<u64> = (0..=STAGES).map(|stage| (stage..=STAGES).map(furthest).sum::<u64>()).collect();
    let steps = STEPS.iter().enumerate().map(|(stage, name)| Step {
        name,
        reached: reached[stage],
        of_all: share(reached[stage], reached[0]),
        of_previous: share(reached[stage], reached[stage.saturating_sub(1)]),
        median_seconds: (1..=4).contains(&stage).then(|| median(&parts, stage - 1)).flatten(),
    });
    steps.collect()
}

fn median(parts: &[Sums], page: usize) -> Option<f64> {
    let count = |code: usize| parts.iter().map(|part| part.pages[page][code]).sum::<u64>();
    let seen: u64 = (1..CODES).map(count).sum();
    let mut before = 0;
    let middle = (1..CODES).find(|code| {
        before += count(*code);
        2 * before >= seen
    })?;
    if seen == 0 { None } else { page_seconds(middle as u8) }
}
