//! The automatic note of a history row: what happened, in words a seller reads.

use crate::journey::Judgement;
use crate::money::Money;
use crate::payment::Payment;
use crate::status::{Outcome, OutcomeSource, PaymentStatus};

/// The note for a change that Stripe's facts caused. `payment` is the one that `judgement.payment_id` names.
pub fn automatic(from: Outcome, judgement: &Judgement, payment: Option<&Payment>) -> String {
    let id = judgement.payment_id.as_deref();
    let money = |minor| Money::new(minor, judgement.currency).to_string();
    let method = payment.and_then(|p| p.method.as_deref());
    let returned = judgement.refunded_minor.saturating_add(judgement.lost_minor);
    match (from, judgement.derived_outcome, judgement.payment_status) {
        (Outcome::Refunded, Outcome::Paid, _) => list(
            "Money is back after a refund bounced or a dispute was won",
            &[Some(&money(judgement.net_minor)), id],
        ),
        (_, Outcome::Paid, _) if judgement.gross_minor == 0 => {
            list("Completed via Stripe with nothing to pay", &[id])
        }
        (_, Outcome::Paid, _) => {
            list("Payment completed via Stripe", &[Some(&money(judgement.gross_minor)), method, id])
        }
        (_, Outcome::Refunded, PaymentStatus::Lost) => {
            list("Dispute lost via Stripe", &[Some(&money(judgement.lost_minor)), id])
        }
        (_, Outcome::Refunded, _) => list("Payment refunded via Stripe", &[Some(&money(returned)), id]),
        (_, Outcome::Ghosted, _) => "Checkout expired at Stripe without payment".to_owned(),
        (Outcome::Ghosted, Outcome::Pending, PaymentStatus::Processing) => {
            list("Reopened: a payment is on its way", &[id])
        }
        (_, Outcome::Pending, _) if judgement.derived_source == OutcomeSource::Payment => {
            let why = payment.and_then(|p| p.failure.as_deref()).map(|why| why.trim_end_matches('.'));
            list("Payment attempt failed at Stripe", &[why, id])
        }
        (Outcome::Ghosted, Outcome::Pending, _) => "Reopened: a checkout was opened again".to_owned(),
        (_, Outcome::Pending, _) => "No payment counts for this journey any more".to_owned(),
        (_, Outcome::Responded, _) => "Back to what was marked: responded".to_owned(),
    }
}

fn list(what: &str, details: &[Option<&str>]) -> String {
    let details: Vec<&str> = details.iter().copied().flatten().collect();
    if details.is_empty() { what.to_owned() } else { format!("{what}: {}", details.join(", ")) }
}
