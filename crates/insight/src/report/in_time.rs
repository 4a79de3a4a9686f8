//! Predicted days against actual: how many journeys were paid within the days that their hypothesis predicted.
//!
//! Each journey's time is measured in its own prediction, so that those of five days and of thirty can be counted
//! together: F(1) of time / predicted. Journeys still young count for the part of their days that they have had.

use super::Gates;
use super::conversion::{Pool, rate, together};
use crate::facts::Columns;
use crate::facts::columns::NONE;
use crate::facts::group::Grouping;
use crate::facts::pass::{DAY_HOURS, Ended, HOUR_S, Question, ended, in_parallel};
use crate::figure::{Figure, State};
use crate::survival::{Exit, Exits};

/// Days beyond this are counted as so many: a prediction of two years is none of a date.
const DAYS_MAX: f64 = 730.0;

/// One group's predictions of days.
#[derive(Clone, Debug, PartialEq)]
pub struct InTime {
    /// Its id or name.
    pub key: String,
    /// The part that is paid within the days predicted.
    pub within: Figure,
}

/// All together, and each group that has such predictions, keys ascending.
pub fn report(columns: &Columns, question: &Question) -> (Figure, Vec<InTime>) {
    let groups = exits(columns, question);
    let all = together(groups.iter().map(|(_, exits)| exits));
    let pool = Pool::new(all.clone(), 1.0, question.gates);
    let in_time =
        |(key, exits): (String, Exits)| InTime { key, within: gated(&exits, &pool, question.gates) };
    (gated(&all, &pool, question.gates), groups.into_iter().map(in_time).collect())
}

fn gated(exits: &Exits, pool: &Pool, gates: Gates) -> Figure {
    let exposure = pool.exposure(exits);
    let (figure, have, needed) = (rate(exits, || exposure, pool), exposure as u64, gates.journeys());
    if have >= needed || figure.n == 0 {
        return figure;
    }
    Figure { value: None, state: State::Insufficient { have, needed }, ..figure }
}

/// Times in units of the prediction, by group.
fn exits(columns: &Columns, question: &Question) -> Vec<(String, Exits)> {
    let sieve = question.filter.sieve(columns, question.as_of_s);
    let grouping = Grouping::new(columns, &question.by);
    // Group, predicted days, hour, and how it ended there.
    let parts = in_parallel(columns.len(), |rows| {
        let mut keys: Vec<(u32, u16, u32, u8)> = Vec::new();
        for at in rows.filter(|at| sieve.passes(*at)) {
            let Some(days) = predicted_days(columns, at) else { continue };
            let (how, after_s) = ended(columns, at, question.as_of_s);
            let (hour, end) = (after_s.div_ceil(HOUR_S), u32::from(days) * DAY_HOURS);
            // Beyond the days predicted nothing matters any more.
            let (hour, how) = if hour > end { (end, Ended::Open) } else { (hour, how) };
            keys.extend(grouping.of(at).iter().map(|group| (*group, days, hour, how as u8)));
        }
        keys.sort_unstable();
        keys
    });
    let mut keys = parts.concat();
    keys.sort_unstable();
    let groups = keys.chunk_by(|a, b| a.0 == b.0);
    groups.map(|keys| (grouping.names[keys[0].0 as usize].clone(), of_group(keys))).collect()
}

fn of_group(keys: &[(u32, u16, u32, u8)]) -> Exits {
    let alike = keys.chunk_by(|a, b| a == b);
    let exits = alike.map(|same| {
        let (_, days, hour, how) = same[0];
        let count = |wanted: Ended| if how == wanted as u8 { same.len() as f64 } else { 0.0 };
        Exit {
            time: f64::from(hour) / (f64::from(days) * f64::from(DAY_HOURS)),
            paid: count(Ended::Paid),
            closed: count(Ended::Closed),
            censored: count(Ended::Open),
        }
    });
    Exits::gathered(exits.collect())
}

/// Whole days, at least one.
fn predicted_days(columns: &Columns, at: usize) -> Option<u16> {
    let hypothesis = columns.hypothesis[at];
    let row = (hypothesis != NONE).then(|| columns.hypothesis_rows[hypothesis as usize])?;
    row.predicted_days.map(|days| days.clamp(1.0, DAYS_MAX).ceil() as u16)
}
