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
        /// Stripe's word wins where the books join it with ours.
        believed: bool,
    },
}

impl Verdict {
    /// True when its reading is to be stored and applied: one that would not win would be stored again each time.
    pub fn is_taken_in(&self) -> bool {
        matches!(self, Self::News | Self::Differs { believed: true, .. })
    }
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
    // What nobody has paid yet may be asked for anew: a session's total, an intent's amount.
    let money = face(theirs).minor != 0 || face(ours).minor != 0;
    let joined = known.clone().merge(Snapshot::new(read.clone()));
    let wins = joined.current().told == read.version.told;
    if let Some((what, stripe, ours)) = contradiction(theirs, ours).filter(|_| money) {
        return Verdict::Differs { what, stripe, ours, believed: wins };
    }
    match (wins, face(theirs), face(ours)) {
        (true, _, _) => Verdict::News,
        // Ours is further on, and stands for the same money.
        (false, theirs, ours) if theirs == ours => Verdict::Same,
        (false, theirs, ours) => Verdict::Differs {
            what: "state",
            stripe: theirs.minor.to_string(),
            ours: ours.minor.to_string(),
            believed: false,
        },
    }
}

/// An amount that is another one although the state is the same.
fn contradiction(theirs: &Object, ours: &Object) -> Option<(&'static str, String, String)> {
    let (theirs, ours) = (serde_json::to_value(theirs).ok()?, serde_json::to_value(ours).ok()?);
    if STATE.iter().any(|field| theirs.get(field) != ours.get(field)) {
        return None;
    }
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    FIXED.into_iter().find_map(|what| {
        let (theirs, ours) = (theirs.get(what)?, ours.get(what)?);
        let both = !theirs.is_null() && !ours.is_null();
        (both && theirs != ours).then(|| (what, text(theirs), text(ours)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use stripe::{Asked, observe, wrap};

    fn read_at(at_s: i64, json: &str) -> Observation {
        let asked = Asked { at_s, livemode: false, account: None, told: None };
        observe(&wrap(json, &asked).unwrap().body, at_s * 1000).unwrap().remove(0)
    }

    fn charge(status: &str, captured: bool, rest: &str) -> String {
        format!(
            r#"{{"id":"ch_1","object":"charge","status":"{status}","captured":{captured},"amount":500,"currency":"usd"{rest}}}"#
        )
    }

    fn verdict(theirs: &str, ours: &str) -> Verdict {
        compare(&read_at(20, theirs), Some(&Snapshot::new(read_at(10, ours))))
    }

    #[test]
    fn what_is_behind_is_news_and_what_contradicts_is_named() {
        let paid = charge("succeeded", true, r#","amount_captured":500"#);
        let refunded = charge("succeeded", true, r#","amount_captured":500,"amount_refunded":100"#);
        let authorised = charge("succeeded", false, "");
        assert_eq!(compare(&read_at(20, &paid), None), Verdict::News);
        assert_eq!(verdict(&paid, &paid), Verdict::Same);
        assert_eq!(verdict(&refunded, &paid), Verdict::News);
        assert_eq!(verdict(&paid, &authorised), Verdict::News);
        assert_eq!(verdict(&charge("succeeded", true, ""), &refunded), Verdict::Same, "it leaves fields out");
        let other = charge("succeeded", true, r#","amount_captured":499"#);
        let differs = Verdict::Differs {
            what: "amount_captured",
            stripe: "499".to_owned(),
            ours: "500".to_owned(),
            believed: true,
        };
        assert_eq!(verdict(&other, &paid), differs);
    }

    #[test]
    fn what_nobody_paid_may_be_asked_for_anew() {
        let intent = |status: &str, amount: i64| {
            format!(
                r#"{{"id":"pi_1","object":"payment_intent","status":"{status}","amount":{amount},"currency":"usd"}}"#
            )
        };
        assert_eq!(
            verdict(&intent("requires_payment_method", 7), &intent("requires_payment_method", 5)),
            Verdict::News
        );
        assert!(matches!(verdict(&intent("succeeded", 7), &intent("succeeded", 5)), Verdict::Differs { .. }));
    }

    /// A final state is not taken back by a reading of an earlier one: one of them must be wrong.
    #[test]
    fn money_that_stripe_takes_back_is_named() {
        let intent = |status: &str| {
            format!(
                r#"{{"id":"pi_1","object":"payment_intent","status":"{status}","amount":5,"amount_received":5,"currency":"usd"}}"#
            )
        };
        let differs =
            Verdict::Differs { what: "state", stripe: "0".to_owned(), ours: "5".to_owned(), believed: false };
        assert_eq!(verdict(&intent("processing"), &intent("succeeded")), differs);
        let session = |status: &str| {
            format!(
                r#"{{"id":"cs_1","object":"checkout.session","status":"{status}","payment_status":"unpaid"}}"#
            )
        };
        assert_eq!(verdict(&session("open"), &session("expired")), Verdict::Same, "no money either way");
    }

    #[test]
    fn the_face_is_the_money_that_counts() {
        let minor = |json: &str| face(&read_at(1, json).version.object).minor;
        let object =
            |kind: &str, rest: &str| format!(r#"{{"id":"x_1","object":"{kind}","amount":5,{rest}}}"#);
        for (kind, rest, want) in [
            ("checkout.session", r#""status":"complete","payment_status":"paid","amount_total":9"#, 9),
            ("checkout.session", r#""status":"complete","payment_status":"unpaid","amount_total":9"#, 0),
            ("payment_intent", r#""status":"succeeded","amount_received":4"#, 4),
            ("payment_intent", r#""status":"requires_capture","amount_received":0"#, 0),
            ("charge", r#""status":"succeeded","captured":true,"amount_captured":3"#, 3),
            ("charge", r#""status":"failed","captured":true"#, 0),
            ("refund", r#""status":"pending""#, 5),
            ("refund", r#""status":"failed""#, 0),
            ("dispute", r#""status":"lost""#, 5),
            ("dispute", r#""status":"warning_needs_response""#, 0),
            ("dispute", r#""status":"won""#, 0),
        ] {
            assert_eq!(minor(&object(kind, rest)), want, "{kind} {rest}");
        }
    }
}
