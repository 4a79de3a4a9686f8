//! One object, as Stripe shows it and as we know it. Pure.

use ledger::object::{ChargeStatus, DisputeStatus, IntentStatus, RefundStatus, SessionStatus};
use ledger::{Object, Observation, Snapshot};

/// The money an object stands for, as the report counts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// `usd`
    pub currency: Option<String>,
    /// Paid of a session or intent, captured of a charge, going back of a refund or dispute. Minor units.
    pub minor: i64,
}

/// What a reading means for the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// We know all that.
    Same,
    /// We did not know it, or knew an earlier state: to be taken in.
    News,
    /// We were told something that cannot both be true.
    Differs {
        /// What differs, in a word.
        what: &'static str,
        /// As Stripe says.
        stripe: String,
        /// As we had it.
        ours: String,
    },
}

/// What never changes of an object while its state stays.
const FIXED: [&str; 5] = ["amount", "amount_captured", "amount_received", "amount_total", "currency"];
/// Its state, as far as amounts depend on it.
const STATE: [&str; 2] = ["status", "captured"];

/// The money of an object.
pub fn face(object: &Object) -> Face {
    let (currency, minor) = match object {
        Object::Session(o) => (o.currency, o.amount_total.filter(|_| o.status == SessionStatus::Paid)),
        Object::Intent(o) => {
            let received = o.amount_received.filter(|minor| *minor > 0).or(o.amount);
            (o.currency, received.filter(|_| o.status == IntentStatus::Succeeded))
        }
        Object::Charge(o) => {
            let captured = o.captured && o.status == ChargeStatus::Succeeded;
            (o.currency, o.amount_captured.or(o.amount).filter(|_| captured))
        }
        Object::Refund(o) => {
            let counts = matches!(o.status, RefundStatus::Succeeded | RefundStatus::Pending);
            (o.currency, o.amount.filter(|_| counts))
        }
        Object::Dispute(o) => (o.currency, o.amount.filter(|_| takes_money(o.status))),
        Object::Warning(_) | Object::Invoice(_) | Object::Subscription(_) => (None, None),
    };
    Face { currency: currency.map(|c| c.as_str().to_owned()), minor: minor.unwrap_or(0) }
}

fn takes_money(status: DisputeStatus) -> bool {
    matches!(
        status,
        DisputeStatus::NeedsResponse
            | DisputeStatus::UnderReview
            | DisputeStatus::Lost
            | DisputeStatus::AppealNeedsResponse
            | DisputeStatus::AppealUnderReview
    )
}

/// Compares a reading with what is known of its object.
pub fn compare(read: &Observation, known: Option<&Snapshot>) -> Verdict {
    let Some(known) = known else { return Verdict::News };
    let (theirs, ours) = (&read.version.object, &known.current().object);
    if !stripe::says_more(theirs, ours) {
        return Verdict::Same;
    }
    if let Some(differs) = contradiction(theirs, ours) {
        return differs;
    }
    let joined = known.clone().merge(Snapshot::new(read.clone()));
    let wins = joined.current().told == read.version.told;
    match (wins, face(theirs), face(ours)) {
        (true, _, _) => Verdict::News,
        // Ours is further on, and stands for the same money.
        (false, theirs, ours) if theirs == ours => Verdict::Same,
        (false, theirs, ours) => {
            Verdict::Differs { what: "state", stripe: theirs.minor.to_string(), ours: ours.minor.to_string() }
        }
    }
}

/// An amount that is another one although the state is the same.
fn contradiction(theirs: &Object, ours: &Object) -> Option<Verdict> {
    let (theirs, ours) = (serde_json::to_value(theirs).ok()?, serde_json::to_value(ours).ok()?);
    if STATE.iter().any(|field| theirs.get(field) != ours.get(field)) {
        return None;
    }
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    FIXED.into_iter().find_map(|what| {
        let (theirs, ours) = (theirs.get(what)?, ours.get(what)?);
        let both = !theirs.is_null() && !ours.is_null();
        (both && theirs != ours).then(|| Verdict::Differs { what, stripe: text(theirs), ours: text(ours) })
    })
}
