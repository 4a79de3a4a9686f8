//! How soon after a payment some of it goes back, as curves; and what net may come to.

use super::super::about::about;
use super::super::filters::{Filters, csv};
use super::super::summary::kind;
use super::rows::{curves_differ, figure_words, first_large, share_words};
use super::timing::curve;
use crate::charts::curves::{self, CURVES_MAX, Curves, Words};
use crate::charts::{Figure, Frame, Scale, Table, Unit, unit};
use crate::insights::answer::{ExpectedNet, Returns};
use ledger::Currency;

/// Currencies of which is said what is expected; the API tells all.
const CURRENCIES_MAX: usize = 2;
const WORDS: Words = Words {
    happened: "Gave some back",
    at_risk: "Payments kept whole and still watched",
    shows: "Part of journeys with money that gave some back by each day after their payment",
};

/// The curves of groups past the gate; the table has all.
pub(super) fn figure(answer: &Returns, filters: &Filters) -> Figure {
    let days = f64::from(answer.horizon_days[1]);
    let title = format!("How soon money goes back, by {}", kind(&filters.ask.by));
    let risk_days = Scale::exact(0.0, days).ticks;
    let shown = answer.groups.iter().filter(|group| !group.curve.is_empty()).take(CURVES_MAX);
    let plot = Curves {
        days,
        curves: shown.map(|group| curve(&group.label, &group.curve, &group.at_risk, &risk_days)).collect(),
        risk_days,
        words: WORDS,
        table: table(answer, &first_large(kind(&filters.ask.by))),
    };
    let mut picture = curves::draw(Frame { id: "refund-curves", title: &title }, plot, &empty(answer));
    let below = answer.groups.iter().filter(|group| group.state == "insufficient").count();
    if picture.drawn.is_ok() && below > 0 {
        let groups = unit::counted(below as u64, "group has", "groups have");
        picture.notes.push(format!("{groups} too few payments for a curve; see the table."));
    }
    Figure {
        id: "refund-curves".to_owned(),
        about: about(answer.overall.n, &filters.ask, &answer.as_of).replacen("journey", "paid journey", 1),
        finding: finding(answer),
        picture,
        method: "Kaplan–Meier from the payment to the first refund or lost dispute, log-log bands; what is still kept is \
                 watched until now and then leaves."
            .to_owned(),
        csv: Some(csv("time-to-refund", &filters.ask)),
        title,
    }
}

fn empty(answer: &Returns) -> String {
    let overall = &answer.overall;
    let (n, returned) = (overall.n, overall.returned);
    match (n, overall.needed, returned) {
        (0, ..) => "No journey of this period has brought money yet, so nothing can go back.".to_owned(),
        (_, Some(needed), _) => format!(
            "Too few payments to say how soon money goes back: insufficient, about {needed} that have had 90 days are needed."
        ),
        (_, None, 0) => "Nothing has gone back in this period.".to_owned(),
        _ => "No group alone has enough payments for a curve; see the numbers.".to_owned(),
    }
}

fn finding(answer: &Returns) -> Option<String> {
    let all = &answer.overall;
    if all.needed.is_some() {
        return None;
    }
    let half = all.median_days.value.map(|days| format!(", half of those within {}", Unit::Days.say(days)));
    let differ = answer.log_rank.as_ref().map(curves_differ);
    Some(format!(
        "Gave some back within 30 days: {}; within 90 days: {}{}.{}",
        share_words(&all.within_30_days),
        share_words(&all.within_90_days),
        half.unwrap_or_default(),
        differ.unwrap_or_default()
    ))
}

/// What of the net is expected to go back yet, where enough is known; nothing is said below the gate.
pub(super) fn expected(answer: &Returns) -> Vec<String> {
    answer.expected.iter().filter_map(in_words).take(CURRENCIES_MAX).collect()
}

fn in_words(expected: &ExpectedNet) -> Option<String> {
    let unit = Unit::Money(Currency::parse(&expected.currency)?);
    let back = expected.back_minor?;
    #[expect(clippy::cast_precision_loss, reason = "to be read")]
    let net = unit.say(expected.net_minor as f64);
    Some(format!(
        "Of {net} net now, {} expected to go back yet, if payments still young do as older ones did.",
        going(back, unit)
    ))
}

/// An estimate is not known to the cent.
fn going(back_minor: f64, unit: Unit) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
    let whole = unit::rounded(back_minor.round() as u64);
    #[expect(clippy::cast_precision_loss, reason = "two digits")]
    let said = unit.say(whole as f64);
    if whole == 0 { "nothing is".to_owned() } else { format!("about {said} is") }
}

fn table(answer: &Returns, kind: &str) -> Table {
    let mut table = Table::new(&[
        kind,
        "With money",
        "Gave back",
        "Within 30 days",
        "Within 90 days",
        "Half of those within",
    ]);
    for group in &answer.groups {
        table.row([
            group.label.clone(),
            unit::count(group.n),
            unit::count(group.returned),
            share_words(&group.within_30_days),
            share_words(&group.within_90_days),
            figure_words(&group.median_days, Unit::Days),
        ]);
    }
    table
}
