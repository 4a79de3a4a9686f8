//! The note of the evidence: what all journeys together say of what this one was given, in words that the program writes
//! and says that it wrote. What became of the journey itself is told by [`crate::outcome_note`].
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
            Some(lift) => {
                let points = format!("{:+.0}", lift * 100.0).replace('-', "−");
                format!("{} ({points} points)", factor.group.label)
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::answer::ConversionGroup;

    fn group(label: &str, verdict: &'static str, lift: Option<f64>) -> ConversionGroup {
        ConversionGroup {
            key: label.to_owned(),
            label: label.to_owned(),
            n: 40,
            open: 0,
            paid: 12,
            refunded: 0,
            closed: 0,
            matured: 40,
            rate: Some(0.3),
            interval: Some([Some(0.18), Some(0.45)]),
            shrunk: None,
            lift,
            lift_interval: None,
            p: None,
            q: None,
            verdict,
            says: String::new(),
            needed: None,
            needed_for_difference: None,
            method: "count",
            state: "ready",
        }
    }

    fn standing(standing: &'static str, effectiveness: Option<f64>) -> Standing {
        let interval = Some([Some(0.18), Some(0.45)]);
        Standing { standing, effectiveness, n: 40, paid: 12, rate: Some(0.3), interval }
    }

    fn bare() -> Analysis {
        Analysis {
            as_of: String::new(),
            journey_id: String::new(),
            horizon_days: 30,
            thresholds: crate::insights::thresholds::Gates { journeys_min: 20, each_min: 5 },
            state: "open",
            days: 1.0,
            predicted: None,
            predicted_days: None,
            brier: None,
            hypothesis: None,
            factors: Vec::new(),
            strongest: None,
            missed: Vec::new(),
            score: None,
            score_why: None,
            note: String::new(),
        }
    }

    fn rich() -> Analysis {
        let factor =
            |verdict, lift| Factor { kind: "element", group: group("headline=question", verdict, lift) };
        Analysis {
            state: "paid",
            days: 3.24,
            predicted: Some(0.4),
            predicted_days: Some(5.0),
            hypothesis: Some(HypothesisEffect {
                key: "hyp".to_owned(),
                label: "A guarantee removes the risk".to_owned(),
                category: "risk-reversal".to_owned(),
                with: standing("supported", Some(97.0)),
                without: Some(standing("emerging", Some(88.0))),
            }),
            factors: vec![
                factor("more", Some(0.12)),
                factor("less", Some(-0.05)),
                factor("insufficient", None),
            ],
            missed: vec![group("proof=video", "more", Some(0.1))],
            ..bare()
        }
    }

    #[test]
    fn what_is_known_is_said_and_no_more() {
        assert_eq!(note(&bare()), "Still open after 1 day.");
        let want = "Paid after 3.2 days. The hypothesis predicted a chance of 40 % and payment in 5 days. Its \
                    hypothesis “A guarantee removes the risk” has 12 of 40 journeys paid, a chance of 30 % (18 % to 45 \
                    %): supported, without this journey emerging. Associated with more payment than the others: \
                    headline=question (+12 points). Associated with less payment than the others: headline=question (−5 \
                    points). Too few journeys to say anything of headline=question. Not given here, and associated with \
                    more payment elsewhere: proof=video.";
        assert_eq!(note(&rich()), want);
        let closed = Analysis { state: "closed", days: 12.0, ..bare() };
        assert_eq!(note(&closed), "Closed unpaid by a person after 12 days.");
    }

    /// SPEC I10.
    #[test]
    fn nothing_is_said_to_be_caused() {
        for state in ["open", "paid", "refunded", "closed"] {
            let text = note(&Analysis { state, ..rich() }).to_lowercase();
            for word in ["caus", "drove", "because", "due to", "led to", "thanks to"] {
                assert!(!text.contains(word), "{text}");
            }
        }
    }
}
