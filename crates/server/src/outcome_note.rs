//! The note of an outcome: what the facts of one journey say of its hypothesis, and no more than they say. One
//! journey never shows that a probability was right or wrong, nor that anything was a cause.

use crate::pages::words::duration;
use ledger::{Money, Outcome};
use store::contents::StoredHypothesis;
use store::journeys::StoredJourney;

const DAY_MS: i64 = 86_400_000;

/// What became of the journey, against what was predicted. `None` while nothing is decided.
pub fn note(journey: &StoredJourney, hypothesis: Option<&StoredHypothesis>) -> Option<String> {
    let judgement = &journey.judgement;
    let money = |minor| Money::new(minor, judgement.currency).to_string();
    let took_ms = judgement.paid_at_ms.map(|paid| paid.saturating_sub(journey.started_at_ms));
    // What the facts say, whatever a person has pinned it to.
    let happened = match (judgement.derived_outcome, took_ms) {
        (Outcome::Paid, Some(took_ms)) => {
            format!("Paid {}, {} after the start.", money(judgement.gross_minor), duration(took_ms))
        }
        (Outcome::Paid, None) => "Paid, by a person’s word; Stripe has told of no payment.".to_owned(),
        (Outcome::Refunded, Some(took_ms)) => {
            let back = money(judgement.refunded_minor.saturating_add(judgement.lost_minor));
            format!("Paid {} after the start; {back} went back.", duration(took_ms))
        }
        (Outcome::Refunded, None) => "Refunded, by a person’s word.".to_owned(),
        (Outcome::Ghosted, _) => "No payment; the client went silent.".to_owned(),
        (Outcome::Pending | Outcome::Responded, _) => return None,
    };
    let predicted = hypothesis.and_then(|h| against(h, took_ms));
    Some([Some(happened), predicted].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn against(hypothesis: &StoredHypothesis, took_ms: Option<i64>) -> Option<String> {
    let probability = hypothesis.predicted_probability.map(|p| format!("a chance of {}", percent(p)));
    let days = hypothesis.predicted_days.map(|days| format!("within {}", counted_days(days)));
    let predicted = match (probability, days) {
        (Some(p), Some(d)) => format!("{p}, {d}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return None,
    };
    let in_time = took_ms.zip(hypothesis.predicted_days).map(|(took_ms, days)| {
        if took_ms <= days.saturating_mul(DAY_MS) { ": it was in time" } else { ": it took longer" }
    });
    Some(format!(
        "The hypothesis ({}) predicted {predicted}{}.",
        hypothesis.category,
        in_time.unwrap_or_default()
    ))
}

/// `40 %`; tenths only where there are some.
pub fn percent(probability: f64) -> String {
    let tenths = (probability * 1000.0).round() / 10.0;
    format!("{tenths} %")
}

/// `1 day`, `5 days`
pub fn counted_days(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::journey::JourneyFacts;
    use ledger::{Currency, judge};

    fn journey(outcome: Outcome, took_ms: Option<i64>) -> StoredJourney {
        let price = Money::new(50_000, Currency::parse("usd").unwrap());
        let mut judgement =
            judge(&JourneyFacts { price, payments: &[], opened: &[], mark: None, pinned: None });
        judgement.derived_outcome = outcome;
        judgement.paid_at_ms = took_ms;
        judgement.gross_minor = 50_000;
        judgement.refunded_minor = if outcome == Outcome::Refunded { 50_000 } else { 0 };
        StoredJourney {
            id: "jrn".to_owned(),
            client_id: "cli".to_owned(),
            token: "t".to_owned(),
            content_version_id: "ver".to_owned(),
            hypothesis_id: "hyp".to_owned(),
            price,
            livemode: false,
            started_at_ms: 0,
            first_viewed_at_ms: None,
            mark: None,
            pinned: None,
            history_count: 0,
            judgement,
            changed_at_ms: 0,
        }
    }

    fn hypothesis(predicted_probability: Option<f64>, predicted_days: Option<i64>) -> StoredHypothesis {
        StoredHypothesis {
            id: "hyp".to_owned(),
            statement: "A guarantee removes the risk".to_owned(),
            category: "risk-reversal".to_owned(),
            predicted_probability,
            predicted_days,
            created_at_ms: 0,
        }
    }

    #[test]
    fn the_facts_are_said_and_no_more() {
        let both = hypothesis(Some(0.4), Some(5));
        let day = DAY_MS;
        let table = [
            (
                Outcome::Paid,
                Some(2 * day),
                &both,
                "Paid $500.00, 2 d after the start. The hypothesis (risk-reversal) predicted a chance of 40 %, within 5 days: it \
                 was in time.",
            ),
            (
                Outcome::Paid,
                Some(6 * day),
                &hypothesis(None, Some(1)),
                "Paid $500.00, 6 d after the start. The hypothesis (risk-reversal) predicted within 1 day: it took longer.",
            ),
            (
                Outcome::Refunded,
                Some(day),
                &hypothesis(None, None),
                "Paid 1 d after the start; $500.00 went back.",
            ),
            (
                Outcome::Ghosted,
                None,
                &both,
                "No payment; the client went silent. The hypothesis (risk-reversal) predicted a chance of 40 %, within \
                 5 days.",
            ),
            (
                Outcome::Paid,
                None,
                &hypothesis(Some(0.125), None),
                "Paid, by a person’s word; Stripe has told of no payment. The hypothesis (risk-reversal) predicted a \
                 chance of 12.5 %.",
            ),
        ];
        for (outcome, took_ms, hypothesis, want) in table {
            assert_eq!(note(&journey(outcome, took_ms), Some(hypothesis)).as_deref(), Some(want));
        }
        for open in [Outcome::Pending, Outcome::Responded] {
            assert_eq!(note(&journey(open, None), Some(&both)), None);
        }
    }
}
