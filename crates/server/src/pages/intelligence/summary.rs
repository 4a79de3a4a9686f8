//! The page's first words: what the data says, in plain sentences, and what it does not say.
//!
//! A pure function of answers. It holds no rule of statistics: verdicts, intervals and what is needed are the answers'.
//! Nothing observational is called a cause, and nothing below its gate a finding.

use crate::charts::{Unit, unit};
use crate::insights::answer::{Conversion, ConversionGroup, Earned, Figure};
use crate::insights::ask::By;
use ledger::Currency;

/// Verdicts told at most; the pictures have the rest.
const VERDICTS_MAX: usize = 3;

/// What the words are made of.
pub(super) struct Seen<'a> {
    /// Told apart by.
    pub(super) by: &'a By,
    /// Of the journeys asked about.
    pub(super) conversion: &'a Conversion,
    /// The same journeys by element, where the question tells them apart by what holds elements.
    pub(super) by_element: Option<&'a Conversion>,
    /// Of those of the time before.
    pub(super) before: Option<&'a Conversion>,
    /// Revenue of all, by currency.
    pub(super) earned: &'a [Earned],
}

/// A sentence or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// The first is the headline.
    pub(super) sentences: Vec<String>,
    /// Said under them: what it is not, and what to do.
    pub(super) caveat: Option<String>,
}

/// Puts it into words.
pub(super) fn words(seen: &Seen<'_>) -> Words {
    let n = seen.conversion.overall.n;
    let (mut sentences, caveat) = match n {
        0 => return nothing(),
        1 => one(seen.conversion),
        _ => several(seen),
    };
    sentences.extend(seen.before.map(|before| compared(&seen.conversion.overall, before)));
    sentences.extend(money(seen.earned));
    Words { sentences, caveat }
}

fn nothing() -> Words {
    Words {
        sentences: vec![
            "No journey started in this period.".to_owned(),
            "Start a journey, or choose a longer period if there is one; what it shows appears here by itself.".to_owned(),
        ],
        caveat: None,
    }
}

fn one(conversion: &Conversion) -> (Vec<String>, Option<String>) {
    let paid = conversion.groups.iter().any(|group| group.paid > 0);
    let what =
        if paid { "One journey so far, and it was paid." } else { "One journey so far, not paid yet." };
    let needed = conversion.thresholds.journeys_min;
    let caveat = format!(
        "One journey says nothing of the next. Insufficient: 1 of {needed} needed before there is a verdict."
    );
    (vec![what.to_owned()], Some(caveat))
}

fn several(seen: &Seen<'_>) -> (Vec<String>, Option<String>) {
    let overall = &seen.conversion.overall;
    let mut sentences = vec![headline(overall, seen.conversion.horizon_days)];
    if matches!(overall.state, "upper_bound" | "lower_bound" | "absent") {
        return (sentences, Some("Nothing can be told apart while all end alike.".to_owned()));
    }
    if let Some(needed) = overall.needed {
        let words =
            "is needed before there is a verdict. Journeys count by how much of their time they have had.";
        return (sentences, Some(format!("Insufficient: the worth of {needed} journeys {words}")));
    }
    let days = seen.conversion.horizon_days;
    let (told, mut caveat) = verdicts(seen.by, &seen.conversion.groups, days);
    let undecided = told.is_empty();
    sentences.extend(told);
    if let Some(by_element) = seen.by_element.filter(|_| undecided) {
        let (told, of_elements) = verdicts(&By::Element, &by_element.groups, days);
        if !told.is_empty() {
            sentences.push(caveat);
            sentences.extend(told);
            caveat = of_elements;
        }
    }
    (sentences, Some(caveat))
}

/// `24 % of journeys are paid within 30 days (20–28 %, n = 504).`
fn headline(overall: &Figure, days: u32) -> String {
    let n = unit::count(overall.n);
    let bounds = overall.interval.map(|[low, high]| (low.unwrap_or(0.0), high.unwrap_or(1.0)));
    match (overall.state, overall.value, bounds) {
        ("upper_bound", _, Some((_, high))) => format!(
            "None of {n} journeys has been paid so far. Of such journeys, {} at most are paid within {days} days.",
            Unit::Percent.say(high)
        ),
        ("lower_bound", _, Some((low, _))) => format!(
            "All of {n} journeys that were watched long enough were paid. Of such journeys, {} at least are paid \
             within {days} days.",
            Unit::Percent.say(low)
        ),
        (_, Some(value), Some((low, high))) => format!(
            "{} of journeys are paid within {days} days ({}, n = {n}).",
            Unit::Percent.say(value),
            Unit::Percent.range(low, high)
        ),
        _ => {
            format!("{n} journeys so far; {}.", overall.why.as_deref().unwrap_or("too young to say anything"))
        }
    }
}

fn verdicts(by: &By, groups: &[ConversionGroup], days: u32) -> (Vec<String>, String) {
    let told: Vec<String> = groups
        .iter()
        .filter(|group| matches!(group.verdict, "more" | "less"))
        .take(VERDICTS_MAX)
        .map(|group| verdict(by, group, days))
        .collect();
    if !told.is_empty() {
        let caveat =
            "Associated with, not proof: other things may differ, too. Run an experiment to be sure.";
        return (told, caveat.to_owned());
    }
    let known: Vec<&ConversionGroup> =
        groups.iter().filter(|group| group.verdict != "insufficient").collect();
    match (groups.len(), known.as_slice()) {
        (0, _) => (Vec::new(), format!("No journey has {} to be told apart by.", kind(by))),
        (1, _) => {
            let words = "so there is nothing to compare it with. Send another to some clients";
            (Vec::new(), format!("All journeys have the same {}, {words}.", kind(by)))
        }
        (_, []) => (Vec::new(), too_few(by, groups)),
        (_, known) => (Vec::new(), undecided(by, known)),
    }
}

/// `Journeys with Guarantee offer: 31 % (22–41 %, n = 96) paid within 30 days, against 18 % of the others …`
fn verdict(by: &By, group: &ConversionGroup, days: u32) -> String {
    let others = group.rate.zip(group.lift).map(|(rate, lift)| rate - lift);
    let who = who(by, &group.label);
    let n = unit::count(group.n);
    let rate = match (group.rate, group.interval) {
        (Some(rate), Some([low, high])) => {
            let range = Unit::Percent.range(low.unwrap_or(0.0), high.unwrap_or(1.0));
            format!("{} ({range}, n = {n})", Unit::Percent.say(rate))
        }
        (None, Some([_, Some(high)])) => format!("at most {} (n = {n}, none paid)", Unit::Percent.say(high)),
        _ => format!("n = {n}"),
    };
    let against = others.map_or(String::new(), |others| {
        let lift = group.lift.zip(group.lift_interval).map(|(lift, [low, high])| {
            let bounds = (low.unwrap_or(-1.0), high.unwrap_or(1.0));
            format!("; difference {}", Unit::Points.with_range(lift, Some(bounds)))
        });
        format!(
            ", against {} of the others{}",
            Unit::Percent.say(others.clamp(0.0, 1.0)),
            lift.unwrap_or_default()
        )
    });
    format!("{who} were paid within {days} days in {rate}{against}.")
}

fn who(by: &By, label: &str) -> String {
    match by {
        By::Hypothesis => format!("Journeys sent on the hypothesis “{label}”"),
        By::Category => format!("Journeys whose hypothesis is of the kind “{label}”"),
        By::Segment(_) => format!("Journeys of clients with {label}"),
        By::Arm => format!("Journeys of the {label}"),
        _ => format!("Journeys with {label}"),
    }
}

pub(super) fn kind(by: &By) -> &'static str {
    match by {
        By::Everything => "group",
        By::Hypothesis => "hypothesis",
        By::Category => "category of hypothesis",
        By::Content => "content",
        By::Version => "version of the content",
        By::Element | By::ElementPair => "element",
        By::Segment(_) => "segment",
        By::Arm => "experiment arm",
    }
}

fn too_few(by: &By, groups: &[ConversionGroup]) -> String {
    let largest = groups.iter().max_by_key(|group| group.n);
    let most = largest.map_or(String::new(), |group| format!(" {}: {}.", group.label, group.says));
    format!("Insufficient: no {} has enough journeys for a verdict yet.{most}", kind(by))
}

fn undecided(by: &By, known: &[&ConversionGroup]) -> String {
    let soonest =
        known.iter().filter_map(|group| Some((group.needed_for_difference?, group))).min_by_key(|x| x.0);
    let more = soonest.map_or(String::new(), |(needed, group)| {
        let needed = unit::counted(unit::rounded(needed), "journey", "journeys");
        format!(
            " Were the present difference of “{}” real, it would take about {needed} with it to see it.",
            group.label
        )
    });
    format!("No {} can be told apart from the others: the differences may be chance.{more}", kind(by))
}

/// Against the time before. Two intervals that meet leave open whether anything changed.
fn compared(now: &Figure, before: &Conversion) -> String {
    let then = &before.overall;
    let said = |figure: &Figure| {
        let [low, high] = figure.interval?;
        Some((figure.value?, (low.unwrap_or(0.0), high.unwrap_or(1.0))))
    };
    match (said(now), said(then)) {
        (Some((_, (low, high))), Some((value, was))) => {
            let change = if low > was.1 {
                "It is higher now"
            } else if high < was.0 {
                "It is lower now"
            } else {
                "The intervals overlap: no change can be told"
            };
            let before = Unit::Percent.say(value);
            let range = Unit::Percent.range(was.0, was.1);
            format!("In the time before it was {before} ({range}, n = {}). {change}.", unit::count(then.n))
        }
        _ => format!("In the time before there were {}.", unit::counted(then.n, "journey", "journeys")),
    }
}

fn money(earned: &[Earned]) -> Vec<String> {
    let amounts: Vec<String> =
        earned.iter().filter_map(|earned| said(earned.net_minor, &earned.currency)).collect();
    let total = match amounts.as_slice() {
        [] => return Vec::new(),
        [one] => format!("In all they brought {one}, net of what went back."),
        [all @ .., last] => format!(
            "In all they brought {} and {last}, net of what went back; currencies are never added together.",
            all.join(", ")
        ),
    };
    std::iter::once(total).chain(earned.iter().filter_map(driven)).collect()
}

fn said(minor: i64, currency: &str) -> Option<String> {
    Some(ledger::Money::new(minor, Currency::parse(currency)?).to_string())
}

/// A mean that few payments carry says little of the next journey.
pub(super) fn driven(earned: &Earned) -> Option<String> {
    let payments = unit::counted(earned.driven_by?, "payment", "payments");
    let unit = Unit::Money(Currency::parse(&earned.currency)?);
    Some(format!(
        "Revenue in {} is driven by {payments}: {} a journey, but {} with each cut at {}.",
        earned.currency.to_uppercase(),
        unit.say(earned.per_journey.value?),
        unit.say(earned.capped.value?),
        said(earned.cap_minor, &earned.currency)?
    ))
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
