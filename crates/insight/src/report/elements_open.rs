//! Effects of elements while most journeys are still open: a piecewise-exponential model of the payment rate, in which
//! every journey counts for the time it was watched (Holford 1980). Closed journeys stop being watched.
//!
//! With the integrated rate Λ(H) of the pieces, the chance of payment by the horizon is 1 − exp(−Λ(H)·exp(x·β)); the
//! effect of an element is its average change over the journeys, with the delta method's interval.

use super::LEVEL;
use super::conversion::together;
use super::elements::{Design, EVENTS_PER_PARAMETER_MIN};
use crate::facts::pass::{HOUR_S, Question, count};
use crate::facts::patterns::{Adjust, Cell};
use crate::facts::watched::{PIECES_MAX, Watched, watched};
use crate::facts::{Columns, Dimension};
use crate::figure::{Absent, Answer, Interval};
use crate::math::normal;
use crate::regression::logistic::quadratic;
use crate::regression::poisson::{self, Fit};
use crate::survival::Exits;

/// Cells × pieces beyond which the model is not fitted: it looks at each several times.
const ROWS_MAX: usize = 400_000;

/// The model and what it was fitted to.
pub(super) struct Open {
    /// Journeys of any age, by their columns.
    pub(super) table: Watched,
    /// Which of the columns are estimated.
    pub(super) design: Design,
    fit: Fit,
    /// Seconds of each piece.
    widths_s: Vec<u32>,
}

/// What the report shows of one column.
pub(super) struct Seen {
    /// Journeys with it, and without it, those still young counted by the part of the horizon they have had.
    pub(super) journeys: (u64, u64),
    /// Paid within the horizon, of those with it.
    pub(super) paid: u64,
    /// Average change in the chance of payment.
    pub(super) effect: (f64, Interval),
    /// Log ratio of rates and its standard error.
    pub(super) log_rate: (f64, f64),
}

/// Fits the model. Absent with too few payments for it.
pub(super) fn fit(columns: &Columns, question: &Question, adjust: Adjust) -> Answer<Open> {
    let everything = Question { by: Dimension::Everything, ..question.clone() };
    let answered = count(columns, &everything);
    let exits = together(answered.groups.iter().map(|group| &group.exits));
    let cuts_s = cuts(&exits, question.horizon_s());
    let table = watched(columns, question, adjust, &cuts_s);
    let design = Design::of(&table.patterns);
    let paid: u64 = table.patterns.cells.iter().map(|cell| u64::from(cell.k)).sum();
    let parameters = design.kept.len() + cuts_s.len() + 1;
    let needed = (parameters as f64 * EVENTS_PER_PARAMETER_MIN) as u64;
    if paid < needed {
        return Err(Absent::TooFew { have: paid, needed });
    }
    if table.patterns.cells.len() * (cuts_s.len() + 1) > ROWS_MAX {
        return Err(Absent::Invalid("more combinations of elements than this model takes"));
    }
    let fit = poisson::fit(&rows(&table, &design, cuts_s.len() + 1))?;
    let ends_s = cuts_s.iter().copied().chain([question.horizon_s()]);
    let widths_s =
        ends_s.clone().zip(std::iter::once(0).chain(ends_s)).map(|(end, from)| end - from).collect();
    Ok(Open { table, design, fit, widths_s })
}

/// Ends of pieces such that each holds about as many payments: whole hours, ascending, before the horizon.
fn cuts(exits: &Exits, horizon_s: u32) -> Vec<u32> {
    let horizon = f64::from(horizon_s) / f64::from(HOUR_S);
    let within = || exits.as_slice().iter().take_while(|exit| exit.time < horizon && exit.paid >= 0.0);
    let total: f64 = within().map(|exit| exit.paid).sum();
    let mut cuts = Vec::new();
    let (mut paid, mut piece) = (0.0, 1);
    for exit in within() {
        paid += exit.paid;
        if paid >= total * f64::from(piece) / PIECES_MAX as f64 && paid < total {
            cuts.push((exit.time as u32).max(1) * HOUR_S);
            piece = (paid * PIECES_MAX as f64 / total) as u32 + 1;
        }
    }
    cuts.dedup();
    cuts.retain(|cut| *cut < horizon_s);
    cuts.truncate(PIECES_MAX - 1);
    cuts
}

/// Covariates: the constant, the kept columns, and a column for each piece but the first.
fn rows(table: &Watched, design: &Design, pieces: usize) -> Vec<poisson::Cell> {
    let cells = table.patterns.cells.iter().zip(&table.seen);
    let of_piece = |cell: &Cell, piece: usize| -> Vec<f64> {
        let flags = design.kept.iter().map(|j| f64::from(u8::from(cell.flags >> j & 1 == 1)));
        let dummies = (1..pieces).map(|other| f64::from(u8::from(other == piece)));
        std::iter::once(1.0).chain(flags).chain(dummies).collect()
    };
    cells
        .flat_map(|(cell, seen)| {
            (0..pieces).map(move |piece| poisson::Cell {
                x: of_piece(cell, piece),
                paid: f64::from(seen.paid[piece]),
                exposure: seen.exposure_s[piece] as f64 / f64::from(HOUR_S),
            })
        })
        .collect()
}

impl Open {
    /// What is shown of the estimated column `slot`.
    pub(super) fn seen(&self, slot: usize, horizon_s: u32) -> Seen {
        let j = self.design.kept[slot];
        let cells = self.table.patterns.cells.iter().zip(&self.table.seen);
        let (mut aged_s, mut paid) = ([0_u64; 2], 0);
        for (cell, seen) in cells {
            let with = cell.flags >> j & 1 == 1;
            aged_s[usize::from(!with)] += seen.aged_s;
            paid += if with { u64::from(cell.k) } else { 0 };
        }
        let [with, without] = aged_s.map(|seconds| seconds / u64::from(horizon_s.max(1)));
        let error = self.fit.covariance.at(slot + 1, slot + 1).max(0.0).sqrt();
        Seen {
            journeys: (with, without),
            paid,
            effect: self.effect(slot),
            log_rate: (self.fit.coefficients[slot + 1], error),
        }
    }

    fn effect(&self, slot: usize) -> (f64, Interval) {
        let beta = &self.fit.coefficients;
        let kept = &self.design.kept;
        let pieces = self.piece_rates();
        let base: f64 = pieces.iter().sum();
        let total = self.table.patterns.matured as f64;
        let (mut effect, mut gradient) = (0.0, vec![0.0; beta.len()]);
        for cell in &self.table.patterns.cells {
            let set = |column: usize| cell.flags >> kept[column] & 1 == 1;
            let others = (0..kept.len()).filter(|column| *column != slot && set(*column));
            let own: f64 = others.clone().map(|column| beta[column + 1]).sum();
            let share = f64::from(cell.n) / total;
            let (off, on) = (base * own.exp(), base * (own + beta[slot + 1]).exp());
            effect += share * ((-off).exp() - (-on).exp());
            // d(1 − exp(−Λ))/dβ = exp(−Λ)·Λ·x, with the piece's part of Λ for a piece's coefficient.
            let (slope_off, slope_on) = (share * (-off).exp() * off, share * (-on).exp() * on);
            let change = slope_on - slope_off;
            gradient[0] += change;
            others.for_each(|column| gradient[column + 1] += change);
            gradient[slot + 1] += slope_on;
            for (piece, rate) in pieces.iter().enumerate().skip(1) {
                gradient[kept.len() + piece] += change * rate / base;
            }
        }
        let error = quadratic(&gradient, &self.fit.covariance).max(0.0).sqrt();
        (effect, Interval::around(effect, normal::critical(LEVEL) * error))
    }

    /// Each piece's part of the integrated rate at x = 0.
    fn piece_rates(&self) -> Vec<f64> {
        let beta = &self.fit.coefficients;
        let first = self.design.kept.len();
        let rate = |piece: usize| (beta[0] + if piece == 0 { 0.0 } else { beta[first + piece] }).exp();
        let hours = self.widths_s.iter().map(|width| f64::from(*width) / f64::from(HOUR_S));
        hours.enumerate().map(|(piece, hours)| hours * rate(piece)).collect()
    }
}
