//! What there is to learn from a journey, in words: a note that the program writes and says that it wrote.
//!
//! Nothing observed is said to have been caused: only "associated with".

use super::answer::{Analysis, Factor, HypothesisEffect, Standing};
use std::fmt::Write as _;

/// Factors named.
const NAMED_MAX: usize = 3;

/// The note. A pure function of the analysis.
pub fn note(analysis: &Analysis) -> String {
    let mut sentences = vec![what_happened(analysis)];
    sentences.extend(predicted(analysis));
    sentences.extend(analysis.hypothesis.as_ref().map(hypothesis));
    for (verdict, words) in [("more", "more"), ("less", "less")] {
        sentences.extend(associated(&analysis.factors, verdict, words));
    }
    sentences.extend(unknown(&analysis.factors));
    if !analysis.missed.is_empty() {
        let names: Vec<&str> =
            analysis.missed.iter().map(|group| group.label.as_str()).take(NAMED_MAX).collect();
        sentences.push(format!(
            "Not given here, and associated with more payment elsewhere: {}.",
            names.join(", ")
        ));
    }
    sentences.join(" ")
}

fn what_happened(analysis: &Analysis) -> String {
    let days = days(analysis.days);
    match analysis.state {
        "paid" => format!("Paid after {days}."),
        "refunded" => format!("Paid after {days}, and given back."),
        "closed" => format!("Closed unpaid by a person after {days}."),
        _ => format!("Still open after {days}."),
    }
}

fn predicted(analysis: &Analysis) -> Option<String> {
    let chance = analysis.predicted.map(|p| format!("a chance of {}", percent(p)));
    let time = analysis.predicted_days.map(|d| format!("payment in {}", days(d)));
    let said: Vec<String> = [chance, time].into_iter().flatten().collect();
    (!said.is_empty()).then(|| format!("The hypothesis predicted {}.", said.join(" and ")))
}

fn hypothesis(effect: &HypothesisEffect) -> String {
    let mut text = format!("Its hypothesis “{}” has {}", effect.label, counted(&effect.with));
    if let (Some(rate), Some([Some(low), Some(high)])) = (effect.with.rate, effect.with.interval) {
        let _ = write!(text, ", a chance of {} ({} to {})", percent(rate), percent(low), percent(high));
    }
    let _ = write!(text, ": {}", effect.with.standing);
    let before = effect.without.as_ref().map(|without| (without.standing, without.effectiveness));
    match (before, effect.with.effectiveness) {
        (Some((standing, _)), _) if standing != effect.with.standing => {
            let _ = write!(text, ", without this journey {standing}");
        }
        (Some((_, Some(before))), Some(now)) => {
            let _ = write!(text, ", effectiveness {now:.0} of 100, without this journey {before:.0}");
        }
        _ => {}
    }
    text.push('.');
    text
}

fn counted(standing: &Standing) -> String {
    let journeys = if standing.n == 1 { "journey" } else { "journeys" };
    format!("{} of {} {journeys} paid", standing.paid, standing.n)
}

fn associated(factors: &[Factor], verdict: &str, words: &str) -> Option<String> {
    let told_apart = factors.iter().filter(|factor| factor.group.verdict == verdict);
    let names: Vec<String> = told_apart
        .take(NAMED_MAX)
        .map(|factor| match factor.group.lift {
            Some(lift) => format!("{} ({:+.0} points)", factor.group.label, lift * 100.0),
            None => factor.group.label.clone(),
        })
        .collect();
    (!names.is_empty())
        .then(|| format!("Associated with {words} payment than the others: {}.", names.join(", ")))
}

fn unknown(factors: &[Factor]) -> Option<String> {
    let gated = factors.iter().filter(|factor| factor.group.verdict == "insufficient");
    let names: Vec<&str> = gated.map(|factor| factor.group.label.as_str()).take(NAMED_MAX).collect();
    (!names.is_empty()).then(|| format!("Too few journeys to say anything of {}.", names.join(", ")))
}

fn percent(fraction: f64) -> String {
    format!("{:.0} %", fraction * 100.0)
}

fn days(days: f64) -> String {
    let text = format!("{days:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "1" { "1 day".to_owned() } else { format!("{text} days") }
}
