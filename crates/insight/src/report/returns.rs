//! Time to refund: of money that came in, how soon some goes back, and what net may come to.
//!
//! Kaplan–Meier from the payment; the event is the first refund or lost dispute, and whoever has kept everything is
//! watched until now. So young payments are no proof that nothing goes back, and old ones do not hide that most of it
//! goes early. Under few returns: Beta(½, ½) on the exposure, as for conversion.

use super::Gates;
use super::conversion::{Pool, rate, together};
use super::timing::{Point, of_payers, points};
use crate::facts::pass::{DAY_HOURS, Question};
use crate::facts::returned::{Holdings, Kept, holdings, kept};
use crate::facts::{Columns, CurrencyCode};
use crate::figure::{Absent, Answer, Figure, Method, State};
use crate::survival::Exits;
use crate::survival::curve::Curve;
use crate::survival::log_rank::{ChiSquared, Weights, log_rank};

/// Days after the payment by which what goes back is told.
pub const SOON_DAYS: u32 = 30;
/// Likewise: most card disputes come within it, and curves end here.
pub const LATE_DAYS: u32 = 90;

/// One group's returns.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupReturns {
    /// Its id or name.
    pub key: String,
    /// Journeys with money, in the curve.
    pub n: u64,
    /// Of those, that gave some back.
    pub returned: u64,
    /// With money, and in no curve: one of their times is not known.
    pub unknown: u64,
    /// Of journeys with money, how many have had [`LATE_DAYS`], young ones counted for their part.
    pub exposure: u64,
    /// Chance that some goes back within [`SOON_DAYS`].
    pub soon: Figure,
    /// Within [`LATE_DAYS`].
    pub late: Figure,
    /// Of those that give back within [`LATE_DAYS`], days until half have.
    pub median: Figure,
    /// Part that gave back by each day; empty below the gate.
    pub curve: Vec<Point>,
    /// Payments kept and watched at day 0, 1, 2… up to [`LATE_DAYS`]; empty below the gate.
    pub at_risk: Vec<u64>,
}

/// What net may come to once everything kept now is [`LATE_DAYS`] old, in one currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The currency.
    pub currency: CurrencyCode,
    /// Net now, minor units.
    pub net_minor: i128,
    /// What of it is expected to go back yet, minor units; absent with its reason.
    pub back_minor: Answer<f64>,
}

/// Returns by one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The moment of analysis, Unix seconds.
    pub as_of_s: u32,
    /// All journeys with money together.
    pub overall: GroupReturns,
    /// Groups, keys ascending.
    pub groups: Vec<GroupReturns>,
    /// Do the groups differ? Absent for groups that overlap, and below the gate.
    pub log_rank: Answer<ChiSquared>,
    /// By currency, codes ascending.
    pub expected: Vec<Expected>,
}

/// Computes the report.
pub fn report(columns: &Columns, question: &Question) -> Report {
    let everything = Question { by: crate::facts::Dimension::Everything, ..question.clone() };
    let all = kept(columns, &everything).pop();
    let all = all.unwrap_or_else(|| Kept { key: "all".to_owned(), exits: Exits::default(), unknown: 0 });
    let kept = kept(columns, question);
    let gates = question.gates;
    let overall = one(&all, &all.exits, gates);
    let groups: Vec<GroupReturns> = kept.iter().map(|group| one(group, &all.exits, gates)).collect();
    let holdings = holdings(columns, question);
    let expected = holdings.iter().map(|held| expected(held, &all.exits, &overall, gates)).collect();
    let log_rank = compared(&kept, &groups, question);
    Report { as_of_s: question.as_of_s, overall, groups, log_rank, expected }
}

/// Groups past the gate against each other.
fn compared(kept: &[Kept], groups: &[GroupReturns], question: &Question) -> Answer<ChiSquared> {
    if question.by.overlaps() {
        return Err(Absent::Invalid("these groups overlap: a journey can be in several"));
    }
    let past = kept.iter().zip(groups).filter(|(_, group)| group.exposure >= question.gates.journeys());
    let exits: Vec<&Exits> = past.map(|(kept, _)| &kept.exits).collect();
    let returned = exits.iter().map(|exits| exits.paid()).sum::<f64>() as u64;
    if returned < question.gates.each() {
        return Err(Absent::TooFew { have: returned, needed: question.gates.each() });
    }
    log_rank(&exits, Weights::Equal)
}

fn hours(days: u32) -> f64 {
    f64::from(days * DAY_HOURS)
}

/// Whether the curve has seen a payment for all of `days`.
fn watched(exits: &Exits, days: u32) -> bool {
    exits.as_slice().last().is_some_and(|exit| exit.time >= hours(days))
}

fn within(exits: &Exits, all: &Exits, days: u32, gates: Gates) -> (Figure, u64) {
    let pool = Pool::new(together(std::iter::once(all)), hours(days), gates);
    let exposed = pool.exposure(exits);
    let (figure, exposure) = (rate(exits, || exposed, &pool), exposed as u64);
    if exposure < gates.journeys() {
        let state = State::Insufficient { have: exposure, needed: gates.journeys() };
        return (Figure { state, ..figure }, exposure);
    }
    if watched(exits, days) {
        return (figure, exposure);
    }
    let young = Absent::Invalid("no payment is old enough yet");
    (Figure::absent(figure.n, figure.method, young), exposure)
}

fn one(kept: &Kept, all: &Exits, gates: Gates) -> GroupReturns {
    let exits = &kept.exits;
    let (n, returned) = (exits.total() as u64, exits.paid() as u64);
    let (soon, _) = within(exits, all, SOON_DAYS, gates);
    let (late, exposure) = within(exits, all, LATE_DAYS, gates);
    let past_gate = exposure >= gates.journeys();
    let fit = Curve::fit(exits).ok().filter(|_| past_gate);
    let at_day = |curve: &Curve, day: u32| curve.at_risk_at(hours(day)) as u64;
    GroupReturns {
        key: kept.key.clone(),
        n,
        returned,
        unknown: kept.unknown,
        exposure,
        soon,
        late,
        median: median(fit.as_ref(), n, returned, gates.each()),
        curve: fit.as_ref().map_or_else(Vec::new, points),
        at_risk: fit.map_or_else(Vec::new, |curve| (0..=LATE_DAYS).map(|day| at_day(&curve, day)).collect()),
    }
}

fn median(curve: Option<&Curve>, n: u64, returned: u64, needed: u64) -> Figure {
    let few = Absent::TooFew { have: returned, needed };
    match curve {
        Some(curve) if returned >= needed => of_payers(curve, 0.5, hours(LATE_DAYS), n),
        _ => Figure::absent(n, Method::KaplanMeierQuantile, few),
    }
}

/// Σ over what has given nothing back: gross × P(back by the horizon | not by its age) × the part that went back of
/// those that did.
fn expected(held: &Holdings, all: &Exits, overall: &GroupReturns, gates: Gates) -> Expected {
    let back_minor = curve_of(all, overall, gates.journeys()).and_then(|curve| {
        if held.returned < gates.each() {
            return Err(Absent::TooFew { have: held.returned, needed: gates.each() });
        }
        let part = held.returned_back_minor as f64 / held.returned_gross_minor as f64;
        let end = curve.survival_at(hours(LATE_DAYS));
        let back = |(hour, gross, journeys): &(u32, i64, u64)| {
            let now = curve.survival_at(f64::from(*hour));
            let chance = if now > 0.0 { (1.0 - end / now).max(0.0) } else { 0.0 };
            *gross as f64 * *journeys as f64 * chance * part
        };
        Ok(held.untouched.iter().map(back).sum())
    });
    Expected { currency: held.currency, net_minor: held.net_minor, back_minor }
}

fn curve_of(all: &Exits, overall: &GroupReturns, needed: u64) -> Answer<Curve> {
    if overall.exposure < needed {
        return Err(Absent::TooFew { have: overall.exposure, needed });
    }
    if !watched(all, LATE_DAYS) {
        return Err(Absent::Invalid("no payment is old enough yet"));
    }
    Curve::fit(all)
}
