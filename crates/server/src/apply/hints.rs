//! What could still match a payment, or match it better, once its record arrives: a pure function of the payment.

use ledger::MatchedBy;
use store::payments::{HintKind, StoredPayment};

/// (kind, value) pairs to remember. Empty for a payment on the best rung, so the usual payment costs no row.
pub fn of(payment: &StoredPayment) -> Vec<(HintKind, String)> {
    let evidence = &payment.facts.evidence;
    let rung = payment.matched_by;
    let mut hints: Vec<(HintKind, String)> = Vec::new();
    if rung == Some(MatchedBy::Manual) {
        return hints;
    }
    let matched_id =
        |id: &&String| rung == Some(MatchedBy::JourneyMetadata) && payment.journey_id.as_ref() == Some(*id);
    let better_ids = evidence.journey_ids.iter().take_while(|id| !matched_id(id));
    hints.extend(better_ids.map(|id| (HintKind::Journey, id.clone())));
    if rung.is_none_or(|rung| rung > MatchedBy::Checkout) {
        hints.extend(evidence.session_ids.iter().map(|id| (HintKind::Session, id.clone())));
    }
    if rung.is_none_or(is_weak) {
        hints.extend(evidence.client_references.iter().map(|id| (HintKind::Journey, id.clone())));
        hints.extend(weak_client(payment).map(|id| (HintKind::Client, id)));
        hints.extend(evidence.customer.iter().map(|id| (HintKind::Customer, id.clone())));
    }
    if rung.is_none() {
        hints.extend(evidence.email.iter().map(|email| (HintKind::Email, email.to_lowercase())));
    }
    hints.sort();
    hints.dedup();
    hints
}

/// True for the rungs that name a client only.
pub fn is_weak(rung: MatchedBy) -> bool {
    matches!(rung, MatchedBy::ClientMetadata | MatchedBy::Customer)
}

/// The client a payment names: in its metadata, or as the client reference of a link made by hand.
pub fn weak_client(payment: &StoredPayment) -> Option<String> {
    let evidence = &payment.facts.evidence;
    let reference = evidence.client_references.iter().find(|id| id.starts_with("cli_"));
    evidence.client_id.as_ref().or(reference).cloned()
}
